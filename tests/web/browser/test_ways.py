"""Getting around: search, the list's address, language, theme, settings."""

import pytest
from playwright.sync_api import expect

from tests.web.browser.conftest import Opened, shot
from tests.web.browser.lodging import Lodging

pytestmark = pytest.mark.browser


def test_arrow_keys_choose_among_the_found(lived: Lodging, opened: Opened) -> None:
    page = opened(lived, "/")
    page.keyboard.press("/")
    page.keyboard.type("viewer1")
    expect(page.locator(".finder-item")).to_have_count(8)
    for one in (page.locator(".finder-item .who-handle").first, page.locator(".finder-item .who-handle").last):
        expect(one).to_contain_text("viewer1")
    page.keyboard.press("ArrowDown")
    chosen = page.locator('.finder-item[aria-selected="true"] .who-name').inner_text()
    page.keyboard.press("Enter")
    expect(page.locator("#drawer-name")).to_contain_text(chosen)


def test_more_rows_follow_without_a_gap_or_a_double(lived: Lodging, opened: Opened) -> None:
    page = opened(lived, "/viewers")
    rows = page.locator("tbody tr[data-viewer]")
    expect(rows).to_have_count(50)
    page.get_by_role("button", name="Show more").click()
    expect(rows).to_have_count(100)
    page.get_by_role("button", name="Show more").click()
    expect(rows).to_have_count(150)
    ids = rows.evaluate_all("all => all.map(one => one.dataset.viewer)")
    assert len(set(ids)) == 150
    coins = [int(text.replace(",", "")) for text in page.locator('tbody [data-cell="total_coins_spent"]').all_inner_texts()]
    assert coins == sorted(coins, reverse=True)


def test_the_address_of_the_seed_opens_the_viewers(lived: Lodging, opened: Opened) -> None:
    page = opened(lived, "/viewer-profiles/ui")
    expect(page.locator("tbody tr[data-viewer]")).to_have_count(50)


def test_connecting_tiktok_shows_in_the_chip_and_on_the_first_page(new: Lodging, opened: Opened) -> None:
    page = opened(new, "/settings")
    expect(page.locator("#chips")).to_contain_text("TikTok: not connected")
    page.locator("#tiktok-account").fill("@ada.live")
    page.locator("#connections").get_by_role("button", name="Connect").first.click()
    expect(page.locator("#chips")).to_contain_text("TikTok: starting")
    expect(page.locator("#tiktok-account")).to_have_value("ada.live")
    page.get_by_label("Listen when I am live").uncheck()
    expect(page.locator("#chips")).to_contain_text("not connected")
    page.goto("/")
    expect(page.locator(".begin-step.is-done")).to_have_count(1)


def test_the_five_choices_of_the_room_are_kept(new: Lodging, opened: Opened) -> None:
    page = opened(new, "/settings")
    page.get_by_label("Tiers come by themselves").uncheck()
    expect(page.locator(".toast-note").first).to_contain_text("Saved")
    page.get_by_label("A visit ends after").fill("10")
    page.get_by_label("A visit ends after").press("Enter")
    expect(page.get_by_label("A visit ends after")).to_have_js_property("validity.valid", value=False)
    page.get_by_label("A visit ends after").fill("120")
    page.get_by_label("Look", exact=True).focus()
    expect(page.locator(".toast-note")).to_have_count(2)
    page.reload()
    expect(page.get_by_label("Tiers come by themselves")).not_to_be_checked()
    expect(page.get_by_label("A visit ends after")).to_have_value("120")


def test_a_key_is_shown_once_works_and_can_be_revoked(new: Lodging, opened: Opened) -> None:
    page = opened(new, "/settings")
    page.get_by_text("New key", exact=True).click()
    page.locator("#key-name").fill("Stream deck")
    page.get_by_role("button", name="Make the key").click()
    expect(page.locator("#fresh-key")).to_be_visible()
    key = page.locator("#fresh-key").input_value()
    assert key.startswith("ent_")
    anybody = page.context.browser.new_context(base_url=new.url) if page.context.browser else page.context
    assert anybody.request.get("/api/viewer-profiles", headers={"x-api-key": key}).ok
    page.reload()
    assert key not in page.content()
    page.get_by_role("button", name="Revoke").click()
    page.get_by_role("button", name="Really revoke?").click()
    expect(page.locator("#keys")).to_contain_text("No keys yet")
    assert anybody.request.get("/api/viewer-profiles", headers={"x-api-key": key}).status == 401
    anybody.close()


def test_an_invitation_leads_to_the_join_page(new: Lodging, opened: Opened) -> None:
    page = opened(new, "/settings")
    page.get_by_role("button", name="Make a link").click()
    expect(page.locator("#fresh-link")).to_be_visible()
    link = page.locator("#fresh-link").input_value()
    guest = opened(new, link.replace("localhost", "127.0.0.1"), signed_in=False)
    expect(guest.locator("h1")).to_contain_text("Ada Live")
    shot(guest, "join")


def test_a_moderator_sees_only_the_settings_that_are_theirs(lived: Lodging, opened: Opened) -> None:
    page = opened(lived, "/settings", person=lived.cast.helper)
    expect(page.locator("section.panel")).to_have_count(1)
    expect(page.locator("#look")).to_be_visible()
