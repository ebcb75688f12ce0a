"""What Twitch calls about is believed only when Twitch signed it lately, stored before it is acknowledged, and counted once."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from entourage.kernel import clock, metrics, tenancy
from entourage.kernel.db import Database
from entourage.kernel.tables import Delivery, Job
from entourage.wiring import House
from tests.people import Cast, Client, Doors, application, make_house
from tests.platforms.twitch.eventsub.documents import EXAMPLES, body
from tests.platforms.twitch.eventsub.listening import consent
from tests.twitch import Twitch, twitch  # noqa: F401 - the fixture

pytestmark = pytest.mark.anyio
SECRET = "s3cRe7 of a test"
PATH = "/api/webhooks/eventsub"
REDEEMED = "channel.channel_points_custom_reward_redemption.add"
NANO = "{:%Y-%m-%dT%H:%M:%S}.634234626Z"


@pytest.fixture
def house(db: Database, tmp_path: Path) -> House:
    """Make a house that knows what Twitch signs with."""
    return make_house(db, data_dir=str(tmp_path / "data"), twitch_webhook_secret=SECRET)


@pytest.fixture
async def caller(house: House, db: Database, cast: Cast, twitch: Twitch) -> AsyncIterator[Client]:  # noqa: F811
    """Be Twitch, which calls a house whose owner's channel has the id of the documents."""
    channel = twitch.fake.world.channel("cooler_user", user_id="1337")
    await consent(db, cast.owner.creator_id, channel, twitch.token)
    doors = Doors(application(house))
    yield await doors.nobody()
    await doors.close()


def signed(
    raw: bytes,
    kind: str = "notification",
    message_id: str = "e76c6bd4-55c9-4987-8304-da1588d8988b",
    at: datetime | None = None,
    secret: str = SECRET,
) -> dict[str, str]:
    """Return the headers of a call of Twitch's."""
    stamp = NANO.format(at or clock.now())
    mac = hmac.new(secret.encode(), message_id.encode() + stamp.encode() + raw, hashlib.sha256)
    return {
        "Twitch-Eventsub-Message-Id": message_id, "Twitch-Eventsub-Message-Retry": "0", "Twitch-Eventsub-Message-Type": kind,
        "Twitch-Eventsub-Message-Signature": f"sha256={mac.hexdigest()}", "Twitch-Eventsub-Message-Timestamp": stamp,
        "Twitch-Eventsub-Subscription-Type": "channel.follow", "Twitch-Eventsub-Subscription-Version": "1", "Content-Type": "application/json",
    }  # fmt: skip


async def call(caller: Client, raw: bytes, **how: Any) -> Any:
    return await caller.post(PATH, content=raw, headers=signed(raw, **how))


async def kept(db: Database, creator_id: int) -> list[tuple[str, str]]:
    async with tenancy.inside(db, creator_id) as session:
        jobs = len((await session.scalars(select(Job).where(Job.kind == "vips.heard", Job.creator_id == creator_id))).all())
        rows = (await session.scalars(select(Delivery).order_by(Delivery.id))).all()
        assert jobs == len(rows)
        return [(row.kind, row.message_id) for row in rows]


async def test_a_signed_notification_is_stored_before_it_is_acknowledged_and_once(db: Database, cast: Cast, caller: Client) -> None:
    raw = json.dumps(body(REDEEMED)).encode()
    answers = [await call(caller, raw) for _ in range(3)]
    assert [(answer.status_code, answer.content) for answer in answers] == [(204, b"")] * 3
    assert await kept(db, cast.owner.creator_id) == [("redemption.made", "e76c6bd4-55c9-4987-8304-da1588d8988b")]
    await call(caller, raw, message_id="another")  # the room knows the redemption by its own id
    assert len(await kept(db, cast.owner.creator_id)) == 2
    assert await kept(db, cast.neighbour.creator_id) == []


async def test_every_documented_notification_is_taken(db: Database, cast: Cast, caller: Client) -> None:
    for number, example in enumerate(EXAMPLES):
        answer = await call(caller, json.dumps(example["body"], indent=2).encode(), message_id=f"m-{number}")
        assert answer.status_code == 204, example["type"]
    kinds = {kind for kind, _ in await kept(db, cast.owner.creator_id)}
    assert {
        "redemption.made",
        "redemption.settled",
        "badge.given",
        "sub",
        "subs.gifted",
        "cheer",
        "follow",
        "live",
        "offline",
        "ban",
        "consent.gone",
    } <= kinds


