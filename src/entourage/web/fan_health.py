"""How a creator's line to Fanvue stands, in values and in words, and a test call to see whether events arrive."""

from datetime import datetime
from typing import Literal
from urllib.parse import urlsplit

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import SkipValidation

from entourage.chats import line
from entourage.kernel import clock, tenancy
from entourage.kernel.accounts import creators
from entourage.kernel.errors import EntourageError, SignInAgain
from entourage.kernel.http import Db, Who, allowed
from entourage.kernel.settings import Settings
from entourage.ports.fan_consent import Consent, FanConsents, Registration, Trials
from entourage.web import i18n, retelling
from entourage.web.fan_connect import Asked
from entourage.web.i18n import gettext as _

Platform = NamedDependency[SkipValidation[FanConsents]]
Ringing = NamedDependency[SkipValidation[Trials]]
State = Literal["no_app", "not_connected", "sign_in_again", "no_signing_secret", "no_events_yet", "well"]


class FanHealth(msgspec.Struct):
    """How it stands: one word, one sentence, and what both are made of. Moments are ISO 8601 in UTC."""

    state: State
    summary: str
    account: str
    token_present: bool
    token_fresh_until: str | None
    sign_in_again: bool
    missing_permissions: list[str]
    signing_secret: bool
    webhook_url: str
    reachable_from_outside: bool
    last_webhook_at: str | None
    last_test_at: str | None
    chats_read_at: str | None
    last_sent_at: str | None
    last_error: str
    last_error_at: str | None


class FanTrial(msgspec.Struct):
    """What became of a test call: it came by the `address`, only straight by the door (`inside`), or `nowhere`; and that in words."""

    arrived: bool
    way: Literal["address", "inside", "nowhere"]
    status: int
    summary: str


@get("/fanvue-connection-health", guards=[allowed("chats.read")], tags=["connections"])
async def connection_health(
    request: Asked, actor: Who, db: Db, fan_consents: Platform, settings: NamedDependency[Settings], ask: bool = False  # noqa: FBT001, FBT002
) -> FanHealth:  # fmt: skip
    """Say how the creator's line to Fanvue stands; with `ask` Fanvue is asked who the token belongs to."""
    i18n.speak(i18n.voice_of(request))
    return await health_of(db, actor.creator_id, fan_consents, settings, ask=ask)


@post("/fanvue-webhook-test", guards=[allowed("chats.decide")], tags=["connections"], status_code=200)
async def webhook_test(request: Asked, actor: Who, db: Db, fan_trials: Ringing, settings: NamedDependency[Settings]) -> FanTrial:
    """Send a signed test to the house's own public address, and straight to its door when nobody answers there."""
    i18n.speak(i18n.voice_of(request))
    address = await webhook_url(db, actor.creator_id, settings)
    try:
        found = await fan_trials.ring(actor.creator_id, address=address)
    except EntourageError as error:
        return FanTrial(arrived=False, way="nowhere", status=0, summary=retelling.retell(error.message))
    said = {
        "address": _("The test arrived by the address that Fanvue will use."),
        "inside": _("The house takes events, but its address did not answer from here: %(why)s"),
        "nowhere": _("The test did not arrive: %(why)s"),
    }[found.way]
    if found.way == "address" and not is_public(settings):
        said = _("The test arrived, but only this computer can use this address; until it is a public https one, chats are read.")
    why = retelling.retell(found.problem)
    return FanTrial(arrived=found.way != "nowhere", way=found.way, status=found.status, summary=said % {"why": why} if why else said)


async def health_of(db: Db, creator_id: int, consents: FanConsents, settings: Settings, *, ask: bool = False) -> FanHealth:
    """Look at all that makes up how it stands; with `ask` also on Fanvue itself."""
    trouble = ""
    if ask:
        try:
            await consents.check(creator_id)
        except SignInAgain:
            pass  # told by what is stored
        except EntourageError as error:
            trouble = error.message
    app, consent = await consents.registration(), await consents.of(creator_id)
    async with tenancy.inside(db, creator_id) as session:
        row = await line.read(session)
    state = _state(app, consent, row.webhook_at)
    return FanHealth(
        state=state, summary=_summary(state, settings), account=consent.owner.handle if consent else "", token_present=consent is not None,
        token_fresh_until=_iso(consent.fresh_until) if consent else None, sign_in_again=state == "sign_in_again",
        missing_permissions=[one.scope for one in consent.missing] if consent else [], signing_secret=bool(app and app.has_webhook_secret),
        webhook_url=await webhook_url(db, creator_id, settings), reachable_from_outside=is_public(settings),
        last_webhook_at=_iso(row.webhook_at), last_test_at=_iso(row.tested_at), chats_read_at=_iso(row.caught_up_at),
        last_sent_at=_iso(row.sent_at), last_error=retelling.retell(trouble or row.trouble or ""),
        last_error_at=_iso(clock.now() if trouble else row.trouble_at),
    )  # fmt: skip


async def webhook_url(db: Db, creator_id: int, settings: Settings) -> str:
    """Return the address at which Fanvue tells of a creator's chats."""
    async with tenancy.inside(db, creator_id) as session:
        uid = (await creators.get(session, creator_id)).uid
    return f"{settings.base_url}/fanvue-webhook?creatorId={uid}"


def is_public(settings: Settings) -> bool:
    """Say whether Fanvue may be able to call the house's address: a public https one."""
    parts = urlsplit(settings.base_url)
    return parts.scheme == "https" and parts.hostname not in {"localhost", "127.0.0.1", "::1"}


def _state(app: Registration | None, consent: Consent | None, webhook_at: datetime | None) -> State:
    if app is None or not app.has_secret:
        return "no_app"
    if consent is None:
        return "not_connected"
    if consent.ended:
        return "sign_in_again"
    if not app.has_webhook_secret:
        return "no_signing_secret"
    return "well" if webhook_at else "no_events_yet"


def _summary(state: State, settings: Settings) -> str:
    words: dict[State, str] = {
        "no_app": _("Fanvue is not set up yet: enter the client ID and the secret of your Fanvue app."),
        "not_connected": _("Press Connect and agree on Fanvue."),
        "sign_in_again": _("Fanvue no longer accepts the sign-in. Connect again; everything that waits is kept."),
        "no_signing_secret": _("Connected. Without the signing secret no events are taken; chats are read every minute."),
        "no_events_yet": _("Connected. Fanvue has not called yet; chats are read every minute meanwhile."),
        "well": _("All is well: connected, and Fanvue tells of new messages."),
    }
    if state == "no_events_yet" and not is_public(settings):
        return _("Connected. Fanvue cannot call this computer, so chats are read every minute.")
    return words[state]


def _iso(at: datetime | None) -> str | None:
    return None if at is None else clock.iso(clock.to_ms(at))


ROUTES = [connection_health, webhook_test]
