"""From what a platform told us to a reply in the fan's thread: once, and only while nobody minds."""

from datetime import timedelta

import pytest

from entourage.chats import answers, catching_up, choices, holding, house, usage
from entourage.ports.fans import Spending, Uncertain
from entourage.ports.model import Refused, Unheard
from tests.chats.crew import ACTOR, Crash, Crew
from tests.chats.room import busy, renamed

pytestmark = pytest.mark.anyio


@pytest.mark.thorough
async def test_a_burst_is_answered_once_after_some_quiet(crew: Crew) -> None:
    first, second = crew.chats.writes("f1", "hey"), crew.chats.writes("f1", "how was your day?")
    await crew.hear(first, second, first)  # the platform tells some things twice
    await crew.run_for(7)
    assert crew.chats.sent == []

    await crew.run_for(10)

    assert len(crew.chats.texts("f1")) == 1
    assert await crew.states() == ["sent"]
    fan = await crew.fan()
    assert (fan.burst_at, fan.in_a_row, fan.newest_by) == (None, 1, "ai")
    assert [one.by for one in await crew.messages()] == ["fan", "fan", "ai"]
    await crew.hear(*crew.chats.echoes)  # our own words are told, too
    await crew.run_for(600)
    assert len(crew.chats.texts("f1")) == 1
    assert [one.by for one in await crew.messages()] == ["fan", "fan", "ai"]
    assert (await crew.fan()).paused_until is None


@pytest.mark.thorough
async def test_in_draft_mode_a_reply_waits_for_a_person(crew: Crew) -> None:
    await crew.choose(mode="draft")
    await crew.hear(crew.chats.writes("f1"))
    await crew.run_for(60)

    assert crew.chats.sent == []
    assert await crew.states() == ["checked"]


async def test_a_newer_message_discards_what_was_not_sent(crew: Crew) -> None:
    await crew.choose(mode="draft")
    await crew.hear(crew.chats.writes("f1", "hey you"))
    await crew.run_for(60)
    await crew.hear(crew.chats.writes("f1", "and another thing"))
    await crew.run_for(60)

    assert await crew.states() == ["superseded", "checked"]
    assert "another thing" in crew.model.asked[-1].messages[1]["content"]


@pytest.mark.thorough
async def test_what_comes_while_the_model_thinks_is_answered_too_and_together(crew: Crew) -> None:
    late = [crew.chats.writes("f1", "wait, one more")]

    async def meanwhile() -> None:
        while late:
            await crew.hear(late.pop())

    crew.model.meanwhile = meanwhile
    await crew.hear(crew.chats.writes("f1", "hey there"))
    await crew.run_for(60)

    assert len(crew.chats.texts("f1")) == 1
    assert len(crew.model.asked) == 2


@pytest.mark.thorough
async def test_without_a_text_the_chat_is_read(crew: Crew) -> None:
    told = crew.chats.writes("f1", "what I wrote")
    await crew.hear(renamed(told, text=None))
    await crew.run_for(60)

    assert len(crew.chats.texts("f1")) == 1
    assert ("history", "f1") in crew.chats.calls


@pytest.mark.thorough
async def test_a_word_by_hand_answers_what_came_before_and_pauses_the_ai(crew: Crew) -> None:
    first = crew.chats.writes("f1", "hey")
    crew.hands.push(3)
    hand = crew.chats.by_hand("f1", "hi love")
    await crew.hear(hand, first)  # told in the wrong order
    await crew.run_for(120)
    assert crew.chats.sent == []
    assert (await crew.fan()).burst_at is None

    await crew.hear(crew.chats.writes("f1", "still there?"))
    await crew.run_for(600)
    assert crew.chats.sent == []  # paused

    await crew.run_for(3600)
    await crew.round()
    assert len(crew.chats.texts("f1")) == 1


async def test_greetings_of_the_platform_itself_change_nothing(crew: Crew) -> None:
    await crew.hear(crew.chats.writes("f1"), crew.chats.by_hand("f1", "Welcome!", origin="automatic"))
    await crew.run_for(60)

    assert len(crew.chats.texts("f1")) == 1


async def test_a_deleted_message_is_neither_answered_nor_kept(crew: Crew) -> None:
    told = crew.chats.writes("f1", "forget this")
    gone = crew.chats.writes("f2", "and this")
    await crew.hear(told, crew.chats.deletes(told), crew.chats.deletes(gone), gone)
    await crew.run_for(60)

    assert crew.chats.sent == []
    assert {one.text for one in await crew.messages()} == {""}
    assert (await crew.fan("f2")).burst_at is None


