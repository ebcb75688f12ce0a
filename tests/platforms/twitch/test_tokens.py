"""Tokens are refreshed once however many need it, stored before they are used, and told to nobody."""

import asyncio
import io
import traceback
from dataclasses import replace

import httpx2
import pytest

from entourage.kernel import audit, connections, leases, tenancy
from entourage.kernel.db import Database
from entourage.kernel.errors import Conflict, EntourageError, Later, SignInAgain
from entourage.kernel.settings import Settings
from tests.hoard import dump
from tests.people import Cast
from tests.platforms.twitch.scripted import (
    ACCESS,
    CLIENT,
    CLIENT_SECRET,
    OWNER,
    REFRESH,
    SETTINGS,
    VIEWER,
    Script,
    issued,
    make_twitch,
    name,
    ok,
    sign_in,
    status,
    stored,
)  # fmt: skip

pytestmark = pytest.mark.anyio

VIPS, TOKEN = "GET /channels/vips", "POST /token"
SECRETS = [ACCESS, REFRESH, CLIENT_SECRET, "hush-access-1", "hush-refresh-1"]


@pytest.fixture
def script() -> Script:
    """A Twitch to which the stored access token has just expired."""
    script = Script()
    script.good = {"hush-access-1", "hush-access-2"}
    script.on(VIPS, ok({"user_id": VIEWER, "user_login": "kim"}))
    script.on(TOKEN, issued(1))
    return script


async def slow(request: httpx2.Request) -> None:
    if name(request) == TOKEN:
        await asyncio.sleep(0.2)


async def test_five_calls_at_the_moment_of_expiry_cause_one_refresh(db: Database, cast: Cast, script: Script) -> None:
    await sign_in(db, cast.owner.creator_id)
    channel = await make_twitch(db, script).of(cast.owner.creator_id)
    script.before = slow
    found = await asyncio.gather(*(channel.vips_among([VIEWER]) for _ in range(5)))
    assert found == [{VIEWER}] * 5
    [form] = script.asked(TOKEN)
    assert (form["grant_type"], form["refresh_token"], form["client_secret"]) == (["refresh_token"], [REFRESH], [CLIENT_SECRET])


async def test_two_processes_that_share_a_database_refresh_once(db: Database, database_url: str, cast: Cast, script: Script) -> None:
    await sign_in(db, cast.owner.creator_id)
    script.before = slow
    other = Database(database_url)
    channels = [await make_twitch(each, script).of(cast.owner.creator_id) for each in (db, other)]
    found = await asyncio.gather(*(channels[n % 2].vips_among([VIEWER]) for n in range(6)))
    await other.close()
    assert found == [{VIEWER}] * 6
    assert len(script.asked(TOKEN)) == 1


async def test_the_new_refresh_token_is_stored_before_the_access_token_is_used(db: Database, cast: Cast, script: Script) -> None:
    await sign_in(db, cast.owner.creator_id)
    kept: list[str] = []

    async def look(request: httpx2.Request) -> None:
        if request.headers.get("authorization") == "Bearer hush-access-1":
            grant = await stored(db, cast.owner.creator_id)
            kept.append(grant.refresh_token if grant else "")

    script.before = look
    channel = await make_twitch(db, script).of(cast.owner.creator_id)
    await channel.vips()
    assert kept == ["hush-refresh-1"]


async def test_a_refused_refresh_pauses_the_connection_and_says_sign_in_again(db: Database, cast: Cast, script: Script) -> None:
    creator_id = cast.owner.creator_id
    await sign_in(db, creator_id)
    script.on(TOKEN, status(400, "Invalid refresh token"))
    twitch = make_twitch(db, script)
    channel = await twitch.of(creator_id)
    answers = await asyncio.gather(*(channel.vips() for _ in range(5)), return_exceptions=True)
    assert all(isinstance(one, SignInAgain) for one in answers)
    assert len(script.asked(TOKEN)) == 1
    for _ in range(2):
        with pytest.raises(SignInAgain, match="Sign in again in the settings; until then everything that waits is kept"):
            await twitch.of(creator_id)
        with pytest.raises(SignInAgain):
            await channel.vips()
    assert len(script.asked(TOKEN)) == 1
    async with tenancy.inside(db, creator_id) as session:
        link = await connections.get(session, "twitch")
        assert link is not None
        assert (link.enabled, link.state["code"]) == (True, "sign_in")
        assert [one.action for one in await audit.page(session, action="twitch")] == ["twitch.sign_in.ended"]
    grant = await stored(db, creator_id)
    assert grant is not None
    assert (grant.ended, grant.refresh_token) == ("refused", REFRESH)


