"""Fan chats in a whole house, over the wire: from the platform's signed events to a reply in each fan's chat, exactly once."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from entourage.chats import answers, choices, listing, schemas
from entourage.chats.tables import ChatFan, ChatReply
from entourage.kernel import tenancy
from entourage.platforms.fanvue import grant as grants
from entourage.simulators.fanvue.faults import SEND, Fault
from entourage.simulators.llm import turns
from entourage.simulators.llm.fake import FakeModel
from tests.fanvue import CLIENT_ID, CLIENT_SECRET, WEBHOOK_SECRET, Fanvue, fanvue
from tests.flows.houses import Open, served
from tests.llm import model
from tests.people import Cast, settle
from tests.platforms.fanvue.connecting import a_grant

__all__ = ["fanvue", "model"]
pytestmark = pytest.mark.anyio

FANS = [f"fan{number}" for number in range(8)]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.thorough)])
async def open_house(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    new_database: Callable[[str], str],
    fanvue: Fanvue,
    model: FakeModel,
) -> AsyncIterator[Open]:
    """Open a house that speaks to the make-believe platform and model."""
    places = {
        "fanvue_api_url": fanvue.fake.api_url, "fanvue_auth_url": fanvue.fake.auth_url, "fanvue_client_id": CLIENT_ID,
        "fanvue_client_secret": CLIENT_SECRET, "fanvue_webhook_secret": WEBHOOK_SECRET, "llm_base_url": model.base_url,
        "llm_model": model.name, "llm_api_key": "",
    }  # fmt: skip
    async with served(tmp_path, new_database(request.param), **places) as one:
        yield one


@pytest.fixture
async def cast(open_house: Open, fanvue: Fanvue) -> Cast:
    """Let everybody move in, and the owner be connected and in auto mode."""
    cast = await settle(open_house.house.db)
    async with tenancy.inside(open_house.house.db, cast.owner.creator_id, write=True) as session:
        await grants.begin(session, a_grant(fanvue.token, fanvue.creator.id))
        await choices.write(session, schemas.Settings(mode="auto", delay=False, quiet_s=6, calls_a_minute=120), "user:ada")
    fanvue.listen(f"{open_house.url}/fanvue-webhook", families=("creator", "legacy"))
    return cast


async def until(what: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait for something to come true."""
    async with asyncio.timeout(seconds):
        while not what():
            await asyncio.sleep(0.1)


@pytest.mark.thorough
async def test_every_burst_is_answered_once_whatever_the_line_does(open_house: Open, cast: Cast, fanvue: Fanvue, model: FakeModel) -> None:
    kind = turns.answer(
        {"reply": "So good to hear from you, tell me all about your day", "action": "send", "language": "en", "confidence": 95}
    )
    model.always = kind
    mischief = fanvue.fake.mailbag.mischief
    mischief.double_share, mischief.late_share, mischief.late_s = 0.4, 0.3, 1.0
    fanvue.fake.faults.put(Fault("lost", path=SEND), times=1)
    fanvue.fake.faults.put(Fault("cut", path=SEND), times=1)
    fanvue.fake.faults.put(Fault("gateway", path=SEND), times=1)
    open_house.house.start_working()
    for handle in FANS:
        fanvue.says(handle, "hey you", "how was your day?")

    await until(lambda: all(fanvue.sent(handle) for handle in FANS))
    await asyncio.sleep(1.5)  # for what should not come

    assert Counter({handle: len(fanvue.sent(handle)) for handle in FANS}) == Counter(dict.fromkeys(FANS, 1))
    async with asyncio.timeout(20):
        while True:
            async with tenancy.inside(open_house.house.db, cast.owner.creator_id) as session:
                states = Counter((await session.scalars(select(ChatReply.state))).all())
                waiting = (await listing.counts(session)).waiting
            if states["sent"] == len(FANS) and not waiting:
                break
            await asyncio.sleep(0.2)
    async with tenancy.inside(open_house.house.db, cast.owner.creator_id) as session:
        assert [one.paused_until for one in await session.scalars(select(ChatFan))] == [None] * len(FANS)


@pytest.mark.thorough
async def test_a_person_s_words_go_out_and_words_on_the_platform_pause_the_ai(
    open_house: Open,
    cast: Cast,
    fanvue: Fanvue,
) -> None:
    open_house.house.start_working()
    fanvue.says("mira", "I want a refund")
    fanvue.fake.post.by_hand(fanvue.fan("theo"), "I am here myself")
    db, creator_id = open_house.house.db, cast.owner.creator_id

    async def fans() -> dict[str, ChatFan]:
        async with tenancy.inside(db, creator_id) as session:
            return {one.handle: one for one in await session.scalars(select(ChatFan))}

    async with asyncio.timeout(40):
        while not ((known := await fans()).get("mira") and known["mira"].held_at and known.get("theo") and known["theo"].paused_until):
            await asyncio.sleep(0.2)
    assert set(known["mira"].held_why) == {"refund"}
    desk = open_house.house.chat_desk
    assert desk is not None
    async with tenancy.inside(db, creator_id, write=True) as session:
        await answers.write_by_hand(session, desk, known["mira"].id, "I am looking into it", actor="user:ada")
    await until(lambda: fanvue.sent("mira") == ["I am looking into it"])
