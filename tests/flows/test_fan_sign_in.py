"""Fan chats over the wire in a real house: a sign-in that ends pauses everything, and a new one lets all of it go on, once."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from entourage.chats import choices, line, rounds, schemas
from entourage.kernel import clock, connections, tenancy
from entourage.kernel.accounts import creators, people
from entourage.platforms.fanvue import signature
from entourage.simulators.fanvue.faults import SEND, Fault
from entourage.simulators.llm import turns
from entourage.simulators.llm.fake import FakeModel
from entourage.wiring import House, open_house
from tests.fanvue import CLIENT_ID, SCOPES, WEBHOOK_SECRET, Fanvue, fanvue
from tests.llm import model
from tests.platforms.fanvue.connecting import connect, settings_of

__all__ = ["fanvue", "model"]
pytestmark = pytest.mark.anyio
CHOSEN = schemas.Settings(mode="auto", delay=False, disclose=False, quiet_s=6)


@pytest.fixture
def ahead() -> Iterator[list[float]]:
    """A clock that a test puts forward, in seconds."""
    seconds = [0.0]
    before = clock.set_source(lambda: datetime.now(UTC) + timedelta(seconds=seconds[0]))
    yield seconds
    clock.set_source(before)


@pytest.fixture
async def house(new_database: Callable[[str], str], tmp_path: Path, fanvue: Fanvue, model: FakeModel) -> AsyncIterator[House]:
    settings = settings_of(fanvue, data_dir=str(tmp_path), llm_base_url=model.base_url, llm_model=model.name)
    opened = open_house(replace(settings, database_url=new_database("sqlite").replace("+aiosqlite", "")))
    opened.start_working()
    yield opened
    await opened.close()


async def move_in(house: House) -> int:
    async with tenancy.everywhere(house.db, "a test", write=True) as session:
        owner = await people.add(session, email="nova@example.org", name="Nova", password_hash=None, house_owner=True)
        creator = await creators.add(session, name="Nova", zone="UTC", owner_id=owner.id)
    async with tenancy.inside(house.db, creator.id, write=True) as session:
        await choices.write_voice(
            session, schemas.Voice(name="Nova", persona="Draws at night and cooks while she streams, warm and quick."), "test"
        )
        await choices.write(session, CHOSEN, "test")
    return creator.id


async def tell(house: House, fanvue: Fanvue, message_id: str, text: str) -> None:
    """Be Fanvue, which tells of a message."""
    mira = fanvue.fan("mira").fan
    data = {
        "uuid": message_id,
        "sender": "fan",
        "text": text,
        "creator": {"uuid": fanvue.creator.id},
        "fan": {"uuid": mira.id, "handle": "mira"},
    }
    event: dict[str, Any] = {
        "id": f"evt_{message_id}",
        "type": "creator.message.received",
        "timestamp": clock.iso(clock.now_ms()),
        "data": data,
    }
    body = json.dumps(event).encode()
    await house.hooks["fanvue"].receive({signature.HEADER: signature.sign(WEBHOOK_SECRET, body, time.time())}, body)


async def until(found: Callable[[], Awaitable[Any]], *, within_s: float = 60.0) -> None:
    give_up = time.monotonic() + within_s
    while not await found():
        assert time.monotonic() < give_up, "it did not happen in time"
        await asyncio.sleep(0.1)


@pytest.mark.thorough
async def test_a_sign_in_that_ends_pauses_the_chats_and_a_new_one_lets_them_go_on(
    house: House, fanvue: Fanvue, model: FakeModel, ahead: list[float]
) -> None:
    for reply in ("hey you, good to see you!", "a very grumpy cat. want to name it?"):
        model.next(turns.answer({"reply": reply, "action": "send", "reason": "", "language": "en", "facts": [], "confidence": 90}))
    creator_id = await move_in(house)
    await connect(house.db, creator_id, fanvue)

    async def sent(number: int) -> bool:
        return len(fanvue.sent("mira")) == number

    async def waits() -> bool:
        async with tenancy.inside(house.db, creator_id) as session:
            return (await line.read(session)).sign_in_since is not None

    [first] = fanvue.says("mira", "hello you")
    await tell(house, fanvue, first, "hello you")
    await until(lambda: sent(1))
    fanvue.fake.tokens.disconnect(fanvue.creator.id)
    [second] = fanvue.says("mira", "what did you draw today?")
    await tell(house, fanvue, second, "what did you draw today?")
    await until(waits)
    async with tenancy.inside(house.db, creator_id) as session:
        link = await connections.get(session, "fanvue")
        assert link is not None
        assert link.state["code"] == "sign_in"
    assert await sent(1)
    fanvue.token = fanvue.fake.consent(CLIENT_ID, "nova", SCOPES)
    await connect(house.db, creator_id, fanvue)
    # The answer gets lost too, so that the chat is read before anything is said again.
    fanvue.fake.faults.put(Fault("lost", path=SEND), times=1)
    ahead[0] += 130
    async with tenancy.inside(house.db, creator_id, write=True) as session:
        await rounds.ask(session)
    await until(lambda: sent(2))

    async def over() -> bool:
        return not await waits()

    await until(over)
    await asyncio.sleep(1)
    assert await sent(2)
