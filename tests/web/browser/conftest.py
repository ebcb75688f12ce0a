"""A browser, a house that is lived in, and one that is new."""

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from entourage.kernel import clock
from entourage.kernel.db import Database
from tests import make
from tests.people import PASSWORD, Cast, Person
from tests.web.browser.lodging import Lodging

SHOTS = Path(__file__).parents[3] / "screenshots" / "pages"
SIZES = {"wide": (1440, 900), "phone": (390, 844), "dock": (400, 620)}
_FLAGS = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync"

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, or the one that ENTOURAGE_TEST_BROWSER names; one a module, because its loop must be gone before an async test."""
    with sync_playwright() as playwright:
        path = os.environ.get("ENTOURAGE_TEST_BROWSER") or "/usr/bin/chromium"
        chromium = playwright.chromium.launch(executable_path=path, args=_FLAGS.split())
        yield chromium
        chromium.close()


async def live_in(db: Database, cast: Cast) -> None:
    """Furnish a house with 240 viewers, five past evenings, and one going on."""
    creator = cast.owner.creator_id
    viewers = await make.people(db, creator, 240)
    tonight = await make.evenings(db, creator, viewers[:30])
    await make.gap(db, creator, tonight - 1, clock.now_ms() - 2 * make.DAY - 40 * make.MINUTE, recovered=14)
    soon = clock.now() + timedelta(days=2)
    note = "Draws with me since 2023. Ask about the exhibition in May."
    await make.card(db, creator, viewers[0], notes=note, tags=["artist", "early bird"], birthday=f"1995-{soon:%m-%d}")
    await make.card(db, creator, viewers[4], notes="Bakes on Sundays.", tags=["bakery"], birthday=f"--{clock.now():%m-%d}")
    await make.connection(db, creator)


@pytest.fixture(scope="session")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lodging]:
    """A house that is lived in, for all tests: what they do in it stays."""
    lodging = Lodging(tmp_path_factory.mktemp("lived"), live_in)
    yield lodging
    lodging.close()


@pytest.fixture(scope="session")
def new(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lodging]:
    """A house in which nothing has happened yet."""

    async def furnish(db: Database, cast: Cast) -> None:
        """Leave it empty."""

    lodging = Lodging(tmp_path_factory.mktemp("new"), furnish)
    yield lodging
    lodging.close()


Opened = Callable[..., Page]


@pytest.fixture
def opened(browser: Browser) -> Iterator[Opened]:
    """Open a page of a house as somebody who is signed in (the owner), in a browser of their own; console errors fail the test."""
    contexts = []
    wrong: list[str] = []

    def open_page(
        lodging: Lodging, path: str = "/", *, size: str = "wide", theme: str = "dark", language: str = "en-GB", person: Person | None = None,
        signed_in: bool = True,
    ) -> Page:  # fmt: skip
        width, height = SIZES[size]
        context = browser.new_context(
            base_url=lodging.url,
            viewport={"width": width, "height": height},
            locale=language,
            timezone_id="Europe/Berlin",
            reduced_motion="reduce",
        )
        contexts.append(context)
        context.set_default_timeout(10_000)
        context.add_cookies([{"name": "theme", "value": theme, "url": lodging.url}])
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: wrong.append(said.text) if said.type == "error" and "40" not in said.text else None)
        if signed_in:
            sign_in(page, person or lodging.cast.owner)
        if not signed_in or path != "/":
            page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []


def sign_in(page: Page, person: Person) -> None:
    """Sign in through the page."""
    page.goto("/signin")
    page.fill("#email", person.email)
    page.fill("#password", PASSWORD)
    page.click(".btn-primary")
    page.wait_for_url("**/")


def shot(page: Page, name: str) -> None:
    """Keep a picture of what is seen when ENTOURAGE_SCREENSHOTS is set."""
    if os.environ.get("ENTOURAGE_SCREENSHOTS"):
        SHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SHOTS / f"{name}.png")
