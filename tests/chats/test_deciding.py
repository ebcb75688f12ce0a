"""What a person decides about replies and fans, and what lists say afterwards."""

from datetime import timedelta

import msgspec
import pytest
from sqlalchemy import select, update

from entourage.chats import access, answers, choices, erasure, holding, line, listing, thread
from entourage.kernel import deliveries, tenancy
from entourage.kernel.errors import Conflict, Invalid, NotFound
from entourage.kernel.parcel import Parcel
from entourage.kernel.tables import Delivery, Job
from entourage.ports import fans as port
from entourage.ports.fans import AnyTold, Bonded, Spending, Spent
from tests.chats.crew import ACTOR, Crew
from tests.chats.room import busy, fan

pytestmark = pytest.mark.anyio


async def drafted(crew: Crew, *fan_ids: str) -> list[int]:
    """Let fans write, and return the replies that wait for a person."""
    await crew.choose(mode="draft")
    await crew.hear(*(crew.chats.writes(one) for one in fan_ids or ("f1",)))
    await crew.run_for(60)
    return [one.id for one in await crew.replies()]


async def test_what_a_person_approves_goes_out_at_once(crew: Crew) -> None:
    (key,) = await drafted(crew)
    async with crew.inside() as session:
        shown = await answers.approve(session, crew.desk, key, actor=ACTOR)
    assert (shown.state, shown.by) == ("approved", ACTOR)
    await crew.settle_down()

    assert await crew.states() == ["sent"]
    assert [one.by for one in await crew.messages()] == ["fan", "ai"]
    assert "chats.reply.approve" in await crew.actions()
    async with crew.inside() as session:
        with pytest.raises(Conflict):
            await answers.approve(session, crew.desk, key, actor=ACTOR)


async def test_an_edit_is_judged_again_and_counts_as_a_person_s_words(crew: Crew) -> None:
    (key,) = await drafted(crew)
    async with crew.inside() as session:
        shown = await answers.edit(session, crew.desk, key, "It costs $20, and I am a real human being", actor=ACTOR)
        assert (shown.state, set(shown.refused)) == ("failed", {"human"})
    async with crew.inside() as session:
        with pytest.raises(Conflict):
            await answers.approve(session, crew.desk, key, actor=ACTOR)
    async with crew.inside() as session:
        shown = await answers.edit(session, crew.desk, key, "It costs $20, love", actor=ACTOR)
        assert (shown.state, shown.refused) == ("checked", {})
        await answers.approve(session, crew.desk, key, actor=ACTOR)
    await crew.settle_down()

    assert crew.chats.texts("f1") == ["It costs $20, love"]
    assert [one.by for one in await crew.messages()] == ["fan", "person"]
    assert (await crew.replies())[0].edits > 0


async def test_a_rejected_reply_leaves_nothing_to_answer(crew: Crew) -> None:
    (key,) = await drafted(crew)
    async with crew.inside() as session:
        await answers.reject(session, crew.desk, key, actor=ACTOR)
    await crew.run_for(600)
    await crew.round()

    assert (await crew.states(), (await crew.fan()).burst_at) == (["superseded"], None)


async def test_a_reply_is_written_anew_when_a_person_asks_for_it(crew: Crew) -> None:
    await drafted(crew)
    async with crew.inside() as session:
        await answers.regenerate(session, crew.desk, (await crew.fan()).id, actor=ACTOR)
    await crew.settle_down()
    assert await crew.states() == ["superseded", "checked"]

    await crew.hear(crew.chats.writes("f1", "I want a refund"))
    async with crew.inside() as session:
        with pytest.raises(Conflict) as error:
            await answers.regenerate(session, crew.desk, (await crew.fan()).id, actor=ACTOR)
    assert "refund" in error.value.details


