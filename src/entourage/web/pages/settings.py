"""Settings: connections, the creator, the five choices of the viewers room, keys, people, and one's own look.

The page shows; what it changes goes through the REST routes of each part.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from litestar import get
from litestar.response import Template

from entourage.kernel import connections, tenancy
from entourage.kernel.accounts import creators, keys, links, members, roles
from entourage.kernel.errors import NotFound
from entourage.kernel.http import Actor, Database
from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import config
from entourage.web import chips
from entourage.web.pages.frame import framed, part

Section = Callable[[CreatorSession, Actor], Awaitable[dict[str, Any]]]


@get("/settings", include_in_schema=False)
async def show(actor: Actor, db: Database) -> Template:
    """Show the sections that this person may see."""
    async with tenancy.inside(db, actor.creator_id) as session:
        context: dict[str, Any] = {"sections": [name for name in _SECTIONS if _may(actor, name)]}
        for name in context["sections"]:
            context |= await _SECTIONS[name](session, actor)
        return await framed(session, "settings", "pages/settings.html", **context)


@get("/settings/{name:str}", include_in_schema=False)
async def part_of(actor: Actor, db: Database, name: str) -> Template:
    """Show one section anew, after something in it was changed."""
    if name not in _SECTIONS or not _may(actor, name):
        msg = "There is no such part of the settings."
        raise NotFound(msg)
    async with tenancy.inside(db, actor.creator_id) as session:
        return part(f"parts/settings/{name}.html", **await _SECTIONS[name](session, actor))


async def _connections(session: CreatorSession, _: Actor) -> dict[str, Any]:
    found = {one.source: one for one in await connections.all_of(session)}
    listed = {source: (found.get(source), chips.one(found[source]) if source in found else None) for source in connections.SOURCES}
    return {"links": listed}


async def _creator(session: CreatorSession, actor: Actor) -> dict[str, Any]:
    return {"creator": await creators.get(session, actor.creator_id), "zones": creators.zones()}


async def _viewers(session: CreatorSession, _: Actor) -> dict[str, Any]:
    return {"config": await config.read(session)}


async def _look(_: CreatorSession, actor: Actor) -> dict[str, Any]:
    return {"me": actor}


async def _keys(session: CreatorSession, _: Actor) -> dict[str, Any]:
    listed = await keys.all_of(session)
    return {"keys": [key for key in listed if key.revoked_at is None], "scopes": sorted(roles.KEY_SCOPES)}


async def _people(session: CreatorSession, actor: Actor) -> dict[str, Any]:
    below = roles.ROLES.index(actor.role or "clipper")
    return {
        "members": await members.all_of(session),
        "invitations": await links.invitations(session),
        "roles": [role for role in roles.ROLES if actor.role == "owner" or roles.ROLES.index(role) > below],
        "me": actor,
    }


async def _imports(_: CreatorSession, __: Actor) -> dict[str, Any]:
    return {}


_SECTIONS: dict[str, Section] = {
    "connections": _connections, "creator": _creator, "viewers": _viewers, "imports": _imports, "look": _look, "keys": _keys,
    "people": _people,
}  # fmt: skip
_NEEDED = {
    "connections": "settings.edit", "creator": "settings.edit", "viewers": "settings.edit", "imports": "viewers.import",
    "keys": "keys.edit", "people": "members.edit",
}  # fmt: skip


def _may(actor: Actor, name: str) -> bool:
    return name not in _NEEDED or actor.may(_NEEDED[name])
