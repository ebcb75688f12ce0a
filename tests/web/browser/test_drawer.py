"""The drawer: a viewer's profile with an address of its own, changed by hand and taken back."""

import pytest
from playwright.sync_api import Page, expect

from tests.web.browser.conftest import Opened
from tests.web.browser.lodging import Lodging

pytestmark = pytest.mark.browser


def row(page: Page, viewer_id: int) -> str:
    return f'tr[data-viewer="{viewer_id}"]'


def test_back_and_forward_close_and_open_the_drawer(lived: Lodging, opened: Opened) -> None:
    page = opened(lived, "/viewers")
    page.locator(row(page, 2)).click()
    expect(page.locator("#drawer-name")).to_contain_text("Mo backt")
    page.go_back()
    expect(page.locator("#drawer")).to_be_hidden()
    page.go_forward()
    expect(page.locator("#drawer-name")).to_contain_text("Mo backt")


def test_the_address_of_a_drawer_can_be_sent_to_somebody(lived: Lodging, opened: Opened) -> None:
    page = opened(lived, "/viewers/lena.draws")
    expect(page.locator("#drawer-name")).to_contain_text("Lena")
    page.locator("[data-close-drawer]").click()
    expect(page.locator("#drawer")).to_be_hidden()
    assert page.url.endswith("/viewers")


def test_the_drawer_survives_a_reload_over_another_page(lived: Lodging, opened: Opened) -> None:
    page = opened(lived, "/")
    page.locator("#top-tonight a").first.click()
    expect(page.locator("#drawer-name")).to_be_visible()
    page.reload()
    expect(page.locator("#drawer-name")).to_be_visible()
    page.go_back()
    expect(page.locator("#tonight")).to_be_visible()


def test_closing_saves_what_was_being_written(lived: Lodging, opened: Opened) -> None:
    page = opened(lived, "/viewers")
    page.locator(row(page, 21)).click()
    page.get_by_label("Tags").fill("chess, coffee")
    with page.expect_response(lambda answer: answer.request.method == "PATCH") as saved:
        page.locator("[data-close-drawer]").click()
    assert saved.value.ok
    page.goto("/viewers/21")
    expect(page.locator("[data-tag]")).to_have_text(["chess", "coffee"])


def test_a_star_shows_in_the_list_at_once(lived: Lodging, opened: Opened) -> None:
    page = opened(lived, "/viewers")
    mark = page.locator(row(page, 9)).locator('[data-mark="star"]')
    expect(mark).to_be_hidden()
    page.locator(row(page, 9)).click()
    page.locator('[data-flag="is_favorite"]').click()
    expect(mark).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(mark).to_be_hidden()


def test_a_helper_may_write_notes_and_a_clipper_sees_nobody(lived: Lodging, opened: Opened) -> None:
    page = opened(lived, "/viewers/1", person=lived.cast.helper)
    expect(page.get_by_label("Notes")).to_be_editable()
    stranger = opened(lived, "/signin", signed_in=False)
    stranger.goto("/viewers/1")
    assert "/signin" in stranger.url
