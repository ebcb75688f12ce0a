"""Keys of those who count views, over REST: tried before they are kept, never shown again."""

from typing import Annotated

import msgspec
from litestar import delete, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, SkipValidation

from entourage.kernel import audit, connections, tenancy
from entourage.kernel.envelope import Answer
from entourage.kernel.errors import Invalid, NotFound, SignInAgain
from entourage.kernel.http import Actor, Database, allowed
from entourage.ports.views import KeyCheck, KeyChecks

_DECIDE = [allowed("clips.decide")]
_SOURCES = ("apify", "youtube")
TheKeyChecks = NamedDependency[SkipValidation[KeyChecks | None]]


class PastedKey(msgspec.Struct):
    """A key as it was pasted."""

    key: Annotated[str, msgspec.Meta(min_length=1, max_length=500)]


@put("/api/clips/keys/{source:str}", guards=_DECIDE, tags=["clips"])
async def keep_key(
    actor: Actor, db: Database, key_checks: TheKeyChecks, source: FromPath[str], data: JSONBody[PastedKey]
) -> Answer[KeyCheck]:
    """Try a key of `apify` or `youtube`, and keep it, sealed, if it works."""
    _known(source)
    key = "".join(data.key.split())
    if not (key.isascii() and key.isprintable() and key):
        msg = "A key consists of plain letters, digits and signs. Copy it again, without what stands beside it."
        raise Invalid(msg, details={"key": msg})
    if key_checks is None:
        msg = "This house counts nothing."
        raise NotFound(msg)
    try:
        check = await key_checks.test(actor.creator_id, source, key)
    except SignInAgain as error:
        raise Invalid(error.message, details={"key": error.message}) from error
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        await connections.put(session, source, enabled=True, secret=key)
        await connections.remember_state(session, source, {"account": check.account, "plan": check.plan})
        audit.record(session, "clips.key.keep", f"connection:{source}", actor=actor.label)
    return Answer(check)


@delete("/api/clips/keys/{source:str}", guards=_DECIDE, tags=["clips"])
async def drop_key(actor: Actor, db: Database, source: FromPath[str]) -> None:
    """Forget a key: counting with it ends at once."""
    _known(source)
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        await connections.remove(session, source)
        audit.record(session, "clips.key.drop", f"connection:{source}", actor=actor.label)


def _known(source: str) -> None:
    if source not in _SOURCES:
        msg = f"There is no provider called {source[:32]!r}."
        raise NotFound(msg)
