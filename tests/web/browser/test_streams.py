"""Streams after they were live, the ledger of gaps and its banner, the boards of a period, and the week by coins."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect
from sqlalchemy import delete

from entourage.kernel import clock, tenancy
from entourage.ports.live import FeedState
from entourage.viewers.tables import Gap
from entourage.wiring import House
from tests import make
from tests.looking import look_around
from tests.web.browser.conftest import Opened, live_in, shot
from tests.web.browser.lodging import Lodging

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lodging]:
    """A house that is lived in, in which nobody begins another stream."""
    lodging = Lodging(tmp_path_factory.mktemp("looked-back"), live_in)
    yield lodging
    lodging.close()


def test_looking_back_is_for_everybody(lived: Lodging, opened: Opened) -> None:
    page = opened(lived, "/streams", language="de-DE")
    look_around(page, shot, "streams")
    page.locator("[data-stream]").nth(1).locator("a").click()
    page.wait_for_selector(".course-picture")
    look_around(page, shot, "stream")
    page.locator("#curve-coins").click()
    page.wait_for_selector("#curve-coins[aria-current]")
    page.locator("#course summary").click()
    page.locator("#whom-first").click()
    page.wait_for_selector("#whom-first[aria-current]")
    look_around(page, shot, "stream-coins", "#main")
    for path in ("/streams/gaps", "/leaderboard?period=week", "/week?show=coins"):
        page.goto(path)
        look_around(page, shot, re.sub("[/?=]", "-", path.strip("/")), "#main")


@pytest.fixture
def missed(lived: Lodging) -> Iterator[int]:
    """Let the line be lost in the evening that goes on; returns the gap's id, and leaves none behind."""
    creator = lived.cast.owner.creator_id
    made = lived.do(lambda house: make.gap(house.db, creator, None, clock.now_ms() - 90_000, until_ms=None))
    yield made

    async def forget(house: House) -> None:
        async with tenancy.inside(house.db, creator, write=True) as session:
            await session.execute(delete(Gap).where(Gap.id >= made))

    lived.do(forget)


def test_the_banner_of_a_gap_is_for_everybody(lived: Lodging, opened: Opened, missed: int) -> None:
    page = opened(lived, "/", language="de-DE")
    expect(page.locator(f'[data-gap="{missed}"]')).to_be_visible()
    look_around(page, shot, "tonight-gap")


def test_the_banner_changes_when_the_line_does_and_stays_away_once_it_was_put_away(lived: Lodging, opened: Opened, missed: int) -> None:
    creator = lived.cast.owner.creator_id
    page = opened(lived, "/")
    banner = page.locator("#gap-banner")
    expect(banner).to_contain_text("It goes on.")
    expect(page.locator("body")).to_have_attribute("data-line", "open")

    async def mend(house: House) -> None:
        async with tenancy.inside(house.db, creator, write=True) as session:
            one = await session.get_one(Gap, missed)
            one.until_ms, one.recovered = clock.now_ms(), 1
        house.publisher.states(creator, [("ada.live", FeedState(source="tiktok", code="live", at_ms=clock.now_ms(), room="1"))])

    lived.do(mend)
    expect(banner).to_contain_text("1 message of it was told again and is counted")
    banner.get_by_role("button", name="Put this notice away").click()
    expect(banner).to_be_empty()
    expect(page.locator("#main")).to_be_focused()
    page.reload()
    expect(page.locator("#feed li").first).to_be_visible()
    expect(banner).to_be_empty()
    page.goto("/streams/gaps")
    expect(page.locator("[data-gap]")).to_have_count(2)


def test_boards_and_the_week_are_switched_by_their_tabs(lived: Lodging, opened: Opened) -> None:
    page = opened(lived, "/leaderboard")
    page.get_by_role("link", name="This month").click()
    expect(page).to_have_url(re.compile("period=month"))
    page.get_by_role("link", name="Comments").click()
    expect(page).to_have_url(re.compile("board=comments.*period=month"))
    page.get_by_role("link", name="Week", exact=True).click()
    page.get_by_role("link", name="Coins").click()
    expect(page.locator("#week-title")).to_have_text("When your viewers give")
    expect(page.locator(".heat canvas").first).to_be_visible()
