"""Connecting a creator's channel by signing in on the platform: there and back, by a code, and what was agreed to.

What must come back from the platform is kept under a random name for a few minutes, sealed, good once, and only for the
browser, the person and the creator that began.
"""

import secrets as dice
from collections.abc import Collection
from datetime import timedelta
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import msgspec
from litestar import Request, Response, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, Parameter, SkipValidation
from litestar.plugins.flash import flash
from litestar.response import Redirect, Template

from entourage.kernel import audit, log, tenancy
from entourage.kernel.accounts import sessions as store
from entourage.kernel.errors import Conflict, EntourageError, Invalid, Never, NotFound, PlatformError
from entourage.kernel.http import STATUS, Actor, Database, Db, Who, allowed
from entourage.kernel.settings import Settings
from entourage.ports.consent import FEATURES, USUAL, Consents, Feature
from entourage.vips import choices
from entourage.web import consent_words, errands, i18n, retelling, safety
from entourage.web.i18n import gettext as _

Asked = Request[Any, Any, Any]
Platform = NamedDependency[SkipValidation[Consents]]
BACK = "/api/auth/twitch/callback"
HOME = "/settings#connections"
Back = Literal["settings", "rewards", "rules", "vip-settings", "analytics"]
_BACK: dict[Back, str] = {
    "settings": HOME, "rewards": "/vips/rewards", "rules": "/vips/rules", "vip-settings": "/vips/settings", "analytics": "/vips/analytics",
}  # fmt: skip

_EDITORS = [allowed("settings.edit")]
_STATE_LASTS = timedelta(minutes=10)
_log = log.get(__name__)


class Errand(msgspec.Struct):
    """What somebody went to the platform for."""

    browser: str
    actor: str
    creator_id: int
    features: tuple[Feature, ...]
    device_code: str = ""
    back: Back = "settings"


class Chosen(msgspec.Struct):
    """What the platform is to be used for."""

    features: list[Feature] = msgspec.field(default_factory=lambda: sorted(USUAL))


class DeviceCode(msgspec.Struct):
    """A code to be typed at `url`; ask under `id` every `interval_s` seconds whether it was. `problem` says why there is none."""

    id: str = ""
    user_code: str = ""
    url: str = ""
    expires_s: int = 0
    interval_s: int = 0
    problem: str = ""


class Progress(msgspec.Struct):
    """How far a sign-in by code is, and what is wrong with it."""

    state: Literal["waiting", "connected", "refused"]
    account: str = ""
    problem: str = ""


class AppView(msgspec.Struct):
    """The app by which Twitch knows this house; its secret is never shown."""

    client_id: str
    has_secret: bool
    typed: bool


class AppChange(msgspec.Struct):
    """The client ID and the client secret of a Twitch app; an empty ID forgets it, an empty secret leaves it as it is."""

    client_id: Annotated[str, msgspec.Meta(max_length=200)]
    client_secret: Annotated[str, msgspec.Meta(max_length=200)] = ""


class ScopeView(msgspec.Struct):
    """One permission: what it is for, whether it was given, and whether what is switched on needs it."""

    scope: str
    feature: Feature
    about: str
    granted: bool
    wanted: bool


class Scopes(msgspec.Struct):
    """What a creator has agreed to on Twitch; `sign_in` is where a browser goes to agree to all that is wanted."""

    connected: bool
    account: str
    kind: str
    sign_in_again: bool
    granted: list[str]
    missing: list[str]
    scopes: list[ScopeView]
    sign_in: str


@get("/api/auth/twitch/start", guards=_EDITORS, tags=["connections"], status_code=303)
async def start(  # noqa: PLR0913 - Litestar hands each part by name
    request: Asked, actor: Who, db: Db, consents: Platform, settings: NamedDependency[Settings],
    features: Annotated[list[Feature] | None, Parameter(query="for")] = None, back: Back = "settings",
) -> Redirect:  # fmt: skip
    """Lead a browser to Twitch, to agree to what these features need, and then back to a page."""
    chosen = sorted(set(features) if features is not None else await consents.wanted(actor.creator_id))
    errand = Errand(_browser(request), actor.label, actor.creator_id, tuple(chosen), back=back)
    state = dice.token_urlsafe(32)
    address = await consents.address(redirect=settings.base_url + BACK, state=state, features=chosen)
    await errands.remember(db, f"state:{state}", errand, _STATE_LASTS)
    return Redirect(address, status_code=303)


