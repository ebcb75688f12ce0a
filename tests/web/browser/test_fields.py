"""What is written about a viewer: every field saved where it stands, undone for real, and never lost while typing."""

import json
import re
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from playwright.sync_api import Locator, Page, expect

from entourage.kernel import tenancy
from entourage.viewers import profile, schemas
from entourage.wiring import House
from tests import make
from tests.web.browser.conftest import Opened
from tests.web.browser.lodging import Lodging, gave, said
from tests.web.browser.test_live import listening, person, room

pytestmark = pytest.mark.browser

__all__ = ["room"]
FIELDS: dict[str, tuple[str, str, Any]] = {
    "notes": ("Notes", "Plays the oud.\nAsk about Berlin.", "Plays the oud.\nAsk about Berlin."),
    "tags": ("Tags", "oud, night owl", ["oud", "night owl"]),
    "birthday": ("Birthday", "--08-21", "--08-21"),
    "age": ("Age", "33", 33),
    "discord_username": ("Discord", "farid#98", "farid#98"),
    "tts_voice": ("Voice for text to speech", "de_001", "de_001"),
    "gender": ("Gender", "male", "male"),
    "country": ("Country", "Türkiye", "Türkiye"),
    "language": ("Language", "Turkish", "Turkish"),
}
FLAGS = {"is_favorite": "Favorite", "is_moderator": "Moderator", "is_blocked": "Blocked"}


def stored(lodging: Lodging, viewer_id: int) -> dict[str, Any]:
    """Read what the database has of somebody."""

    async def read(house: House) -> dict[str, Any]:
        async with tenancy.inside(house.db, lodging.cast.owner.creator_id) as session:
            return msgspec.structs.asdict(await profile.detail(session, str(viewer_id)))

    return lodging.do(read)


def change(lodging: Lodging, viewer_id: int, **fields: Any) -> None:
    """Change somebody as another member of the team does, with what screens are told of it."""

    async def write(house: House) -> None:
        async with tenancy.inside(house.db, lodging.cast.owner.creator_id, write=True) as session:
            detail = await profile.edit(session, str(viewer_id), msgspec.convert(fields, schemas.Edit), "user:ben")
        house.publisher.changed(lodging.cast.owner.creator_id, detail, "profile-updated")

    lodging.do(write)


def told(page: Page, act: Callable[[], None]) -> None:
    """Do what is saved at once, and wait for its note, which is the only one then."""
    page.locator("#toasts").evaluate("place => place.replaceChildren()")
    with page.expect_response(lambda answer: answer.request.method == "PATCH"):
        act()
    expect(page.locator(".toast-note")).to_have_count(1)


def field(page: Page, label: str) -> Locator:
    return page.locator("#drawer").get_by_label(label, exact=True)


def write(page: Page, label: str, text: str) -> Any:
    """Write into a field and leave it; returns what was sent."""
    with page.expect_response(lambda answer: answer.request.method == "PATCH") as saved:
        field(page, label).fill(text)
        field(page, label).blur()
    return saved.value.request.post_data_json


def undo(page: Page) -> Any:
    """Press Undo in the newest note; returns what was sent."""
    with page.expect_response(lambda answer: answer.request.method == "PATCH") as saved:
        page.locator(".toast-note").last.get_by_role("button", name="Undo").click()
    return saved.value.request.post_data_json


def test_every_field_is_saved_and_undone(lived: Lodging, opened: Opened) -> None:
    page = opened(lived, "/viewers/60")
    for name, (label, typed, kept) in FIELDS.items():
        before = stored(lived, 60)[name]
        write(page, label, typed)
        assert stored(lived, 60)[name] == kept != before, name
        expect(page.locator(".toast-note").last).to_contain_text("Saved.")
        assert undo(page).keys() == {name}
        assert stored(lived, 60)[name] == before, name
        if name != "tags":
            expect(field(page, label)).to_have_value(str(before or ""))
        else:
            expect(page.locator("[data-tag]")).to_have_count(len(before))


def test_what_stood_there_before_comes_back(lived: Lodging, opened: Opened) -> None:
    before = {"notes": "Old note", "tags": ["old", "older"], "birthday": "1990-02-03", "discord_username": "old#1", "country": "Chile"}
    change(lived, 61, **before)
    page = opened(lived, "/viewers/61")
    for name, label, typed in (
        ("notes", "Notes", "New note"), ("tags", "Tags", "new"), ("birthday", "Birthday", "--12-24"), ("discord_username", "Discord", ""),
        ("country", "Country", "Peru"),
    ):  # fmt: skip
        write(page, label, typed)
        assert stored(lived, 61)[name] != before[name]
        undo(page)
        assert stored(lived, 61)[name] == before[name], name