async def test_when_twitch_is_away_nothing_is_lost_and_the_next_call_refreshes(db: Database, cast: Cast, script: Script) -> None:
    await sign_in(db, cast.owner.creator_id)
    script.on(TOKEN, status(503), issued(1))
    channel = await make_twitch(db, script).of(cast.owner.creator_id)
    with pytest.raises(Later):
        await channel.vips()
    assert [one.id for one in await channel.vips()] == [VIEWER]


async def test_a_wrong_client_secret_ends_no_consent(db: Database, cast: Cast, script: Script) -> None:
    await sign_in(db, cast.owner.creator_id)
    script.on(TOKEN, status(403, "invalid client secret"))
    with pytest.raises(SignInAgain, match="client secret"):
        await (await make_twitch(db, script).of(cast.owner.creator_id)).vips()
    grant = await stored(db, cast.owner.creator_id)
    assert grant is not None
    assert grant.ended == ""


async def test_who_signs_in_while_a_refresh_is_refused_stays_signed_in(db: Database, cast: Cast, script: Script) -> None:
    await sign_in(db, cast.owner.creator_id)

    async def meanwhile(request: httpx2.Request) -> httpx2.Response | None:
        if name(request) != TOKEN:
            return None
        await sign_in(db, cast.owner.creator_id, access_token="hush-access-2", refresh_token="hush-refresh-2")
        return status(400, "Invalid refresh token")

    script.before = meanwhile
    channel = await make_twitch(db, script).of(cast.owner.creator_id)
    assert [one.id for one in await channel.vips()] == [VIEWER]
    grant = await stored(db, cast.owner.creator_id)
    assert grant is not None
    assert (grant.refresh_token, grant.ended) == ("hush-refresh-2", "")


@pytest.mark.thorough
async def test_a_process_that_died_in_the_middle_of_a_refresh_keeps_nobody_waiting_for_ever(
    db: Database, cast: Cast, script: Script
) -> None:
    await sign_in(db, cast.owner.creator_id)
    assert await leases.take(db, f"twitch.refresh:{cast.owner.creator_id}", "dead", for_s=0.3)
    assert not await leases.take(db, f"twitch.refresh:{cast.owner.creator_id}", "alive", for_s=0.3)
    channel = await make_twitch(db, script).of(cast.owner.creator_id)
    assert [one.id for one in await channel.vips()] == [VIEWER]


async def test_every_hour_each_token_is_checked(db: Database, cast: Cast, script: Script) -> None:
    await sign_in(db, cast.owner.creator_id)
    await sign_in(db, cast.neighbour.creator_id, user_id="99", login="nia", refresh_token="hush-other", access_token="hush-access-2")
    good = {"client_id": CLIENT, "user_id": "99", "login": "nia", "scopes": ["channel:manage:vips"], "expires_in": 9}

    async def validate(request: httpx2.Request) -> httpx2.Response | None:
        if name(request) != "GET /validate":
            return None
        return httpx2.Response(200, json=good) if request.headers["authorization"] == "OAuth hush-access-2" else status(401)

    script.before = validate
    await make_twitch(db, script).tokens.check_all()
    mine, theirs = await stored(db, cast.owner.creator_id), await stored(db, cast.neighbour.creator_id)
    assert mine is not None
    assert theirs is not None
    assert (mine.access_token, theirs.access_token, theirs.scopes) == ("hush-access-1", "hush-access-2", ("channel:manage:vips",))


async def test_a_connection_that_is_switched_off_is_not_used(db: Database, cast: Cast, script: Script) -> None:
    await sign_in(db, cast.owner.creator_id)
    async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
        await connections.put(session, "twitch", enabled=False)
    with pytest.raises(SignInAgain, match="switched off"):
        await make_twitch(db, script).of(cast.owner.creator_id)