async def test_a_challenge_is_answered_with_its_text(caller: Client) -> None:
    for challenge in (
        {
            "challenge": "pogchamp-kappa-360noscope-vohiyo",
            "subscription": {
                "id": "f1c2a387",
                "status": "webhook_callback_verification_pending",
                "type": "channel.follow",
                "version": "1",
                "cost": 1,
                "condition": {"broadcaster_user_id": "12826"},
            },
        },
        {"challenge": "pogchamp-kappa-360noscope-vohiyo", "conduit_shard": {"conduit_id": "bfcfc993", "shard": "42"}},
    ):
        answer = await call(caller, json.dumps(challenge).encode(), kind="webhook_callback_verification")
        assert (answer.status_code, answer.text) == (200, "pogchamp-kappa-360noscope-vohiyo")
        assert answer.headers["content-type"].startswith("text/plain")
        assert answer.headers["content-length"] == "32"


async def test_what_twitch_did_not_sign_lately_is_refused_and_its_id_not_remembered(
    db: Database, cast: Cast, caller: Client, house: House
) -> None:
    raw = json.dumps(body(REDEEMED)).encode()
    old, ahead = clock.now() - timedelta(minutes=11), clock.now() + timedelta(minutes=11)
    refused = metrics.DELIVERIES.values.get(("twitch", "refused"), 0)
    assert (await call(caller, raw, secret="guessed")).status_code == 403
    assert metrics.DELIVERIES.values["twitch", "refused"] == refused + 1
    assert (await caller.post(PATH, content=raw + b" ", headers=signed(raw))).status_code == 403
    assert (await caller.post(PATH, content=raw, headers={**signed(raw), "Twitch-Eventsub-Message-Id": "other"})).status_code == 403
    assert (await caller.post(PATH, content=raw)).status_code == 403
    odd = {name.encode(): value.encode() for name, value in signed(raw).items()} | {b"Twitch-Eventsub-Message-Signature": b"sha256=\xe9"}
    assert (await caller.post(PATH, content=raw, headers=odd)).status_code == 403
    assert (await call(caller, raw, at=old)).status_code == 403
    assert (await call(caller, raw, at=ahead)).status_code == 403
    assert (await call(caller, raw, message_id="x" * 201)).status_code == 403
    assert await kept(db, cast.owner.creator_id) == []
    # Nobody can keep the real one out by sending a forged one first.
    assert (await call(caller, raw, at=clock.now() - timedelta(minutes=9))).status_code == 204
    assert len(await kept(db, cast.owner.creator_id)) == 1
    assert house.hooks["eventsub"].refused == 8  # type: ignore[attr-defined]


async def test_a_revocation_of_any_status_is_taken(db: Database, cast: Cast, caller: Client) -> None:
    for number, status in enumerate(
        ("authorization_revoked", "notification_failures_exceeded", "beta_maintenance", "a_status_of_tomorrow")
    ):
        subscription = {**body("channel.follow")["subscription"], "status": status}
        answer = await call(caller, json.dumps({"subscription": subscription}).encode(), kind="revocation", message_id=f"r-{number}")
        assert answer.status_code == 204
    assert [kind for kind, _ in await kept(db, cast.owner.creator_id)] == ["consent.gone"] * 4


async def test_signed_nonsense_and_unknown_kinds_are_acknowledged(db: Database, cast: Cast, caller: Client) -> None:
    assert (await call(caller, b"no JSON")).status_code == 204
    unknown = {"subscription": {"type": "channel.future", "condition": {"broadcaster_user_id": "1337"}}, "event": {"x": 1}}
    assert (await call(caller, json.dumps(unknown).encode())).status_code == 204
    stranger = json.dumps(body(REDEEMED)).replace("1337", "999").encode()
    assert (await call(caller, stranger)).status_code == 204
    assert (await call(caller, b"{}", kind="something_new")).status_code == 204
    assert await kept(db, cast.owner.creator_id) == []


async def test_without_a_database_twitch_is_asked_to_send_it_again(db: Database, cast: Cast, caller: Client) -> None:
    raw = json.dumps(body(REDEEMED)).encode()
    async with db.begin(write=True) as connection:
        await connection.run_sync(lambda sync: sync.exec_driver_sql("ALTER TABLE deliveries RENAME TO elsewhere"))
    assert (await call(caller, raw)).status_code == 503
    async with db.begin(write=True) as connection:
        await connection.run_sync(lambda sync: sync.exec_driver_sql("ALTER TABLE elsewhere RENAME TO deliveries"))
    assert (await call(caller, raw)).status_code == 204
    assert len(await kept(db, cast.owner.creator_id)) == 1


