"""Overlays: the page where they are made and looked at, and the page that OBS opens."""

from typing import Any
from uuid import UUID

from litestar import get
from litestar.params import FromPath
from litestar.response import Template

from entourage.kernel import tenancy
from entourage.kernel.accounts import overlays as kept
from entourage.kernel.http import ANYONE, Actor, Database, allowed
from entourage.kernel.tenancy import CreatorSession
from entourage.web import i18n, overlays, rehearsals, words
from entourage.web.pages.frame import Asked, framed, part, wants_part

_GUARDS = [allowed("overlays.edit")]
# OBS has no session and needs none: the address itself says which overlay this is, and only its line reads it.
_BARE: dict[str, Any] = {"skip_session": True, "exclude_from_csrf": True, "exclude_from_auth": True}
_HEADERS = {"Referrer-Policy": "no-referrer", "Cache-Control": "no-store", "X-Robots-Tag": "noindex"}


@get("/overlays", guards=_GUARDS, include_in_schema=False)
async def show(actor: Actor, db: Database) -> Template:
    """Show the overlays, and how to make one."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return await framed(session, "overlays", "pages/overlays.html", **await _listed(session), chosen=None)


@get("/overlays/list", guards=_GUARDS, include_in_schema=False)
async def listed(actor: Actor, db: Database) -> Template:
    """Show the list anew."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return part("parts/overlays/list.html", **await _listed(session), chosen=None)


@get("/overlays/{overlay_id:uuid}", guards=_GUARDS, include_in_schema=False)
async def edit(request: Asked, actor: Actor, db: Database, overlay_id: FromPath[UUID]) -> Template:
    """Show one overlay: its address, its look, a preview."""
    async with tenancy.inside(db, actor.creator_id) as session:
        one = overlays.shown(await kept.get(session, overlay_id))
        context: dict[str, Any] = {"chosen": one, "scenes": rehearsals.SCENES.get(one.kind, ())}
        if wants_part(request):
            return part("parts/overlays/editor.html", **context)
        return await framed(session, "overlays", "pages/overlays.html", **await _listed(session), **context)


@get("/overlays/{overlay_id:uuid}/preview", guards=_GUARDS, include_in_schema=False, opt={"framed": "'self'"}, response_headers=_HEADERS)
async def preview(actor: Actor, db: Database, overlay_id: FromPath[UUID]) -> Template:
    """Show an overlay inside the editor, by the right of whoever edits it."""
    async with tenancy.inside(db, actor.creator_id) as session:
        one = await kept.get(session, overlay_id)
    return Template("overlay.html", context={"preview": str(one.id), "languages": _languages()})


@get("/overlay/{token:str}", include_in_schema=False, opt={**ANYONE, **_BARE, "framed": True}, response_headers=_HEADERS)
async def on_air(token: FromPath[str]) -> Template:
    """Give OBS the page of an overlay; it is the same for every address, also for one that opens nothing."""
    del token  # the page's script hands it to its line
    return Template("overlay.html", context={"preview": "", "languages": _languages()})


async def _listed(session: CreatorSession) -> dict[str, Any]:
    return {"overlays": [overlays.shown(one) for one in await kept.all_of(session)], "kinds": kept.KINDS}


def _languages() -> dict[str, Any]:
    """Return the scripts' words in every language: which one an overlay speaks is known once its line is open."""
    asked, said = i18n.voice(), {}
    for language in i18n.LANGUAGES:
        i18n.speak(i18n.Voice(language, language))
        said[language] = words.for_browser()
    i18n.speak(asked)
    return said
