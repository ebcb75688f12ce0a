"""Who comes in and who does not, in which language, and in which light."""

import re

from playwright.sync_api import Page, expect

from tests.web.journeys.conftest import Console, Open, ready
from tests.web.journeys.houses import OWNER, Owner


def sign_in(page: Page, password: str = OWNER["password"]) -> None:
    """Fill the form and send it."""
    page.get_by_label("E-mail").fill(OWNER["email"])
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def test_somebody_without_a_session_is_sent_to_sign_in_and_then_where_they_wanted_to_go(ada: Owner, visit: Open) -> None:
    page = visit(f"{ada.house.url}/viewers?filter=active")
    expect(page).to_have_title("Sign in · Entourage")
    sign_in(page)
    expect(page).to_have_url(f"{ada.house.url}/viewers?filter=active")


def test_a_wrong_password_is_said_and_the_address_is_kept(ada: Owner, visit: Open, console: Console) -> None:
    page = visit(f"{ada.house.url}/signin")
    sign_in(page, "not the right one")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("E-mail")).to_have_value(OWNER["email"])
    expect(page.get_by_label("Password")).to_have_value("")
    console.expect("40[01]|422")
    sign_in(page)
    expect(page).to_have_title("Tonight · Entourage")


def test_signing_out_ends_the_session(ada: Owner, visit: Open) -> None:
    page = visit(f"{ada.house.url}/signin")
    sign_in(page)
    ready(page).locator(".side-foot summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_title("Sign in · Entourage")
    page.goto(f"{ada.house.url}/viewers")
    expect(page).to_have_title("Sign in · Entourage")
    sign_in(page)
    expect(page).to_have_title("Viewers · Entourage")


def test_a_page_that_is_not_there_says_so(ada: Owner, visit: Open, console: Console) -> None:
    page = visit(f"{ada.house.url}/viewers/999999", owner=ada)
    expect(page.get_by_role("heading")).to_have_text("There is nothing here")
    console.expect("404")
    page.get_by_role("link", name="Back to the start").click()
    expect(page).to_have_title("Tonight · Entourage")


def test_the_language_is_switched_and_switched_back(ada: Owner, visit: Open) -> None:
    page = visit(ada.house.url, owner=ada)
    ready(page).locator(".side-foot summary").click()
    page.get_by_role("button", name="Deutsch").click()
    expect(page).to_have_title("Heute · Entourage")
    expect(page.locator("html")).to_have_attribute("lang", re.compile("^de"))
    page.goto(f"{ada.house.url}/settings")
    expect(page.get_by_role("heading", level=1)).to_have_text("Einstellungen")
    expect(page.locator("[data-stat], #chips").first).to_contain_text("nicht verbunden")
    ready(page).locator(".side-foot summary").click()
    page.get_by_role("button", name="English").click()
    expect(page).to_have_title("Settings · Entourage")


def test_a_german_browser_is_greeted_and_refused_in_german(ada: Owner, visit: Open, console: Console) -> None:
    page = visit(f"{ada.house.url}/signin", locale="de-DE")
    expect(page.get_by_role("heading")).to_have_text("Anmelden")
    page.get_by_label("E-Mail").fill(OWNER["email"])
    page.get_by_label("Passwort").fill("not the right one")
    page.get_by_role("button", name="Anmelden").click()
    expect(page.get_by_role("alert")).to_have_text("E-Mail und Passwort passen nicht zusammen.")
    console.expect("40[01]|422")


def test_the_light_is_switched_and_remembered(ada: Owner, visit: Open) -> None:
    page = visit(f"{ada.house.url}/tiers", owner=ada)
    root = page.locator("html")
    expect(root).to_have_attribute("data-bs-theme", "dark")
    for theme in ("light", "dark"):
        ready(page).locator(".side-foot summary").click()
        with page.expect_response(re.compile("/api/me")):
            page.get_by_role("button", name="Light or dark").click()
        expect(root).to_have_attribute("data-bs-theme", theme)
        page.reload()
        expect(root).to_have_attribute("data-bs-theme", theme)