async def test_a_house_without_a_secret_believes_nobody(db: Database, tmp_path: Path) -> None:
    doors = Doors(application(make_house(db, data_dir=str(tmp_path / "data"))))
    anybody = await doors.nobody()
    raw = b"{}"
    assert (await anybody.post(PATH, content=raw, headers=signed(raw, secret=""))).status_code == 403
    await doors.close()


@pytest.mark.thorough
async def test_a_call_too_large_is_refused_before_it_is_read(caller: Client) -> None:
    raw = b"x" * 300_000
    assert (await call(caller, raw)).status_code == 413


ODD = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=40), st.just("1337"), st.just("\x00"), st.just("\ud800"),
    st.lists(st.integers(), max_size=3), st.dictionaries(st.text(max_size=9), st.text(max_size=9), max_size=3),
)  # fmt: skip
EVENT = st.dictionaries(
    st.sampled_from(["id", "user_id", "user_login", "user_name", "user_input", "reward", "status", "redeemed_at", "bits", "total", "tier", "message", "broadcaster_user_id"]),
    ODD, max_size=9,
)  # fmt: skip
BODY = st.one_of(
    st.binary(max_size=200),
    st.builds(lambda value: json.dumps(value).encode(), ODD),
    st.builds(
        lambda kind, event, about: json.dumps({"subscription": {"type": kind, "condition": about}, "event": event}).encode(),
        st.one_of(st.sampled_from(sorted({one["type"] for one in EXAMPLES})), ODD), st.one_of(EVENT, ODD),
        st.one_of(st.just({"broadcaster_user_id": "1337"}), ODD),
    ),
)  # fmt: skip
HEADER = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=60)
STAMPS = ["", "now", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59.999999999-12:00", "2026-11-21", "1e9", "\xe9"]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_no_garbage_brings_the_door_down(caller: Client, cast: Cast, db: Database) -> None:
    """Whoever calls, with whatever: it is believed and acknowledged, or refused; and nothing signed is asked for again."""

    async def ask(raw: bytes, headers: dict[str, str], *, believed: bool) -> None:
        sent = {name.encode(): value.encode("latin-1") for name, value in headers.items()}
        answer = await caller.post(PATH, content=raw, headers=sent)
        assert answer.status_code in ({200, 204} if believed else {200, 204, 400, 403, 413}), (answer.status_code, raw, headers)

    @settings(max_examples=150, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(
        raw=BODY, kind=st.one_of(st.sampled_from(["notification", "revocation", "webhook_callback_verification"]), HEADER), data=st.data()
    )
    def gather(raw: bytes, kind: str, data: st.DataObject) -> None:
        true = signed(raw, kind=kind.strip(), message_id=f"m-{len(cases)}")
        cases.append((raw, true, True))
        name = data.draw(st.sampled_from(sorted(true)))
        cases.append((raw, {key: value for key, value in true.items() if key != name}, False))
        cases.append((raw, {**true, name: data.draw(HEADER).strip()}, False))

    cases: list[tuple[bytes, dict[str, str], bool]] = []
    gather()
    for raw, headers, believed in cases:
        await ask(raw, headers, believed=believed)
    for stamp in STAMPS:
        raw = json.dumps(body(REDEEMED)).encode()
        mac = hmac.new(SECRET.encode(), b"m" + stamp.encode() + raw, hashlib.sha256).hexdigest()
        stamped = {**signed(raw), "Twitch-Eventsub-Message-Id": "m", "Twitch-Eventsub-Message-Timestamp": stamp}
        await ask(raw, {**stamped, "Twitch-Eventsub-Message-Signature": f"sha256={mac}"}, believed=False)
    deep = b"[" * 100_000
    await ask(deep, signed(deep, message_id="deep"), believed=True)
    for odd in ("text/html", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "", "application/msgpack", ";;=,"):
        raw = json.dumps(body(REDEEMED)).encode()
        await ask(raw, {**signed(raw, message_id=f"as-{odd}"), "Content-Type": odd}, believed=True)
    whole = json.dumps(body(REDEEMED)).replace("cooler_user", "coo\\u0000ler").encode()
    await ask(whole, signed(whole, message_id="nul"), believed=True)
    stored = await kept(db, cast.owner.creator_id)
    assert ("redemption.made", "nul") in stored
    assert {f"as-{odd}" for odd in ("text/html", "")} <= {message_id for _, message_id in stored}
