"""The wizard that connects Fanvue in seven steps: each shows how it stands, and it goes on where it was left."""

from typing import Annotated, Any

from litestar import get
from litestar.di import NamedDependency
from litestar.params import Parameter, SkipValidation
from litestar.response import Redirect, Template

from entourage.chats import choices, schemas
from entourage.chats.desk import Desk
from entourage.kernel import tenancy
from entourage.kernel.accounts import creators
from entourage.kernel.http import Actor, Database
from entourage.kernel.settings import Settings
from entourage.kernel.tenancy import CreatorSession
from entourage.ports.fan_consent import FanConsents
from entourage.web import chat_words, fan_connect, fan_health
from entourage.web.pages.chat_frame import READ, chat_page
from entourage.web.pages.frame import part

Number = Annotated[int, Parameter(ge=1, le=choices.STEPS)]
TheConsents = NamedDependency[SkipValidation[FanConsents]]
TheSettings = NamedDependency[Settings]
TheDesk = NamedDependency[SkipValidation[Desk | None]]


@get("/chats/connect", guards=READ, include_in_schema=False)
async def resume(actor: Actor, db: Database) -> Redirect:
    """Lead to where the wizard was left."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return Redirect(f"/chats/connect/{await choices.step(session)}", status_code=303)


@get("/chats/connect/{number:int}", guards=READ, include_in_schema=False)
async def show(
    actor: Actor, db: Database, fan_consents: TheConsents, settings: TheSettings, chat_desk: TheDesk, number: Number
) -> Template:
    """Show one step."""
    context = await _standing(actor, db, fan_consents, settings, chat_desk)
    async with tenancy.inside(db, actor.creator_id) as session:
        steps = await _steps(session, context)
        creator = await creators.get(session, actor.creator_id)
        voice = await choices.voice(session)
        own = {"number": number, "steps": steps, "creator": creator, "spoken": voice, "base": schemas.as_dict(voice)}
        return await chat_page(session, actor, "connect", "pages/chat_connect.html", **own, **context)


@get("/chats/connect/health", guards=READ, include_in_schema=False)
async def health(
    actor: Actor, db: Database, fan_consents: TheConsents, settings: TheSettings, chat_desk: TheDesk,
    ask: bool = False,  # noqa: FBT001, FBT002 - a query
) -> Template:  # fmt: skip
    """Show how the line stands now; with `ask` Fanvue is asked whether the sign-in is good."""
    return part("parts/chats/health.html", **await _standing(actor, db, fan_consents, settings, chat_desk, ask=ask))


async def _standing(
    actor: Actor, db: Database, consents: FanConsents, settings: Settings, desk: Desk | None, *, ask: bool = False
) -> dict[str, Any]:
    return {
        "health": await fan_health.health_of(db, actor.creator_id, consents, settings, ask=ask),
        "app": await fan_connect.app_of(consents, settings),
        "consent": await consents.of(actor.creator_id),
        "scopes": await consents.scopes(),
        "features": chat_words.features(),
        "events": chat_words.EVENTS,
        "model": desk.model.name if desk is not None else "",
        "may_connect": actor.may("settings.edit"),
        "may_set_up": actor.house_owner,
    }


async def _steps(session: CreatorSession, standing: dict[str, Any]) -> list[tuple[int, str, bool]]:
    """Return the steps: number, name, and whether it is done."""
    left_at, voice = await choices.step(session), await choices.voice(session)
    health, app = standing["health"], standing["app"]
    done = (
        left_at > 1,
        bool(voice.persona),
        bool(app.client_id and app.has_secret),
        health.token_present and not health.sign_in_again,
        health.signing_secret or left_at > 5,  # noqa: PLR2004 - without a signing secret chats are read
        bool(health.last_test_at or health.last_webhook_at or (left_at > 6 and health.chats_read_at)),  # noqa: PLR2004
        left_at == choices.STEPS and health.token_present,
    )
    return [(number, name, ready) for number, (name, ready) in enumerate(zip(chat_words.steps(), done, strict=True), 1)]
