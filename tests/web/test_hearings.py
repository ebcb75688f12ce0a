"""How it is with what Twitch tells is said in words, to whoever may change the settings and nobody else."""

import re
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.frames import Close

from entourage.kernel import hearings, tenancy
from entourage.kernel.db import Database
from entourage.platforms.twitch.eventsub import closes, keeper
from entourage.web import i18n, retelling
from tests.people import Cast, Doors

pytestmark = pytest.mark.anyio


async def note(db: Database, creator_id: int, **states: tuple[hearings.State, str]) -> None:
    async with tenancy.inside(db, creator_id, write=True) as session:
        await hearings.note(session, "twitch", {kind.replace("__", "."): state for kind, state in states.items()})


async def test_health_is_said_in_words_with_the_line_first(db: Database, doors: Doors, cast: Cast) -> None:
    one = cast.owner.creator_id
    await note(
        db, one, line=("down", "Twitch closed the websocket (4006)."), channel__vip__add=("on", ""), channel__bits__use=("missing", "bits:read"),
        channel__follow=("ended", "authorization_revoked"), channel__raid=("ended", "of_tomorrow"), channel__of_tomorrow=("refused", "invalid"), channel__ban=("waiting", ""),
    )  # fmt: skip
    owner = await doors.of(cast.owner)
    listed = (await owner.get("/api/settings/hearings")).json()
    words = {each["kind"]: (each["state"], each["words"]) for each in listed}
    assert listed[0]["kind"] == "line"
    assert words["line"] == ("down", "Not heard now: Twitch closed the websocket (4006). It is tried again by itself.")
    assert words["channel.vip.add"] == ("on", "Twitch tells it.")
    assert words["channel.bits.use"] == ("missing", "Not allowed yet (bits:read). Tick it under what it may do, and sign in again.")
    assert words["channel.follow"] == ("ended", "Twitch took it back (you took the permission back).")
    assert words["channel.raid"] == ("ended", "Twitch took it back (of_tomorrow).")
    assert words["channel.of_tomorrow"] == ("refused", "Twitch refused it: invalid")
    assert words["channel.ban"][0] == "waiting"

    page = (await owner.get("/settings/twitch/hearings", headers={"accept-language": "de", "hx-request": "true"})).text
    assert "Was Twitch uns meldet" in page
    assert "Die Leitung zu Twitch" in page
    assert "Twitch hat den Websocket geschlossen (4006)." in page
    assert "du hast die Erlaubnis zurückgenommen" in page
    assert " open" in page  # trouble is shown at once
    await note(db, one, line=("on", ""), channel__vip__add=("on", ""))
    again = {each["kind"]: each for each in (await owner.get("/api/settings/hearings")).json()}
    before = {each["kind"]: each for each in listed}
    assert again["channel.vip.add"]["since"] == before["channel.vip.add"]["since"]  # nothing has changed there
    assert again["line"]["since"] > before["line"]["since"]


async def test_nobody_else_is_told(db: Database, doors: Doors, cast: Cast) -> None:
    await note(db, cast.owner.creator_id, line=("down", "a secret reason"))
    for person in (cast.helper, cast.clipper, cast.neighbour):
        browser = await doors.of(person)
        for path in ("/api/settings/hearings", "/settings/twitch/hearings"):
            answer = await browser.get(path)
            assert "a secret reason" not in answer.text
    async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
        await hearings.forget(session, "twitch")
        assert await hearings.of(session, "twitch") == []


def test_every_reason_for_a_lost_line_is_said_in_german() -> None:
    seconds, status = closes.SILENT.format(13.0), closes.REFUSED.format(503)
    closed = [
        closes.why_closed(ConnectionClosed(None if code is None else Close(code, ""), None)).why
        for code in (None, 1006, *range(4000, 4008))
    ]
    said = [seconds, status, closes.UNREACHABLE.format("TimeoutError"), closes.NO_WELCOME, closes.NOT_BEGUN, *closed]
    source = "".join(path.read_text() for path in Path(keeper.__file__).parent.glob("*.py"))
    said += re.findall(r'why = "([^"]+)"', source)
    assert len(said) == 17

    i18n.speak(i18n.Voice("de", "de"))
    try:
        assert [one for one in said if retelling.retell(one) == one] == []
        assert retelling.retell(seconds) == "Twitch hat 13 Sekunden lang nichts gesendet."
    finally:
        i18n.speak(i18n.Voice())
