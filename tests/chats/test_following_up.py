"""A word after a silence: once, at the right hour, never to somebody who would mind."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from entourage.chats import answers, choices, holding, people
from entourage.chats.tables import ChatFan
from entourage.kernel import clock
from entourage.kernel.tenancy import CreatorSession
from entourage.ports.fans import Unreachable
from tests.chats.crew import ACTOR, Crew, connect

pytestmark = pytest.mark.anyio

HOUR = 3600


async def silent(crew: Crew, hours: float = 25, **settings: object) -> None:
    """Let a chat be answered and then fall silent."""
    await crew.choose(**{"mode": "auto", "disclose": False, "follow_up_h": 24, **settings})
    await crew.hear(crew.chats.writes("f1", "hey, I got the new job!"))
    await crew.run_for(60)
    if settings.get("mode") == "draft":
        async with crew.inside() as session:
            await answers.approve(session, crew.desk, (await crew.replies())[-1].id, actor=ACTOR)
        await crew.settle_down()
    assert len(crew.chats.texts("f1")) == 1
    crew.hands.push(hours * HOUR)


async def test_a_silent_chat_is_written_to_once(crew: Crew) -> None:
    await silent(crew, hours=23)
    await crew.round()
    assert len(crew.chats.texts("f1")) == 1

    crew.hands.push(2 * HOUR)
    await crew.round()
    await crew.round()
    assert len(crew.chats.texts("f1")) == 2
    assert [one.purpose for one in await crew.replies()] == ["reply", "followup"]
    assert "silent for 25 hours" in crew.model.asked[-1].messages[0]["content"]

    crew.hands.push(100 * HOUR)
    await crew.round()
    assert len(crew.chats.texts("f1")) == 2


@pytest.mark.thorough
async def test_as_often_as_the_creator_allows_and_anew_after_the_fan_wrote(crew: Crew) -> None:
    await silent(crew, most_follow_ups=2)
    for _ in range(4):
        await crew.round()
        crew.hands.push(25 * HOUR)
    assert len(crew.chats.texts("f1")) == 3

    await crew.hear(crew.chats.writes("f1", "sorry, was away"))
    await crew.run_for(60)
    crew.hands.push(25 * HOUR)
    await crew.round()
    assert len(crew.chats.texts("f1")) == 5


async def test_in_draft_mode_it_waits_for_a_person_and_a_message_of_the_fan_discards_it(crew: Crew) -> None:
    await silent(crew, mode="draft")
    await crew.round()
    assert await crew.states() == ["sent", "checked"]

    await crew.hear(crew.chats.writes("f1", "hi again"))
    await crew.run_for(60)
    assert await crew.states() == ["sent", "superseded", "checked"]
    assert len(crew.chats.texts("f1")) == 1


async def test_at_night_it_waits_for_the_morning(crew: Crew) -> None:
    await silent(crew, hours=28, quiet_from="23:00", quiet_until="08:00")  # one o'clock in Berlin
    await crew.round()
    assert (len(crew.chats.texts("f1")), await crew.states()) == (1, ["sent", "approved"])

    await crew.run_for(8 * HOUR)
    assert len(crew.chats.texts("f1")) == 2


async def hold(session: CreatorSession, crew: Crew, fan: ChatFan) -> None:
    await holding.hold(session, crew.desk, fan, {"refund": "money back"})


async def pause(_: CreatorSession, __: Crew, fan: ChatFan) -> None:
    fan.paused_until = clock.now() + timedelta(hours=3)


async def unreachable(_: CreatorSession, __: Crew, fan: ChatFan) -> None:
    fan.unreachable_at = clock.now()


async def off(_: CreatorSession, __: Crew, fan: ChatFan) -> None:
    fan.mode = "off"


async def gone(_: CreatorSession, __: Crew, fan: ChatFan) -> None:
    fan.standing = "not_contactable"


async def stop(session: CreatorSession, _: Crew, __: ChatFan) -> None:
    await choices.stop(session, ACTOR)


@pytest.mark.thorough
@pytest.mark.parametrize("reason", [hold, pause, unreachable, off, gone, stop])
async def test_never_to_somebody_who_would_mind(crew: Crew, reason: Callable[[CreatorSession, Crew, ChatFan], Awaitable[None]]) -> None:
    await silent(crew)
    async with crew.inside() as session:
        await reason(session, crew, await people.lock(session, (await crew.fan()).id))
    await crew.round()
    assert len(crew.model.asked) == 1
    assert len(crew.chats.texts("f1")) == 1

    if reason is pause:  # and goes on afterwards
        crew.hands.push(4 * HOUR)
        await crew.round()
        assert len(crew.chats.texts("f1")) == 2


async def test_what_was_due_for_days_is_not_written_any_more(crew: Crew) -> None:
    await silent(crew, hours=24 * 5)
    await crew.round()
    assert len(crew.chats.texts("f1")) == 1


async def test_without_budget_nothing_is_written_and_nobody_is_held(crew: Crew, creator_id: int) -> None:
    await connect(crew.db, creator_id)
    await silent(crew)
    await crew.choose(mode="auto", follow_up_h=24, month_micro=0)
    await crew.round()
    fan = await crew.fan()
    assert (fan.held_at, len(crew.chats.texts("f1"))) == (None, 1)
    assert fan.follow_up_at is not None


async def test_who_left_meanwhile_is_not_written_to_again(crew: Crew) -> None:
    await silent(crew)
    gone_now = Unreachable("This fan cannot be written to.")
    crew.chats.trouble = lambda moment, call: gone_now if (moment, call) == ("before", "send") else None
    await crew.round()
    crew.hands.push(30 * HOUR)
    await crew.round()
    assert len(crew.chats.texts("f1")) == 1
    assert (await crew.fan()).unreachable_at is not None
