"""Connecting a creator's fan chats on Fanvue: there and back with a proof that only we can give, how it stands, and the app.

The verifier and what must come back are kept here, never in the browser: under a random name for ten minutes, sealed, good
once, and only for the browser, the person and the creator that began. The seed's functions are here by their names.
"""

import base64
import hashlib
import secrets as dice
from datetime import timedelta
from typing import Annotated, Any, Literal

import msgspec
from litestar import Request, Response, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody, SkipValidation
from litestar.plugins.flash import flash
from litestar.response import Redirect, Template

from entourage.kernel import audit, log, tenancy
from entourage.kernel.errors import EntourageError, Invalid
from entourage.kernel.http import STATUS, Actor, Database, Db, Who, allowed
from entourage.kernel.settings import Settings
from entourage.ports.fan_consent import FanConsents
from entourage.web import errands, i18n, retelling, safety
from entourage.web.i18n import gettext as _

Asked = Request[Any, Any, Any]
Platform = NamedDependency[SkipValidation[FanConsents]]
Back = Literal["connect", "chats", "settings"]
BACK = "/oauth-callback"
_BACK: dict[Back, str] = {"connect": "/chats/connect/5", "chats": "/chats", "settings": "/settings#connections"}
_EDITORS = [allowed("settings.edit")]
_LASTS = timedelta(minutes=10)
_log = log.get(__name__)


class Errand(msgspec.Struct):
    """What somebody went to Fanvue for, and the secret half of the proof."""

    browser: str
    actor: str
    creator_id: int
    verifier: str
    back: Back = "connect"


class Wish(msgspec.Struct):
    """To which page the browser comes back in the end."""

    back: Back = "connect"


class Way(msgspec.Struct):
    """Where the browser goes to agree; good for ten minutes, in this browser."""

    authorize_url: str
    expires_s: int = int(_LASTS.total_seconds())


class FanApp(msgspec.Struct):
    """The app by which Fanvue knows this house; its secrets are never shown. `redirect_uri` and `webhook_url` are what Fanvue asks for."""

    client_id: str
    has_secret: bool
    has_webhook_secret: bool
    typed: bool
    redirect_uri: str
    webhook_url: str
    scopes: list[str]


class FanAppChange(msgspec.Struct):
    """An app's client ID and secrets; an empty ID forgets them all, an empty secret leaves the one that is kept."""

    client_id: Annotated[str, msgspec.Meta(max_length=400)]
    client_secret: Annotated[str, msgspec.Meta(max_length=400)] = ""
    webhook_secret: Annotated[str, msgspec.Meta(max_length=400)] = ""


@get("/api/auth/fanvue/start", guards=_EDITORS, tags=["connections"], status_code=303)
async def start(
    request: Asked, actor: Who, db: Db, fan_consents: Platform, settings: NamedDependency[Settings], back: Back = "connect"
) -> Redirect:
    """Lead a browser to Fanvue, to agree to what the chats need, and then back to a page."""
    return Redirect(await _begin(request, actor, db, fan_consents, settings, back), status_code=303)


@post("/fanvue-oauth-start", guards=_EDITORS, tags=["connections"], status_code=200)
async def oauth_start(
    request: Asked, actor: Who, db: Db, fan_consents: Platform, settings: NamedDependency[Settings], data: JSONBody[Wish]
) -> Way:
    """Return where the browser goes to agree, for a page that leads it there by itself."""
    return Way(await _begin(request, actor, db, fan_consents, settings, data.back))


