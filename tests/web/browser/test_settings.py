"""Each of the five choices of the viewers room, the zone and the language, made on the page of settings and seen to act."""

import asyncio

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import select

from entourage.kernel import clock, tenancy
from entourage.ports import live
from entourage.viewers import memory, profile, rezoning
from entourage.viewers.tables import Card, Hour, Viewer
from entourage.wiring import House
from tests import make
from tests.looking import look_around
from tests.web.browser.conftest import Opened, shot
from tests.web.browser.lodging import Lodging, came, said
from tests.web.browser.test_live import person, room

pytestmark = pytest.mark.browser

__all__ = ["room"]
HOUR_MS = 3_600_000


def switch(page: Page, label: str, *, on: bool) -> None:
    """Set a switch of the settings and wait until it is kept."""
    with page.expect_response(lambda answer: answer.request.method == "PUT") as kept:
        page.get_by_label(label).set_checked(on)
    assert kept.value.ok
    expect(page.get_by_label(label)).to_be_checked(checked=on)


def look(lodging: Lodging, viewer_id: int) -> Viewer:
    """Read a viewer as the database has them."""

    async def read(house: House) -> Viewer:
        async with tenancy.inside(house.db, lodging.cast.owner.creator_id) as session:
            return await profile.find(session, str(viewer_id))

    return lodging.do(read)


def hours_of(lodging: Lodging, viewer_id: int) -> int:
    """Count what the week of a viewer says in all."""

    async def read(house: House) -> int:
        async with tenancy.inside(house.db, lodging.cast.owner.creator_id) as session:
            return sum((await session.scalars(select(Hour.activity).where(Hour.viewer_id == viewer_id))).all())

    return lodging.do(read)


def counted(lodging: Lodging) -> None:
    """Wait until all is counted by the clock that was set last: until then it cannot be set again."""

    async def wait(house: House) -> None:
        while True:
            async with tenancy.inside(house.db, lodging.cast.owner.creator_id) as session:
                standing = await rezoning.standing(session)
            if standing and not standing.going_on:
                return
            await asyncio.sleep(0.05)

    lodging.do(wait)


def test_tiers_come_by_themselves_or_not(lived: Lodging, opened: Opened, room: str) -> None:
    async def deserve(house: House) -> None:
        async with tenancy.inside(house.db, lived.cast.owner.creator_id, write=True) as session:
            await memory.outdate(session)
            row = await profile.find(session, "101")
            row.coins, row.watch_ms, row.visits, row.tier = 2_000, 8 * HOUR_MS, 12, None

    lived.do(deserve)
    page = opened(lived, "/settings")
    switch(page, "Tiers come by themselves", on=False)
    lived.happen(said(room, person(100), "one"))
    assert look(lived, 101).tier is None
    switch(page, "Tiers come by themselves", on=True)
    lived.happen(said(room, person(100), "two"))
    assert look(lived, 101).tier == "Bronze"


def test_birthdays_are_told_or_not(lived: Lodging, opened: Opened, room: str) -> None:
    async def card(house: House) -> None:
        async with tenancy.inside(house.db, lived.cast.owner.creator_id, write=True) as session:
            await memory.outdate(session)
            for viewer_id in (103, 104):
                session.add(make_card(viewer_id))

    def make_card(viewer_id: int) -> Card:
        today = f"{make.day():%m-%d}"
        return Card(viewer_id=viewer_id, notes="", tags=[], loyalty_points=0, updated_ms=0, birthday=f"--{today}", birthday_mmdd=today)

    async def greeted(house: House) -> list[int]:
        async with tenancy.inside(house.db, lived.cast.owner.creator_id) as session:
            return list(await session.scalars(select(Card.viewer_id).where(Card.viewer_id.in_([103, 104]), Card.greeted_on.is_not(None))))

    lived.do(card)
    page = opened(lived, "/settings")
    switch(page, "Remind me of birthdays", on=False)
    lived.happen(came(room, person(102)))
    assert lived.do(greeted) == []
    switch(page, "Remind me of birthdays", on=True)
    lived.happen(came(room, person(103)))
    assert lived.do(greeted) == [104]


