"""What Fanvue calls about is believed only when Fanvue signed it, stored once with its job, and nobody learns who lives here."""

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from entourage.chats import kinds
from entourage.kernel import clock, metrics, tenancy
from entourage.kernel.accounts import creators
from entourage.kernel.db import Database
from entourage.kernel.tables import Delivery, Job
from entourage.platforms.fanvue import signature
from entourage.ports import fans as port
from entourage.ports.fans import AnyTold, Bonded, Spent, Unwritten, Written
from entourage.wiring import House
from tests.fanvue import WEBHOOK_SECRET, Fanvue, fanvue
from tests.people import Cast, Client, Doors, application, make_house
from tests.platforms.fanvue.connecting import connect, settings_of

__all__ = ["fanvue"]
pytestmark = pytest.mark.anyio

PATH = "/fanvue-webhook"


@pytest.fixture
async def house(db: Database, tmp_path: Path, fanvue: Fanvue) -> AsyncIterator[House]:
    chosen = settings_of(fanvue, data_dir=str(tmp_path / "data"))
    names = [name for name in chosen.__slots__ if name.startswith("fanvue_")]
    house = make_house(db, data_dir=chosen.data_dir, **{name: getattr(chosen, name) for name in names})
    yield house
    await house.close()


@pytest.fixture
async def caller(house: House, db: Database, cast: Cast, fanvue: Fanvue) -> AsyncIterator[Client]:
    """Be Fanvue, which calls a house whose owner is connected."""
    await connect(db, cast.owner.creator_id, fanvue)
    doors = Doors(application(house))
    yield await doors.nobody()
    await doors.close()


def event(fanvue: Fanvue, kind: str = "creator.message.received", **data: Any) -> dict[str, Any]:
    """Tell something as the newer family does."""
    fan = {"uuid": "f-1", "handle": "mira", "display_name": "Mira"}
    at = clock.iso(clock.now_ms())
    inside = {"uuid": "m-1", "sender": "fan", "text": "hey", "created_at": at, "creator": {"uuid": fanvue.creator.id}, "fan": fan}
    return {"id": f"evt_{kind}", "type": kind, "timestamp": at, "data": {**inside, **data}}


async def call(caller: Client, told: Any, *, path: str = PATH, secret: str = WEBHOOK_SECRET, age_s: float = 0) -> int:
    """Sign and send; returns the status."""
    body = told if isinstance(told, bytes) else json.dumps(told).encode()
    headers = {"X-Fanvue-Signature": signature.sign(secret, body, time.time() - age_s), "content-type": "application/json"}
    return (await caller.post(path, content=body, headers=headers)).status_code


async def kept(db: Database) -> tuple[list[Delivery], list[Job]]:
    """Return what is stored, for whomever."""
    async with tenancy.everywhere(db, "a test") as session:
        found = (await session.scalars(select(Delivery).order_by(Delivery.id))).all()
        return list(found), list((await session.scalars(select(Job).order_by(Job.id))).all())


async def test_a_message_is_stored_once_with_one_job_for_all_that_came(caller: Client, db: Database, cast: Cast, fanvue: Fanvue) -> None:
    told = event(fanvue)
    answers = await asyncio.gather(*(call(caller, told, path=path) for path in (PATH, "/api/webhooks/fanvue", PATH)))
    assert answers == [200, 200, 200]
    [delivery], [job] = await kept(db)
    assert (delivery.creator_id, delivery.source, delivery.message_id, delivery.kind) == (
        cast.owner.creator_id, "fanvue", told["id"], "written",
    )  # fmt: skip
    assert (job.kind, job.payload, job.creator_id) == (kinds.HEARD, {}, cast.owner.creator_id)
    assert job.lane == f"{cast.owner.creator_id}/{kinds.HEARD}"
    heard = msgspec.convert(delivery.payload, AnyTold)
    assert isinstance(heard, Written)
    assert (heard.fan.handle, heard.message.text, heard.message.side, heard.message.origin) == ("mira", "hey", "fan", "person")


async def test_every_event_of_the_make_believe_fanvue_is_understood_in_both_families(caller: Client, db: Database, fanvue: Fanvue) -> None:
    fanvue.listen("http://127.0.0.1:9/nowhere", families=("creator", "legacy"))
    fanvue.fake.mailbag.mischief.hold = 10_000
    mira, deeds = fanvue.fan("mira"), fanvue.fake.deeds
    fanvue.says("mira", "héllo\nyou 🎉", "again")
    mine = fanvue.fake.post.by_hand(mira, "hi")
    fanvue.fake.post.read_by_fan(mira)
    fanvue.fake.post.delete(mira, mine.id)
    deeds.follow(mira)
    deeds.subscribe(mira)
    deeds.tip(mira, 700)
    deeds.cancel(mira)
    deeds.lapse(mira)
    held = [(one.kind, one.body) for one in fanvue.fake.mailbag.held]
    assert {await call(caller, body) for _, body in held} == {200}
    deliveries, jobs = await kept(db)
    assert len(jobs) == 1
    found = [msgspec.convert(one.payload, AnyTold) for one in deliveries]
    said = [one.message for one in found if isinstance(one, Written)]
    words = [one.text or "" for one in said if one.side == "fan" and "Tipped" not in (one.text or "")]
    assert sorted(words) == sorted(["héllo\nyou 🎉", "again"] * 2)
    # The old family does not say what sort of message it is.
    assert {one.origin for one in said if "Tipped" in (one.text or "")} == {"tip", "person"}
    assert [one.text for one in said if one.side == "creator" and one.origin == "person"] == ["hi"]
    assert [one.message_id for one in found if isinstance(one, Unwritten)] == [mine.id]
    assert {one.how for one in found if isinstance(one, Bonded)} == {"followed", "subscribed", "lapsed"}
    assert 700 in [one.cents for one in found if isinstance(one, Spent)]
    assert {one.owner_id for one in found} == {fanvue.creator.id}
    assert {one.fan.id for one in found if not isinstance(one, port.Tested)} == {mira.fan.id}


