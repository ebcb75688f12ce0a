"""VIPs: who has a timed badge on Twitch now, and how it stands with Twitch."""

from dataclasses import dataclass

from litestar import get
from litestar.di import NamedDependency
from litestar.params import SkipValidation
from litestar.response import Template

from entourage.kernel import tenancy
from entourage.kernel.http import Actor, Database, allowed
from entourage.ports.consent import Consent, Consents
from entourage.web.pages.frame import framed

_GUARDS = [allowed("viewers.read")]
TheConsents = NamedDependency[SkipValidation[Consents]]


@dataclass(frozen=True, slots=True)
class Line:
    """How it stands with Twitch; `app` says that the house is known there."""

    app: bool
    consent: Consent | None

    @property
    def works(self) -> bool:
        """Tell whether badges can be given now."""
        return self.consent is not None and not self.consent.ended


async def line_of(actor: Actor, consents: Consents) -> Line:
    """Ask how it stands with a creator's Twitch."""
    return Line(await consents.registration() is not None, await consents.of(actor.creator_id))


@get("/vips", guards=_GUARDS, include_in_schema=False)
async def show(actor: Actor, db: Database, consents: TheConsents) -> Template:
    """Show who has a timed badge."""
    line = await line_of(actor, consents)
    async with tenancy.inside(db, actor.creator_id) as session:
        return await framed(session, "vips", "pages/vips.html", line=line)