def test_flags_and_a_tier_by_hand_are_undone(lived: Lodging, opened: Opened) -> None:
    page = opened(lived, "/viewers/62")
    for flag, name in FLAGS.items():
        with page.expect_response(lambda answer: answer.request.method == "PATCH"):
            page.locator(f'[data-flag="{flag}"]').click()
        assert stored(lived, 62)[flag] is True, name
        undo(page)
        assert stored(lived, 62)[flag] is False, name
        expect(page.locator(f'[data-flag="{flag}"]')).to_have_attribute("aria-pressed", "false")
    page.locator("summary", has_text="By hand").click()
    page.locator('[data-tier-step*="Gold"]').click()
    expect(page.locator("#drawer h3").first).to_contain_text("Gold since")
    expect(page.locator("#drawer")).to_contain_text("Set by hand by Ada")
    assert stored(lived, 62)["vip_tier"] == "Gold"
    page.locator(".toast-note").last.get_by_role("button", name="Undo").click()
    expect(page.locator("#drawer h3").first).to_contain_text("No tier yet")
    after = stored(lived, 62)
    assert (after["vip_tier"], after["tier"].held) == (None, False)
    page.locator("details.past summary").click()
    expect(page.locator("details.past")).to_contain_text("by hand, Ada")


def test_enter_saves_and_escape_takes_back_what_was_typed(lived: Lodging, opened: Opened) -> None:
    page = opened(lived, "/viewers/63")
    with page.expect_response(lambda answer: answer.request.method == "PATCH"):
        field(page, "Discord").fill("zoe#1")
        field(page, "Discord").press("Enter")
    expect(field(page, "Discord")).to_be_focused()
    assert stored(lived, 63)["discord_username"] == "zoe#1"
    field(page, "Discord").fill("something else")
    field(page, "Discord").press("Escape")
    expect(field(page, "Discord")).to_have_value("zoe#1")
    expect(page.locator("#drawer")).to_be_visible()
    field(page, "Discord").press("Escape")
    expect(page.locator("#drawer")).to_be_hidden()
    assert stored(lived, 63)["discord_username"] == "zoe#1"


