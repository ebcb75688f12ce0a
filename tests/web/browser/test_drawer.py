"""The drawer: a viewer's profile with an address of its own, changed by hand and taken back."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.web.browser.conftest import Opened
from tests.web.browser.lodging import Lodging, said
from tests.web.browser.test_live import person, room

pytestmark = pytest.mark.browser

__all__ = ["room"]


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
    page.locator("#drawer").get_by_label("Tags").fill("chess, coffee")
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


def test_a_drawer_is_a_page_of_its_own_and_goes_by_keys(lived: Lodging, opened: Opened) -> None:
    page = opened(lived, "/viewers/30")
    expect(page).to_have_title(re.compile(re.escape(page.locator("#drawer-name bdi").inner_text())))
    first, second = (page.locator("tr[data-viewer]").nth(place).get_attribute("data-viewer") for place in (0, 1))
    page.goto("/viewers")
    page.locator(f'tr[data-viewer="{first}"] a[data-drawer]').focus()
    page.keyboard.press("Enter")
    expect(page.locator("#drawer [data-viewer]")).to_have_attribute("data-viewer", first or "")
    expect(page).to_have_url(re.compile(f"/viewers/{first}$"))
    page.keyboard.press("ArrowDown")
    expect(page.locator("#drawer [data-viewer]")).to_have_attribute("data-viewer", second or "")
    page.keyboard.press("ArrowUp")
    expect(page.locator("#drawer [data-viewer]")).to_have_attribute("data-viewer", first or "")
    page.get_by_role("tab", name="About").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Visits")).to_have_attribute("aria-selected", "true")
    expect(page.locator("#drawer-panel .lines")).to_be_visible()
    for _ in range(40):  # Tab stays in the drawer
        page.keyboard.press("Tab")
    assert page.evaluate("document.getElementById('drawer').contains(document.activeElement)")
    page.keyboard.press("Escape")
    expect(page.locator("#drawer")).to_be_hidden()
    expect(page).to_have_url(re.compile("/viewers$"))
    expect(page.locator(f'tr[data-viewer="{first}"] a[data-drawer]')).to_be_focused()


def test_the_chat_is_searched_where_it_stands(lived: Lodging, opened: Opened, room: str) -> None:
    lived.happen(said(room, person(130), "the marble was warm"), said(room, person(130), "good night"))
    page = opened(lived, "/viewers/131")
    page.get_by_role("tab", name="Chat").click()
    expect(page.locator("#chat-lines .said")).to_have_text(["good night", "the marble was warm"])
    page.get_by_label("Search in what they wrote").press_sequentially(
        "MARBLE", delay=50
    )  # as fast as a person: htmx takes 20 ms to hear a new field
    expect(page.locator("#chat-lines .said")).to_have_text(["the marble was warm"])
    page.get_by_label("Search in what they wrote").fill("nowhere")
    expect(page.locator("#chat-lines")).to_contain_text("Nothing with these letters.")


def test_all_data_of_somebody_is_one_file(lived: Lodging, opened: Opened, room: str) -> None:
    lived.happen(said(room, person(140), "please send me my data"), said(room, person(141), "not mine"))
    page = opened(lived, "/viewers/141")
    with page.expect_download() as download:
        page.get_by_role("link", name="All their data as a file").click()
    text = Path(download.value.path()).read_text()
    [account] = json.loads(text)["accounts"]
    assert account["profile"]["handle"] == "viewer140"
    assert [one["content"] for one in account["interactions"]] == ["please send me my data"]
    assert "not mine" not in text


def test_somebody_is_forgotten_only_with_their_handle_and_stays_forgotten(lived: Lodging, opened: Opened) -> None:
    other = opened(lived, "/viewers/151")
    page = opened(lived, "/viewers/151")
    page.get_by_role("button", name="Forget this person").click()
    erase = page.get_by_role("button", name="Forget for good")
    expect(erase).to_be_disabled()
    page.locator("#forget-handle").fill("@somebody.else")
    expect(erase).to_be_disabled()
    page.get_by_role("button", name="Keep").click()
    expect(page.locator("#forget")).to_be_hidden()
    page.get_by_role("button", name="Forget this person").click()
    page.locator("#forget-handle").fill("@Viewer150")
    erase.click()
    expect(page.locator(".toast-note")).to_contain_text("This person was forgotten.")
    expect(page.locator("#drawer")).to_be_hidden()
    expect(other.locator("#drawer")).to_be_hidden()  # whoever else looks at them is told
    answer = page.goto("/viewers/151")
    assert answer is not None
    assert answer.status == 404


def test_forgetting_somebody_leads_back_to_the_list_they_were_opened_from(lived: Lodging, opened: Opened) -> None:
    page = opened(lived, "/settings")
    page.add_init_script(
        "const back = history.back.bind(history); history.back = () => setTimeout(back, 300)"
    )  # a browser that takes its time
    page.goto("/viewers?search=viewer152")
    page.wait_for_selector('body[data-line="open"]')
    page.locator("tr[data-viewer] a[data-drawer]").first.click()
    page.get_by_role("button", name="Forget this person").click()
    page.locator("#forget-handle").fill("viewer152")
    with page.expect_response(lambda answer: answer.request.method == "DELETE"):
        page.get_by_role("button", name="Forget for good").click()
    expect(page.locator("#drawer")).to_be_hidden()
    page.wait_for_timeout(1000)  # whatever else follows
    expect(page).to_have_url(re.compile(r"/viewers\?search=viewer152$"))
    expect(page.locator("#list")).to_be_visible()
    expect(page.locator(".toast-note")).to_have_count(1)


def test_a_helper_may_write_but_not_forget(lived: Lodging, opened: Opened) -> None:
    page = opened(lived, "/viewers/1", person=lived.cast.helper)
    expect(page.get_by_label("Notes")).to_be_editable()
    expect(page.get_by_role("button", name="Forget this person")).to_have_count(0)
