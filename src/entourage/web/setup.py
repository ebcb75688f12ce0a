"""How far a creator has come with timed VIPs: Twitch connected and allowed, a reward, a rule; each page names the next step."""

from dataclasses import dataclass
from typing import Any, Literal

from litestar import Request

from entourage.kernel.settings import Settings
from entourage.kernel.tenancy import CreatorSession
from entourage.ports.consent import Consent, Consents, Feature
from entourage.vips import listing, rewards, rulebook
from entourage.web import connect, consent_words

SETTINGS = "/settings#connections"
Step = Literal["app", "connect", "again", "allow", "affiliate", "reward", "rule", "done"]


@dataclass(frozen=True, slots=True)
class Setup:
    """How it stands; `sign_in` is where one press signs in again with all that is switched on."""

    app: bool
    consent: Consent | None
    missing: dict[Feature, str]
    sign_in: str
    may_sign_in: bool
    rewards: int
    rules: int
    used: bool

    @property
    def works(self) -> bool:
        """Tell whether Twitch can be asked for anything."""
        return self.consent is not None and not self.consent.ended

    @property
    def step(self) -> Step:
        """Say what is to be done next."""
        if self.consent is None:
            return "connect" if self.app else "app"
        if self.consent.ended:
            return "again"
        if self.missing:
            return "allow"
        if self.rewards == 0:
            return "reward" if self.consent.kind else "affiliate"
        return "done" if self.rules or self.used else "rule"


async def look(
    request: Request[Any, Any, Any], session: CreatorSession, consents: Consents, settings: Settings, back: connect.Back
) -> Setup:
    """See how far the session's creator has come; `back` is the page to come back to from a sign-in."""
    app, consent = await consents.registration(), await consents.of(session.creator)
    words = consent_words.features()
    missing = {one.feature: words[one.feature].name for one in consent.missing} if consent else {}
    by_code = app is not None and not (app.has_secret and connect.comes_back(request, settings))
    listed, _ = await listing.claims(session, None, 1)
    actor = request.user
    return Setup(
        app=app is not None,
        consent=consent,
        missing=missing,
        sign_in=SETTINGS if by_code or app is None else connect.sign_in_path(await consents.wanted(session.creator), back),
        may_sign_in=actor.may("settings.edit"),
        rewards=sum(row.state == "on" for row in await rewards.rows(session)),
        rules=len(await rulebook.rows(session)),
        used=bool(listed),
    )
