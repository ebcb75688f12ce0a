"""The demo: one link, and the evening moves."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.web.journeys.conftest import Open, Start


def test_the_demo_is_entered_by_its_link_moves_and_has_a_panel(start: Start, visit: Open, shoot: Callable[[Page, str], None]) -> None:
    house = start("demo")
    page = visit(house.link)
    page.get_by_role("button", name="Step in").click()
    expect(page).to_have_title("Tonight · Entourage")
    expect(page.locator(".demo-badge")).to_have_text("Demo")
    expect(page.locator("#feed li").nth(5)).to_be_visible(timeout=40_000)
    shoot(page, "demo")
    before = page.locator("#feed li").first.inner_text()
    expect(page.locator("#feed li").first).not_to_have_text(before, timeout=20_000)

    page.get_by_role("link", name="Demo panel").click()
    expect(page).to_have_title("@nova.live · TikTok simulator")
    page.get_by_role("link", name="Entourage").click()
    expect(page).to_have_title("Tonight · Entourage")


def test_a_real_house_has_no_panel(start: Start, visit: Open) -> None:
    house = start("run")
    page = visit(house.link)
    expect(page.get_by_role("heading")).to_have_text("Welcome to Entourage")
    assert page.request.get(f"{house.url}/simulators/tiktok", max_redirects=0).status in {303, 404}
