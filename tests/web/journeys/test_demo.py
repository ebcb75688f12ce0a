"""The demo: one link, and the evening moves."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.web.journeys.conftest import Console, Open, Start


def test_the_demo_is_entered_by_its_link_moves_and_has_a_panel(
    start: Start, visit: Open, shoot: Callable[[Page, str], None], console: Console
) -> None:
    house = start("demo")
    page = visit(house.link)
    page.get_by_role("button", name="Step in").click()
    expect(page).to_have_title("Tonight · Entourage")
    expect(page.locator(".demo-badge")).to_have_text("Demo")
    expect(page.locator("#feed li").nth(5)).to_be_visible(timeout=40_000)
    shoot(page, "demo")
    before = page.locator("#feed li").first.inner_text()
    expect(page.locator("#feed li").first).not_to_have_text(before)

    page.get_by_role("link", name="Demo panel").click()
    expect(page).to_have_title("@nova.live · TikTok simulator")
    stir_twitch(page, shoot)
    console.expect("409")
    page.go_back()
    lose_the_line(page)
    page.get_by_role("link", name="Entourage").click()
    expect(page).to_have_title("Tonight · Entourage")
    follow_the_gap(page, shoot)


def stir_twitch(page: Page, shoot: Callable[[Page, str], None]) -> None:
    """Go on to the panel of Twitch, where Nova is live: redeem, give and take a badge, and be told why not."""
    page.get_by_role("link", name="Twitch").click()
    expect(page).to_have_title("Twitch simulator · Entourage")
    page.wait_for_load_state()
    expect(page.locator("#live")).to_have_attribute("data-live", "yes")
    page.locator("#text").fill("A drawing")
    page.get_by_role("button", name="Make a reward").click()
    expect(page.locator("#last")).to_have_text("The reward A drawing was made in the dashboard")
    page.locator("#reward").select_option(label="A drawing · 5")
    page.get_by_role("button", name="Redeem", exact=True).click()
    expect(page.locator('[data-list="redemptions"] li').first).to_contain_text("A drawing · waits")
    page.get_by_role("button", name="Refund the last").click()
    expect(page.locator('[data-list="redemptions"] li').first).to_contain_text("A drawing · refunded")
    page.get_by_role("button", name="Give VIP").click()
    expect(page.locator('[data-list="badges"] li').first).to_contain_text("+ mira VIP by hand")
    page.get_by_role("button", name="Give VIP").click()
    expect(page.locator("#last.wrong")).to_have_text("mira has the VIP badge already.")
    shoot(page, "demo-twitch")


def lose_the_line(page: Page) -> None:
    """Press until there was a line to lose: the evening drops it by itself now and then."""
    button = page.get_by_role("button", name="Gap of 10 s")
    button.evaluate("one => one.dataset.set = JSON.stringify({ seconds: 15 })")  # long enough to see, also on a busy machine
    for _ in range(6):
        button.click()
        said = page.locator("#log li", has_text="nobody can come back for 15 s").first
        expect(said).to_be_visible(timeout=15_000)
        if "1 connections dropped" in said.inner_text():
            return
        page.wait_for_timeout(16_000)
    pytest.fail("There was never a line to lose.")


def follow_the_gap(page: Page, shoot: Callable[[Page, str], None]) -> None:
    """See the banner come, change when the line is back, and go when it is put away; then find the gap in the ledger and with its stream."""
    banner = page.locator("#gap-banner")
    expect(banner).to_contain_text("The line to TikTok was lost. It goes on.")
    expect(banner).not_to_contain_text("It goes on", timeout=60_000)
    expect(banner).to_contain_text("told again")
    shoot(page, "demo-gap")
    banner.get_by_role("button", name="Put this notice away").click(timeout=30_000)
    expect(banner).to_be_empty()
    page.reload()
    expect(page.locator("#feed li").first).to_be_visible()
    expect(banner).to_be_empty()

    page.get_by_role("link", name="Streams").click()
    expect(page.locator("[data-stream]").first).to_contain_text("live")
    page.get_by_role("link", name="Gaps").click()
    expect(page.locator("[data-gap]").first).to_contain_text("The line to TikTok was lost.")
    page.get_by_role("link", name="The stream").first.click()
    expect(page.locator(".gap-lines")).to_contain_text("The line to TikTok was lost.")
    expect(page.locator(".course-gap").first).to_be_attached()
    page.get_by_role("link", name="Came back").click()
    expect(page.locator("#whom-returning")).to_have_attribute("aria-current", "true")
    rows = page.locator("#guests tbody tr[data-viewer]")
    expect(rows.first).to_be_visible()
    assert rows.locator(".first-mark").count() == 0
    page.locator("#whom-everybody").click()
    expect(page.locator("#whom-everybody")).to_have_attribute("aria-current", "true")
    expect(rows).to_have_count(25)
    page.get_by_role("button", name="Show more").click()
    expect(rows).not_to_have_count(25)
    page.locator("#curve-coins").click()
    expect(page.locator(".course-words")).to_contain_text("coins in a minute")


def test_a_real_house_has_no_panel(start: Start, visit: Open) -> None:
    house = start("run")
    page = visit(house.link)
    expect(page.get_by_role("heading")).to_have_text("Welcome to Entourage")
    assert page.request.get(f"{house.url}/simulators/tiktok", max_redirects=0).status in {303, 404}
