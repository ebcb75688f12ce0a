"""Pages that are easily forgotten, looked at and asked of axe-core: those of a new house, the dock in OBS, the tabs of the drawer."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.web.browser.conftest import Opened, shot
from tests.web.browser.lodging import Lodging

pytestmark = pytest.mark.browser

LOOKS = [(theme, size) for theme in ("dark", "light") for size in ("wide", "phone")]


def check(page: Page, name: str) -> None:
    page.wait_for_load_state("networkidle")
    shot(page, name)
    width, window = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert width <= window, f"{name} is {width} wide in a window of {window}"
    found = Axe().run(page)
    wrong = [
        f"{one['id']}: {node['html'][:160]}"
        for one in found.response["violations"]
        if one["impact"] in {"serious", "critical"}
        for node in one["nodes"]
    ]
    assert wrong == []


@pytest.mark.parametrize(("theme", "size"), LOOKS)
def test_the_first_page_of_a_new_house_says_what_to_do(new: Lodging, opened: Opened, theme: str, size: str) -> None:
    page = opened(new, "/", theme=theme, size=size)
    assert page.locator(".begin-step").count() == 3
    check(page, f"first-run-{theme}-{size}")


def test_the_evening_fits_a_dock_in_obs(lived: Lodging, opened: Opened) -> None:
    page = opened(lived, "/", size="dock")
    check(page, "tonight-dark-dock")
    card = page.locator(".walk-card").bounding_box()
    assert card is not None
    assert card["y"] + card["height"] <= 560, "who walked in is seen without scrolling, above the bar"


@pytest.mark.parametrize(
    "path",
    ["/viewers", "/leaderboard", "/leaderboard?period=week", "/week", "/birthdays", "/streams", "/streams/gaps", "/tiers", "/settings"],
)
def test_a_page_of_a_new_house_is_not_blank(new: Lodging, opened: Opened, path: str) -> None:
    page = opened(new, path)
    check(page, f"empty-{path.strip('/')}")


@pytest.mark.parametrize("tab", ["visits", "gifts", "chat", "week"])
def test_each_tab_of_the_drawer_is_open_to_everybody(lived: Lodging, opened: Opened, tab: str) -> None:
    page = opened(lived, "/viewers/1")
    page.get_by_role("tab", name=tab.capitalize(), exact=True).click()
    page.wait_for_selector("#drawer-panel canvas" if tab == "week" else "#drawer-panel .lines")
    check(page, f"drawer-{tab}")
