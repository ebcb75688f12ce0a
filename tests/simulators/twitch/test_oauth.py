"""id.twitch.tv of the fake Twitch: consent on the page, codes, devices, refreshing, looking, taking back."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from entourage.simulators.timepiece import Hourglass
from tests.twitch import CLIENT_ID, CLIENT_SECRET, Twitch, started

pytestmark = pytest.mark.anyio

BACK = "http://localhost:3000/twitch/back"
OURS = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}


def browser(twitch: Twitch) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(base_url=twitch.fake.url, timeout=10, trust_env=False)


def asked(**changes: str) -> dict[str, str]:
    """What stands in the address of the consent page."""
    return {
        "client_id": CLIENT_ID,
        "redirect_uri": BACK,
        "response_type": "code",
        "scope": "channel:manage:vips bits:read",
        "state": "s1",
        **changes,
    }


async def decide(http: httpx2.AsyncClient, answer: str, login: str = "nova") -> dict[str, str]:
    """Press a button of the consent page; returns what the browser brings back."""
    reply = await http.post("/oauth2/authorize", data={**asked(), "login": login, "answer": answer})
    assert reply.status_code == 302
    assert reply.headers["location"].startswith(BACK + "?")
    return {key: values[0] for key, values in parse_qs(urlsplit(reply.headers["location"]).query).items()}


async def token(http: httpx2.AsyncClient, **form: str) -> httpx2.Response:
    return await http.post("/oauth2/token", data=form)


async def test_a_person_consents_on_the_page_and_the_code_works_once(twitch: Twitch) -> None:
    async with browser(twitch) as http:
        page = await http.get("/oauth2/authorize", params=asked())
        assert page.status_code == 200
        assert "channel:manage:vips" in page.text
        assert "Authorize" in page.text
        german = await http.get("/oauth2/authorize", params=asked(), headers={"Accept-Language": "de-DE"})
        assert "Erlauben" in german.text
        back = await decide(http, "allow", "juno")
        assert (back["state"], back["scope"]) == ("s1", "channel:manage:vips bits:read")
        form = {**OURS, "code": back["code"], "grant_type": "authorization_code", "redirect_uri": BACK}
        made = (await token(http, **form)).json()
        assert made["scope"] == ["channel:manage:vips", "bits:read"]
        assert made["token_type"] == "bearer"
        seen = (await http.get("/oauth2/validate", headers={"Authorization": f"OAuth {made['access_token']}"})).json()
        assert (seen["login"], seen["client_id"], seen["scopes"]) == ("juno", CLIENT_ID, made["scope"])
        assert (await token(http, **form)).status_code == 400


async def test_a_person_says_no(twitch: Twitch) -> None:
    async with browser(twitch) as http:
        back = await decide(http, "deny")
    assert back == {"error": "access_denied", "error_description": "The user denied you access", "state": "s1"}


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"client_id": "nobody"}, 400),
        ({"response_type": "token"}, 400),
        ({"scope": "make:coffee"}, 400),
        ({"redirect_uri": "http://192.168.1.5/x"}, 400),
    ],
)
async def test_what_is_asked_for_wrongly_shows_no_page(twitch: Twitch, changes: dict[str, str], status: int) -> None:
    async with browser(twitch) as http:
        assert (await http.get("/oauth2/authorize", params=asked(**changes))).status_code == status


async def test_wrong_secrets_and_addresses_are_refused(twitch: Twitch) -> None:
    async with browser(twitch) as http:
        code = (await decide(http, "allow"))["code"]
        form = {**OURS, "code": code, "grant_type": "authorization_code", "redirect_uri": BACK}
        assert (await token(http, **{**form, "client_secret": "guessed"})).status_code == 403
        assert (await token(http, **{**form, "client_secret": ""})).status_code == 400
        assert (await http.post("/oauth2/token", params=form)).status_code == 400, "secrets in an address end up in logs"
        assert (await token(http, **{**form, "redirect_uri": BACK + "x"})).status_code == 400
        assert (await token(http, **{**OURS, "grant_type": "password"})).status_code == 400


async def test_a_refresh_token_stays_good_and_keeps_fifty_access_tokens_alive(twitch: Twitch) -> None:
    form = {**OURS, "grant_type": "refresh_token", "refresh_token": twitch.token["refresh_token"]}
    async with browser(twitch) as http:
        for _ in range(50):
            made = (await token(http, **form)).json()
            assert made["refresh_token"] == twitch.token["refresh_token"]
        assert twitch.fake.tokens.alive(twitch.channel.id) == 50
        old = await http.get("/oauth2/validate", headers={"Authorization": f"OAuth {twitch.token['access_token']}"})
        assert (old.status_code, old.json()["message"]) == (401, "invalid access token")
        assert (await token(http, **{**form, "refresh_token": "guessed"})).json() == {
            "error": "Bad Request", "status": 400, "message": "Invalid refresh token",
        }  # fmt: skip


async def test_a_rotated_refresh_token_is_refused_from_then_on(twitch: Twitch) -> None:
    twitch.fake.clients.at(CLIENT_ID).rotates = True
    form = {**OURS, "grant_type": "refresh_token", "refresh_token": twitch.token["refresh_token"]}
    async with browser(twitch) as http:
        made = (await token(http, **form)).json()
        assert made["refresh_token"] != form["refresh_token"]
        assert (await token(http, **form)).status_code == 400
        assert (await token(http, **{**form, "refresh_token": made["refresh_token"]})).status_code == 200


async def test_a_public_program_lets_a_device_in_and_refreshes_without_a_secret() -> None:
    hourglass = Hourglass()
    async with started(hourglass) as twitch, browser(twitch) as http:
        twitch.fake.register("publicclient", None, name="A handheld")
        shown = (await http.post("/oauth2/device", data={"client_id": "publicclient", "scopes": "channel:manage:vips"})).json()
        assert (shown["expires_in"], shown["interval"]) == (1800, 5)
        form = {
            "client_id": "publicclient",
            "device_code": shown["device_code"],
            "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
        }
        waiting = await token(http, **form)
        assert (waiting.status_code, waiting.json()["message"]) == (400, "authorization_pending")
        page = await http.get(shown["verification_uri"])
        assert "A handheld" in page.text
        await http.post("/activate", data={"device-code": shown["user_code"], "login": "juno", "answer": "allow"})
        made = (await token(http, **form)).json()
        assert (await token(http, **form)).status_code == 400
        again = {"client_id": "publicclient", "grant_type": "refresh_token", "refresh_token": made["refresh_token"]}
        fresh = (await token(http, **again)).json()
        assert (await token(http, **again)).status_code == 400, "one use"
        await hourglass.turn(30 * 86_400 + 1)
        assert (await token(http, **{**again, "refresh_token": fresh["refresh_token"]})).status_code == 400, "thirty days"
        assert (await http.post("/activate", data={"device-code": "NONE"})).status_code == 404


async def test_tokens_end_by_time_by_revoking_and_by_disconnecting() -> None:
    hourglass = Hourglass()
    async with started(hourglass) as twitch, browser(twitch) as http:

        async def good(made: dict[str, Any]) -> bool:
            answer = await http.get("/oauth2/validate", headers={"Authorization": f"Bearer {made['access_token']}"})
            return answer.status_code == 200

        assert await good(twitch.token)
        await hourglass.turn(twitch.fake.tokens.life_s + 1)
        assert not await good(twitch.token)
        form = {**OURS, "grant_type": "refresh_token", "refresh_token": twitch.token["refresh_token"]}
        fresh = (await token(http, **form)).json()
        assert (await http.post("/oauth2/revoke", data={"client_id": "nobody", "token": fresh["access_token"]})).status_code == 404
        assert (await http.post("/oauth2/revoke", data={"client_id": CLIENT_ID, "token": fresh["access_token"]})).status_code == 200
        assert (await http.post("/oauth2/revoke", data={"client_id": CLIENT_ID, "token": fresh["access_token"]})).status_code == 400
        assert not await good(fresh)
        fresh = (await token(http, **form)).json()
        twitch.fake.tokens.disconnect(CLIENT_ID, twitch.channel.id)
        assert not await good(fresh)
        assert (await token(http, **form)).status_code == 400


async def test_a_program_s_own_token_has_no_user(twitch: Twitch) -> None:
    async with browser(twitch) as http:
        made = (await token(http, **OURS, grant_type="client_credentials")).json()
        assert set(made) == {"access_token", "expires_in", "token_type"}
        seen = (await http.get("/oauth2/validate", headers={"Authorization": f"OAuth {made['access_token']}"})).json()
        assert seen["scopes"] is None
        assert "user_id" not in seen
