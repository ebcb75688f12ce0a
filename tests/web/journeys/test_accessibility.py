"""Every page as axe-core sees it, in German (the longer words), in both lights, on a desk and in a hand: nothing to complain about."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.looking import around, look_around, overflows
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
    "/vips",
    "/vips/activity",
    "/vips/rewards",
    "/vips/rules",
    "/vips/settings",
    "/vips/analytics",
    "/settings",
)


@pytest.mark.parametrize("size", ["wide", "phone"])
def test_the_german_pages_are_for_everybody(ada: Owner, visit: Open, shoot: Callable[[Page, str], None], size: str) -> None:
    page = visit(f"{ada.house.url}/viewers", owner=ada, locale="de-DE")
    found: list[str] = []
    for path in PAGES:
        page.goto(ada.house.url + path)
        if path == "/week":
            expect(page.locator(".heat canvas").first).to_be_visible()
        name = (path.strip("/") or "tonight").replace("/", "-").replace("?", "-")
        for seen_in, wrong in around(page, sizes=(size,)):
            shoot(page, f"{name}-{seen_in}-de")
            found += [f"{seen_in}: {one}" for one in wrong]
    assert found == []


def test_the_door_and_the_welcome_are_for_everybody(ada: Owner, start: Start, visit: Open, shoot: Callable[[Page, str], None]) -> None:
    for name, address in (("signin", f"{ada.house.url}/signin"), ("welcome", start("run").link)):
        look_around(visit(address), shoot, name)


def test_the_evening_fits_a_dock_in_obs(ada: Owner, visit: Open, shoot: Callable[[Page, str], None]) -> None:
    page = visit(ada.house.url, owner=ada, width=400, height=700)
    assert not overflows(page)
    expect(page.locator("[data-stat=coins]").first).to_be_in_viewport()
    shoot(page, "tonight-dock")
