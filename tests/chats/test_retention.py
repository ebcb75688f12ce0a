"""Messages go after the time a creator chose, in small steps; facts, sums and what waits for an answer stay, and nothing comes back."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from entourage.chats import catching_up, facts, retention, usage
from entourage.chats.retention import Keeping, Plan, Shed
from entourage.chats.tables import ChatFact, ChatFan, ChatMessage
from entourage.kernel import clock, tenancy
from entourage.kernel.db import Database
from entourage.kernel.errors import Invalid
from tests.chats.crew import ACTOR, Crew, connect
from tests.people import Cast, Doors

pytestmark = pytest.mark.anyio
DAY = 86_400


async def lived(crew: Crew) -> None:
    """Let f1 be answered 40 days ago, f2 be held since then, and f1 write again yesterday."""
    await connect(crew.db, crew.creator_id)
    await crew.hear(crew.chats.writes("f1", "I have a dog called Balu"), crew.chats.writes("f2", "I want a refund, now"))
    await crew.run_for(60)
    async with crew.inside() as session:
        row = (await crew.fan("f1")).id
        await facts.put(session, row, "dog", "Balu", actor=ACTOR)
        await session.execute(update(ChatFact).values(message=1))
        await session.execute(update(ChatFan).where(ChatFan.id == row).values(spent=12_000))
    crew.hands.push(39 * DAY)
    await crew.hear(crew.chats.writes("f1", "Balu says hi"))
    await crew.run_for(60)
    crew.hands.push(DAY)


async def keep(crew: Crew, days: int | None) -> Plan:
    """Choose for how long; returns what was foretold of it."""
    async with crew.inside() as session:
        foretold = await retention.preview(session, Keeping(days))
        await retention.write(session, Keeping(days), ACTOR)
    return foretold


async def texts(crew: Crew, by: str = "fan") -> list[str]:
    return [one.text for one in await crew.messages() if one.by == by]


@pytest.mark.thorough
async def test_for_ever_is_the_default_and_nothing_goes(crew: Crew) -> None:
    await lived(crew)
    before = await texts(crew)
    assert await retention.ask_all(crew.db) == 0
    assert await retention.let_go(crew.db, crew.creator_id) == Shed()
    assert await keep(crew, None) == Plan()
    assert await texts(crew) == before


@pytest.mark.thorough
@pytest.mark.parametrize("at_once", [1, 1_000])
async def test_old_messages_go_and_facts_sums_and_usage_stay(crew: Crew, at_once: int) -> None:
    await lived(crew)
    async with crew.inside() as session:
        cost = (await usage.standing(session)).month
    foretold = await keep(crew, 30)
    assert (foretold.messages, foretold.replies, foretold.fans, foretold.waiting) == (2, 1, 1, 1)

    gone = await retention.let_go(crew.db, crew.creator_id, most=at_once)

    assert (gone.messages, gone.replies) == (foretold.messages, foretold.replies)
    assert await texts(crew) == ["I want a refund, now", "Balu says hi"]
    assert [one.text != "" for one in await crew.replies()] == [False, True]
    assert [one.state for one in await crew.replies()] == ["sent", "checked"]
    async with crew.inside() as session:
        assert [(one.key, one.value, one.message) for one in await facts.of(session, (await crew.fan("f1")).id)] == [("dog", "Balu", None)]
        assert (await usage.standing(session)).month == cost
    assert (await crew.fan("f1")).spent == 12_000
    assert await retention.let_go(crew.db, crew.creator_id) == Shed()


async def test_what_waits_for_an_answer_stays_until_it_has_one(crew: Crew) -> None:
    await connect(crew.db, crew.creator_id)
    await crew.choose(mode="draft")
    await crew.hear(crew.chats.writes("f1", "how was your day?"))
    await crew.run_for(60)
    assert await crew.states() == ["checked"]
    crew.hands.push(40 * DAY)
    foretold = await keep(crew, 30)
    assert (foretold.messages, foretold.replies, foretold.waiting) == (0, 0, 1)
    await retention.let_go(crew.db, crew.creator_id)
    assert await texts(crew) == ["how was your day?"]
    assert (await crew.fan("f1")).newest_text == "how was your day?"
    assert (await crew.replies())[0].text != ""


@pytest.mark.thorough
async def test_reading_the_chats_brings_back_nothing_old(crew: Crew) -> None:
    await lived(crew)
    await keep(crew, 30)
    await retention.let_go(crew.db, crew.creator_id)
    left = [(one.by, one.text) for one in await crew.messages()]
    async with crew.inside() as session:
        await session.execute(update(ChatFan).values(read_at=None))
        await catching_up.ask(session)
    await crew.settle_down()
    assert ("history", "f1") in crew.chats.calls
    assert [(one.by, one.text) for one in await crew.messages()] == left
    told = crew.chats.said["f1"][0]
    await crew.hear(crew.chats._say("f1", told))
    assert [(one.by, one.text) for one in await crew.messages()] == left


@pytest.mark.thorough
async def test_the_night_asks_for_it_once_for_each_creator_and_notes_what_went(crew: Crew) -> None:
    await lived(crew)
    await keep(crew, 30)
    assert await retention.ask_all(crew.db) == 1
    assert await retention.ask_all(crew.db) == 1
    assert (await crew.waiting_jobs()).count("chats.shed") == 1
    await crew.settle_down()
    assert await texts(crew) == ["I want a refund, now", "Balu says hi"]
    assert [one for one in await crew.actions() if "retention" in one] == ["chats.retention.set", "chats.retention.shed"]


async def test_too_short_a_time_is_refused(crew: Crew) -> None:
    async with crew.inside() as session:
        for days in (0, 6, 36_501):
            with pytest.raises(Invalid) as error:
                await retention.write(session, Keeping(days), ACTOR)
            assert error.value.details.keys() == {"keepDays"}
        assert await retention.floor(session) is None


@pytest.mark.thorough
async def test_it_is_chosen_over_rest_by_who_may_decide(doors: Doors, cast: Cast, db: Database) -> None:
    browser, helper = await doors.of(cast.owner), await doors.of(cast.helper)
    way = "/api/chats/retention"
    assert (await browser.get(way)).json()["data"] == {"keepDays": None}
    assert (await browser.put(way, json={"keepDays": 90})).json()["data"] == {"keepDays": 90}
    assert (await browser.get(way)).json()["data"] == {"keepDays": 90}
    assert (await browser.put(way, json={"keepDays": 3})).status_code == 400
    plan = (await browser.get(f"{way}/preview?keepDays=30")).json()["data"]
    assert plan == {"messages": 0, "replies": 0, "fans": 0, "waiting": 0, "until": None}
    assert (await helper.put(way, json={"keepDays": 30})).status_code == 403
    page = (await browser.get("/settings/retention", headers={"hx-request": "true"})).text
    assert "Messages of fans" in page
    assert (
        "Nothing goes in the coming night."
        in (await browser.get("/settings/retention/fans?keepDays=30", headers={"hx-request": "true"})).text
    )
    assert "For 90 days." in (await browser.get("/chats/settings", headers={"accept": "text/html"})).text
    async with tenancy.inside(db, cast.neighbour.creator_id) as session:
        assert await retention.floor(session) is None
        assert await session.scalar(select(func.count()).select_from(ChatFan)) == 0


async def test_the_page_counts_in_words_what_would_go(doors: Doors, cast: Cast, db: Database) -> None:
    now = clock.now()
    async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
        for number in range(1, 4):
            waits = {"burst_at": now - timedelta(days=50)} if number == 3 else {}
            fan = ChatFan(fan_id=f"f{number}", first_at=now, updated_at=now, **waits)
            session.add(fan)
            await session.flush()
            for days in (40, 45, 2):
                at, said = now - timedelta(days=days), f"{number}-{days}"
                session.add(ChatMessage(fan=fan.id, message_id=said, by="fan", text=said, at=at, received_at=at))
    way = "/settings/retention/fans?keepDays=30"
    owner = await doors.of(cast.owner)
    page = " ".join((await owner.get(way, headers={"hx-request": "true"})).text.split())
    assert "In the coming night 4 messages up to" in page
    assert "They are of 2 fans." in page
    assert "2 messages are as old and stay, because they wait for an answer." in page
    german = (await owner.get(way, headers={"hx-request": "true", "accept-language": "de"})).text
    assert "Sie sind von 2 Fans." in german
    assert (await (await doors.of(cast.helper)).get(way, headers={"hx-request": "true"})).status_code == 403
    neighbour = await doors.of(cast.neighbour)
    assert "Nothing goes in the coming night." in (await neighbour.get(way, headers={"hx-request": "true"})).text
