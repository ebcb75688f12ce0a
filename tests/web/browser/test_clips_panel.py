"""The panel of the make-believe internet of videos, as it will stand in a demo: pressed, looked at, and read in German."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from entourage.kernel import http
from entourage.kernel.db import Database
from entourage.simulators.clips import panel
from entourage.simulators.clips.fake import FakeClips
from entourage.simulators.clips.stage import Stage
from entourage.wiring import House
from tests.looking import look_around
from tests.people import Cast
from tests.videos import APIFY_KEY
from tests.web.browser.conftest import Opened, shot
from tests.web.browser.lodging import Lodging

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def backstage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Lodging, FakeClips]]:
    """A house with the panel in it."""
    fake = FakeClips(open_to_all=True)
    fake.apify.register(APIFY_KEY)
    now = fake.time.now()
    fake.world.post_many(
        30, since=now - timedelta(days=9), until=now - timedelta(days=1), platforms=("tiktok", "instagram", "youtube", "x")
    )

    async def furnish(_: Database, __: Cast) -> None:
        pass

    def refit(house: House) -> None:
        house.panel = panel.router(Stage(fake), page="simulators/clips.html", guards=[http.allowed("live.control")])

    lodging = Lodging(tmp_path_factory.mktemp("backstage"), furnish, refit)
    yield lodging, fake
    lodging.close()


def press(page: Page, words: str) -> None:
    page.get_by_role("button", name=words, exact=True).click()


def test_buttons_are_pressed_and_the_page_says_what_happened(backstage: tuple[Lodging, FakeClips], opened: Opened) -> None:
    lodging, fake = backstage
    page = opened(lodging, "/simulators/clips/", language="de-DE")
    page.locator("#author").fill("otter.edits")
    press(page, "Veröffentlichen")
    expect(page.locator("#last")).to_contain_text("otter.edits hat veröffentlicht: https://www.tiktok.com/@otter.edits/video/")
    expect(page.locator('[data-list="videos"]')).to_contain_text("otter.edits")
    page.locator('[data-list="videos"] button').first.click()
    expect(page.locator("#text")).to_have_value(r"https://www.tiktok.com/@otter.edits/video/" + next(reversed(fake.world.videos))[1])
    page.locator("#text").press("Enter")
    expect(page.locator("#last")).to_have_text("Der Clip von otter.edits geht viral")
    press(page, "Entfernen")
    expect(page.locator('[data-list="videos"]')).to_contain_text("weg")
    press(page, "Wieder zeigen")
    press(page, "Videos auslassen")
    press(page, "500")
    expect(page.locator("#faults")).to_contain_text("500 *")
    look_around(page, shot, "clips-panel")
    press(page, "Alles reparieren")
    expect(page.locator("#faults")).to_be_hidden()
    page.locator("#text").fill("https://www.tiktok.com/@a/video/7")
    press(page, "Aufrufe kaufen")
    expect(page.locator("#last")).to_contain_text("Dieses Video gibt es nicht")