@get(BACK, guards=_EDITORS, include_in_schema=False)
async def come_back(request: Asked, actor: Who, db: Db, fan_consents: Platform, settings: NamedDependency[Settings]) -> Response[Any]:
    """Take up what Fanvue sends the browser back with."""
    i18n.speak(i18n.voice_of(request))
    code = request.query_params.get("code", "")
    try:
        errand = await _take(request, actor, db, request.query_params.get("state", ""))
        if not code:
            flash(request, _("Nothing was connected: Fanvue was told no."), "warning")
            return Redirect(_BACK[errand.back].replace("/5", "/4"), status_code=303)
        consent = await fan_consents.accept(
            actor.creator_id, code=code, redirect=settings.base_url + BACK, verifier=errand.verifier, actor=actor.label
        )
    except EntourageError as error:
        _log.info("fanvue.sign_in.failed", kind=error.kind, creator=actor.creator_id)
        context = {"status": STATUS[error.kind], "title": _("Fanvue is not connected"), "detail": retelling.retell(error.message)}
        return Template("error.html", context={**context, "back": "/chats/connect/4"}, status_code=STATUS[error.kind])
    flash(request, _("Connected to Fanvue as %(name)s.") % {"name": consent.owner.name}, "success")
    return Redirect(_BACK[errand.back], status_code=303)


@delete("/api/auth/fanvue", guards=_EDITORS, tags=["connections"])
async def disconnect(actor: Who, fan_consents: Platform) -> None:
    """Take the consent back on Fanvue, and forget it here; chats that were kept stay."""
    await fan_consents.end(actor.creator_id, actor=actor.label)


@get("/api/house/fanvue", tags=["house"])
async def show_fan_app(actor: Who, fan_consents: Platform, settings: NamedDependency[Settings]) -> FanApp:
    """Show by which app Fanvue knows this house; an empty `client_id` says that there is none yet."""
    safety.check_owner(actor)
    return await app_of(fan_consents, settings)


@put("/api/house/fanvue", tags=["house"])
async def put_fan_app(
    actor: Who, db: Db, fan_consents: Platform, settings: NamedDependency[Settings], data: JSONBody[FanAppChange]
) -> FanApp:
    """Keep the app that was registered with Fanvue; with another client ID every creator must connect again."""
    safety.check_owner(actor)
    await fan_consents.register(data.client_id, data.client_secret, data.webhook_secret)
    if actor.creator_id:
        async with tenancy.inside(db, actor.creator_id, write=True) as session:
            changed = [name for name in ("client_secret", "webhook_secret") if getattr(data, name)]
            audit.record(
                session, "fanvue.app.set", "fanvue.app", actor=actor.label, meta={"client": data.client_id.strip(), "new": changed}
            )
    return await app_of(fan_consents, settings)


async def app_of(fan_consents: FanConsents, settings: Settings) -> FanApp:
    """Describe the app, and what Fanvue asks for when it is registered."""
    found = await fan_consents.registration()
    return FanApp(
        client_id=found.client_id if found else "", has_secret=bool(found and found.has_secret),
        has_webhook_secret=bool(found and found.has_webhook_secret), typed=found.typed if found else True,
        redirect_uri=settings.base_url + BACK, webhook_url=f"{settings.base_url}/fanvue-webhook",
        scopes=[one.scope for one in await fan_consents.scopes()],
    )  # fmt: skip


async def _begin(request: Asked, actor: Actor, db: Database, consents: FanConsents, settings: Settings, back: Back) -> str:
    browser = errands.browser(request)
    if browser is None:
        msg = "Sign in with a browser for this: a program cannot agree to anything on Fanvue."
        raise Invalid(msg)
    verifier, state = dice.token_urlsafe(32), dice.token_urlsafe(32)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    address = await consents.address(redirect=settings.base_url + BACK, state=state, challenge=challenge)
    await errands.remember(db, f"fanvue:{state}", Errand(browser, actor.label, actor.creator_id, verifier, back), _LASTS)
    return address


async def _take(request: Asked, actor: Actor, db: Database, state: str) -> Errand:
    """Return the errand that was begun under a state, this one time; raises Invalid when it is none of this browser's."""
    errand = await errands.take(db, f"fanvue:{state}", Errand)
    if errand is None or (errand.browser, errand.actor, errand.creator_id) != (errands.browser(request), actor.label, actor.creator_id):
        msg = "This sign-in was not begun here, was used already or took longer than ten minutes. Nothing was changed; begin it again."
        raise Invalid(msg)
    return errand


ROUTES = [start, oauth_start, come_back, disconnect, show_fan_app, put_fan_app]
