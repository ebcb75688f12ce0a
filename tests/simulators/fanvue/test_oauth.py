"""auth.fanvue.com of the fake Fanvue: consent on the page, PKCE, codes, chains of refresh tokens, taking consent back."""

import base64
import hashlib
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from entourage.simulators.timepiece import Hourglass
from tests.fanvue import CLIENT_ID, REDIRECT, SCOPES, Fanvue, headers_of, started

pytestmark = pytest.mark.anyio

VERIFIER = "a" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")


def asked(**changes: str) -> dict[str, str]:
    """What stands in the address of the consent page."""
    usual = {
        "client_id": CLIENT_ID, "redirect_uri": REDIRECT, "response_type": "code", "scope": " ".join(SCOPES),
        "state": "state-0001", "code_challenge": CHALLENGE, "code_challenge_method": "S256",
    }  # fmt: skip
    return {key: value for key, value in {**usual, **changes}.items() if value}


def brought(reply: httpx2.Response) -> dict[str, str]:
    """What the browser brings back."""
    assert reply.status_code == 302
    assert reply.headers["location"].startswith(REDIRECT + "?")
    return {key: values[0] for key, values in parse_qs(urlsplit(reply.headers["location"]).query).items()}


async def code(http: httpx2.AsyncClient, handle: str = "nova") -> str:
    return brought(await http.post("/oauth2/auth", data={**asked(), "handle": handle, "answer": "allow"}))["code"]


async def test_a_creator_consents_on_the_page_and_the_code_works_once(fanvue: Fanvue) -> None:
    fanvue.fake.world.creator("juno")
    async with fanvue.http() as http:
        page = await http.get("/oauth2/auth", params=asked())
        assert page.status_code == 200
        assert "write:chat" in page.text
        german = await http.get("/oauth2/auth", params=asked(), headers={"Accept-Language": "de-DE"})
        assert "Erlauben" in german.text
        back = brought(await http.post("/oauth2/auth", data={**asked(), "handle": "juno", "answer": "allow"}))
        assert back["state"] == "state-0001"
        form = {"grant_type": "authorization_code", "code": back["code"], "redirect_uri": REDIRECT, "code_verifier": VERIFIER}
        made = (await fanvue.ask_token(**form)).json()
        assert (made["expires_in"], made["token_type"], made["scope"]) == (3600, "bearer", " ".join(SCOPES))
        assert {"refresh_token", "id_token"} <= set(made)
        me = await http.get("/users/me", headers=headers_of(made))
        assert me.json()["handle"] == "juno"
        again = await fanvue.ask_token(**form)
        assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
        assert (await http.get("/users/me", headers=headers_of(made))).status_code == 401, "a stolen code ends what came of it"


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"state": ""}, "invalid_state"),
        ({"state": "short"}, "invalid_state"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"scope": "read:self make:coffee"}, "invalid_scope"),
        ({"response_type": "token"}, "unsupported_response_type"),
    ],
)
async def test_what_is_asked_for_wrongly_comes_back_as_an_error(fanvue: Fanvue, changes: dict[str, str], error: str) -> None:
    async with fanvue.http() as http:
        assert brought(await http.get("/oauth2/auth", params=asked(**changes)))["error"] == error


async def test_nobody_is_sent_to_an_address_that_is_not_exactly_registered(fanvue: Fanvue) -> None:
    async with fanvue.http() as http:
        for changes in ({"redirect_uri": REDIRECT + "/"}, {"redirect_uri": "https://evil.example"}, {"client_id": "nobody"}):
            assert (await http.get("/oauth2/auth", params=asked(**changes))).status_code in {400, 401}
        said = brought(await http.post("/oauth2/auth", data={**asked(), "handle": "nova", "answer": "deny"}))
        assert (said["error"], said["state"]) == ("access_denied", "state-0001")


