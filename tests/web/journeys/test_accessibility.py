"""Every page as axe-core sees it, in German (the longer words), in both lights, on a desk and in a hand: nothing to complain about."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.web.journeys.conftest import Open, Start
from tests.web.journeys.houses import Owner

PAGES = (
    "/",
    "/viewers",
    "/viewers/1",
    "/leaderboard?period=week",
    "/week",
    "/streams",
    "/streams/1",
    "/streams/gaps",
    "/tiers",
    "/tiers/edit",
    "/birthdays",
    "/vips/rewards",
    "/vips/rules",
    "/vips/settings",
    "/vips/analytics",
    "/settings",
)
SIZES = {"desk": (1440, 900), "hand": (390, 844)}


def complaints(page: Page) -> list[str]:
    """Ask axe-core, and say what is wrong where."""
    found = Axe().run(page).response["violations"]
    return [f"{page.url} {one['impact']} {one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]]


def overflows(page: Page) -> bool:
    """Tell whether the page can be scrolled sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_the_german_pages_are_for_everybody(ada: Owner, visit: Open, shoot: Callable[[Page, str], None], theme: str, size: str) -> None:
    width, height = SIZES[size]
    page = visit(f"{ada.house.url}/viewers", owner=ada, theme=theme, width=width, height=height, locale="de-DE")
    found: list[str] = []
    for path in PAGES:
        page.goto(ada.house.url + path)
        expect(page.locator("html")).to_have_attribute("data-bs-theme", theme)
        if path == "/week":
            expect(page.locator(".heat canvas").first).to_be_visible()
        found += complaints(page)
        if overflows(page):
            found.append(f"{page.url} is wider than the screen")
        shoot(page, f"{(path.strip('/') or 'tonight').replace('/', '-').replace('?', '-')}-{theme}-{size}-de")
    assert found == []


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_the_door_is_for_everybody(ada: Owner, visit: Open, shoot: Callable[[Page, str], None], theme: str, size: str) -> None:
    width, height = SIZES[size]
    page = visit(f"{ada.house.url}/signin", theme=theme, width=width, height=height)
    assert complaints(page) == []
    assert not overflows(page)
    shoot(page, f"signin-{theme}-{size}")


def test_the_welcome_is_for_everybody(start: Start, visit: Open, shoot: Callable[[Page, str], None]) -> None:
    house = start("run")
    for theme in ("dark", "light"):
        for size, (width, height) in SIZES.items():
            page = visit(house.link, theme=theme, width=width, height=height)
            assert complaints(page) == []
            assert not overflows(page)
            shoot(page, f"welcome-{theme}-{size}")


def test_the_evening_fits_a_dock_in_obs(ada: Owner, visit: Open, shoot: Callable[[Page, str], None]) -> None:
    page = visit(ada.house.url, owner=ada, width=400, height=700)
    assert not overflows(page)
    expect(page.locator("[data-stat=coins]").first).to_be_in_viewport()
    shoot(page, "tonight-dock")