async def test_another_app_cannot_use_what_was_given_to_the_old_one(db: Database, cast: Cast, script: Script) -> None:
    await sign_in(db, cast.owner.creator_id, client_id="an-older-app")
    twitch = make_twitch(db, script)
    with pytest.raises(SignInAgain):
        await twitch.of(cast.owner.creator_id)
    await twitch.tokens.check_all()
    assert await shown(db, cast.owner.creator_id) == "sign_in"
    # The app of before comes back: nothing was forgotten.
    script.good = {ACCESS}
    script.on("GET /validate", httpx2.Response(200, json={"client_id": "an-older-app", "user_id": OWNER, "login": "ada_live"}))
    older = make_twitch(db, script, settings=replace(SETTINGS, twitch_client_id="an-older-app"))
    await older.tokens.check_all()
    assert await shown(db, cast.owner.creator_id) == "offline"
    assert [one.id for one in await (await older.of(cast.owner.creator_id)).vips()] == [VIEWER]


async def test_without_an_app_nothing_is_forgotten(db: Database, cast: Cast, script: Script) -> None:
    await sign_in(db, cast.owner.creator_id)
    await make_twitch(db, script, settings=Settings()).tokens.check_all()
    grant = await stored(db, cast.owner.creator_id)
    assert grant is not None
    assert (grant.ended, await shown(db, cast.owner.creator_id)) == ("", "sign_in")


async def shown(db: Database, creator_id: int) -> str:
    async with tenancy.inside(db, creator_id) as session:
        link = await connections.get(session, "twitch")
    return str(link.state["code"]) if link else ""


async def test_an_app_that_is_typed_is_kept_sealed_and_one_from_outside_is_not_changed(db: Database, script: Script) -> None:
    twitch = make_twitch(db, script, settings=Settings(twitch_auth_url=SETTINGS.twitch_auth_url))
    assert await twitch.apps.registration() is None
    await twitch.apps.keep(f" {CLIENT} ", CLIENT_SECRET)
    await twitch.apps.keep(CLIENT, "")
    app = await make_twitch(db, script, settings=Settings()).apps.get()
    assert (app.client_id, app.client_secret) == (CLIENT, CLIENT_SECRET)
    assert CLIENT_SECRET not in repr(app)
    with pytest.raises(Conflict):
        await make_twitch(db, script).apps.keep("another", "")
    await twitch.apps.keep("", "")
    with pytest.raises(Conflict, match="enter the client ID"):
        await twitch.apps.get()


async def test_the_apps_own_token_is_kept_until_it_is_refused(db: Database, script: Script) -> None:
    twitch = make_twitch(db, script)
    script.on(TOKEN, issued(7, refresh_token=""), issued(1, refresh_token=""))
    script.on("GET /eventsub/subscriptions", ok())
    await asyncio.gather(*(twitch.helix.call(twitch.own, "GET", "/eventsub/subscriptions") for _ in range(3)))
    await twitch.helix.call(twitch.own, "GET", "/eventsub/subscriptions")
    assert [one["grant_type"] for one in script.asked(TOKEN)] == [["client_credentials"]] * 2


@pytest.mark.parametrize("fault", [None, status(400, f"Invalid refresh token {REFRESH}"), status(500), httpx2.ConnectError("refused")])
async def test_secrets_are_in_no_log_no_address_no_error_and_no_dump(
    db: Database, cast: Cast, script: Script, written: io.StringIO, fault: httpx2.Response | Exception | None
) -> None:
    await sign_in(db, cast.owner.creator_id)
    if fault is not None:
        script.on(TOKEN, fault)
    twitch = make_twitch(db, script)
    channel = await twitch.of(cast.owner.creator_id)
    told = [repr(await twitch.tokens.grant(cast.owner.creator_id)), repr(await twitch.tokens.bearer(cast.owner.creator_id))]
    try:
        await channel.vips()
    except EntourageError as error:
        told += [error.message, repr(error), "".join(traceback.format_exception(error))]
    told += [str(one.url) for one in script.seen]
    told += [written.getvalue(), await dump(db)]
    assert OWNER in told[-1] or "ada_live" in told[-1]
    assert [secret for secret in SECRETS if any(secret in text for text in told)] == []