@pytest.mark.thorough
@pytest.mark.parametrize("why", ["guessed", "old", "early", "unsigned", "changed"])
async def test_what_is_not_fanvues_is_refused_before_anything_is_looked_up(caller: Client, db: Database, fanvue: Fanvue, why: str) -> None:
    told = event(fanvue)
    match why:
        case "guessed":
            status = await call(caller, told, secret="whsec_guessed")
        case "old" | "early":
            status = await call(caller, told, age_s=310 if why == "old" else -310)
        case "unsigned":
            status = (await caller.post(PATH, json=told)).status_code
        case _:
            header = {"X-Fanvue-Signature": signature.sign(WEBHOOK_SECRET, b"{}", time.time())}
            status = (await caller.post(PATH, json=told, headers=header)).status_code
    assert status == 401
    assert await kept(db) == ([], [])


@pytest.mark.thorough
async def test_an_unknown_creator_is_nothing_here_and_at_the_address_of_all_it_costs_nobody_their_events(
    caller: Client, db: Database, cast: Cast, fanvue: Fanvue
) -> None:
    async with tenancy.everywhere(db, "a test") as session:
        ada, nia = [str((await creators.get(session, one.creator_id)).uid) for one in (cast.owner, cast.neighbour)]
    stranger = event(fanvue, creator={"uuid": "somebody-else"})
    nobody = "00000000-0000-4000-8000-000000000000"
    assert await call(caller, stranger) == 200
    assert await call(caller, stranger, path=f"{PATH}?creatorId={ada}") == 404
    assert await call(caller, event(fanvue), path=f"{PATH}?creatorId={nobody}") == 404
    assert await call(caller, event(fanvue), path=f"{PATH}?creatorId={nobody}", secret="guessed") == 401
    assert await kept(db) == ([], [])
    body = json.dumps(stranger).encode()
    headers = {"X-Fanvue-Signature": signature.sign(WEBHOOK_SECRET, body, time.time())}
    known, unknown = [(await caller.post(f"{PATH}?creatorId={one}", content=body, headers=headers)).json() for one in (nia, nobody)]
    assert known == unknown
    assert await call(caller, event(fanvue), path=f"{PATH}?creatorId={ada}") == 200
    assert len((await kept(db))[0]) == 1


async def test_what_nobody_knows_or_can_read_is_counted_and_thanked_for(caller: Client, db: Database, fanvue: Fanvue) -> None:
    before = dict(metrics.DELIVERIES.values)
    assert await call(caller, event(fanvue, "creator.moon.landed")) == 200
    assert await call(caller, event(fanvue, "creator.fan.presence_changed")) == 200
    for body in (b"", b"{", b"[]", b"null", b'{"type": 3}', b'{"type":"creator.message.received"}', b"\xff\xfe", b"[" * 5000):
        assert await call(caller, body) == 200
    assert await kept(db) == ([], [])
    after = metrics.DELIVERIES.values
    grown = {name: after[name] - before.get(name, 0) for name in after if name[0] == "fanvue"}
    assert (grown["fanvue", "unknown"], grown["fanvue", "idle"], grown["fanvue", "unreadable"]) == (1, 1, 8)


async def test_more_than_256_kilobytes_are_not_taken(caller: Client, db: Database, fanvue: Fanvue) -> None:
    assert await call(caller, event(fanvue, text="x" * 262_144)) == 413
    assert await call(caller, event(fanvue, text="x" * 200_000)) == 200
    [delivery], _ = await kept(db)
    heard = msgspec.convert(delivery.payload, AnyTold)
    assert isinstance(heard, Written)
    assert len(heard.message.text or "") == 10_000


async def test_the_plain_form_of_test_senders_says_that_something_arrives_and_nothing_else(
    caller: Client, db: Database, cast: Cast, fanvue: Fanvue
) -> None:
    async with tenancy.everywhere(db, "a test") as session:
        ada = str((await creators.get(session, cast.owner.creator_id)).uid)
    body = b'{"event":"message.created","data":{"senderId":"fan_456","senderUsername":"CoolFan123","content":"Hey","id":"msg_789"}}'
    headers = {"X-Fanvue-Signature": "sha256=" + hmac.new(WEBHOOK_SECRET.encode(), body, hashlib.sha256).hexdigest()}
    assert (await caller.post(f"{PATH}?creatorId={ada}", content=body, headers=headers)).status_code == 200
    assert (await caller.post(PATH, content=body, headers=headers)).status_code == 404
    [delivery], [job] = await kept(db)
    assert (delivery.kind, job.kind) == ("tested", kinds.HEARD)
    assert isinstance(msgspec.convert(delivery.payload, AnyTold), port.Tested)
    assert "Hey" not in str(delivery.payload)
