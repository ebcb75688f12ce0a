"""Streams after they were live, the ledger of gaps and its banner, the boards of a period, and the week by coins."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.web.browser.conftest import Opened, shot
from tests.web.browser.lodging import Lodging

pytestmark = pytest.mark.browser

LOOKS = [(theme, size) for theme in ("dark", "light") for size in ("wide", "phone")]


def check(page: Page, name: str) -> None:
    page.wait_for_load_state("networkidle")
    shot(page, name)
    width, window = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert width <= window, f"{name} is {width} wide in a window of {window}"
    found = Axe().run(page).response["violations"]
    assert [f"{one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]] == []


@pytest.mark.parametrize(("theme", "size"), LOOKS)
def test_looking_back_is_for_everybody(lived: Lodging, opened: Opened, theme: str, size: str) -> None:
    language = "de-DE" if size == "phone" else "en-GB"
    page = opened(lived, "/streams", theme=theme, size=size, language=language)
    check(page, f"streams-{theme}-{size}")
    page.locator("[data-stream]").nth(1).locator("a").click()
    page.wait_for_selector(".course-picture")
    check(page, f"stream-{theme}-{size}")
    page.locator("#curve-coins").click()
    page.wait_for_selector("#curve-coins[aria-current]")
    page.locator("#course summary").click()
    page.locator("#whom-first").click()
    page.wait_for_selector("#whom-first[aria-current]")
    check(page, f"stream-coins-{theme}-{size}")
    for path in ("/streams/gaps", "/leaderboard?period=week", "/week?show=coins"):
        page.goto(path)
        check(page, f"{re.sub('[/?=]', '-', path.strip('/'))}-{theme}-{size}")
