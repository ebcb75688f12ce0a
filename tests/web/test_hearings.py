"""How it is with what Twitch tells is said in words, to whoever may change the settings and nobody else."""

import pytest

from entourage.kernel import hearings, tenancy
from entourage.kernel.db import Database
from tests.people import Cast, Doors

pytestmark = pytest.mark.anyio


async def note(db: Database, creator_id: int, **states: tuple[hearings.State, str]) -> None:
    async with tenancy.inside(db, creator_id, write=True) as session:
        await hearings.note(session, "twitch", {kind.replace("__", "."): state for kind, state in states.items()})


async def test_health_is_said_in_words_with_the_line_first(db: Database, doors: Doors, cast: Cast) -> None:
    one = cast.owner.creator_id
    await note(
        db, one, line=("down", "Twitch closed the websocket (4006)."), channel__vip__add=("on", ""), channel__bits__use=("missing", "bits:read"),
        channel__follow=("ended", "authorization_revoked"), channel__of_tomorrow=("refused", "invalid"), channel__ban=("waiting", ""),
    )  # fmt: skip
    owner = await doors.of(cast.owner)
    listed = (await owner.get("/api/settings/hearings")).json()
    words = {each["kind"]: (each["state"], each["words"]) for each in listed}
    assert listed[0]["kind"] == "line"
    assert words["line"] == ("down", "Not heard now: Twitch closed the websocket (4006). It is tried again by itself.")
    assert words["channel.vip.add"] == ("on", "Twitch tells it.")
    assert words["channel.bits.use"] == ("missing", "Not allowed yet (bits:read). Tick it under what it may do, and sign in again.")
    assert words["channel.follow"] == ("ended", "Twitch took it back (authorization_revoked).")
    assert words["channel.of_tomorrow"] == ("refused", "Twitch refused it: invalid")
    assert words["channel.ban"][0] == "waiting"

    page = (await owner.get("/settings/twitch/hearings", headers={"accept-language": "de"})).text
    assert "Was Twitch uns meldet" in page
    assert "Die Leitung zu Twitch" in page
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