def test_what_cannot_be_taken_stays_as_typed_with_its_reason(lived: Lodging, opened: Opened) -> None:
    page = opened(lived, "/viewers/64")
    write(page, "Birthday", "31 June")
    expect(field(page, "Birthday")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#wrong-birthday")).to_contain_text("YYYY-MM-DD")
    field(page, "Age").fill("old")
    field(page, "Age").blur()
    expect(page.locator("#wrong-age")).to_have_text("A number, please.")
    write(page, "Discord", "fine#1")  # another field does not sweep the reasons away
    expect(page.locator("#wrong-birthday")).to_be_visible()
    expect(field(page, "Birthday")).to_have_value("31 June")
    expect(field(page, "Age")).to_have_value("old")
    write(page, "Birthday", "21.8.1995")
    expect(page.locator("#wrong-birthday")).to_have_count(0)
    expect(field(page, "Birthday")).to_have_value("1995-08-21")
    assert stored(lived, 64)["birthday"] == "1995-08-21"


def test_a_house_that_does_not_answer_loses_no_word(lived: Lodging, opened: Opened) -> None:
    page = opened(lived, "/viewers/65")
    page.route("**/api/viewer-profiles/65", lambda route: route.fulfill(status=409, body=json.dumps({"detail": "Not now."})))
    write(page, "Notes", "A long story")
    expect(page.locator(".toast-note.is-bad")).to_contain_text("Not now.")
    expect(page.locator(".field.is-unsaved")).to_have_count(1)
    expect(field(page, "Notes")).to_have_value("A long story")
    page.unroute("**/api/viewer-profiles/65")
    with page.expect_response(lambda answer: answer.request.method == "PATCH"):
        field(page, "Notes").focus()
        field(page, "Notes").blur()
    expect(page.locator(".field.is-unsaved")).to_have_count(0)
    assert stored(lived, 65)["notes"] == "A long story"


def test_tags_are_chips_with_suggestions(lived: Lodging, opened: Opened) -> None:
    change(lived, 66, tags=["early bird"])
    page = opened(lived, "/viewers/67")
    tags = field(page, "Tags")
    tags.focus()
    expect(page.locator('#known-tags option[value="early bird"]')).to_have_count(1)
    expect(page.locator('#known-countries option[value="Germany"]')).to_have_count(1)
    expect(page.locator('#known-voices option[value="de_001"]')).to_have_count(1)
    told(page, lambda: tags.press_sequentially("chess,"))
    expect(page.locator("[data-tag]")).to_have_text(["chess"])
    expect(tags).to_be_focused()
    tags.press_sequentially("coffee")
    told(page, lambda: tags.press("Enter"))
    expect(page.locator("[data-tag]")).to_have_text(["chess", "coffee"])
    told(page, page.get_by_role("button", name="Remove chess").click)
    expect(page.locator("[data-tag]")).to_have_text(["coffee"])
    page.locator(".toast-note").get_by_role("button", name="Undo").click()
    expect(page.locator("[data-tag]")).to_have_text(["chess", "coffee"])
    told(page, lambda: tags.press("Backspace"))
    expect(page.locator("[data-tag]")).to_have_text(["chess"])
    assert stored(lived, 67)["tags"] == ["chess"]


def test_a_birthday_says_how_old_and_how_soon(lived: Lodging, opened: Opened) -> None:
    page = opened(lived, "/viewers/1")  # whose birthday is in two days
    turns = make.day(2).year - 1996
    expect(page.locator('[data-hint="birthday"]')).to_have_text(re.compile(f"turns {turns} in [12] days?"))
    expect(field(page, "Age")).to_have_js_property("readOnly", value=True)
    page.goto("/viewers/68")
    write(page, "Birthday", "--02-29")
    expect(page.locator('[data-hint="birthday"]')).to_have_text(re.compile(r"^in \d+ days?$|^today$"))
    expect(field(page, "Age")).to_have_js_property("readOnly", value=False)


def test_counters_follow_the_stream_and_typing_goes_on(lived: Lodging, opened: Opened, room: str) -> None:
    page = listening(opened(lived, "/viewers/70"))  # the handle viewer69
    coins = stored(lived, 70)["total_coins_spent"]
    expect(page.locator('[data-count="total_coins_spent"]')).to_have_text(f"{coins:,}")
    field(page, "Notes").press_sequentially("Just gave")
    lived.happen(gave(room, person(69), "Galaxy", 1000), said(room, person(69), "hello"))
    expect(page.locator('[data-count="total_coins_spent"]')).to_have_text(f"{coins + 1000:,}")
    expect(page.locator("[data-here]")).to_be_visible()
    field(page, "Notes").press_sequentially(" a galaxy")
    change(lived, 70, country="Chile", notes="Somebody else's word")
    expect(field(page, "Country")).to_have_value("Chile")  # another member's change shows, but not over what is being written
    expect(field(page, "Notes")).to_have_value("Just gave a galaxy")
    expect(field(page, "Notes")).to_be_focused()
    with page.expect_response(lambda answer: answer.request.method == "PATCH"):
        field(page, "Notes").blur()
    assert stored(lived, 70)["notes"] == "Just gave a galaxy"


def test_another_tab_or_the_next_person_saves_what_was_being_written(lived: Lodging, opened: Opened) -> None:
    page = opened(lived, "/viewers/71")
    field(page, "Discord").fill("first#1")
    page.get_by_role("tab", name="Chat").click()
    expect(page.locator(".toast-note")).to_contain_text("Saved.")
    assert stored(lived, 71)["discord_username"] == "first#1"
    page.goto("/viewers")
    link = page.locator("tbody a[data-drawer]").nth(7)
    link.click()
    shown = int(page.locator("#drawer [data-viewer]").get_attribute("data-viewer") or 0)
    field(page, "Discord").fill("second#2")
    with page.expect_response(lambda answer: answer.request.method == "PATCH"):
        page.locator('[data-step="1"]').click()
    expect(page.locator("#drawer [data-viewer]")).not_to_have_attribute("data-viewer", str(shown))
    assert stored(lived, shown)["discord_username"] == "second#2"


def test_a_picture_whose_address_has_expired_makes_way_for_initials(lived: Lodging, opened: Opened) -> None:
    async def expire(house: House) -> None:
        async with tenancy.inside(house.db, lived.cast.owner.creator_id, write=True) as session:
            (await profile.find(session, "73")).avatar_url = f"{lived.url}/expired.webp?x-expires=1"

    lived.do(expire)
    page = opened(lived, "/viewers")
    page.goto("/viewers/73")
    face = page.locator("#drawer .face")
    expect(face.locator("img")).to_have_count(0)
    assert len(face.inner_text()) == 2
