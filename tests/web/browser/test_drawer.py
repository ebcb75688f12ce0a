"""The drawer: a viewer's profile with an address of its own, changed by hand and taken back."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.web.browser.conftest import Opened
from tests.web.browser.lodging import Lodging

pytestmark = pytest.mark.browser


def row(page: Page, viewer_id: int) -> str:
    return f'tr[data-viewer="{viewer_id}"]'


def test_a_row_opens_the_drawer_at_an_address_and_escape_leads_back(lived: Lodging, opened: Opened) -> None:
    page = opened(lived, "/viewers?filter=vip")
    page.locator(row(page, 3)).click()
    expect(page.locator("#drawer h2")).to_contain_text("Karlo")
    assert page.url.endswith("/viewers/3")
    expect(page.locator(row(page, 3))).to_have_class(re.compile("is-open"))
    page.keyboard.press("Escape")
    expect(page.locator("#drawer")).to_be_hidden()
    assert page.url.endswith("/viewers?filter=vip")


def test_back_and_forward_close_and_open_the_drawer(lived: Lodging, opened: Opened) -> None:
    page = opened(lived, "/viewers")
    page.locator(row(page, 2)).click()
    expect(page.locator("#drawer h2")).to_contain_text("Mo backt")
    page.go_back()
    expect(page.locator("#drawer")).to_be_hidden()
    page.go_forward()
    expect(page.locator("#drawer h2")).to_contain_text("Mo backt")


def test_the_address_of_a_drawer_can_be_sent_to_somebody(lived: Lodging, opened: Opened) -> None:
    page = opened(lived, "/viewers/lena.draws")
    expect(page.locator("#drawer h2")).to_contain_text("Lena")
    page.locator("[data-close-drawer]").click()
    expect(page.locator("#drawer")).to_be_hidden()
    assert page.url.endswith("/viewers")


def test_the_drawer_survives_a_reload_over_another_page(lived: Lodging, opened: Opened) -> None:
    page = opened(lived, "/")
    page.locator("#top-tonight a").first.click()
    expect(page.locator("#drawer h2")).to_be_visible()
    page.reload()
    expect(page.locator("#drawer h2")).to_be_visible()
    page.go_back()
    expect(page.locator("#tonight")).to_be_visible()


def test_a_note_is_saved_when_it_is_left_and_can_be_undone(lived: Lodging, opened: Opened) -> None:
    page = opened(lived, "/viewers/20")
    notes = page.get_by_label("Notes")
    notes.fill("Plays the cello <b>loudly</b>.")
    page.get_by_label("Discord").focus()
    expect(page.locator(".toast-note")).to_contain_text("Saved")
    page.reload()
    expect(notes).to_have_value("Plays the cello <b>loudly</b>.")
    notes.fill("Plays the flute.")
    page.get_by_label("Discord").focus()
    page.get_by_role("button", name="Undo").click()
    expect(notes).to_have_value("Plays the cello <b>loudly</b>.")
    page.reload()
    expect(notes).to_have_value("Plays the cello <b>loudly</b>.")


def test_closing_with_escape_saves_what_was_being_written(lived: Lodging, opened: Opened) -> None:
    page = opened(lived, "/viewers")
    page.locator(row(page, 21)).click()
    page.get_by_label("Tags").fill("chess, coffee")
    with page.expect_response(lambda answer: answer.request.method == "PATCH") as saved:
        page.keyboard.press("Escape")
    assert saved.value.ok
    page.goto("/viewers/21")
    expect(page.get_by_label("Tags")).to_have_value("chess, coffee")


def test_a_birthday_that_is_no_day_is_refused_beside_the_field(lived: Lodging, opened: Opened) -> None:
    page = opened(lived, "/viewers/22")
    birthday = page.get_by_label("Birthday")
    birthday.fill("2001-02-30")
    page.get_by_label("Discord").focus()
    expect(page.locator(".form-wrong")).to_contain_text("YYYY-MM-DD")
    expect(birthday).to_have_value("2001-02-30")
    birthday.fill("2001-02-28")
    page.get_by_label("Discord").focus()
    expect(page.locator(".form-wrong")).to_have_count(0)
    expect(page.locator(".toast-note")).to_contain_text("Saved")


def test_a_star_shows_in_the_list_at_once(lived: Lodging, opened: Opened) -> None:
    page = opened(lived, "/viewers")
    mark = page.locator(row(page, 9)).locator('[data-mark="star"]')
    expect(mark).to_be_hidden()
    page.locator(row(page, 9)).click()
    page.locator('[data-flag="is_favorite"]').click()
    expect(mark).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(mark).to_be_hidden()


def test_a_tier_by_hand_stays_until_the_rules_decide_again(lived: Lodging, opened: Opened) -> None:
    page = opened(lived, "/viewers/48")
    expect(page.locator("#drawer h3").first).to_have_text("No tier yet")
    expect(page.locator(".ways-title")).to_contain_text("Still missing for Bronze")
    page.get_by_text("By hand").click()
    page.locator(".menu-list").get_by_role("button", name="Gold").click()
    expect(page.locator("#drawer h3").first).to_contain_text("Gold since")
    expect(page.locator("#drawer")).to_contain_text("Set by hand")
    expect(page.locator(row(page, 48)).locator(".tier")).to_have_text("Gold")
    page.get_by_text("By hand", exact=True).click()
    page.get_by_role("button", name="Let the rules decide").click()
    expect(page.locator("#drawer h3").first).to_have_text("No tier yet")


def test_a_helper_may_write_notes_and_a_clipper_sees_nobody(lived: Lodging, opened: Opened) -> None:
    page = opened(lived, "/viewers/1", person=lived.cast.helper)
    expect(page.get_by_label("Notes")).to_be_editable()
    stranger = opened(lived, "/signin", signed_in=False)
    stranger.goto("/viewers/1")
    assert "/signin" in stranger.url
