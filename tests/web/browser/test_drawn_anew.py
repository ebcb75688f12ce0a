"""A part of a page that is drawn anew keeps what somebody asked to see in it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from entourage.clips import by_hand, jobs
from entourage.clips.by_hand import Entered
from entourage.kernel import clock, tenancy
from entourage.kernel.db import Database
from entourage.wiring import House
from tests.clips.studio import ACTOR, Hands, Studio
from tests.people import Cast
from tests.web.browser.conftest import Opened
from tests.web.browser.lodging import Lodging

pytestmark = pytest.mark.browser

CLIPS = 60


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lodging]:
    """A house with a campaign of more clips than stand on its page at first."""

    async def furnish(db: Database, cast: Cast) -> None:
        studio = Studio(db, cast.owner.creator_id, Hands(clock.now()))
        campaign = await studio.campaign()
        for _ in range(CLIPS):
            await studio.clip(campaign, cast.owner.id)

    lodging = Lodging(tmp_path_factory.mktemp("gallery"), furnish)
    desk = lodging.house.clip_desk
    assert desk
    lodging.employ(lambda registry, _: jobs.register(registry, desk))
    yield lodging
    lodging.close()


def test_rows_that_were_asked_for_stay_and_keep_their_order(gallery: Lodging, opened: Opened) -> None:
    page = opened(gallery, "/clips/campaigns/1")
    expect(page.locator("body[data-line=open]")).to_be_attached()
    rows = page.locator("tbody tr[data-clip]")
    shown = rows.count()
    assert shown < CLIPS
    while page.get_by_role("button", name="Show more").count():
        before = rows.count()
        page.get_by_role("button", name="Show more").click()
        expect(rows).not_to_have_count(before)
    expect(rows).to_have_count(CLIPS)
    order = rows.evaluate_all("all => all.map((row) => row.dataset.clip)")
    page.evaluate("document.querySelector('tbody tr[data-clip]').dataset.old = ''")
    newest, oldest = int(order[0]), int(order[-1])

    async def approve(house: House) -> None:
        assert house.clip_desk
        async with tenancy.inside(house.db, gallery.cast.owner.creator_id, write=True) as session:
            for clip in (newest, oldest):
                await by_hand.enter(session, house.clip_desk, clip, Entered(views=4321, note="seen"), ACTOR)

    gallery.do(approve)
    expect(page.locator("[data-old]")).to_have_count(0)  # it was drawn anew
    expect(rows.first).to_contain_text("4,321")
    expect(rows.last).to_contain_text("4,321")
    assert rows.evaluate_all("all => all.map((row) => row.dataset.clip)") == order
    expect(page.get_by_role("button", name="Show more")).to_have_count(0)
