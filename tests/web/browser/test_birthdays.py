"""Birthdays on the pages: who is coming, who was missed, and the notice when somebody walks in on their day."""

import time
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, Page, expect

from entourage.kernel import clock, tenancy
from entourage.kernel.db import Database
from entourage.ports import live
from entourage.viewers import jobs
from entourage.wiring import House
from tests import make
from tests.looking import complaints, look_around
from tests.people import Cast
from tests.web.browser.conftest import Opened, shot
from tests.web.browser.lodging import Lodging, came, said

pytestmark = pytest.mark.browser

LENA, MO, KARLO, MILA, BJORN, YUKI, FARID = range(7)
ROOM = "7777"
BORN = 1996
NEARLY_OVER_S = 120


def person(number: int) -> live.Person:
    known = make.viewer(number)
    return live.Person(platform="tiktok", user_id=known.user_id, handle=known.handle, name=known.name)


def wait_for_a_day() -> None:
    """Wait for the next day when this one is nearly over: these tests speak of one day."""
    now = clock.now().astimezone(ZoneInfo("Europe/Berlin"))
    left_s = (datetime.combine(make.day(1), datetime.min.time(), now.tzinfo) - now).total_seconds()
    if left_s < NEARLY_OVER_S:
        time.sleep(left_s + 1)


@pytest.fixture(scope="module")
def lodged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lodging]:
    """A house with 30 viewers: two have their birthday today, others soon, two had it lately, one of those long ago."""

    async def furnish(db: Database, cast: Cast) -> None:
        creator = cast.owner.creator_id
        viewers = await make.people(db, creator, 30)
        await make.evenings(db, creator, viewers[10:25], live=False)
        for number, ahead in ((LENA, 0), (KARLO, -1), (MILA, -3), (BJORN, 3), (YUKI, 20), (FARID, -9)):
            await make.card(db, creator, viewers[number], birthday=f"{BORN}-{make.day(ahead):%m-%d}")
        await make.card(db, creator, viewers[MO], birthday=f"--{make.day():%m-%d}")
        async with tenancy.inside(db, creator, write=True) as session:
            session.add(make.viewer(99, blocked=True))

    wait_for_a_day()
    lodging = Lodging(tmp_path_factory.mktemp("birthdays"), furnish)
    yield lodging
    lodging.close()


def listening(page: Page) -> Page:
    page.wait_for_selector('body[data-line="open"]')
    page.mouse.move(2, 2)  # not over the feed, which holds still then
    return page


def names(page: Page, panel: str) -> list[str]:
    found = page.locator(f"section[aria-labelledby={panel}] .who-name bdi").all_inner_texts()
    return [name.split()[0] for name in found]


def row(page: Page, name: str) -> Locator:
    return page.locator("tr[data-viewer]", has_text=name)


def test_the_page_of_birthdays_is_for_everybody(lodged: Lodging, opened: Opened) -> None:
    page = opened(lodged, "/birthdays", language="de-DE")
    expect(page.get_by_role("heading", name="Noch zu gratulieren")).to_be_visible()
    look_around(page, shot, "birthdays")


def test_the_page_shows_who_comes_and_who_was_missed(lodged: Lodging, opened: Opened) -> None:
    page = opened(lodged, "/viewers")
    page.get_by_role("navigation", name="Ways to look at viewers").get_by_role("link", name="Birthdays").click()
    page.wait_for_url("**/birthdays")
    assert names(page, "missed-title") == ["Karlo", "Mila"]
    assert names(page, "coming-title") == ["Lena", "Mo", "Björn", "ゆき"]
    expect(row(page, "Karlo")).to_contain_text("yesterday")
    expect(row(page, "Mila")).to_contain_text("3 days ago")
    expect(row(page, "Lena")).to_contain_text("today")
    expect(row(page, "Lena").locator("td").last).to_contain_text(str(make.day().year - BORN))
    expect(row(page, "Mo backt").locator("td").last).to_have_text("–")
    page.get_by_role("navigation", name="How far ahead").get_by_role("link", name="7 days").click()
    page.wait_for_url("**/birthdays?days=7")
    assert names(page, "coming-title") == ["Lena", "Mo", "Björn"]
    row(page, "Björn").get_by_role("link").click()
    expect(page.locator("#drawer [data-hint=birthday]")).to_contain_text("in 3 days")


def test_tonight_shows_the_coming_week_or_month(lodged: Lodging, opened: Opened) -> None:
    page = opened(lodged)
    panel = page.locator("[data-birthdays]")
    expect(panel.locator("bdi")).to_have_text(["Lena", "Mo backt 🍞", "Karlo", "Mila ☀️", "Björn Käfer"])
    panel.get_by_role("button", name="31 days").click()
    expect(panel.locator("bdi").last).to_have_text("ゆき")
    expect(panel.get_by_role("button", name="31 days")).to_be_focused()
    expect(panel.get_by_role("button", name="31 days")).to_have_attribute("aria-pressed", "true")
    assert complaints(page) == []


