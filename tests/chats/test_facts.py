"""What is known of a fan: learned by the AI, written by a person, at most 25."""

from datetime import UTC, datetime, timedelta

import pytest

from entourage.chats import facts
from entourage.chats.answer import Fact
from entourage.chats.tables import ChatFan
from entourage.kernel import audit, clock, tenancy
from entourage.kernel.db import Database
from entourage.kernel.errors import Conflict, Invalid, NotFound
from tests.people import Cast

ACTOR = "user:ada"
T0 = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)


@pytest.fixture
async def fan(db: Database, cast: Cast) -> int:
    return await _fan(db, cast.owner.creator_id)


async def _fan(db: Database, creator_id: int) -> int:
    async with tenancy.inside(db, creator_id, write=True) as session:
        row = ChatFan(fan_id="f-1", first_at=T0, updated_at=T0)
        session.add(row)
        await session.flush()
        return row.id


@pytest.mark.anyio
async def test_the_ai_learns_and_corrects_itself_but_never_a_person(db: Database, cast: Cast, fan: int) -> None:
    async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
        assert await facts.learn(session, fan, [Fact("Dog", " a  poodle "), Fact("city", "Köln")], 7) == 2
        kept = await facts.put(session, fan, "City", "Bonn", actor=ACTOR)
        assert await facts.learn(session, fan, [Fact("dog", "a pug"), Fact("CITY", "Hamburg"), Fact("dog ", "a pug")], 8) == 1
        known = {one.key: (one.value, one.by, one.message) for one in await facts.of(session, fan)}
    assert known == {"dog": ("a pug", "ai", 8), "city": ("Bonn", ACTOR, 7)}
    assert kept.key == "city"


@pytest.mark.anyio
async def test_addresses_and_numbers_are_not_learned(db: Database, cast: Cast, fan: int) -> None:
    told = [
        Fact("mail", "lena@example.org"),
        Fact("phone", "+49 170 1234567"),
        Fact("insta", "@lena.xo"),
        Fact("site", "www.lena.example"),
        Fact("cat", "Mia"),
    ]
    async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
        assert await facts.learn(session, fan, told, None) == 1
        assert [one.key for one in await facts.of(session, fan)] == ["cat"]


@pytest.mark.anyio
async def test_the_oldest_that_the_ai_learned_goes_first_and_what_people_wrote_stays(db: Database, cast: Cast, fan: int) -> None:
    now = T0

    def read() -> datetime:
        return now

    before = clock.set_source(read)
    try:
        async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
            await facts.put(session, fan, "mine", "first of all", actor=ACTOR)
            for number in range(24):
                now += timedelta(minutes=1)
                await facts.learn(session, fan, [Fact(f"k{number}", "v")], None)
            now += timedelta(minutes=1)
            await facts.learn(session, fan, [Fact("one more", "v")], None)
            known = [one.key for one in await facts.of(session, fan)]
            assert len(known) == 25
            assert known[0] == "one more"
            assert known[-2:] == ["k1", "mine"]
            for number in range(24):
                await facts.put(session, fan, f"p{number}", "v", actor=ACTOR)
            assert await facts.learn(session, fan, [Fact("late", "v")], None) == 0
            with pytest.raises(Conflict):
                await facts.put(session, fan, "late", "v", actor=ACTOR)
            assert {one.by for one in await facts.of(session, fan)} == {ACTOR}
    finally:
        clock.set_source(before)


@pytest.mark.anyio
async def test_a_person_changes_and_removes_a_fact_and_the_audit_log_holds_no_word_of_it(db: Database, cast: Cast, fan: int) -> None:
    async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
        row = await facts.put(session, fan, "job", "baker", actor=ACTOR)
        other = await facts.put(session, fan, "dog", "Balu", actor=ACTOR)
        changed = await facts.put(session, fan, "job", "head baker", actor=ACTOR, fact=row.id)
        assert (changed.id, changed.value) == (row.id, "head baker")
        with pytest.raises(Conflict):
            await facts.put(session, fan, "dog", "x", actor=ACTOR, fact=row.id)
        with pytest.raises(Invalid) as refused:
            await facts.put(session, fan, " ", "x" * 201, actor=ACTOR)
        assert set(refused.value.details) == {"key", "value"}
        assert (await facts.remove(session, fan, other.id, actor=ACTOR)).value == "Balu"
        with pytest.raises(NotFound):
            await facts.remove(session, fan, other.id, actor=ACTOR)
        entries = await audit.page(session, action="chats.fact")
    assert [entry.action for entry in entries] == ["chats.fact.remove", "chats.fact.set", "chats.fact.set", "chats.fact.set"]
    assert all("bak" not in str(entry.meta) and entry.subject == "fan:f-1" for entry in entries)


@pytest.mark.anyio
async def test_another_creators_fan_is_nobody(db: Database, cast: Cast, fan: int) -> None:
    async with tenancy.inside(db, cast.neighbour.creator_id, write=True) as session:
        assert await facts.of(session, fan) == []
        with pytest.raises(NotFound):
            await facts.put(session, fan, "a", "b", actor=ACTOR)
        with pytest.raises(NotFound):
            await facts.learn(session, fan, [Fact("a", "b")], None)
