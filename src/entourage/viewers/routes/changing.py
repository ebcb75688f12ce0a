"""Changing viewers by hand, and the room's settings."""

from typing import Annotated

from litestar import delete, get, patch, post, put
from litestar.params import Parameter

from entourage.kernel import tenancy
from entourage.kernel.envelope import Answer
from entourage.kernel.errors import Invalid
from entourage.kernel.http import Actor, Database, allowed
from entourage.viewers import config, profile, retention, schemas, tiers
from entourage.viewers.retention_shapes import Retention, RetentionPlan
from entourage.viewers.updates import Publisher


@patch("/api/viewer-profiles/{ref:str}", guards=[allowed("viewers.edit")], tags=["viewers"])
async def edit_viewer(actor: Actor, db: Database, publisher: Publisher, ref: str, data: schemas.Edit) -> Answer[schemas.ViewerDetail]:
    """Change notes, tags, birthday and the like; a field left out stays, null clears it."""
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        detail = await profile.edit(session, ref, data, actor.label)
        session.after_commit(lambda: publisher.changed(actor.creator_id, detail, "profile-updated"))
    return Answer(detail)


@post("/api/viewer-profiles/{ref:str}/vip", guards=[allowed("viewers.edit")], status_code=200, tags=["viewers"])
async def choose_tier(actor: Actor, db: Database, publisher: Publisher, ref: str, data: schemas.TierChoice) -> Answer[schemas.ViewerDetail]:
    """Set a tier by hand (`tier`), take it away (`remove`), or let the rules decide again (`release`)."""
    if bool(data.tier) + data.remove + data.release != 1:
        msg = 'Say one of {"tier": "Gold"}, {"remove": true} or {"release": true}.'
        raise Invalid(msg)
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        if data.tier:
            detail = await tiers.set_by_hand(session, ref, data.tier, actor.label)
        elif data.remove:
            detail = await tiers.remove_by_hand(session, ref, actor.label)
        else:
            detail = await tiers.release(session, ref, actor.label)
        session.after_commit(lambda: publisher.tier_by_hand(actor.creator_id, detail))
        session.after_commit(lambda: publisher.changed(actor.creator_id, detail, "vip-updated"))
    return Answer(detail)


@delete("/api/viewer-profiles/{ref:str}", guards=[allowed("viewers.erase")], status_code=200, tags=["viewers"])
async def forget_viewer(
    actor: Actor,
    db: Database,
    publisher: Publisher,
    ref: str,
    *,
    forget_fans: Annotated[
        bool,
        Parameter(
            query="forgetFans", description="Forget the fans known as this person, too; without the right to (chats.decide) they stay."
        ),
    ] = True,
) -> Answer[dict[str, int]]:
    """Forget a person: everything about them is erased, what they wrote is blotted out, also what is known of their badges.

    Fans whom the creator knows as this person are forgotten in a job; with `forgetFans=false` they stay and are known as nobody.
    """
    fans = forget_fans and actor.may("chats.decide")
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        viewer_id = await profile.forget(session, ref, actor.label, fans=fans)
        session.after_commit(lambda: publisher.forgotten(actor.creator_id, viewer_id))
    return Answer({"id": viewer_id})


@get("/api/viewer-profiles/config", guards=[allowed("viewers.read")], tags=["viewers"])
async def show_config(actor: Actor, db: Database) -> Answer[schemas.Config]:
    """Show the five settings of the room."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return Answer(await config.read(session))


@put("/api/viewer-profiles/config", guards=[allowed("settings.edit")], tags=["viewers"])
async def change_config(actor: Actor, db: Database, data: schemas.Config) -> Answer[schemas.Config]:
    """Change the five settings; what is left out goes back to its default. They act with the next batch."""
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        return Answer(await config.write(session, data, actor.label))


@get("/api/viewer-profiles/retention", guards=[allowed("settings.edit")], tags=["viewers"])
async def show_retention(actor: Actor, db: Database) -> Answer[Retention]:
    """Show for how many days after a stream its words and its history are kept; null is for ever."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return Answer(await retention.read(session))


@get("/api/viewer-profiles/retention/preview", guards=[allowed("settings.edit")], tags=["viewers"])
async def preview_retention(
    actor: Actor,
    db: Database,
    chat_days: Annotated[int | None, Parameter(query="keepChatDays")] = None,
    history_days: Annotated[int | None, Parameter(query="keepHistoryDays")] = None,
) -> Answer[RetentionPlan]:
    """Count what would go in the coming night by such a choice; nothing is stored or removed."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return Answer(await retention.preview(session, Retention(chat_days, history_days)))


@put("/api/viewer-profiles/retention", guards=[allowed("settings.edit")], tags=["viewers"])
async def change_retention(actor: Actor, db: Database, data: Retention) -> Answer[Retention]:
    """Choose for how long words and history are kept; what is older goes in the coming night and does not come back."""
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        return Answer(await retention.write(session, data, actor.label))


ROUTES = [
    edit_viewer, choose_tier, forget_viewer, show_config, change_config,
    show_retention, preview_retention, change_retention,
]  # fmt: skip
