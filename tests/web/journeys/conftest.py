"""A browser, a furnished house, and pages that complain about every error in their console."""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from tests.chromium import PATIENCE_MS, SHARED
from tests.web.journeys.houses import OpenHouse, Owner, busy_evening

SCREENSHOTS = Path(__file__).parents[3] / "screenshots" / "journeys"

Open = Callable[..., Page]
Start = Callable[..., OpenHouse]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark all that stands in this folder: it needs a browser."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> None:
    """Close the browser before a test that needs none."""
    if nextitem is None or nextitem.get_closest_marker("browser") is None:
        SHARED.close()


@pytest.fixture
def chromium() -> Browser:
    """Give the browser of all these tests."""
    return SHARED.open()


@pytest.fixture(scope="session")
def ada(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Owner]:
    """Give Ada's house with two evenings in it, one of them going on."""
    house = OpenHouse(tmp_path_factory.mktemp("ada"), "run")
    try:
        owner = Owner(house)
        owner.call("PUT", "/api/viewer-profiles/config", sessionTimeout=7200)  # nobody leaves before the tests do
        busy_evening(house, owner.key)
        yield owner
        owner.close()
    finally:
        house.close()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Give a function that opens a new house with `entourage <command>`."""
    opened: list[OpenHouse] = []

    def begin(*command: str) -> OpenHouse:
        opened.append(OpenHouse(tmp_path, *command))
        return opened[-1]

    yield begin
    for house in opened:
        house.close()


def ready(page: Page) -> Page:
    """Wait until the scripts of a page are at work: the live line is the last that they open."""
    expect(page.locator("body.bare, body.house[data-line=open]")).to_be_attached()
    return page


class Console:
    """What pages complained about; `expect` takes a complaint that belongs to the test."""

    def __init__(self) -> None:
        """Begin with nothing heard."""
        self.errors: list[str] = []

    def listen(self, page: Page) -> None:
        """Hear errors and warnings of a page and its scripts."""
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.errors.append(f"{page.url}: {error}"))

    def expect(self, pattern: str) -> None:
        """Take one complaint that matches."""
        found = next((error for error in self.errors if re.search(pattern, error)), None)
        assert found, (pattern, self.errors)
        self.errors.remove(found)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.errors.append(f"{message.location.get('url', '')}: {message.text}")


@pytest.fixture
def console() -> Iterator[Console]:
    """Give the ear for all pages of a test, which must hear nothing until its end."""
    heard = Console()
    yield heard
    assert heard.errors == []


@pytest.fixture
def visit(chromium: Browser, console: Console) -> Iterator[Open]:
    """Give a function that opens an address in a fresh browser profile, signed in as `owner` if there is one."""
    contexts: list[BrowserContext] = []

    def begin(
        url: str, *, owner: Owner | None = None, width: int = 1440, height: int = 900, locale: str = "en-GB", theme: str = ""
    ) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": height}, locale=locale, timezone_id="Europe/Berlin", reduced_motion="reduce"
        )
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        if owner:
            context.add_cookies(owner.cookies())
        if theme:
            context.add_cookies([{"name": "theme", "value": theme, "url": url}])
        page = context.new_page()
        console.listen(page)
        page.goto(url)
        return ready(page)

    yield begin
    for context in contexts:
        context.close()


@pytest.fixture
def shoot() -> Callable[[Page, str], None]:
    """Give a function that keeps a screenshot when ENTOURAGE_SCREENSHOTS is set."""

    def keep(page: Page, name: str) -> None:
        if os.environ.get("ENTOURAGE_SCREENSHOTS"):
            SCREENSHOTS.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=SCREENSHOTS / f"{name}.png")

    return keep
