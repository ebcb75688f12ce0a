"""Pages as they are answered, without a browser."""

import html
import re
from pathlib import Path

import pytest

from entourage import web
from entourage.kernel import tenancy
from entourage.kernel.db import Database
from entourage.kernel.tenancy import CreatorSession
from entourage.viewers.tables import Card, TierRule
from entourage.web.pages.viewers import Choice
from tests import make
from tests.people import Cast, Doors

pytestmark = pytest.mark.anyio

HTML = {"accept": "text/html"}
WEB = Path(web.__path__[0])


async def test_the_settings_speak_the_readers_language_about_connections_too(doors: Doors, cast: Cast, db: Database) -> None:
    await make.connection(db, cast.owner.creator_id)
    browser = await doors.of(cast.owner)
    page = await browser.get("/settings", headers=HTML | {"accept-language": "de"})
    assert "1,204" not in page.text
    assert page.text.count("1.204 schauen zu") == 2


async def test_a_tiers_name_cannot_break_out_of_the_style_sheet(doors: Doors, cast: Cast, db: Database) -> None:
    async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
        rule = {"min_coins_spent": 1, "min_watchtime_hours": 1, "min_visits": 1, "benefits": []}
        session.add(TierRule(tier_name='"] { } body { display: none', badge_color="red}body{", sort_order=1, **rule))
    browser = await doors.of(cast.owner)
    sheet = await browser.get("/tiers.css")
    assert sheet.headers["content-type"].startswith("text/css")
    assert "body" not in sheet.text
    assert sheet.text.count("{") == sheet.text.count("}") == 3, "its colour, and its ink on two themes"


@pytest.mark.thorough
async def test_the_first_steps_are_gone_once_there_is_a_connection_and_a_viewer(doors: Doors, cast: Cast, db: Database) -> None:
    browser = await doors.of(cast.owner)
    assert "begin-step" in (await browser.get("/", headers=HTML)).text
    await make.connection(db, cast.owner.creator_id)
    await make.people(db, cast.owner.creator_id, 3)
    assert "begin-step" not in (await browser.get("/", headers=HTML)).text


async def test_the_card_says_when_somebody_was_here_before_this_visit(doors: Doors, cast: Cast, db: Database) -> None:
    viewers = await make.people(db, cast.owner.creator_id, 12)
    await make.evenings(db, cast.owner.creator_id, viewers)
    browser = await doors.of(cast.owner)
    card = (await browser.get(f"/viewers/{viewers[0]}/arrival", headers={"hx-request": "true"})).text
    assert "<html" not in card
    assert re.search(r"120th visit.*last seen (yesterday|\w+day|\w{3} \d)", card, re.DOTALL)


async def test_a_part_of_the_settings_that_is_not_yours_is_not_there(doors: Doors, cast: Cast) -> None:
    helper = await doors.of(cast.helper)
    assert (await helper.get("/settings/keys")).status_code == 404
    assert (await helper.get("/settings/nothing")).status_code == 404
    owner = await doors.of(cast.owner)
    assert "<html" not in (await owner.get("/settings/keys", headers={"hx-request": "true"})).text


async def test_whoever_opens_a_part_of_the_settings_is_led_to_it_on_the_page(doors: Doors, cast: Cast) -> None:
    owner = await doors.of(cast.owner)
    for name, place in (
        ("keys", "keys"), ("backups", "backups"), ("retention", "retention"), ("retention/preview", "retention"),
        ("twitch", "connections"), ("twitch/hearings", "connections"),
    ):  # fmt: skip
        answer = await owner.get(f"/settings/{name}", headers=HTML, follow_redirects=False)
        assert (answer.status_code, answer.headers.get("location")) == (302, f"/settings#{place}"), name
        assert f'id="{place}"' in (await owner.get(f"/settings/{name}", headers=HTML, follow_redirects=True)).text


async def test_very_many_birthdays_are_shown_a_page_at_a_time(doors: Doors, cast: Cast, db: Database) -> None:
    async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
        ids = [await _born(session, number, ahead) for ahead in (-2, 3) for number in range((ahead + 4) * 100, (ahead + 5) * 100)]
    browser = await doors.of(cast.owner)
    page = (await browser.get("/birthdays", headers=HTML)).text
    assert len(page) < 120_000
    seen = set(re.findall(r'data-viewer="(\d+)"', page))
    assert len(seen) == 40
    more = re.findall(r'hx-get="(/birthdays/[^"]+)"', page)
    assert len(more) == 2
    while more:
        part = (await browser.get(html.unescape(more.pop()), headers={"hx-request": "true"})).text
        seen |= set(re.findall(r'data-viewer="(\d+)"', part))
        more += re.findall(r'hx-get="(/birthdays/[^"]+)"', part)
    assert seen == set(ids)
    assert (await browser.get("/birthdays/coming?after=x")).status_code == 400


async def _born(session: CreatorSession, number: int, ahead: int) -> str:
    """Make a viewer whose birthday is so many days ahead; return their id as pages have it."""
    viewer = make.viewer(number)
    session.add(viewer)
    await session.flush()
    day = f"{make.day(ahead):%m-%d}"
    born = f"--{day}" if number % 2 else f"1996-{day}"
    session.add(Card(viewer_id=viewer.id, notes="", tags=[], loyalty_points=0, updated_ms=0, birthday=born, birthday_mmdd=day))
    return str(viewer.id)


async def test_an_unknown_viewer_is_a_page_that_says_so(doors: Doors, cast: Cast) -> None:
    browser = await doors.of(cast.owner)
    for ref in ("999999", "nobody", "%F0%9F%92%A9", "0"):
        answer = await browser.get(f"/viewers/{ref}", headers=HTML)
        assert (answer.status_code, "<html" in answer.text) == (404, True)


@pytest.mark.thorough
async def test_no_page_carries_inline_script_or_style(doors: Doors, cast: Cast, db: Database) -> None:
    viewers = await make.people(db, cast.owner.creator_id, 60)
    await make.evenings(db, cast.owner.creator_id, viewers[:20])
    browser = await doors.of(cast.owner)
    for path in (
        "/",
        "/viewers",
        f"/viewers/{viewers[0]}",
        "/leaderboard?period=week",
        "/week?show=coins",
        "/tiers",
        "/settings",
        "/streams",
        "/streams/1",
        "/streams/gaps",
        "/signin",
    ):
        page = (await browser.get(path, headers=HTML)).text
        assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", page), path
        assert all("src=" in tag or "application/json" in tag for tag in re.findall(r"<script[^>]*>", page)), path


@pytest.mark.parametrize("number", range(1, 4))
async def test_an_address_of_the_list_says_only_what_is_unusual(number: int) -> None:
    usual = Choice()
    cases = [
        (usual.address(), "/viewers"),
        (usual.address(filter="vip"), "/viewers?filter=vip"),
        (Choice(sort="last_seen_at", search="a&b", cursor="x").address(order="asc"), "/viewers?sort=last_seen_at&order=asc&search=a%26b"),
    ]
    made, wanted = cases[number - 1]
    assert made == wanted


async def test_a_heading_turns_the_order_around_only_when_it_is_the_one_sorted_by() -> None:
    choice = Choice(sort="total_visits", cursor="somewhere")
    assert choice.sorted_by("total_visits") == "/viewers?sort=total_visits&order=asc"
    assert choice.sorted_by("last_seen_at") == "/viewers?sort=last_seen_at"
