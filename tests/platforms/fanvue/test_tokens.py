"""Tokens are renewed once however many need it, stored before they are used, and told to nobody."""

import asyncio
import io
import traceback
from datetime import timedelta

import pytest

from entourage.kernel import audit, clock, connections, leases, tenancy
from entourage.kernel.db import Database
from entourage.kernel.errors import EntourageError, Later, SignInAgain
from entourage.simulators.fanvue.faults import Fault
from tests.fanvue import CLIENT_SECRET, SCOPES, WEBHOOK_SECRET, Fanvue
from tests.hoard import dump
from tests.people import Cast
from tests.platforms.fanvue.connecting import connect, old, opened, stored

pytestmark = pytest.mark.anyio

TOKEN = "/oauth2/token"


@pytest.mark.parametrize("still_good_s", [240.0, -1.0])
async def test_five_calls_at_the_moment_of_expiry_cause_one_renewal(db: Database, cast: Cast, fanvue: Fanvue, still_good_s: float) -> None:
    await old(db, cast.owner.creator_id, fanvue, still_good_s=still_good_s)
    fanvue.says("mira", "hey")
    fanvue.fake.front.latency_ms = 30
    async with opened(db, fanvue) as parts:
        desk = await parts.of(cast.owner.creator_id)
        found = await asyncio.gather(*(desk.unread() for _ in range(5)))
    assert [one[0].fan.handle for one in found] == ["mira"] * 5
    assert (fanvue.fake.tokens.refreshed, fanvue.fake.tokens.reused) == (1, 0)


async def test_five_calls_that_are_refused_cause_one_renewal(db: Database, cast: Cast, fanvue: Fanvue) -> None:
    await connect(db, cast.owner.creator_id, fanvue)
    fanvue.fake.tokens.expire(fanvue.creator.id)
    async with opened(db, fanvue) as parts:
        desk = await parts.of(cast.owner.creator_id)
        await asyncio.gather(*(desk.unread() for _ in range(5)))
    assert (fanvue.fake.tokens.refreshed, fanvue.fake.tokens.reused) == (1, 0)


@pytest.mark.thorough
async def test_three_processes_that_share_a_database_renew_once_again_and_again(
    db: Database, database_url: str, cast: Cast, fanvue: Fanvue
) -> None:
    creator_id = cast.owner.creator_id
    await old(db, creator_id, fanvue)
    others = [Database(database_url) for _ in range(2)]
    async with opened(db, fanvue) as one, opened(others[0], fanvue) as two, opened(others[1], fanvue) as three:
        desks = [await parts.of(creator_id) for parts in (one, two, three)]
        for turn in range(1, 4):
            await asyncio.gather(*(desks[n % 3].unread() for n in range(9)))
            assert (fanvue.fake.tokens.refreshed, fanvue.fake.tokens.reused) == (turn, 0)
            # An hour later: every process has it in mind as it was.
            fanvue.fake.tokens.expire(fanvue.creator.id)
            for parts in (one, two, three):
                parts.tokens._since.clear()
    for each in others:
        await each.close()


@pytest.mark.thorough
async def test_the_new_refresh_token_is_stored_before_the_access_token_is_used(db: Database, cast: Cast, fanvue: Fanvue) -> None:
    before = await old(db, cast.owner.creator_id, fanvue)
    fanvue.fake.faults.put(Fault("hang", path="/chats", hang_s=5), times=2)
    async with opened(db, fanvue) as parts:
        with pytest.raises(Later):
            await (await parts.of(cast.owner.creator_id)).unread()
    after = await stored(db, cast.owner.creator_id)
    assert after.refresh_token != before.refresh_token
    assert after.access_token != before.access_token
    assert clock.wall() + timedelta(minutes=54) < after.renew_at < clock.wall() + timedelta(minutes=56) < after.expires_at


