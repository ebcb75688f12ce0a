"""Overlays over REST: made, changed, given a new address, taken away and brought back; and scenes to rehearse."""

from datetime import datetime
from functools import partial
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from litestar import Request, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, SkipValidation

from entourage.kernel import audit, tenancy
from entourage.kernel.accounts import overlays
from entourage.kernel.http import Db, Who, allowed
from entourage.kernel.settings import Settings
from entourage.kernel.tables import Overlay
from entourage.viewers import picture
from entourage.viewers.updates import Publisher
from entourage.web import i18n, rehearsals

_EDITORS = [allowed("overlays.edit")]
_NAME = msgspec.Meta(min_length=1, max_length=80)
Screens = NamedDependency[SkipValidation[Publisher]]


class Shown(msgspec.Struct):
    """An overlay without its secret; `hint` is how the secret ends, `open` says that OBS shows it now."""

    id: UUID
    kind: str
    name: str
    options: picture.Options
    hint: str
    created_at: datetime
    seen_at: datetime | None
    open: bool


class Fresh(Shown, kw_only=True):
    """An overlay with its address, which is shown now and never again, and the launcher page that holds it."""

    url: str
    launcher: str


class NewOverlay(msgspec.Struct):
    """An overlay to be."""

    kind: Literal["alerts", "arrivals", "leaderboard", "goal", "heatmap"]
    name: Annotated[str, _NAME]


class Change(msgspec.Struct):
    """What may be changed of an overlay: what is left out stays; options are given whole."""

    name: Annotated[str, _NAME] | msgspec.UnsetType = msgspec.UNSET
    options: picture.Options | msgspec.UnsetType = msgspec.UNSET


class Rehearsal(msgspec.Struct):
    """A scene to play; which there are depends on the kind."""

    scene: rehearsals.Scene


@get("/api/overlays", guards=_EDITORS, tags=["overlays"])
async def list_overlays(actor: Who, db: Db) -> list[Shown]:
    """List the creator's overlays, oldest first."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return [shown(one) for one in await overlays.all_of(session)]


@post("/api/overlays", guards=_EDITORS, tags=["overlays"])
async def make_overlay(
    request: Request[Any, Any, Any], actor: Who, db: Db, data: JSONBody[NewOverlay], settings: NamedDependency[Settings]
) -> Fresh:
    """Make an overlay; its address is in this answer and never again."""
    options = picture.first_options(data.kind, i18n.voice_of(request).language)
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        one, token = await overlays.make(session, kind=data.kind, name=data.name, options=msgspec.to_builtins(options))
        audit.record(session, "overlay.make", f"overlay:{one.id}", actor=actor.label, meta={"kind": one.kind, "name": one.name})
    return _fresh(request, one, settings, token)


@patch("/api/overlays/{overlay_id:uuid}", guards=_EDITORS, tags=["overlays"])
async def change_overlay(actor: Who, db: Db, overlay_id: FromPath[UUID], data: JSONBody[Change], publisher: Screens) -> Shown:
    """Change an overlay's name or look; where it is open it changes at once."""
    name = None if data.name is msgspec.UNSET else data.name
    options = None if data.options is msgspec.UNSET else msgspec.to_builtins(data.options)
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        one = await overlays.edit(session, overlay_id, name=name, options=options)
        session.after_commit(partial(publisher.overlay_again, actor.creator_id, str(one.id)))
    return shown(one)


@post("/api/overlays/{overlay_id:uuid}/address", guards=_EDITORS, tags=["overlays"])
async def change_address(
    request: Request[Any, Any, Any], actor: Who, db: Db, overlay_id: FromPath[UUID], settings: NamedDependency[Settings], publisher: Screens
) -> Fresh:
    """Give an overlay a new address; the old one shows nothing any more."""
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        one, token = await overlays.rotate(session, overlay_id)
        audit.record(session, "overlay.rotate", f"overlay:{one.id}", actor=actor.label, meta={"name": one.name})
        session.after_commit(partial(publisher.overlay_again, actor.creator_id, str(one.id)))
    return _fresh(request, one, settings, token)


@delete("/api/overlays/{overlay_id:uuid}", guards=_EDITORS, tags=["overlays"])
async def revoke_overlay(actor: Who, db: Db, overlay_id: FromPath[UUID], publisher: Screens) -> None:
    """Take an overlay away: where it is open it goes blank."""
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        one = await overlays.revoke(session, overlay_id)
        audit.record(session, "overlay.revoke", f"overlay:{one.id}", actor=actor.label, meta={"name": one.name})
        session.after_commit(partial(publisher.overlay_again, actor.creator_id, str(one.id)))


@post("/api/overlays/{overlay_id:uuid}/restore", guards=_EDITORS, tags=["overlays"], status_code=200)
async def restore_overlay(actor: Who, db: Db, overlay_id: FromPath[UUID]) -> Shown:
    """Bring back an overlay that was taken away, under the address it had."""
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        one = await overlays.restore(session, overlay_id)
        audit.record(session, "overlay.restore", f"overlay:{one.id}", actor=actor.label, meta={"name": one.name})
    return shown(one)


@post("/api/overlays/{overlay_id:uuid}/rehearsal", guards=_EDITORS, tags=["overlays"], status_code=204)
async def rehearse(actor: Who, db: Db, overlay_id: FromPath[UUID], data: JSONBody[Rehearsal], publisher: Screens) -> None:
    """Play a scene with made-up people on this overlay alone; nothing is stored or counted."""
    async with tenancy.inside(db, actor.creator_id) as session:
        one = await overlays.get(session, overlay_id)
        colours = await picture.tints(session)
    scene = rehearsals.play(one.kind, data.scene, picture.read_options(one.options), colours, actor.zone)
    publisher.overlay_rehearsed(actor.creator_id, str(one.id), scene)


def shown(one: Overlay) -> Shown:
    """Show an overlay to those who may change it."""
    options = picture.read_options(one.options)
    return Shown(one.id, one.kind, one.name, options, one.hint, one.created_at, one.seen_at, overlays.is_open(one))


def _fresh(request: Request[Any, Any, Any], one: Overlay, settings: Settings, token: str) -> Fresh:
    url = f"{settings.base_url}/overlay/{token}"
    engine = request.app.template_engine
    assert engine is not None  # noqa: S101 - the house has pages
    i18n.speak(i18n.voice_of(request))
    launcher = engine.get_template("overlay_launcher.html").render(address=url, house=settings.base_url, name=one.name)
    return Fresh(**msgspec.structs.asdict(shown(one)), url=url, launcher=str(launcher))


ROUTES = [
    list_overlays, make_overlay, change_overlay, change_address, revoke_overlay, restore_overlay, rehearse,
]  # fmt: skip
