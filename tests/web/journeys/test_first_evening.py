"""A new owner's first evening: the welcome, the three steps, a key, and viewers who appear by themselves."""

import re
import time
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.web.journeys.conftest import Open, Start, ready
from tests.web.journeys.houses import OWNER, Evening, send_in


def test_a_new_owner_comes_from_the_link_to_live_viewers(start: Start, visit: Open, shoot: Callable[[Page, str], None]) -> None:
    house = start("run")
    page = visit(house.link)
    shoot(page, "welcome")
    expect(page.get_by_label("Time zone")).to_have_value("Europe/Berlin")
    for label, name in (("Your name", "name"), ("E-mail", "email"), ("Password", "password"), ("Name of your channel", "creator")):
        page.get_by_label(label).fill(OWNER[name])
    page.get_by_role("button", name="Begin").click()

    expect(page).to_have_title("Tonight · Entourage")
    expect(page.locator(".begin-step")).to_have_count(3)
    expect(page.locator(".begin-step.is-done")).to_have_count(1)
    shoot(page, "tonight-empty")

    # Connect TikTok.
    ready(page).locator(".begin").get_by_role("link", name="Connect TikTok").click()
    expect(page).to_have_url(re.compile("/settings#connections$"))
    ready(page).locator("#tiktok-account").fill("@ada.live")
    page.locator("#connections").get_by_role("button", name="Connect", exact=True).first.click()
    expect(page.locator(".toast-note")).to_contain_text("Saved.")
    expect(page.get_by_label("Listen when I am live")).to_be_checked()

    # A key, shown once.
    page.locator("#keys summary").click()
    page.locator("#key-name").fill("The bridge on my PC")
    page.get_by_role("button", name="Make the key").click()
    expect(page.locator("#fresh-key")).to_be_visible()
    key = page.locator("#fresh-key").input_value()
    assert len(key) > 20
    page.reload()
    expect(ready(page).locator("#keys")).to_contain_text("The bridge on my PC")
    assert key not in page.content()

    # Viewers appear on Tonight while one looks.
    page.get_by_role("link", name="Tonight").click()
    expect(page.locator(".begin-step.is-done")).to_have_count(2)
    ready(page)
    evening = Evening("801", int(time.time() * 1000) - 60_000)
    receipt = send_in(
        house, key, [evening.event("join", "Lena"), evening.event("chat", "Lena", text="Hello there"), evening.gift("Moritz", 30)]
    )
    assert receipt["stored"] == 3
    expect(page.locator("#feed")).to_contain_text("Hello there")
    expect(page.locator("#here li")).to_have_count(2)
    expect(page.locator("[data-stat=coins]").first).to_have_text("30")
    expect(page.locator("[data-stat=here]").first).to_have_text("2")
    expect(page.locator("#walk")).to_contain_text("first visit")
    expect(page.locator(".begin")).to_have_count(0)

    # And in the list of viewers.
    page.get_by_role("link", name="Viewers", exact=True).click()
    row = page.locator("tr[data-viewer]", has_text="Moritz")
    expect(row.locator("[data-cell=total_coins_spent]")).to_have_text("30")
    ready(page)
    send_in(house, key, [evening.gift("Moritz", 12), evening.event("join", "Rosa")])
    expect(row.locator("[data-cell=total_coins_spent]")).to_have_text("42")
    expect(page.locator("#fresh")).to_contain_text("1 new viewer")
    page.locator("#fresh").click()
    expect(page.locator("tr[data-viewer]")).to_have_count(3)
