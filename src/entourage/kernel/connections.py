"""Connections: a creator's links to platforms, with their secrets and how each is doing."""

import re
from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import Table, select, update
from sqlalchemy.orm import defer

from entourage.kernel import clock, ids
from entourage.kernel.errors import Invalid, NotFound
from entourage.kernel.rows import insert_into
from entourage.kernel.tables import Connection
from entourage.kernel.tenancy import CreatorSession

FEEDS = ("tiktok", "tikfinity", "euler")
"""What a creator can listen to by naming an account."""

CONSENTED = ("twitch", "fanvue")
"""What is connected by signing in there; nothing but whether it is on can be said by hand."""

SOURCES = (*FEEDS, *CONSENTED)
"""What a creator can connect to now."""

KEYED = ("apify", "youtube")
"""Who counts the views of clips, by a key of the creator's own; said where clips are set up."""

QUIET = frozenset({"fanvue", *KEYED})
"""What has no live stream to listen to."""

_ACCOUNT_LONGEST = 200
_connections = cast("Table", Connection.__table__)


def read_source(text: str) -> str:
    """Check the name of a source; raises NotFound."""
    if text not in SOURCES:
        msg = f"There is no connection called {text[:32]!r}; there are {', '.join(SOURCES)}."
        raise NotFound(msg)
    return text


async def all_of(session: CreatorSession) -> Sequence[Connection]:
    """Return the connections of the session's creator (of everybody's, in a session over all), without their secrets."""
    query = select(Connection).options(defer(Connection.secret, raiseload=True)).order_by(Connection.creator_id, Connection.source)
    return (await session.scalars(query)).all()


async def get(session: CreatorSession, source: str) -> Connection | None:
    """Return a connection of the session's creator without its secret, or None."""
    query = select(Connection).options(defer(Connection.secret, raiseload=True)).where(Connection.source == source)
    return (await session.scalars(query)).one_or_none()


async def secret_of(session: CreatorSession, source: str) -> str | None:
    """Return the secret of a connection of the session's creator, or None."""
    return (await session.scalars(select(Connection.secret).where(Connection.source == source))).one_or_none()


async def put(
    session: CreatorSession, source: str, *, account: str | None = None, enabled: bool | None = None, secret: str | None = None
) -> Connection:
    """Make or change a connection; None leaves a value as it is. Another account begins with no state and no secret."""
    account = None if account is None else _read_account(account)
    connection = await get(session, source) or await _begin(session, source)
    if account is not None and account != connection.account:
        connection.account, connection.state, connection.secret = account, {}, None
    if enabled is not None:
        connection.enabled = enabled
    if secret is not None:
        connection.secret = secret or None
    connection.updated_at = clock.now()
    await session.flush()
    return connection


async def keep_secret(session: CreatorSession, source: str, secret: str) -> None:
    """Replace the secret of a connection and nothing else, so that nobody takes it for a changed one."""
    await session.execute(update(Connection).where(Connection.source == source).values(secret=secret))


async def secrets_of_all(session: CreatorSession, source: str) -> Sequence[tuple[int, str]]:
    """Return (creator, secret) of every connection of a source that has one, in a session over all creators."""
    query = select(Connection.creator_id, Connection.secret).where(Connection.source == source, Connection.secret.is_not(None))
    return [(row.creator_id, row.secret or "") for row in await session.execute(query.order_by(Connection.creator_id))]


async def remove(session: CreatorSession, source: str) -> Connection:
    """Forget a connection and its secret; raises NotFound."""
    connection = await get(session, source)
    if connection is None:
        msg = "This is not connected."
        raise NotFound(msg)
    await session.delete(connection)
    return connection


async def remember_state(session: CreatorSession, source: str, state: dict[str, Any]) -> None:
    """Keep how a connection is doing, for pages that open later; the caller sees to it that this is not too often."""
    await session.execute(update(Connection).where(Connection.source == source).values(state=state))


async def _begin(session: CreatorSession, source: str) -> Connection:
    """Make a connection; of two who do so at once, the later one finds the other's."""
    insert = insert_into(_connections, session.dialect)
    first = {"id": ids.new(), "creator_id": session.creator, "source": source, "account": "", "enabled": True, "state": {}}
    await session.execute(insert.on_conflict_do_nothing(), first | {"updated_at": clock.now()})
    made = await get(session, source)
    assert made is not None  # noqa: S101 - it was stored just now
    return made


def _read_account(typed: str) -> str:
    account = typed.strip().removeprefix("@")
    if len(account) > _ACCOUNT_LONGEST or not re.fullmatch(r"[^\s\x00-\x1f\x7f]*", account):
        msg = "An account is a handle or an address, without spaces."
        raise Invalid(msg, details={"account": msg})
    return account
