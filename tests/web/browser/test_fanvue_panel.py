"""The panel of the make-believe Fanvue, as it will stand in a demo: pressed, looked at, and read in German."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from entourage.kernel import http
from entourage.kernel.db import Database
from entourage.simulators.fanvue import panel
from entourage.simulators.fanvue.fake import FakeFanvue
from entourage.simulators.fanvue.stage import Stage
from entourage.wiring import House
from tests.fanvue import CLIENT_ID, CLIENT_SECRET, REDIRECT, SCOPES
from tests.looking import look_around
from tests.people import Cast
from tests.web.browser.conftest import Opened, shot
from tests.web.browser.lodging import Lodging

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def backstage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Lodging, FakeFanvue]]:
    """A house with the panel in it."""
    fanvue = FakeFanvue()
    fanvue.register(CLIENT_ID, CLIENT_SECRET, (REDIRECT,))
    fanvue.consent(CLIENT_ID, "nova", SCOPES)

    async def furnish(_: Database, __: Cast) -> None:
        pass

    def refit(house: House) -> None:
        house.panel = panel.router(Stage(fanvue, "nova"), page="simulators/fanvue.html", guards=[http.allowed("live.control")])

    lodging = Lodging(tmp_path_factory.mktemp("backstage"), furnish, refit)
    yield lodging, fanvue
    lodging.close()


def press(page: Page, words: str) -> None:
    page.get_by_role("button", name=words, exact=True).click()


def test_buttons_are_pressed_and_the_page_says_what_happened(backstage: tuple[Lodging, FakeFanvue], opened: Opened) -> None:
    lodging, fanvue = backstage
    page = opened(lodging, "/simulators/fanvue/", language="de-DE")
    page.locator("#text").fill("hallo, bist du da?")
    page.locator("#text").press("Enter")
    expect(page.locator("#last")).to_have_text("mira hat geschrieben")
    expect(page.locator('[data-list="lines"]')).to_contain_text("hallo, bist du da?")
    page.locator("#who").fill("otto")
    page.locator("#temper").select_option("sceptic")
    page.locator("#tongue").select_option("de")
    press(page, "Mehrere Zeilen schreiben")
    expect(page.locator('[data-list="fans"]')).to_contain_text("zweifelt, ob du echt bist")
    press(page, "Endet jetzt")
    expect(page.locator("#last")).to_have_text("otto hat kein Abo.")
    press(page, "Von Hand antworten")
    press(page, "Zahl als Cent-Trinkgeld geben")
    press(page, "500")
    expect(page.locator("#faults")).to_contain_text("500 * ×1")
    look_around(page, shot, "fanvue-panel")
    press(page, "Alles reparieren")
    expect(page.locator("#faults")).to_be_hidden()
    assert fanvue.world.written[-1].by == "hand"
