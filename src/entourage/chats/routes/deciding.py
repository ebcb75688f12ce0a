"""What the creator decides about chats: settings, voice, and the kill switch."""

from typing import Annotated

import msgspec
from litestar import get, post, put
from litestar.di import NamedDependency
from litestar.params import Parameter, SkipValidation

from entourage.chats import choices, retention, schemas, wording
from entourage.chats.desk import Desk
from entourage.kernel import clock, placeholders, tenancy
from entourage.kernel.envelope import Answer
from entourage.kernel.errors import Invalid
from entourage.kernel.http import Actor, Database, allowed

TheDesk = NamedDependency[SkipValidation[Desk | None]]
_READ, _ANSWER, _DECIDE = [allowed("chats.read")], [allowed("chats.answer")], [allowed("chats.decide")]


class Stopped(msgspec.Struct):
    """Whether everything is stopped, since when (ISO 8601 UTC) and by whom, as the audit log names them."""

    stopped: bool
    since: str | None = None
    by: str = ""


class NoticeSample(msgspec.Struct):
    """An occasion, and the template to try on it; an empty one is the usual one."""

    say: wording.Occasion
    text: Annotated[str, msgspec.Meta(max_length=2000)] = ""


class Place(msgspec.Struct):
    """The step at which the wizard goes on."""

    step: Annotated[int, msgspec.Meta(ge=1, le=choices.STEPS)]


@get("/api/chats/settings", guards=_READ, tags=["chats"])
async def show_chat_settings(actor: Actor, db: Database) -> Answer[schemas.Settings]:
    """Show what the creator decided about fan chats."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return Answer(await choices.read(session))


@put("/api/chats/settings", guards=_DECIDE, tags=["chats"])
async def change_chat_settings(actor: Actor, db: Database, data: schemas.Settings) -> Answer[schemas.Settings]:
    """Decide anew; what is left out goes back to its default."""
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        return Answer(await choices.write(session, data, actor.label))


@post("/api/chats/notices/preview", guards=_READ, status_code=200, tags=["chats"])
async def preview_notice(actor: Actor, chat_desk: TheDesk, data: NoticeSample) -> Answer[str]:
    """Fill a template of a Discord notice with somebody made up, in the language of the creator's notices. Nothing is sent."""
    if unknown := placeholders.strange(data.text, wording.PLACEHOLDERS[data.say]):
        there = ", ".join(wording.PLACEHOLDERS[data.say]) or "none here"
        msg = f"There is no {{{unknown[0]}}}; there are {there}."
        raise Invalid(msg, details={"text": msg})
    _, language = await chat_desk.discord(actor.creator_id) if chat_desk and chat_desk.discord else ("", "en")
    return Answer(wording.sample(data.say, data.text, language))


@get("/api/chats/voice", guards=_READ, tags=["chats"])
async def show_voice(actor: Actor, db: Database) -> Answer[schemas.Voice]:
    """Show how the creator speaks."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return Answer(await choices.voice(session))


@put("/api/chats/voice", guards=_DECIDE, tags=["chats"])
async def change_voice(actor: Actor, db: Database, data: schemas.Voice) -> Answer[schemas.Voice]:
    """Say anew how the creator speaks; what is left out is empty."""
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        return Answer(await choices.write_voice(session, data, actor.label))


@get("/api/chats/stop", guards=_READ, tags=["chats"])
async def show_stop(actor: Actor, db: Database) -> Answer[Stopped]:
    """Say whether everything is stopped."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return Answer(_stopped(await choices.stop_of(session)))


@post("/api/chats/stop", guards=_ANSWER, status_code=200, tags=["chats"])
async def stop_chats(actor: Actor, db: Database) -> Answer[Stopped]:
    """Throw the kill switch: nothing is written or sent by itself from here on. Twice is the same as once."""
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        await choices.stop(session, actor.label)
        return Answer(_stopped(await choices.stop_of(session)))


@post("/api/chats/go-on", guards=_DECIDE, status_code=200, tags=["chats"])
async def go_on_chats(actor: Actor, db: Database) -> Answer[Stopped]:
    """Let everything go on as before the stop."""
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        await choices.go_on(session, actor.label)
        return Answer(_stopped(None))


@get("/api/chats/retention", guards=_READ, tags=["chats"])
async def show_chat_retention(actor: Actor, db: Database) -> Answer[retention.Keeping]:
    """Show for how many days messages of fan chats are kept; null is for ever."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return Answer(retention.Keeping(await choices.keep_days(session)))


@get("/api/chats/retention/preview", guards=_DECIDE, tags=["chats"])
async def preview_chat_retention(
    actor: Actor, db: Database, days: Annotated[int | None, Parameter(query="keepDays", description="As it would be chosen.")] = None
) -> Answer[retention.Plan]:
    """Count what would go in the coming night by such a choice; nothing is stored or removed."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return Answer(await retention.preview(session, retention.Keeping(days)))


@put("/api/chats/retention", guards=_DECIDE, tags=["chats"])
async def change_chat_retention(actor: Actor, db: Database, data: retention.Keeping) -> Answer[retention.Keeping]:
    """Choose for how long messages are kept; what is older goes in the coming night, and is passed over when chats are read.

    Who a fan is, facts, what was spent and what the AI cost stay, and so does what waits for an answer.
    """
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        return Answer(await retention.write(session, data, actor.label))


@put("/api/chats/wizard", guards=_DECIDE, tags=["chats"])
async def keep_wizard_step(actor: Actor, db: Database, data: Place) -> Answer[Place]:
    """Keep at which step the wizard goes on."""
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        await choices.set_step(session, data.step)
    return Answer(data)


def _stopped(stop: choices.Stop | None) -> Stopped:
    return Stopped(stopped=False) if stop is None else Stopped(stopped=True, since=clock.iso(clock.to_ms(stop.at)), by=stop.by)


ROUTES = [
    show_chat_settings, change_chat_settings, show_voice, change_voice, show_stop, stop_chats, go_on_chats, keep_wizard_step,
    show_chat_retention, preview_chat_retention, change_chat_retention, preview_notice,
]  # fmt: skip
