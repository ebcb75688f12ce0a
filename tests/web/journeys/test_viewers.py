"""Looking somebody up and writing about them: the drawer, tiers by hand, undo, search, filters, boards."""

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.web.journeys.conftest import Console, Open, ready
from tests.web.journeys.houses import Evening, Owner, send_in


def open_drawer(page: Page, name: str) -> Locator:
    """Open somebody's drawer from the list."""
    page.locator("tr[data-viewer]", has_text=name).locator("a[data-drawer]").click()
    drawer = page.locator("#drawer")
    expect(drawer.locator(".who-name").first).to_contain_text(name)
    return drawer


def saved(page: Page) -> Locator:
    """Return the last note, which says that something was saved."""
    note = page.locator(".toast-note").last
    expect(note).to_contain_text("Saved.")
    return note


def again(page: Page, name: str) -> Locator:
    """Load the drawer anew from the house, by its own address."""
    page.reload()
    drawer = ready(page).locator("#drawer")
    expect(drawer.locator(".who-name").first).to_contain_text(name)
    return drawer


def test_the_drawer_has_an_address_and_closes_by_escape_and_by_going_back(ada: Owner, visit: Open) -> None:
    page = visit(f"{ada.house.url}/viewers?sort=total_visits", owner=ada)
    drawer = open_drawer(page, "Guest 20")
    expect(page).to_have_url(re.compile(r"/viewers/\d+$"))
    address = page.url
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    expect(page).to_have_url(re.compile("sort=total_visits$"))
    open_drawer(page, "Guest 20")
    page.go_back()
    expect(drawer).to_be_hidden()
    expect(page).to_have_url(re.compile("sort=total_visits$"))
    page.goto(address)
    expect(drawer.locator(".who-name").first).to_contain_text("Guest 20")
    drawer.get_by_role("button", name="Close").click()
    expect(page).to_have_url(f"{ada.house.url}/viewers")


def test_notes_tags_and_a_birthday_are_kept_and_a_change_is_undone(ada: Owner, visit: Open) -> None:
    page = visit(f"{ada.house.url}/viewers", owner=ada)
    drawer = open_drawer(page, "Farid")
    drawer.get_by_label("Notes").fill("Plays the oud. Ask about Berlin.")
    drawer.get_by_label("Notes").press("Tab")
    saved(page)
    drawer.get_by_label("Tags").fill("music, berlin")
    with page.expect_response(lambda answer: answer.request.method == "PATCH"):
        drawer.get_by_label("Birthday").fill("1995-08-21")
    with page.expect_response(lambda answer: answer.request.method == "PATCH"):
        drawer.get_by_label("Discord").focus()
    drawer = again(page, "Farid")
    expect(drawer.get_by_label("Notes")).to_have_value("Plays the oud. Ask about Berlin.")
    expect(drawer.locator("[data-tag]")).to_have_text(["music", "berlin"])
    expect(drawer.get_by_label("Birthday")).to_have_value("1995-08-21")

    drawer.get_by_label("Notes").fill("Something else")
    drawer.get_by_label("Tags").focus()
    saved(page).get_by_role("button", name="Undo").click()
    expect(drawer.get_by_label("Notes")).to_have_value("Plays the oud. Ask about Berlin.")
    expect(again(page, "Farid").get_by_label("Notes")).to_have_value("Plays the oud. Ask about Berlin.")


def test_a_birthday_that_does_not_exist_is_said_beside_its_field(ada: Owner, visit: Open, console: Console) -> None:
    page = visit(f"{ada.house.url}/viewers", owner=ada)
    drawer = open_drawer(page, "Zoë")
    field = drawer.get_by_label("Birthday")
    field.fill("31 June")
    field.press("Tab")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(drawer.locator(".form-wrong")).to_be_visible()
    expect(field).to_have_value("31 June")
    console.expect("400")


def test_a_tier_by_hand_stays_and_is_let_go(ada: Owner, visit: Open) -> None:
    page = visit(f"{ada.house.url}/viewers", owner=ada)
    drawer = open_drawer(page, "Pixel Pia")
    drawer.locator("summary", has_text="By hand").click()
    drawer.locator('[data-tier-step*="Gold"]').click()
    saved(page)
    expect(drawer.locator("h3").first).to_contain_text("Gold since")
    expect(drawer).to_contain_text("Set by hand")
    expect(page.locator("tr[data-viewer]", has_text="Pixel Pia").locator(".tier")).to_have_text("Gold")
    page.goto(f"{ada.house.url}/tiers")
    expect(page.locator("tr[data-viewer]", has_text="Pixel Pia")).to_be_visible()
    ready(page).locator("tr[data-viewer]", has_text="Pixel Pia").locator("a[data-drawer]").click()
    drawer.locator("summary", has_text="By hand").click()
    drawer.get_by_role("button", name="Let the rules decide").click()
    expect(drawer.locator("h3").first).to_contain_text("No tier yet")