async def test_words_by_a_person_of_ours_pause_the_ai(crew: Crew) -> None:
    await drafted(crew)
    async with crew.inside() as session:
        shown = await answers.write_by_hand(session, crew.desk, (await crew.fan()).id, "hi, it's me ", actor=ACTOR)
    assert (shown.purpose, shown.state) == ("hand", "approved")
    await crew.settle_down()

    assert crew.chats.texts("f1") == ["hi, it's me"]
    who = await crew.fan()
    assert who.paused_until is not None
    assert (who.burst_at, await crew.states()) == (None, ["superseded", "sent"])
    async with crew.inside() as session:
        with pytest.raises(Invalid):
            await answers.write_by_hand(session, crew.desk, who.id, " ", actor=ACTOR)
        with pytest.raises(Invalid):
            await answers.write_by_hand(session, crew.desk, who.id, "you are {name}, aren't you", actor=ACTOR)
        with pytest.raises(NotFound):
            await answers.write_by_hand(session, crew.desk, 999, "hi", actor=ACTOR)


async def test_what_could_not_be_sent_is_tried_again(crew: Crew) -> None:
    (key,) = await drafted(crew)
    crew.chats.blocked.add("f1")
    async with crew.inside() as session:
        await answers.approve(session, crew.desk, key, actor=ACTOR)
    await crew.settle_down()
    async with crew.inside() as session:
        assert (await listing.counts(session)).failed == 1
        crew.chats.blocked.clear()
        await answers.retry(session, crew.desk, key, actor=ACTOR)
    await crew.settle_down()

    assert (await crew.states(), (await crew.fan()).unreachable_at) == (["sent"], None)


async def test_a_fan_is_taken_over_and_handed_back(crew: Crew) -> None:
    await crew.hear(crew.chats.writes("f1"))
    await crew.run_for(60)
    async with crew.inside() as session:
        shown = await holding.take_over(session, crew.desk, (await crew.fan()).id, actor=ACTOR)
    assert (shown.effective, set(shown.held_why)) == ("off", {"taken_over"})
    await crew.hear(crew.chats.writes("f1", "and now?"))
    await crew.run_for(600)
    assert len(crew.chats.sent) == 1

    async with crew.inside() as session:
        shown = await holding.hand_back(session, crew.desk, (await crew.fan()).id, actor=ACTOR)
    assert (shown.effective, shown.held_at) == ("auto", None)
    await crew.run_for(60)
    assert len(crew.chats.sent) == 2


async def test_a_fan_s_own_mode_is_never_more_than_the_creator_s(crew: Crew) -> None:
    await crew.choose(mode="draft")
    await crew.hear(crew.chats.writes("f1"))
    key = (await crew.fan()).id
    async with crew.inside() as session:
        assert (await holding.set_mode(session, crew.desk, key, "auto", actor=ACTOR)).effective == "draft"
        assert (await holding.set_mode(session, crew.desk, key, "off", actor=ACTOR)).effective == "off"
    await crew.run_for(600)
    assert await crew.states() == []

    async with crew.inside() as session:
        assert (await holding.set_mode(session, crew.desk, key, None, actor=ACTOR)).effective == "draft"
    await crew.run_for(60)
    assert await crew.states() == ["checked"]


async def test_notes_and_names_elsewhere_are_kept(crew: Crew) -> None:
    await crew.hear(crew.chats.writes("f1"))
    key = (await crew.fan()).id
    async with crew.inside() as session:
        await holding.note(session, crew.desk, key, " likes tea ", actor=ACTOR)
        await holding.know_as(session, crew.desk, key, "twitch", "77", actor=ACTOR)
        with pytest.raises(Invalid):
            await holding.know_as(session, crew.desk, key, "myspace", "77", actor=ACTOR)
    who = await crew.fan()
    assert (who.notes, who.known_platform, who.known_id) == ("likes tea", "twitch", "77")
    await crew.run_for(60)
    assert "likes tea" not in str(crew.model.asked)


