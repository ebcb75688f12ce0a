"""A creator agrees on Fanvue, with a proof that only we can give, and takes it back."""

import base64
import hashlib
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from entourage.kernel import audit, connections, tenancy
from entourage.kernel.db import Database
from entourage.kernel.errors import Conflict, Invalid, Never, NotFound, SignInAgain
from entourage.platforms.fanvue.consents import FanvueConsents
from tests.fanvue import CLIENT_ID, CLIENT_SECRET, REDIRECT, WEBHOOK_SECRET, Fanvue
from tests.people import Cast
from tests.platforms.fanvue.connecting import opened, stored

pytestmark = pytest.mark.anyio

VERIFIER = "a-verifier-of-at-least-forty-three-characters-x"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
BACK = {"redirect": REDIRECT, "verifier": VERIFIER, "actor": "user:ada"}


async def agree(consents: FanvueConsents, handle: str, *, answer: str = "allow") -> dict[str, list[str]]:
    """Walk through Fanvue's page; returns what the browser is sent back with."""
    address = await consents.address(redirect=REDIRECT, state="a-long-enough-state", challenge=CHALLENGE)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert CLIENT_SECRET not in address
    async with httpx2.AsyncClient(trust_env=False, verify=False) as http:
        page = address.partition("?")[0]
        said = await http.post(page, data={**asked, "handle": handle, "answer": answer})
    assert said.status_code == 302, said.text
    return parse_qs(urlsplit(said.headers["location"]).query)


async def test_a_creator_agrees_is_checked_and_leaves(db: Database, cast: Cast, fanvue: Fanvue) -> None:
    asked_for: list[int] = []

    async def after(session: Any) -> None:
        asked_for.append(session.creator)

    creator_id = cast.owner.creator_id
    async with opened(db, fanvue) as parts:
        consents = FanvueConsents(db, parts, after=after)
        assert await consents.of(creator_id) is None
        back = await agree(consents, "nova")
        consent = await consents.accept(creator_id, code=back["code"][0], **BACK)
        assert (consent.owner.handle, consent.ended, consent.missing, asked_for) == ("nova", "", (), [creator_id])
        assert back["state"] == ["a-long-enough-state"]
        fanvue.fake.tokens.expire(fanvue.creator.id)
        assert (await consents.check(creator_id)).owner.id == fanvue.creator.id
        assert await consents.of(creator_id) == await consents.check(creator_id)
        with pytest.raises(Never, match="took too long, or was used already"):
            await consents.accept(creator_id, code=back["code"][0], **BACK)
        assert await consents.end(creator_id, actor="user:ada")
        assert len(fanvue.fake.tokens.of(fanvue.creator.id)) == 1  # the one of the fixture
        with pytest.raises(NotFound):
            await consents.end(creator_id, actor="user:ada")
        with pytest.raises(SignInAgain):
            await consents.check(creator_id)
    async with tenancy.inside(db, creator_id) as session:
        assert await connections.get(session, "fanvue") is None
        assert {one.action for one in await audit.page(session, action="fanvue")} == {"fanvue.sign_in", "fanvue.disconnect"}


async def test_a_code_without_its_verifier_is_worth_nothing(db: Database, cast: Cast, fanvue: Fanvue) -> None:
    async with opened(db, fanvue) as parts:
        consents = FanvueConsents(db, parts)
        code = (await agree(consents, "nova"))["code"][0]
        with pytest.raises(Never):
            await consents.accept(cast.owner.creator_id, code=code, redirect=REDIRECT, verifier="x" * 43, actor="user:ada")
        assert await consents.of(cast.owner.creator_id) is None


async def test_one_account_belongs_to_one_creator_and_another_account_takes_its_place(db: Database, cast: Cast, fanvue: Fanvue) -> None:
    fanvue.fake.world.creator("second")
    async with opened(db, fanvue) as parts:
        consents = FanvueConsents(db, parts)
        await consents.accept(cast.owner.creator_id, code=(await agree(consents, "nova"))["code"][0], **BACK)
        with pytest.raises(Conflict, match="Another creator of this house"):
            await consents.accept(cast.neighbour.creator_id, code=(await agree(consents, "nova"))["code"][0], **BACK)
        await consents.accept(cast.owner.creator_id, code=(await agree(consents, "second"))["code"][0], **BACK)
        assert (await stored(db, cast.owner.creator_id)).owner.handle == "second"
        await consents.accept(cast.neighbour.creator_id, code=(await agree(consents, "nova"))["code"][0], **BACK)


async def test_who_says_no_comes_back_without_a_code(db: Database, fanvue: Fanvue) -> None:
    async with opened(db, fanvue) as parts:
        assert (await agree(FanvueConsents(db, parts), "nova", answer="deny"))["error"] == ["access_denied"]


async def test_an_app_is_typed_kept_sealed_and_never_told(db: Database, fanvue: Fanvue) -> None:
    nothing: dict[str, Any] = {"fanvue_client_id": "", "fanvue_client_secret": "", "fanvue_webhook_secret": ""}
    async with opened(db, fanvue, **nothing) as parts, opened(db, fanvue) as outside:
        consents = FanvueConsents(db, parts)
        assert await consents.registration() is None
        with pytest.raises(Conflict, match="not set up yet"):
            await consents.address(redirect=REDIRECT, state="a-long-enough-state", challenge=CHALLENGE)
        with pytest.raises(Invalid):
            await consents.register(CLIENT_ID, "")
        await consents.register(f" {CLIENT_ID} ", CLIENT_SECRET, WEBHOOK_SECRET)
        await consents.register(CLIENT_ID, "")
        found = await consents.registration()
        assert found is not None
        assert (found.client_id, found.has_secret, found.has_webhook_secret, found.typed) == (CLIENT_ID, True, True, True)
        assert (await parts.apps.get()).client_secret == CLIENT_SECRET
        assert await parts.apps.webhook_secrets() == (WEBHOOK_SECRET,)
        await consents.register("", "")
        assert await consents.registration() is None
        with pytest.raises(Conflict, match="set from outside"):
            await FanvueConsents(db, outside).register("another", "secret")
