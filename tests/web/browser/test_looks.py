"""Pages that are easily forgotten, looked at and asked of axe-core: those of a new house, the dock in OBS, the tabs of the drawer."""

import pytest
from playwright.sync_api import expect

from tests.looking import complaints, look_around, overflows
from tests.web.browser.conftest import Opened, shot
from tests.web.browser.lodging import Lodging

pytestmark = pytest.mark.browser

PAGES = ("/viewers", "/leaderboard", "/leaderboard?period=week", "/week", "/birthdays", "/streams", "/streams/gaps", "/tiers", "/settings")


def test_the_first_page_of_a_new_house_says_what_to_do(new: Lodging, opened: Opened) -> None:
    page = opened(new, "/")
    assert page.locator(".begin-step").count() == 3
    look_around(page, shot, "first-run")


def test_the_evening_fits_a_dock_in_obs(lived: Lodging, opened: Opened) -> None:
    page = opened(lived, "/", size="dock")
    expect(page.locator("body[data-line=open]")).to_be_attached()
    shot(page, "tonight-dark-dock")
    assert complaints(page) == []
    assert not overflows(page)
    card = page.locator(".walk-card").bounding_box()
    assert card is not None
    assert card["y"] + card["height"] <= 560, "who walked in is seen without scrolling, above the bar"


def test_no_page_of_a_new_house_is_blank(new: Lodging, opened: Opened) -> None:
    page = opened(new, PAGES[0])
    for path in PAGES:
        page.goto(path)
        expect(page.locator(".htmx-request")).to_have_count(0)
        look_around(page, shot, f"empty-{path.strip('/')}", sizes=("phone",))


def test_each_tab_of_the_drawer_is_open_to_everybody(lived: Lodging, opened: Opened) -> None:
    page = opened(lived, "/viewers/1")
    for tab in ("visits", "gifts", "chat", "week"):
        page.get_by_role("tab", name=tab.capitalize(), exact=True).click()
        page.wait_for_selector("#drawer-panel canvas" if tab == "week" else "#drawer-panel .lines")
        look_around(page, shot, f"drawer-{tab}", "#drawer")