@pytest.mark.parametrize(("theme", "size"), [("dark", "wide"), ("light", "phone")])
def test_who_walks_in_on_their_birthday_is_announced_once(lodged: Lodging, opened: Opened, theme: str, size: str) -> None:
    number, name, age = (LENA, "Lena", make.day().year - BORN) if size == "wide" else (MO, "Mo backt 🍞", None)
    page = listening(opened(lodged, "/", theme=theme, size=size))
    elsewhere = listening(opened(lodged, "/birthdays"))
    lodged.happen(came(ROOM, person(number)))

    words = f"{name} is here and turns {age} today!" if age else f"{name} is here and has their birthday today!"
    note = page.locator(".toast-note", has_text=words)
    expect(note).to_be_visible()
    expect(page.locator(".walk-card")).to_contain_text(f"Turns {age} today" if age else "Birthday today")
    expect(elsewhere.locator(".toast-note", has_text=words)).to_be_visible()
    expect(row(elsewhere, name)).to_contain_text("was here")
    shot(page, f"birthday-notice-{theme}-{size}")
    assert complaints(page) == []

    lodged.happen(said(ROOM, person(number), f"hello from {name}"))
    lodged.happen(came(ROOM, person(number)))
    expect(page.locator("#feed .feed-row", has_text=f"hello from {name}")).to_be_visible()
    expect(page.locator(".toast-note")).to_have_count(1)
    note.get_by_role("link").click()
    expect(page.locator("#drawer .who-name").first).to_contain_text(name.split()[0])


def test_who_was_missed_is_announced_at_their_next_visit(lodged: Lodging, opened: Opened) -> None:
    page = listening(opened(lodged, "/birthdays"))
    lodged.happen(came(ROOM, person(MILA)))

    expect(page.locator(".toast-note")).to_contain_text("Mila ☀️ is here. Their birthday was 3 days ago!")
    expect(page.locator("section[aria-labelledby=missed-title] .who-name")).to_have_count(1)
    page.goto("/")
    listening(page)
    lodged.happen(came(ROOM, person(FARID)), said(ROOM, person(FARID), "mine was nine days ago"))
    expect(page.locator("#feed .feed-row", has_text="nine days ago")).to_be_visible()
    expect(page.locator(".toast-note")).to_have_text("Mila ☀️ is here. Their birthday was 3 days ago!")


def test_a_birthday_that_is_written_down_is_on_the_list_at_once(lodged: Lodging, opened: Opened) -> None:
    page = listening(opened(lodged, "/birthdays"))
    page.evaluate(
        """async (born) => {
            const token = document.querySelector('meta[name="csrf-token"]').content;
            const headers = { "Content-Type": "application/json", "x-csrftoken": token };
            await fetch("/api/viewer-profiles/farid.98", { method: "PATCH", headers, body: JSON.stringify({ birthday: born }) });
        }""",
        f"--{make.day(5):%m-%d}",
    )
    expect(row(page, "Farid")).to_contain_text("in 5 days")


def test_the_day_is_announced_on_open_pages(lodged: Lodging, opened: Opened) -> None:
    async def midnight(house: House) -> int:
        return await jobs.announce_birthdays(house.db, house.publisher)

    page = listening(opened(lodged, "/viewers"))
    assert lodged.do(midnight) == 2
    note = page.locator(".toast-note")
    expect(note).to_contain_text("2 birthdays today")
    assert lodged.do(midnight) == 0
    note.get_by_role("link").click()
    page.wait_for_url("**/birthdays")


def test_the_overlay_congratulates_belatedly_and_keeps_the_day_to_itself(lodged: Lodging, opened: Opened) -> None:
    page = opened(lodged, "/overlays")
    token = page.locator('meta[name="csrf-token"]').get_attribute("content") or ""
    made = page.request.post(
        "/api/overlays", data={"kind": "alerts", "name": "Alerts"}, headers={"x-csrftoken": token, "origin": lodged.url}
    )
    obs = opened(lodged, "/overlay/" + made.json()["url"].rsplit("/", 1)[1], signed_in=False)
    frames: list[str] = []
    obs.on("websocket", lambda line: line.on("framereceived", lambda frame: frames.append(str(frame))))
    obs.reload()
    obs.locator("body[data-line=open]").wait_for(state="attached")
    lodged.happen(came(ROOM, person(KARLO)))

    card = obs.locator(".card.is-birthday", has_text="Karlo")
    expect(card).to_contain_text("had their birthday: all the best!")
    heard = "".join(frames)
    assert "Karlo" in heard
    assert not any(word in heard for word in (str(BORN), f"{make.day(-1):%m-%d}", "daysLate", "birthday_mmdd"))