def test_a_favourite_is_found_under_favourites_until_it_is_undone(ada: Owner, visit: Open) -> None:
    page = visit(f"{ada.house.url}/viewers", owner=ada)
    drawer = open_drawer(page, "Night Owl")
    drawer.locator("[data-flag=is_favorite]").click()
    note = saved(page)
    row = page.locator("tr[data-viewer]", has_text="Night Owl")
    expect(row.locator("[data-mark=star]")).to_be_visible()
    note.get_by_role("button", name="Undo").click()
    expect(row.locator("[data-mark=star]")).to_be_hidden()
    drawer.locator("[data-flag=is_favorite]").click()
    expect(row.locator("[data-mark=star]")).to_be_visible()
    page.goto(f"{ada.house.url}/viewers?filter=favorites")
    expect(page.locator("tr[data-viewer]")).to_have_count(1)
    expect(page.locator("tr[data-viewer]")).to_contain_text("Night Owl")


def test_ctrl_k_finds_somebody_on_any_page(ada: Owner, visit: Open) -> None:
    page = visit(f"{ada.house.url}/settings", owner=ada)
    page.keyboard.press("Control+k")
    page.keyboard.type("kafer")
    expect(page.locator("#finder-list .finder-item")).to_have_count(1)
    expect(page.locator("#finder-list")).to_contain_text("Björn Käfer")
    page.keyboard.press("Enter")
    expect(page.locator("#drawer .who-name").first).to_contain_text("Björn Käfer")
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile("/settings$"))


def test_the_list_is_searched_sorted_and_read_on(ada: Owner, visit: Open) -> None:
    page = visit(f"{ada.house.url}/viewers", owner=ada)
    rows = page.locator("tr[data-viewer]")
    expect(rows).to_have_count(50)
    page.get_by_role("button", name="Show more").click()
    expect(page.get_by_role("button", name="Show more")).to_have_count(0)
    assert rows.count() >= 60
    ids = rows.evaluate_all("rows => rows.map(row => row.dataset.viewer)")
    assert len(ids) == len(set(ids))
    page.get_by_label("Search by name or handle").fill("anna-lena")
    expect(rows).to_have_count(1)
    expect(page).to_have_url(re.compile("search=anna-lena"))
    page.get_by_label("Search by name or handle").fill("nobody like this")
    expect(page.locator("#viewers")).to_contain_text("Nobody by that name")
    page.goto(f"{ada.house.url}/viewers")
    page.get_by_role("link", name="Visits").click()
    expect(page.locator("th[aria-sort=descending]")).to_contain_text("Visits")
    page.get_by_role("link", name="Active").click()
    expect(page.locator(".way-chip[aria-current=true]")).to_have_text("Active")
    expect(rows).to_have_count(50)


@pytest.mark.parametrize(
    ("tab", "shown"),
    [("Visits", "here now"), ("Gifts", "Rose"), ("Chat", "Good evening, it is Tante Erna again"), ("Week", "Most often here")],
)
def test_the_tabs_of_a_profile_show_what_somebody_did(ada: Owner, visit: Open, tab: str, shown: str) -> None:
    page = visit(f"{ada.house.url}/viewers", owner=ada)
    drawer = open_drawer(page, "Tante Erna")
    drawer.get_by_role("tab", name=tab).click()
    expect(drawer.get_by_role("tabpanel")).to_contain_text(shown)
    expect(drawer.get_by_role("tab", name=tab)).to_have_attribute("aria-selected", "true")


def test_boards_and_the_week_show_who_and_when(ada: Owner, visit: Open, shoot: Callable[[Page, str], None]) -> None:
    page = visit(f"{ada.house.url}/leaderboard", owner=ada)
    first = page.locator("tr[data-viewer]").first
    expect(first).to_contain_text("Mila")
    page.get_by_role("link", name="Comments", exact=True).click()
    expect(page).to_have_url(re.compile("board=comments"))
    page.get_by_role("link", name="Week", exact=True).click()
    expect(page.locator(".heat canvas").first).to_be_visible()
    page.get_by_text("The same as a table").click()
    expect(page.locator("#week-all tbody tr")).to_have_count(7)


def test_the_evening_is_shown_and_follows_the_stream(ada: Owner, visit: Open) -> None:
    page = visit(ada.house.url, owner=ada)
    expect(page.locator("#here li")).to_have_count(30)
    expect(page.locator("#top-tonight")).to_contain_text("Mila")
    evening = Evening("702", int(time.time() * 1000) - 5_000)
    evening.room, evening._number = "702", 5_000
    send_in(ada.house, ada.key, [evening.event("chat", "<b>Late</b> & loud", text="<img src=x onerror=alert(1)> hello")])
    expect(page.locator("#feed li").first).to_contain_text("<img src=x onerror=alert(1)> hello")
    expect(page.locator("#here li").first).to_contain_text("<b>Late</b> & loud")
    page.get_by_role("button", name="Gifts", exact=True).click()
    expect(page.locator("#feed li").first).to_be_hidden()