async def test_lists_are_paged_and_searched(crew: Crew) -> None:
    await drafted(crew, "f1", "f2", "f3")
    crew.hands.push(60)
    await crew.hear(crew.chats.writes("f2", "I want a refund"))
    await crew.run_for(60)
    async with crew.inside() as session:
        first = await listing.threads(session, most=2)
        second = await listing.threads(session, after=first.next, most=2)
        assert first.rows[0].fan_id == "f2"
        assert {one.fan_id for one in first.rows + second.rows} == {"f1", "f2", "f3"}
        assert second.next == ""
        assert [one.fan_id for one in (await listing.threads(session, search="robin F3")).rows] == ["f3"]
        assert [one.fan_id for one in (await listing.threads(session, box="held")).rows] == ["f2"]
        assert {one.fan_id for one in (await listing.threads(session, box="review")).rows} == {"f1", "f3"}
        assert len((await listing.threads(session, box="waiting")).rows) == 3
        assert (await listing.threads(session, box="auto")).rows == []
        counts = await listing.counts(session)
        assert (counts.waiting, counts.held, counts.review, counts.failed) == (3, 1, 2, 0)
        page = await listing.review(session, most=1)
        rest = await listing.review(session, page.next)
        assert [who.fan_id for who, _ in page.rows + rest.rows] == ["f1", "f3"]
        with pytest.raises(Invalid):
            await listing.threads(session, after="nonsense")
    await crew.choose(mode="auto")
    async with crew.inside() as session:
        assert {one.fan_id for one in (await listing.threads(session, box="auto")).rows} == {"f1", "f3"}


async def test_a_thread_is_read_page_after_page(crew: Crew) -> None:
    for number in range(5):
        crew.hands.push(1)
        await crew.hear(crew.chats.writes("f1", f"line {number}"))
    async with crew.inside() as session:
        key = (await crew.fan()).id
        newest = await thread.messages(session, key, most=2)
        before = await thread.messages(session, key, before=newest[0].id, most=10)
    assert [one.text for one in before + newest] == [f"line {number}" for number in range(5)]


async def test_what_a_fan_paid_is_asked_for_and_never_added_up(crew: Crew) -> None:
    crew.chats.spent["f1"] = Spending(total=3000, standing="subscriber")
    await crew.hear(crew.chats.writes("f1"))
    await crew.run_for(30)
    paid = Spent(owner_id="ada", at=crew.hands.now, fan=fan("f1"), cents=500)
    crew.chats.spent["f1"] = Spending(total=3500, standing="subscriber")
    crew.hands.push(1)
    await crew.hear(paid, paid)
    await crew.run_for(60)
    assert (await crew.fan()).spent == 3500

    await crew.hear(Bonded(owner_id="ada", at=crew.hands.now, fan=fan("f1"), how="lapsed"))
    assert (await crew.fan()).standing == "expired"
    await crew.hear(Bonded(owner_id="ada", at=crew.hands.now, fan=fan("nobody"), how="followed"))


async def test_a_test_call_is_seen(crew: Crew) -> None:
    await crew.hear(port.Tested(owner_id="ada", at=crew.hands.now))
    async with crew.inside() as session:
        assert (await line.read(session)).tested_at == crew.hands.now


async def deliver(crew: Crew, told: AnyTold | dict[str, str], name: str) -> None:
    async with crew.inside() as session:
        parcel = Parcel(
            creator_id=crew.creator_id, source="fanvue", message_id=name, kind="written", payload=msgspec.to_builtins(told),
            job="chats.heard", lane="chats.heard", together="all",
        )  # fmt: skip
        await deliveries.take(session, parcel)


@pytest.mark.thorough
async def test_a_delivery_is_acted_upon_once(crew: Crew) -> None:
    told = crew.chats.writes("f1")
    await deliver(crew, told, "one")
    await deliver(crew, told, "one")
    await crew.run_for(60)

    assert (crew.ran.count("chats.heard"), len(crew.chats.sent)) == (1, 1)
    async with crew.inside() as session:
        assert (await line.read(session)).webhook_at is not None


