"""A fan who is forgotten stays forgotten until they write again; whoever is forgotten as a viewer is forgotten as a fan, if that is wanted."""

from typing import Any

import pytest
from sqlalchemy import Table, select

from entourage import automations
from entourage.chats import catching_up, erasure, holding
from entourage.kernel import tenancy
from entourage.kernel.tables import AuditEntry, Base
from entourage.viewers import profile
from entourage.viewers.tables import Total
from tests import make
from tests.chats.crew import ACTOR, Crew, connect

pytestmark = pytest.mark.anyio
NAMES = ("'f1'", "fan:f1", "handle_f1", "Robin f1", "secret")
TABLES = ("chat_fans", "chat_messages", "chat_replies", "chat_facts", "audit_log")


async def known_as_viewer(crew: Crew, fan_id: str = "f1", number: int = 1) -> None:
    """Let a fan be known as a viewer, who is there as well."""
    async with crew.inside() as session:
        await session.merge(Total(creator_id=crew.creator_id))
        session.add(make.viewer(number, platform="tiktok", user_id=f"7{number}"))
        await session.flush()
    fan = (await crew.fan(fan_id)).id
    async with crew.inside() as session:
        await holding.know_as(session, crew.desk, fan, "tiktok", f"7{number}", actor=ACTOR)


async def forget_viewer(crew: Crew, *, fans: bool, number: int = 1) -> None:
    """Forget them as a viewer, and do what that causes, the second look included."""
    automations.register(crew.registry)
    async with crew.inside() as session:
        await profile.forget(session, str(number), ACTOR, fans=fans)
    await crew.settle_down()
    crew.hands.push(61)
    await crew.settle_down()


async def rows(crew: Crew, name: str) -> list[dict[str, Any]]:
    table: Table = Base.metadata.tables[name]
    async with tenancy.everywhere(crew.db, "a test looks for what is left") as session:
        return [dict(row._mapping) for row in await session.execute(select(table))]


async def test_a_viewer_who_is_forgotten_is_forgotten_as_a_fan_with_an_entry_in_both_logs(crew: Crew) -> None:
    await crew.hear(crew.chats.writes("f1", "my secret is blue"), crew.chats.writes("f2", "hello"))
    await crew.settle_down()
    await known_as_viewer(crew)
    await forget_viewer(crew, fans=True)

    assert [row["fan_id"] for row in await rows(crew, "chat_fans")] == ["f2"]
    left = {name: await rows(crew, name) for name in TABLES}
    assert not [name for name, found in left.items() if any(one in str(row) for row in found for one in NAMES)]
    async with crew.inside() as session:
        noted = (await session.scalars(select(AuditEntry).where(AuditEntry.action.in_(("viewer.forget", "chats.fan.forget"))))).all()
    assert sorted((one.action, one.actor, one.cause) for one in noted) == [
        ("chats.fan.forget", ACTOR, "viewer:1"),
        ("viewer.forget", ACTOR, ""),
    ]


async def test_a_fan_who_may_stay_is_known_as_nobody(crew: Crew) -> None:
    await crew.hear(crew.chats.writes("f1", "still here"))
    await crew.settle_down()
    await known_as_viewer(crew)
    await forget_viewer(crew, fans=False)

    fan = await crew.fan()
    assert (fan.known_platform, fan.known_id) == ("", "")
    assert [one.text for one in await crew.messages() if one.by == "fan"] == ["still here"]
    assert (await crew.actions()).count("chats.known_as.set") == 2


async def test_only_the_fans_of_whoever_is_forgotten_go(crew: Crew) -> None:
    await crew.hear(*(crew.chats.writes(one) for one in ("f1", "f2", "f3")))
    await crew.settle_down()
    await known_as_viewer(crew, "f1", 1)
    await known_as_viewer(crew, "f2", 2)
    await forget_viewer(crew, fans=True)

    assert {row["fan_id"]: row["known_id"] for row in await rows(crew, "chat_fans")} == {"f2": "72", "f3": ""}


async def test_reading_the_chats_brings_back_nothing_of_a_forgotten_fan(crew: Crew) -> None:
    await connect(crew.db, crew.creator_id)
    told = crew.chats.writes("f1", "my secret is blue")
    await crew.hear(told)
    await crew.settle_down()
    async with crew.inside() as session:
        await erasure.ask(session, "f1")
    await crew.run_for(61)
    for _ in range(2):
        async with crew.inside() as session:
            await catching_up.ask(session)
        await crew.settle_down()
        await crew.hear(told, crew.chats.deletes(told))
        crew.hands.push(700)
    assert await rows(crew, "chat_fans") == []
    assert await rows(crew, "chat_messages") == []


async def _ask_to_forget_who_wrote(crew: Crew) -> None:
    await connect(crew.db, crew.creator_id)
    await crew.hear(crew.chats.writes("f1", "my secret is blue"))
    await crew.settle_down()
    async with crew.inside() as session:
        await erasure.ask(session, "f1")


async def _nothing_but_what_is_new_is_there(crew: Crew) -> None:
    async with crew.inside() as session:
        await catching_up.ask(session)
    await crew.run_for(700)
    assert [one.text for one in await crew.messages() if one.by == "fan"] == ["hi, I am new here"]
    assert len(crew.chats.texts("f1")) == 1


async def test_who_writes_again_is_a_stranger_with_nothing_before(crew: Crew) -> None:
    await _ask_to_forget_who_wrote(crew)
    await crew.run_for(61)
    await crew.hear(crew.chats.writes("f1", "hi, I am new here"))
    await _nothing_but_what_is_new_is_there(crew)


async def test_what_is_written_while_somebody_is_forgotten_is_answered_once(crew: Crew) -> None:
    await _ask_to_forget_who_wrote(crew)
    await crew.settle_down()
    crew.hands.push(5)
    await crew.hear(crew.chats.writes("f1", "hi, I am new here"))
    await crew.run_for(120)
    await _nothing_but_what_is_new_is_there(crew)


async def test_the_file_of_a_viewers_data_tells_of_the_fan_to_who_may_know(crew: Crew) -> None:
    await crew.hear(crew.chats.writes("f1", "my secret is blue"), crew.chats.writes("f2", "not mine"))
    await crew.settle_down()
    await known_as_viewer(crew)
    told = await automations.beside(crew.db, crew.creator_id, "tiktok", "71", True)
    assert [one["text"] for one in told["fanvue_messages"]] == ["my secret is blue"]
    assert [one["handle"] for one in told["fanvue_chats"]] == ["handle_f1"]
    assert await automations.beside(crew.db, crew.creator_id, "tiktok", "71", False) == {}
    assert await automations.beside(crew.db, crew.creator_id, "tiktok", "99", True) == {}
