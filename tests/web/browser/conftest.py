"""A browser, a house that is lived in, and one that is new."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from entourage.kernel import clock
from entourage.kernel.db import Database
from entourage.viewers import zone_jobs
from tests import make
from tests.chromium import PATIENCE_MS, SHARED
from tests.looking import SIZES
from tests.people import PASSWORD, Cast, Person
from tests.web.browser.lodging import Lodging

SHOTS = Path(__file__).parents[3] / "screenshots" / "pages"

pytestmark = pytest.mark.browser


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> None:
    """Close the browser before a test that needs none."""
    if nextitem is None or nextitem.get_closest_marker("browser") is None:
        SHARED.close()


@pytest.fixture
def browser() -> Browser:
    """Give the browser of all these tests."""
    return SHARED.open()


async def live_in(db: Database, cast: Cast) -> None:
    """Furnish a house with 240 viewers, five past evenings, and one going on."""
    creator = cast.owner.creator_id
    viewers = await make.people(db, creator, 240)
    tonight = await make.evenings(db, creator, viewers[:30])
    await make.gap(db, creator, tonight - 1, clock.now_ms() - 2 * make.DAY - 40 * make.MINUTE, recovered=14)
    note = "Draws with me since 2023. Ask about the exhibition in May."
    await make.card(db, creator, viewers[0], notes=note, tags=["artist", "early bird"], birthday=f"1996-{make.day(2):%m-%d}")
    await make.card(db, creator, viewers[4], notes="Bakes on Sundays.", tags=["bakery"], birthday=f"--{make.day():%m-%d}")
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
    lodging.employ(zone_jobs.register)
    yield lodging
    lodging.close()


Opened = Callable[..., Page]


@pytest.fixture
def opened(browser: Browser) -> Iterator[Opened]:
    """Open a page of a house as somebody who is signed in (the owner), in a browser of their own; console errors fail the test."""
    contexts: list[BrowserContext] = []
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
        context.set_default_timeout(PATIENCE_MS)
        if signed_in:
            context.add_cookies(keys_of(lodging, person or lodging.cast.owner, browser))
        context.add_cookies([{"name": "theme", "value": theme, "url": lodging.url}])
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: wrong.append(said.text) if said.type == "error" and "40" not in said.text else None)
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []


def keys_of(lodging: Lodging, person: Person, browser: Browser) -> list[Any]:
    """Return the cookies of somebody who has signed in through the page, once for all tests in a house."""
    if person.email not in lodging.keys:
        context = browser.new_context(base_url=lodging.url)
        sign_in(context.new_page(), person)
        lodging.keys[person.email] = [one for one in context.cookies() if one.get("name") != "theme"]
        context.close()
    return lodging.keys[person.email]


def sign_in(page: Page, person: Person) -> None:
    """Sign in through the page."""
    page.goto("/signin")
    page.fill("#email", person.email)
    page.fill("#password", PASSWORD)
    page.click(".btn-primary")
    page.wait_for_url(lambda url: "/signin" not in url)


def shot(page: Page, name: str) -> None:
    """Keep a picture of what is seen when ENTOURAGE_SCREENSHOTS is set."""
    if os.environ.get("ENTOURAGE_SCREENSHOTS"):
        SHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SHOTS / f"{name}.png")