async def test_danger_calls_a_person_and_no_ai_writes(crew: Crew) -> None:
    await crew.hear(crew.chats.writes("f1", "I'm 15 btw"))
    await crew.run_for(60)

    fan = await crew.fan()
    assert crew.chats.sent == []
    assert crew.model.asked == []
    assert set(fan.held_why) == {"minor"}
    assert "chats.hold" in await crew.actions()
    await crew.hear(crew.chats.writes("f1", "I want a refund"))
    await crew.run_for(60)
    assert set((await crew.fan()).held_why) == {"minor", "refund"}
    await crew.hear(crew.chats.by_hand("f1", "please stop"))
    assert (await crew.fan()).held_at is not None  # too grave to go on by itself


async def test_asked_whether_it_is_real_it_says_so_and_calls_a_person(crew: Crew) -> None:
    await crew.choose(mode="auto", disclose=True)
    await crew.hear(crew.chats.writes("f1", "are you a real person?"))
    await crew.run_for(60)

    (said,) = crew.chats.texts("f1")
    assert "AI assistant" in said
    fan = await crew.fan()
    assert (set(fan.held_why), fan.burst_at) == ({"real"}, None)
    assert fan.told_at is not None


@pytest.mark.thorough
async def test_the_first_reply_says_that_an_ai_helps(crew: Crew) -> None:
    await crew.choose(mode="auto", disclose=True)
    for _ in range(2):
        await crew.hear(crew.chats.writes("f1", "what are you up to today?"))
        await crew.run_for(60)

    first, second = crew.chats.texts("f1")
    assert "AI assistant" in first
    assert "AI assistant" not in second


async def test_what_the_guard_refuses_waits_for_a_person(crew: Crew) -> None:
    crew.model.will_say("come to my telegram @ada")
    await crew.hear(crew.chats.writes("f1"))
    await crew.run_for(60)

    (row,) = await crew.replies()
    assert (row.state, crew.chats.sent) == ("failed", [])
    assert "handle" in row.refused


async def test_an_answer_in_bad_json_is_asked_for_once_more(crew: Crew) -> None:
    crew.model.next = ["I think", "no idea"]
    await crew.hear(crew.chats.writes("f1"))
    crew.model.next += ["{", ""]
    await crew.run_for(60)

    assert len(crew.model.asked) == 2
    assert set((await crew.fan()).held_why) == {"unreadable"}


@pytest.mark.thorough
async def test_a_model_that_is_away_is_asked_again(crew: Crew) -> None:
    crew.model.next = [busy(), busy(5)]
    await crew.hear(crew.chats.writes("f1"))
    await crew.run_for(120)

    assert len(crew.chats.texts("f1")) == 1


@pytest.mark.thorough
async def test_only_an_answer_that_nobody_heard_costs_what_it_may_have(crew: Crew) -> None:
    async def cost(trouble: Exception) -> int:
        crew.model.next = [trouble]
        await crew.hear(crew.chats.writes("f1"))
        async with crew.inside() as session:
            before = (await usage.standing(session)).month.cost_micro
        await crew.run_for(60)
        async with crew.inside() as session:
            return (await usage.standing(session)).month.cost_micro - before

    heard, unheard = await cost(busy()), await cost(Unheard("Nobody heard it."))

    assert heard < 5000
    assert unheard > heard + 5000
    assert len(crew.chats.texts("f1")) == 2


async def test_a_model_that_refuses_calls_a_person(crew: Crew) -> None:
    crew.model.next = [Refused("I'd rather not.")]
    await crew.hear(crew.chats.writes("f1"))
    await crew.run_for(60)

    assert set((await crew.fan()).held_why) == {"refused"}


async def test_without_a_model_a_person_is_called_until_there_is_one(crew: Crew) -> None:
    crew.model.name = ""
    await crew.hear(crew.chats.writes("f1"))
    await crew.run_for(60)
    assert set((await crew.fan()).held_why) == {"no_model"}

    crew.model.name = "make-believe"
    await crew.run_for(900)
    await crew.round()
    assert len(crew.chats.texts("f1")) == 1


async def test_over_budget_a_person_is_called(crew: Crew) -> None:
    await crew.choose(mode="auto", month_micro=1)
    await crew.hear(crew.chats.writes("f1"))
    await crew.run_for(60)

    assert set((await crew.fan()).held_why) == {"budget"}
    assert crew.model.asked == []


