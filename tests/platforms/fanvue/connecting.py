"""The house's side of the make-believe Fanvue: its parts, and creators who are connected by the tokens that it issued."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import msgspec

from entourage.kernel import clock, secrets, tenancy
from entourage.kernel.db import Database
from entourage.kernel.secrets import Vault
from entourage.kernel.settings import Settings
from entourage.platforms.fanvue import grant as grants
from entourage.platforms.fanvue import scopes
from entourage.platforms.fanvue.desk import FanvueDesk
from entourage.platforms.fanvue.grant import Grant
from entourage.platforms.fanvue.house import Fanvue as Parts
from entourage.platforms.fanvue.pace import Pace
from entourage.platforms.http import Client
from entourage.ports.fans import Owner
from tests.fanvue import CLIENT_ID, CLIENT_SECRET, WEBHOOK_SECRET, Fanvue
from tests.people import KEY

DEADLINE_S = 3.0


def settings_of(fanvue: Fanvue, **changes: Any) -> Settings:
    """Settings by which a house is an app of the make-believe Fanvue."""
    base = replace(
        Settings(), fanvue_api_url=fanvue.fake.api_url, fanvue_auth_url=fanvue.fake.auth_url, fanvue_client_id=CLIENT_ID,
        fanvue_client_secret=CLIENT_SECRET, fanvue_webhook_secret=WEBHOOK_SECRET,
    )  # fmt: skip
    return replace(base, **changes)


@asynccontextmanager
async def opened(db: Database, fanvue: Fanvue, *, pace: Pace | None = None, **changes: Any) -> AsyncIterator[Parts]:
    """Open the parts of a process; calls give up soon."""
    secrets.use(Vault([KEY]))
    parts = Parts(db, settings_of(fanvue, **changes), http=Client("Fanvue", deadline_s=DEADLINE_S, attempts=2), pace=pace)
    yield parts
    await parts.aclose()


def a_grant(token: dict[str, Any], owner_id: str, **changes: Any) -> Grant:
    """Make a grant of the token endpoint's answer."""
    now = clock.wall()
    made = Grant(
        access_token=token["access_token"], refresh_token=token["refresh_token"], expires_at=now + timedelta(hours=1),
        renew_at=now + timedelta(minutes=55), scopes=scopes.ALL, client_id=CLIENT_ID,
        owner=Owner(id=owner_id, handle="nova", name="Nova"), since=now - timedelta(days=1),
    )  # fmt: skip
    return msgspec.structs.replace(made, **changes)


async def connect(db: Database, creator_id: int, fanvue: Fanvue, **changes: Any) -> Grant:
    """Let a creator of the house be the one who consented on the make-believe Fanvue."""
    secrets.use(Vault([KEY]))
    made = a_grant(fanvue.token, fanvue.creator.id, **changes)
    async with tenancy.inside(db, creator_id, write=True) as session:
        await grants.begin(session, made)
    return made


async def old(db: Database, creator_id: int, fanvue: Fanvue, *, still_good_s: float = 240.0) -> Grant:
    """Connect a creator whose access token is due to be renewed, and still good for so long (or over, below zero)."""
    now = clock.wall()
    return await connect(db, creator_id, fanvue, expires_at=now + timedelta(seconds=still_good_s), renew_at=now - timedelta(seconds=1))


async def stored(db: Database, creator_id: int) -> Grant:
    """Read the grant that is stored."""
    async with tenancy.inside(db, creator_id) as session:
        found = await grants.read(session)
    assert found is not None
    return found


async def desk_of(parts: Parts, creator_id: int) -> FanvueDesk:
    """Return a creator's chats."""
    return await parts.of(creator_id)