async def test_a_refused_renewal_pauses_the_connection_and_asks_to_connect_again(db: Database, cast: Cast, fanvue: Fanvue) -> None:
    creator_id = cast.owner.creator_id
    before = await old(db, creator_id, fanvue, still_good_s=-1)
    fanvue.fake.tokens.disconnect(fanvue.creator.id)
    async with opened(db, fanvue) as parts:
        desk = await parts.of(creator_id)
        answers = await asyncio.gather(*(desk.unread() for _ in range(5)), return_exceptions=True)
        assert all(isinstance(one, SignInAgain) for one in answers)
        for _ in range(2):
            with pytest.raises(SignInAgain, match="Connect it again on the page of the chats; until then everything that waits is kept"):
                await parts.of(creator_id)
    assert fanvue.fake.front.count("POST", TOKEN) == 1
    async with tenancy.inside(db, creator_id) as session:
        link = await connections.get(session, "fanvue")
        assert link is not None
        assert (link.enabled, link.state["code"]) == (True, "sign_in")
        assert [one.action for one in await audit.page(session, action="fanvue")] == ["fanvue.sign_in.ended"]
    grant = await stored(db, creator_id)
    assert (grant.ended, grant.refresh_token) == ("refused", before.refresh_token)


async def test_a_consent_that_is_taken_back_on_fanvue_ends_at_the_next_call(db: Database, cast: Cast, fanvue: Fanvue) -> None:
    await connect(db, cast.owner.creator_id, fanvue)
    fanvue.fake.tokens.disconnect(fanvue.creator.id)
    async with opened(db, fanvue) as parts:
        with pytest.raises(SignInAgain):
            await (await parts.of(cast.owner.creator_id)).unread()
    assert (await stored(db, cast.owner.creator_id)).ended == "refused"


@pytest.mark.thorough
async def test_while_signing_in_is_away_who_has_a_good_token_goes_on(db: Database, cast: Cast, fanvue: Fanvue) -> None:
    before = await old(db, cast.owner.creator_id, fanvue)
    fanvue.fake.faults.put(Fault("status", path=TOKEN, status=503))
    async with opened(db, fanvue) as parts:
        desk = await parts.of(cast.owner.creator_id)
        for _ in range(3):
            await desk.unread()
        assert fanvue.fake.front.count("POST", TOKEN) == 2  # asked, and once more at once; not again for each call
        assert (await stored(db, cast.owner.creator_id)).refresh_token == before.refresh_token
        fanvue.fake.faults.heal()
        parts.tokens._not_before.clear()
        await desk.unread()
    assert fanvue.fake.tokens.refreshed == 1


@pytest.mark.thorough
async def test_who_has_no_good_token_waits_while_signing_in_is_away_and_nothing_is_lost(db: Database, cast: Cast, fanvue: Fanvue) -> None:
    await old(db, cast.owner.creator_id, fanvue, still_good_s=-1)
    fanvue.fake.faults.put(Fault("status", path=TOKEN, status=503), times=2)
    async with opened(db, fanvue) as parts:
        desk = await parts.of(cast.owner.creator_id)
        with pytest.raises(Later):
            await desk.unread()
        await desk.unread()
    assert fanvue.fake.tokens.refreshed == 1


@pytest.mark.thorough
async def test_a_lost_answer_is_asked_for_again_at_once_and_may_be_had_within_a_moment(db: Database, cast: Cast, fanvue: Fanvue) -> None:
    await old(db, cast.owner.creator_id, fanvue)
    fanvue.fake.tokens.grace_s = 30
    fanvue.fake.faults.put(Fault("lost", path=TOKEN), times=1)
    async with opened(db, fanvue) as parts:
        await (await parts.of(cast.owner.creator_id)).unread()
    assert (fanvue.fake.tokens.refreshed, fanvue.fake.tokens.reused) == (2, 0)
    assert (await stored(db, cast.owner.creator_id)).ended == ""


@pytest.mark.thorough
async def test_a_lost_answer_that_fanvue_does_not_give_again_ends_in_a_new_sign_in(db: Database, cast: Cast, fanvue: Fanvue) -> None:
    await old(db, cast.owner.creator_id, fanvue)
    fanvue.fake.faults.put(Fault("lost", path=TOKEN), times=1)
    async with opened(db, fanvue) as parts:
        with pytest.raises(SignInAgain, match="Connect it again"):
            await (await parts.of(cast.owner.creator_id)).unread()
    assert (await stored(db, cast.owner.creator_id)).ended == "refused"