@pytest.mark.thorough
async def test_more_fans_than_calls_a_minute_are_answered_later(crew: Crew) -> None:
    await crew.choose(mode="auto", calls_a_minute=2)
    await crew.hear(*(crew.chats.writes(f"f{number}") for number in range(5)))
    await crew.run_for(30)
    assert len(crew.chats.sent) == 2

    await crew.run_for(240)
    assert len({to for to, _, _ in crew.chats.sent}) == len(crew.chats.sent) == 5


async def test_who_has_spent_much_gets_a_draft(crew: Crew) -> None:
    crew.chats.spent["f1"] = Spending(total=50_000)
    await crew.hear(crew.chats.writes("f1"))
    await crew.run_for(60)

    assert (await crew.states(), crew.chats.sent) == (["checked"], [])


async def test_after_many_replies_in_a_row_a_person_looks(crew: Crew) -> None:
    await crew.choose(mode="auto", most_in_a_row=2)
    for _ in range(3):
        await crew.hear(crew.chats.writes("f1", "and what else is new with you?"))
        await crew.run_for(60)

    assert len(crew.chats.sent) == 2
    assert set((await crew.fan()).held_why) == {"in_a_row"}


async def test_in_quiet_hours_a_reply_waits_for_the_morning(crew: Crew) -> None:
    await crew.choose(mode="auto", quiet_from="20:00", quiet_until="08:00")  # it is 21:00 in Berlin
    await crew.hear(crew.chats.writes("f1"))
    await crew.run_for(10 * 3600)
    assert crew.chats.sent == []

    await crew.run_for(2 * 3600)
    assert len(crew.chats.sent) == 1


async def test_a_stop_keeps_everything_back_and_going_on_takes_it_up(crew: Crew) -> None:
    async with crew.inside() as session:
        await choices.stop(session, ACTOR)
    await crew.hear(crew.chats.writes("f1"))
    await crew.run_for(600)
    assert (crew.model.asked, crew.chats.sent) == ([], [])

    async with crew.inside() as session:
        await choices.go_on(session, ACTOR)
    await crew.round()
    await crew.run_for(60)
    assert len(crew.chats.sent) == 1


async def test_what_auto_approved_is_kept_back_when_a_person_takes_over(crew: Crew) -> None:
    await crew.choose(mode="auto", delay=True)
    await crew.hear(crew.chats.writes("f1", "hey " * 100))
    await crew.run_for(12)
    assert await crew.states() == ["approved"]

    async with crew.inside() as session:
        await holding.take_over(session, crew.desk, (await crew.fan()).id, actor=ACTOR)
    await crew.run_for(600)
    assert (await crew.states(), crew.chats.sent) == (["checked"], [])


async def test_before_a_reply_the_fan_sees_somebody_type(crew: Crew) -> None:
    await crew.choose(mode="auto", delay=True)
    await crew.hear(crew.chats.writes("f1", "hey " * 60))
    await crew.run_for(200)

    assert [call for call, _ in crew.chats.calls if call in {"typing", "send"}] == ["typing", "send"]


async def test_a_send_of_which_nobody_knows_is_looked_for_before_it_is_sent_again(crew: Crew) -> None:
    lost = [Uncertain("Nobody answered.")]
    crew.chats.trouble = lambda moment, call: lost.pop() if lost and (moment, call) == ("after", "send") else None
    await crew.hear(crew.chats.writes("f1"))
    await crew.run_for(120)

    assert len(crew.chats.texts("f1")) == 1
    assert await crew.states() == ["sent"]
    assert [call for call, _ in crew.chats.calls if call in {"history", "send"}] == ["send", "history"]


async def test_a_send_that_did_not_happen_is_sent_after_the_chat_was_read(crew: Crew) -> None:
    lost = [Uncertain("The line was cut.")]
    crew.chats.trouble = lambda moment, call: lost.pop() if lost and (moment, call) == ("before", "send") else None
    await crew.hear(crew.chats.writes("f1"))
    await crew.run_for(120)

    assert len(crew.chats.texts("f1")) == 1
    assert [call for call, _ in crew.chats.calls if call in {"history", "send"}] == ["send", "history", "send"]


@pytest.mark.parametrize("moment", ["before", "after"])
async def test_a_process_that_dies_while_it_sends_sends_nothing_twice(crew: Crew, moment: str) -> None:
    plugs = [Crash()]
    crew.chats.trouble = lambda when, call: plugs.pop() if plugs and (when, call) == (moment, "send") else None
    await crew.hear(crew.chats.writes("f1"))
    await crew.run_for(120)

    assert crew.crashes == 1
    assert len(crew.chats.texts("f1")) == 1
    assert await crew.states() == ["sent"]


