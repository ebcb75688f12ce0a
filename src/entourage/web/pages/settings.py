"""Settings: connections, the creator, the choices of the viewers room, what is kept, backups, keys, people, and one's own look.

The page shows; what it changes goes through the REST routes of each part.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from litestar import get
from litestar.di import NamedDependency
from litestar.response import Redirect, Template

from entourage.chats import choices as fan_choices
from entourage.chats import retention as fan_retention
from entourage.chats.retention import Keeping
from entourage.kernel import connections, tenancy
from entourage.kernel.accounts import creators, keys, links, members, roles
from entourage.kernel.errors import NotAllowed, NotFound
from entourage.kernel.http import Actor, Database, allowed
from entourage.kernel.settings import Settings
from entourage.kernel.tenancy import CreatorSession
from entourage.safety import nights
from entourage.viewers import config, retention
from entourage.viewers.retention_shapes import Retention
from entourage.web import chips, safety
from entourage.web.pages.frame import Asked, framed, part, wants_part

_CHAT_DAYS = (7, 30, 90, 180, 365)
_FAN_DAYS = (30, 90, 180, 365, 730)
_HISTORY_DAYS = (90, 180, 365, 730)
_NOT_YOURS = "You may not do this here. Ask an owner for the right to."
Section = Callable[[CreatorSession, Actor], Awaitable[dict[str, Any]]]


@get("/settings", guards=[allowed("viewers.read")], include_in_schema=False)
async def show(actor: Actor, db: Database) -> Template:
    """Show the sections that this person may see."""
    async with tenancy.inside(db, actor.creator_id) as session:
        context: dict[str, Any] = {"sections": [name for name in _SECTIONS if _may(actor, name)]}
        for name in context["sections"]:
            context |= await _SECTIONS[name](session, actor)
        return await framed(session, "settings", "pages/settings.html", **context)


@get("/settings/{name:str}", include_in_schema=False)
async def part_of(request: Asked, actor: Actor, db: Database, name: str) -> Template | Redirect:
    """Show one section anew, after something in it was changed; whoever opens its address is led to it on the page."""
    if name not in _SECTIONS or not _may(actor, name):
        msg = "There is no such part of the settings."
        raise NotFound(msg)
    if not wants_part(request):
        return Redirect(f"/settings#{name}")
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


@get("/settings/retention/preview", include_in_schema=False)
async def preview_retention(request: Asked, actor: Actor, db: Database) -> Template | Redirect:
    """Show what would go by a choice, and the button that makes it."""
    if not _may(actor, "retention"):
        raise NotAllowed(_NOT_YOURS)
    if not wants_part(request):
        return Redirect("/settings#retention")
    chosen = Retention(_days(request.query_params.get("keepChatDays")), _days(request.query_params.get("keepHistoryDays")))
    async with tenancy.inside(db, actor.creator_id) as session:
        plan = await retention.preview(session, chosen)
    return part("parts/settings/retention_plan.html", plan=plan)


@get("/settings/retention/fans", include_in_schema=False)
async def preview_fans(request: Asked, actor: Actor, db: Database) -> Template | Redirect:
    """Show what of fan chats would go by a choice, and the button that makes it."""
    if not _may(actor, "retention") or not actor.may("chats.decide"):
        raise NotAllowed(_NOT_YOURS)
    if not wants_part(request):
        return Redirect("/settings#retention")
    async with tenancy.inside(db, actor.creator_id) as session:
        plan = await fan_retention.preview(session, Keeping(_days(request.query_params.get("keepDays"))))
    return part("parts/settings/retention_fans.html", plan=plan)


@get("/settings/backups", include_in_schema=False)
async def backups(request: Asked, actor: Actor, db: Database, settings: NamedDependency[Settings]) -> Template | Redirect:
    """Show the backups of the house; asked for again while one is made."""
    safety.check_owner(actor)
    if not wants_part(request):
        return Redirect("/settings#backups")
    return part("parts/settings/backups.html", safety=safety.view(await nights.state(settings, db)))


async def _retention(session: CreatorSession, actor: Actor) -> dict[str, Any]:
    return {
        "kept": await retention.read(session), "chat_choices": _CHAT_DAYS, "history_choices": _HISTORY_DAYS, "fan_choices": _FAN_DAYS,
        "may_chats": actor.may("chats.decide"), "kept_of_fans": await fan_choices.keep_days(session),
    }  # fmt: skip


async def _backups(_: CreatorSession, __: Actor) -> dict[str, Any]:
    return {}


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
    "connections": _connections, "creator": _creator, "viewers": _viewers, "imports": _imports, "retention": _retention,
    "backups": _backups, "look": _look, "keys": _keys, "people": _people,
}  # fmt: skip
_NEEDED = {
    "connections": "settings.edit", "creator": "settings.edit", "viewers": "settings.edit", "imports": "viewers.import",
    "retention": "settings.edit",
    "keys": "keys.edit", "people": "members.edit",
}  # fmt: skip


def _may(actor: Actor, name: str) -> bool:
    if name == "backups":
        return actor.house_owner
    return name not in _NEEDED or actor.may(_NEEDED[name])


def _days(typed: str | None) -> int | None:
    """Read a number of days from an address; nothing means for ever."""
    return int(typed) if typed and typed.isdecimal() else None