async def test_a_reply_that_is_about_to_go_out_hears_first_what_was_told_meanwhile(crew: Crew) -> None:
    (key,) = await drafted(crew)
    await deliver(crew, crew.chats.writes("f1", "are you there?"), "late")
    async with crew.inside() as session:  # its own job is far behind others
        waits = update(Job).where(Job.kind == "chats.heard", Job.status == "queued")
        await session.execute(waits.values(run_at=crew.hands.now + timedelta(hours=1)))
        await answers.approve(session, crew.desk, key, actor=ACTOR)
    await crew.run_for(60)
    assert crew.chats.sent == []
    assert await crew.states() == ["superseded", "checked"]


@pytest.mark.thorough
async def test_one_job_acts_on_all_that_was_told_and_what_cannot_be_understood_holds_up_nobody(crew: Crew) -> None:
    for number in range(1, 8):
        await deliver(crew, crew.chats.writes(f"f{number}"), f"good {number}")
    await deliver(crew, {"told": "of something unheard of"}, "bad")
    await crew.run_for(5)
    assert crew.ran[:1] == ["chats.heard"]
    assert len(await crew.messages()) == 7

    await crew.run_for(60)
    assert len(crew.chats.sent) == 7
    async with crew.inside() as session:
        assert await deliveries.unhandled(session, "fanvue", 10) == []
        (bad,) = (await session.scalars(select(Job).where(Job.kind == "chats.heard", Job.status != "done"))).all()
    assert bad.status == "dead"
    assert "cannot be understood" in (bad.error or "")


async def test_a_forgotten_fan_leaves_nothing_and_comes_back_as_a_stranger(crew: Crew) -> None:
    told = crew.chats.writes("f1", "my secret is teal")
    await deliver(crew, told, "one")
    await crew.run_for(60)
    async with crew.inside() as session:
        known = await access.of_person(session, "f1")
        assert {"chats", "messages", "replies", "done_about_chats"} <= known.keys()
        assert "teal" in str(known["messages"])
        await holding.note(session, crew.desk, (await crew.fan()).id, "teal!", actor=ACTOR)
        await erasure.ask(session, "f1")
    await crew.run_for(120)

    async with tenancy.inside(crew.db, crew.creator_id) as session:
        assert (await listing.threads(session)).rows == []
        assert await access.of_person(session, "f1") == {"done_about_chats": []}
        (kept,) = (await session.scalars(select(Delivery))).all()
        assert kept.payload == {}
    assert await crew.messages() == []
    assert await crew.replies() == []
    await crew.hear(crew.chats.writes("f1", "me again"))
    await crew.run_for(60)
    assert len(await crew.messages()) == 2


async def test_screens_are_told_after_the_commit(crew: Crew) -> None:
    await drafted(crew)
    told = [one.event for one in crew.screens.seen]

    assert told.count("chat:message") == 1
    assert told[-1] == "chat:reply"
    async with crew.inside() as session:
        row = await listing.fan(session, (await crew.fan()).id)
    assert b'"reply":"checked"' in bytes(crew.screens.seen[-1].payload)
    assert row.reply == "checked"


async def test_a_stop_of_the_creator_lets_a_person_go_on(crew: Crew) -> None:
    (key,) = await drafted(crew)
    async with crew.inside() as session:
        await choices.stop(session, ACTOR)
        await answers.approve(session, crew.desk, key, actor=ACTOR)
    await crew.settle_down()
    assert len(crew.chats.sent) == 1


async def test_what_is_on_its_way_cannot_be_changed(crew: Crew) -> None:
    (key,) = await drafted(crew)
    crew.chats.trouble = lambda moment, call: busy() if (moment, call) == ("before", "send") else None
    async with crew.inside() as session:
        await answers.approve(session, crew.desk, key, actor=ACTOR)
    await crew.settle_down()
    async with crew.inside() as session:  # it certainly did not go out, so it may be changed
        assert (await answers.edit(session, crew.desk, key, "other words", actor=ACTOR)).state == "checked"