async def test_a_wrong_client_secret_ends_no_consent(db: Database, cast: Cast, fanvue: Fanvue) -> None:
    await old(db, cast.owner.creator_id, fanvue, still_good_s=-1)
    fanvue.fake.clients.known.clear()
    async with opened(db, fanvue) as parts:
        with pytest.raises(SignInAgain, match="client secret"):
            await (await parts.of(cast.owner.creator_id)).unread()
    assert (await stored(db, cast.owner.creator_id)).ended == ""


@pytest.mark.thorough
async def test_a_process_that_died_while_renewing_keeps_nobody_waiting(db: Database, cast: Cast, fanvue: Fanvue) -> None:
    creator_id = cast.owner.creator_id
    await old(db, creator_id, fanvue)
    assert await leases.take(db, f"fanvue.refresh:{creator_id}", "dead", for_s=60)
    async with opened(db, fanvue) as parts:
        await (await parts.of(creator_id)).unread()  # the old token is still good
    assert fanvue.fake.tokens.refreshed == 0
    await leases.drop(db, f"fanvue.refresh:{creator_id}", "dead")
    assert await leases.take(db, f"fanvue.refresh:{creator_id}", "dead", for_s=0.3)
    await old(db, creator_id, fanvue, still_good_s=-1)
    async with opened(db, fanvue) as parts:
        await (await parts.of(creator_id)).unread()
    assert fanvue.fake.tokens.refreshed == 1


@pytest.mark.thorough
async def test_who_signs_in_while_a_renewal_is_refused_stays_signed_in(db: Database, cast: Cast, fanvue: Fanvue) -> None:
    creator_id = cast.owner.creator_id
    await old(db, creator_id, fanvue, still_good_s=-1)
    fanvue.fake.tokens.disconnect(fanvue.creator.id)
    fanvue.fake.front.latency_ms = 1500
    async with opened(db, fanvue) as parts:
        desk = await parts.of(creator_id)
        asking = asyncio.create_task(desk.unread())
        await asyncio.sleep(0.05)
        fanvue.token = fanvue.fake.consent("entourage-fanvue-app", "nova", SCOPES)
        await connect(db, creator_id, fanvue)
        await asking
    assert (await stored(db, creator_id)).ended == ""


async def test_a_connection_that_is_switched_off_is_not_used(db: Database, cast: Cast, fanvue: Fanvue) -> None:
    await connect(db, cast.owner.creator_id, fanvue)
    async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
        await connections.put(session, "fanvue", enabled=False)
    async with opened(db, fanvue) as parts:
        with pytest.raises(SignInAgain, match="switched off"):
            await parts.of(cast.owner.creator_id)


@pytest.mark.thorough
@pytest.mark.parametrize("way", ["", "status", "lost", "garbled", "gateway"])
async def test_secrets_are_in_no_log_no_address_no_error_and_no_dump(
    db: Database, cast: Cast, fanvue: Fanvue, written: io.StringIO, way: str
) -> None:
    creator_id = cast.owner.creator_id
    before = await old(db, creator_id, fanvue, still_good_s=-1)
    if way:
        fanvue.fake.faults.put(Fault(way, path=TOKEN))  # type: ignore[arg-type]
    async with opened(db, fanvue) as parts:
        told = [repr(await parts.tokens.grant(creator_id)), repr(await parts.apps.get())]
        try:
            await (await parts.of(creator_id)).unread()
            told.append(repr(await parts.tokens.bearer(creator_id)))
        except EntourageError as error:
            told += [error.message, repr(error), "".join(traceback.format_exception(error))]
    told += [path for _, path, _ in fanvue.fake.front.counts]
    told += [written.getvalue(), await dump(db)]
    hidden = {CLIENT_SECRET, WEBHOOK_SECRET, before.access_token, before.refresh_token}
    after = await stored(db, creator_id)
    hidden |= {after.access_token, after.refresh_token, *(chain.current for chain in fanvue.fake.tokens.of(fanvue.creator.id))}
    assert "nova" in told[-1]
    assert [secret for secret in hidden if any(secret in text for text in told)] == []
