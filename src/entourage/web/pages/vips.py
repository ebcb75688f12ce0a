"""VIPs: who has a timed badge on Twitch now, what is on its way, how full the channel is, and what Twitch changed by hand."""

from dataclasses import dataclass
from typing import Annotated, Any

from litestar import get
from litestar.di import NamedDependency
from litestar.params import Parameter, SkipValidation
from litestar.response import Template

from entourage.kernel import tenancy
from entourage.kernel.accounts import members
from entourage.kernel.http import Actor, Database, allowed
from entourage.kernel.tenancy import CreatorSession
from entourage.ports.consent import Consent, Consents
from entourage.vips import choices, chronicle, listing, rewards, schemas, standing, tries
from entourage.web import badge_words
from entourage.web.pages.frame import framed, part

GUARDS = [allowed("vips.read")]
_PERMANENT_SHOWN = 100
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


@dataclass(frozen=True, slots=True)
class Badge:
    """A badge with its words: what it was given for, and how far it is."""

    row: schemas.GrantRow
    cause: str
    tone: badge_words.Tone
    step: str


async def line_of(actor: Actor, consents: Consents) -> Line:
    """Ask how it stands with a creator's Twitch."""
    return Line(await consents.registration() is not None, await consents.of(actor.creator_id))


async def people_of(session: CreatorSession) -> dict[str, str]:
    """Return the names of a creator's people by the labels that the audit log has for them."""
    return {f"user:{user.id}": user.name for user, _ in await members.all_of(session)}


@get("/vips", guards=GUARDS, include_in_schema=False)
async def show(actor: Actor, db: Database, consents: TheConsents) -> Template:
    """Show who has a timed badge."""
    line = await line_of(actor, consents)
    async with tenancy.inside(db, actor.creator_id) as session:
        return await framed(session, "vips", "pages/vips.html", **await _now(session, actor, line))


@get("/vips/now", guards=GUARDS, include_in_schema=False)
async def now(actor: Actor, db: Database, consents: TheConsents) -> Template:
    """Show what changes by itself anew."""
    line = await line_of(actor, consents)
    async with tenancy.inside(db, actor.creator_id) as session:
        return part("parts/vips/now.html", **await _now(session, actor, line))


@get("/vips/whom", guards=[allowed("vips.edit")], include_in_schema=False)
async def whom(actor: Actor, db: Database, q: Annotated[str, Parameter(max_length=100)] = "") -> Template:
    """Suggest who may be meant, of those whom the room has seen."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return part("parts/vips/whom.html", accounts=await chronicle.accounts(session, q) if q.strip() else [])


async def _now(session: CreatorSession, actor: Actor, line: Line) -> dict[str, Any]:
    rows, again, people = await listing.open_now(session), await tries.next_at(session), await people_of(session)
    causes = await tries.by_cause(session, [row.cause for row in rows])
    permanent = await listing.permanent(session)
    waiting = [one for one in await tries.waiting(session) if not _is_shown(one, rows)]
    return {
        "line": line,
        "badges": [_badge(row, causes.get(row.cause), people, again) for row in rows],
        "waiting": [(one, badge_words.cause(one, one.source, badge_words.actor(one.by, people)), _waits(one, again)) for one in waiting],
        "meter": await standing.meter(session),
        "live": (await standing.look(session)).live,
        "permanent": permanent[:_PERMANENT_SHOWN],
        "more_permanent": max(0, len(permanent) - _PERMANENT_SHOWN),
        "strays": [one for one in permanent if one.how == "seen"],
        "hand_s": (await choices.read(session)).hand_s,
        "rewards": [one for one in await rewards.rows(session) if one.state in {"making", "on"}],
        "may_edit": actor.may("vips.edit"),
    }


def _badge(row: schemas.GrantRow, asked: schemas.ClaimRow | None, people: dict[str, str], again: dict[tuple[str, int], str]) -> Badge:
    next_try = again.get(("grant", row.id)) or (again.get(("claim", asked.id)) if asked else None)  # who considers a claim gives, too
    tone, step = badge_words.step(row, next_try)
    return Badge(row, badge_words.cause(asked, row.source, badge_words.actor(asked.by, people) if asked else ""), tone, step)


def _is_shown(asked: schemas.ClaimRow, rows: list[schemas.GrantRow]) -> bool:
    return asked.state == "granting" and any(row.id == asked.grant_id for row in rows)


def _waits(asked: schemas.ClaimRow, again: dict[tuple[str, int], str]) -> str:
    return badge_words.waiting(asked, again.get(("claim", asked.id)) or again.get(("grant", asked.grant_id or 0)))