async def test_wrong_verifiers_secrets_and_addresses_are_refused(fanvue: Fanvue) -> None:
    async with fanvue.http() as http:
        form = {"grant_type": "authorization_code", "code": await code(http), "redirect_uri": REDIRECT, "code_verifier": VERIFIER}
        assert (await fanvue.ask_token("guessed", **form)).status_code == 401
        assert (await http.post("/oauth2/token", data=form, headers={"Authorization": ""})).status_code == 401
        assert (await fanvue.ask_token(**{**form, "redirect_uri": REDIRECT + "x"})).json()["error"] == "invalid_grant"
        assert (await fanvue.ask_token(**{**form, "code_verifier": "b" * 43})).json()["error"] == "invalid_grant"
        assert (await fanvue.ask_token(**{**form, "code_verifier": ""})).json()["error"] == "invalid_grant"
        assert (await fanvue.ask_token(grant_type="password")).json()["error"] == "unsupported_grant_type"
        assert (await fanvue.ask_token(**form)).status_code == 200


async def test_a_refresh_token_works_once_and_using_it_again_kills_the_chain(fanvue: Fanvue) -> None:
    first = fanvue.token["refresh_token"]
    fresh = (await fanvue.ask_token(grant_type="refresh_token", refresh_token=first)).json()
    assert fresh["refresh_token"] != first
    newer = (await fanvue.ask_token(grant_type="refresh_token", refresh_token=fresh["refresh_token"])).json()
    async with fanvue.http(newer) as http:
        assert (await http.get("/users/me")).status_code == 200
        again = await fanvue.ask_token(grant_type="refresh_token", refresh_token=first)
        assert (again.status_code, again.json()["error"], again.json()["error_description"]) == (
            400, "invalid_grant", "The refresh token was already used.",
        )  # fmt: skip
        assert (await http.get("/users/me")).status_code == 401
    assert (await fanvue.ask_token(grant_type="refresh_token", refresh_token=newer["refresh_token"])).status_code == 400
    assert (fanvue.fake.tokens.refreshed, fanvue.fake.tokens.reused) == (2, 1)


async def test_a_grace_may_be_given_and_a_scope_that_was_not_granted_is_refused(fanvue: Fanvue) -> None:
    fanvue.fake.tokens.grace_s = 30
    first = fanvue.token["refresh_token"]
    assert (await fanvue.ask_token(grant_type="refresh_token", refresh_token=first)).status_code == 200
    assert (await fanvue.ask_token(grant_type="refresh_token", refresh_token=first)).status_code == 200
    wrong = await fanvue.ask_token(grant_type="refresh_token", refresh_token=first, scope="write:creator")
    assert wrong.json()["error"] == "invalid_scope"


async def test_without_the_offline_scopes_there_is_nothing_to_refresh(fanvue: Fanvue) -> None:
    _, token = fanvue.let_in("juno", ("read:self",))
    assert {"refresh_token", "id_token"} & set(token) == set()
    async with fanvue.http(token) as http:
        refused = await http.get("/chats")
    assert (refused.status_code, refused.json()) == (403, {"error": "Insufficient scope: read:chat"})


async def test_access_ends_by_time_by_revoking_and_by_the_creator() -> None:
    hourglass = Hourglass()
    async with started(hourglass) as fanvue, fanvue.http() as http:
        await hourglass.turn(3601)
        assert (await http.get("/users/me")).status_code == 401
        fresh = (await fanvue.ask_token(grant_type="refresh_token", refresh_token=fanvue.token["refresh_token"])).json()
        revoke = {"token": fresh["refresh_token"]}
        assert (await http.post("/oauth2/revoke", data=revoke, headers={"Authorization": ""})).status_code == 401
        basic = base64.b64encode(f"{CLIENT_ID}:notasecretjustapretence0000000".encode()).decode()
        assert (await http.post("/oauth2/revoke", data=revoke, headers={"Authorization": f"Basic {basic}"})).status_code == 200
        assert (await http.get("/users/me", headers=headers_of(fresh))).status_code == 401
        _, other = fanvue.let_in("juno")
        assert fanvue.fake.tokens.disconnect(fanvue.fake.world.creator("juno").id) == 1
        assert (await http.get("/users/me", headers=headers_of(other))).status_code == 401
        gone = await fanvue.ask_token(grant_type="refresh_token", refresh_token=other["refresh_token"])
        assert gone.json()["error"] == "invalid_grant"