@get(BACK, guards=_EDITORS, include_in_schema=False)
async def come_back(request: Asked, actor: Who, db: Db, consents: Platform, settings: NamedDependency[Settings]) -> Response[Any]:
    """Take up what Twitch sends the browser back with."""
    i18n.speak(i18n.voice_of(request))
    state, code = request.query_params.get("state", ""), request.query_params.get("code", "")
    try:
        errand = await _take(request, actor, db, f"state:{state}")
        if not code:
            flash(request, _("Nothing was connected: Twitch was told no."), "warning")
            return Redirect(_BACK[errand.back], status_code=303)
        redirect = settings.base_url + BACK
        consent = await consents.accept(actor.creator_id, code=code, redirect=redirect, features=errand.features, actor=actor.label)
    except EntourageError as error:
        _log.info("twitch.sign_in.failed", kind=error.kind, creator=actor.creator_id)
        context = {"status": STATUS[error.kind], "title": _("Twitch is not connected"), "detail": retelling.retell(error.message)}
        return Template("error.html", context={**context, "back": HOME}, status_code=STATUS[error.kind])
    await _speak(db, actor)
    flash(request, _("Connected to Twitch as %(name)s.") % {"name": consent.account.name}, "success")
    return Redirect(_BACK[errand.back], status_code=303)


@post("/api/auth/twitch/device", guards=_EDITORS, tags=["connections"], status_code=200)
async def start_device(request: Asked, actor: Who, db: Db, consents: Platform, data: JSONBody[Chosen]) -> DeviceCode:
    """Ask Twitch for a code that somebody types there, for a house to which Twitch cannot send a browser back."""
    chosen = sorted(set(data.features))
    browser = _browser(request)
    try:
        invited = await consents.invite(chosen)
    except PlatformError as error:
        return DeviceCode(problem=retelling.answer(request, error.message))
    name = dice.token_urlsafe(24)
    errand = Errand(browser, actor.label, actor.creator_id, tuple(chosen), invited.device_code)
    await errands.remember(db, f"device:{name}", errand, timedelta(seconds=max(invited.expires_s, 60)))
    return DeviceCode(name, invited.user_code, invited.url, invited.expires_s, max(1, invited.interval_s))


@post("/api/auth/twitch/device/{name:str}", guards=_EDITORS, tags=["connections"], status_code=200)
async def poll_device(request: Asked, actor: Who, db: Db, consents: Platform, name: FromPath[str]) -> Progress:
    """See whether the code was typed; once it was, the channel is connected."""
    errand = _mine(request, actor, await errands.look(db, f"device:{name}", Errand))
    if errand is None:
        msg = "There is no such code, or it has expired. Ask for a new one."
        raise NotFound(msg)
    try:
        consent = await consents.look(actor.creator_id, errand.device_code, errand.features, actor=actor.label)
    except (Never, Conflict) as error:
        await store.remove(db, f"device:{name}")
        return Progress("refused", problem=retelling.answer(request, error.message))
    except PlatformError as error:
        return Progress("waiting", problem=retelling.answer(request, error.message))
    if consent is None:
        return Progress("waiting")
    await store.remove(db, f"device:{name}")
    i18n.speak(i18n.voice_of(request))
    await _speak(db, actor)
    return Progress("connected", account=consent.account.name)


async def _speak(db: Database, actor: Actor) -> None:
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        await choices.speak(session, i18n.voice().language)


@delete("/api/auth/twitch", guards=_EDITORS, tags=["connections"])
async def disconnect(actor: Who, consents: Platform) -> None:
    """Take the consent back on Twitch, and forget it here."""
    await consents.end(actor.creator_id, actor=actor.label)