@pytest.mark.thorough
async def test_an_echo_that_is_told_before_our_answer_is_committed_is_ours(crew: Crew) -> None:
    plugs = [Crash()]
    crew.chats.trouble = lambda moment, call: plugs.pop() if plugs and (moment, call) == ("after", "send") else None
    await crew.hear(crew.chats.writes("f1"))
    await crew.run_for(9)
    await crew.hear(*crew.chats.echoes)
    assert await crew.states() == ["sent"]
    await crew.run_for(120)

    fan = await crew.fan()
    assert (len(crew.chats.texts("f1")), fan.paused_until, fan.in_a_row) == (1, None, 1)


async def test_too_many_requests_wait_and_hold_up_nothing_newer(crew: Crew) -> None:
    busy_once = [busy(30.0)]
    crew.chats.trouble = lambda moment, call: busy_once.pop() if busy_once and (moment, call) == ("before", "send") else None
    await crew.hear(crew.chats.writes("f1", "hey you there"))
    await crew.run_for(12)
    assert await crew.states() == ["approved"]

    await crew.hear(crew.chats.writes("f1", "never mind, how are you?"))
    await crew.run_for(120)
    assert await crew.states() == ["superseded", "sent"]
    assert len(crew.chats.sent) == 1


async def test_who_cannot_be_reached_is_left_alone(crew: Crew) -> None:
    crew.chats.blocked.add("f1")
    await crew.hear(crew.chats.writes("f1"))
    await crew.run_for(600)
    await crew.round()

    (row,) = await crew.replies()
    assert (row.state, row.trouble) == ("failed", "This fan cannot be reached.")
    assert (await crew.fan()).unreachable_at is not None


@pytest.mark.thorough
async def test_a_lost_sign_in_waits_and_goes_on_afterwards(crew: Crew) -> None:
    crew.chats.signed_in = False
    await crew.hear(crew.chats.writes("f1"))
    await crew.run_for(600)
    assert (await crew.states(), crew.chats.sent) == (["approved"], [])
    assert (await crew.actions()).count("chats.sign_in.needed") == 1

    crew.chats.signed_in = True
    await crew.round()
    await crew.run_for(60)
    assert len(crew.chats.sent) == 1
    assert (await crew.actions()).count("chats.sign_in.done") == 1


async def test_a_round_takes_up_what_lost_its_job(crew: Crew) -> None:
    await crew.hear(crew.chats.writes("f1"))
    await crew.lose_jobs()
    await crew.run_for(180)
    await crew.round()
    await crew.run_for(30)
    assert len(crew.chats.texts("f1")) == 1

    await crew.choose(mode="auto", delay=True)
    await crew.hear(crew.chats.writes("f1", "tell me more " * 20))
    await crew.run_for(12)
    await crew.lose_jobs()
    await crew.run_for(300)
    await crew.round()
    await crew.run_for(30)
    assert len(crew.chats.texts("f1")) == 2


async def test_unread_chats_are_read_where_nobody_calls_us(crew: Crew) -> None:

    for number in range(3):
        crew.chats.writes(f"f{number}", "hello there")
    async with crew.inside() as session:
        await catching_up.ask(session)
    await crew.run_for(60)
    assert sorted(to for to, _, _ in crew.chats.sent) == ["f0", "f1", "f2"]

    async with crew.inside() as session:
        await catching_up.ask(session)
    reads = crew.chats.calls.count(("history", "f0"))
    await crew.run_for(60)
    assert crew.chats.calls.count(("history", "f0")) == reads  # what is known is not read again
    assert len(crew.chats.sent) == 3


async def test_what_has_waited_for_a_day_is_looked_at_first_and_what_is_older_is_left(crew: Crew) -> None:
    old, older = crew.chats.writes("f1"), crew.chats.writes("f2")
    now = crew.hands.now
    await crew.hear(renamed(old, at=now - timedelta(hours=30)), renamed(older, at=now - timedelta(days=9)))
    await crew.run_for(60)

    assert (await crew.states(), crew.chats.sent) == (["checked"], [])
    assert (await crew.fan("f2")).burst_at is None


async def test_the_house_s_stop_keeps_back_also_what_a_person_approved(crew: Crew) -> None:
    await crew.choose(mode="draft")
    await crew.hear(crew.chats.writes("f1"))
    await crew.run_for(60)
    await house.halt(crew.db, ACTOR)
    async with crew.inside() as session:
        await answers.approve(session, crew.desk, (await crew.replies())[0].id, actor=ACTOR)
    await crew.run_for(600)
    assert crew.chats.sent == []

    await house.go_on(crew.db, ACTOR)
    await crew.round()
    assert len(crew.chats.sent) == 1