def test_profiles_follow_what_is_sent_or_not(lived: Lodging, opened: Opened, room: str) -> None:
    page = opened(lived, "/settings")
    switch(page, "Keep profiles up to date", on=False)
    lived.happen(said(room, person(105, "Another Name"), "it is me"))
    assert look(lived, 106).name == make.viewer(105).name
    switch(page, "Keep profiles up to date", on=True)
    lived.happen(said(room, person(105, "Another Name"), "it is me again"))
    assert look(lived, 106).name == "Another Name"


def test_the_week_is_written_down_or_not(lived: Lodging, opened: Opened, room: str) -> None:
    page = opened(lived, "/settings")
    before = hours_of(lived, 108)
    switch(page, "Keep the week's pattern", on=False)
    lived.happen(said(room, person(107), "unnoticed"))
    assert hours_of(lived, 108) == before
    switch(page, "Keep the week's pattern", on=True)
    lived.happen(said(room, person(107), "noticed"))
    assert hours_of(lived, 108) == before + 1


@pytest.mark.parametrize(("timeout", "number", "watched_ms"), [("60", 110, 0), ("300", 112, 200_000)])
def test_a_visit_ends_after_the_silence_that_is_chosen(
    lived: Lodging, opened: Opened, room: str, timeout: str, number: int, watched_ms: int
) -> None:
    page = opened(lived, "/settings")
    field = page.get_by_label("A visit ends after")
    if field.input_value() != timeout:
        with page.expect_response(lambda answer: answer.request.method == "PUT"):
            field.fill(timeout)
            field.press("Enter")
    before = look(lived, number + 1).watch_ms
    now = clock.now_ms()
    lived.happen(
        *(
            live.Chat(platform="tiktok", room=room, msg_id=f"{number}-{ago}", at_ms=now - ago * 1000, person=person(number), text="hm")
            for ago in (200, 0)
        )
    )
    assert look(lived, number + 1).watch_ms - before == watched_ms


def test_zone_and_language_act_on_every_page_at_once(new: Lodging, opened: Opened) -> None:
    page = opened(new, "/settings")
    page.get_by_label("Time zone").fill("Asia/Tokyo")
    with page.expect_event("load"):
        page.locator("#creator").get_by_role("button", name="Save").click()
    expect(page.locator("html")).to_have_attribute("data-zone", "Asia/Tokyo")
    counted(new)
    page.get_by_label("Time zone").fill("Middle/Earth")
    page.locator("#creator").get_by_role("button", name="Save").click()
    expect(page.locator("#creator .form-wrong, .toast-note.is-bad").first).to_be_visible()
    page.reload()
    expect(page.get_by_label("Time zone")).to_have_value("Asia/Tokyo")
    with page.expect_event("load"):
        page.get_by_label("Language", exact=True).select_option("de")
    expect(page.locator("h1")).to_have_text("Einstellungen")
    page.goto("/viewers")
    expect(page.locator("h1")).to_have_text("Zuschauer")
    page.goto("/settings")
    with page.expect_event("load"):
        page.get_by_label("Sprache", exact=True).select_option("")
    expect(page.locator("h1")).to_have_text("Settings")
    page.locator("#creator-zone").fill("Europe/Berlin")
    with page.expect_event("load"):
        page.locator("#creator").get_by_role("button", name="Save").click()
    expect(page.locator("html")).to_have_attribute("data-zone", "Europe/Berlin")


def test_what_is_pressed_before_the_scripts_are_there_leads_nowhere(new: Lodging, opened: Opened) -> None:
    page = opened(new, "/")
    held: list[Route] = []
    there = False
    page.route("**/static/js/*.js", lambda route: route.continue_() if there else held.append(route))
    page.goto("/settings", wait_until="commit")
    save = page.locator("#creator").get_by_role("button", name="Save")
    save.click()
    page.wait_for_timeout(300)
    assert page.url == f"{new.url}/settings"
    there = True
    for route in held:
        route.continue_()
    page.wait_for_load_state()
    with page.expect_event("load"):
        save.click()
    expect(page.get_by_label("Time zone")).to_be_visible()


def test_the_settings_fit_a_hand_in_german(lived: Lodging, opened: Opened) -> None:
    page = opened(lived, "/settings", size="phone", language="de-DE")
    for details in page.locator("main details").all():
        details.locator("summary").first.click()
    look_around(page, shot, "settings-german", sizes=("phone",))