@get("/api/settings/scopes", guards=_EDITORS, tags=["connections"])
async def show_scopes(request: Asked, actor: Who, consents: Platform) -> Scopes:
    """Show which permissions Twitch was asked for, which were given, which are missing, and what each is for."""
    i18n.speak(i18n.voice_of(request))
    consent = await consents.of(actor.creator_id)
    wanted = await consents.wanted(actor.creator_id)
    listed = consent.permissions if consent else await consents.permissions(wanted)
    about = consent_words.features()
    return Scopes(
        connected=consent is not None and not consent.ended,
        account=consent.account.login if consent else "",
        kind=consent.kind if consent else "",
        sign_in_again=bool(consent and consent.ended),
        granted=list(dict.fromkeys(one.scope for one in listed if one.granted)),
        missing=list(dict.fromkeys(one.scope for one in listed if one.wanted and not one.granted)),
        scopes=[ScopeView(one.scope, one.feature, about[one.feature].about, one.granted, one.wanted) for one in listed],
        sign_in=sign_in_path(wanted),
    )


@get("/api/house/twitch", tags=["house"])
async def show_app(actor: Who, consents: Platform) -> AppView:
    """Show by which app Twitch knows this house; an empty `client_id` says that there is none yet."""
    safety.check_owner(actor)
    found = await consents.registration()
    return AppView(found.client_id, found.has_secret, found.typed) if found else AppView("", has_secret=False, typed=True)


@put("/api/house/twitch", tags=["house"])
async def put_app(actor: Who, db: Db, consents: Platform, data: JSONBody[AppChange]) -> AppView:
    """Keep the app that was registered with Twitch; with another client ID every creator must sign in again."""
    safety.check_owner(actor)
    await consents.register(data.client_id, data.client_secret)
    if actor.creator_id:
        async with tenancy.inside(db, actor.creator_id, write=True) as session:
            told = {"client_id": data.client_id.strip(), "client_secret": "changed" if data.client_secret else "kept"}
            audit.record(session, "twitch.app.set", "twitch.app", actor=actor.label, meta=told)
    found = await consents.registration()
    return AppView(found.client_id, found.has_secret, found.typed) if found else AppView("", has_secret=False, typed=True)


def comes_back(request: Asked, settings: Settings) -> bool:
    """Say whether Twitch can send this browser back: to an address that Twitch takes, and at which it is signed in."""
    here = request.headers.get("host", "").lower()
    return is_taken(settings) and urlsplit(settings.base_url).netloc.lower() == here


def is_taken(settings: Settings) -> bool:
    """Say whether Twitch takes the house's address as one to come back to."""
    parts = urlsplit(settings.base_url)
    return parts.scheme == "https" or parts.hostname == "localhost"


def sign_in_path(features: Collection[Feature], back: Back = "settings") -> str:
    """Return where a browser goes to agree to what these features need, and to come back to a page."""
    chosen = [f"for={one}" for one in FEATURES if one in features] + ([f"back={back}"] if back != "settings" else [])
    return "/api/auth/twitch/start" + ("?" if chosen else "") + "&".join(chosen)


def _browser(request: Asked) -> str:
    """Name the browser that asks, without telling its session; raises Invalid for a program."""
    name = errands.browser(request)
    if name is None:
        msg = "Sign in with a browser for this: a program cannot agree to anything on Twitch."
        raise Invalid(msg)
    return name


async def _take(request: Asked, actor: Actor, db: Database, name: str) -> Errand:
    """Return the errand that was begun under a name, this one time; raises Invalid when it is none of this browser's."""
    errand = _mine(request, actor, await errands.take(db, name, Errand))
    if errand is None:
        msg = "This sign-in was not begun here, was used already or took longer than ten minutes. Nothing was changed; begin it again."
        raise Invalid(msg)
    return errand


def _mine(request: Asked, actor: Actor, errand: Errand | None) -> Errand | None:
    if errand is None:
        return None
    mine = (errand.browser, errand.actor, errand.creator_id) == (_browser(request), actor.label, actor.creator_id)
    return errand if mine else None


ROUTES = [start, come_back, start_device, poll_device, disconnect, show_scopes, show_app, put_app]
