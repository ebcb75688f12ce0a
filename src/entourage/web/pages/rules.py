"""Rules: for what a badge is given beside our rewards, each in a sentence, and who would have got one last week."""

from typing import Annotated, Any

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from litestar.response import Template

from entourage.kernel import tenancy
from entourage.kernel.http import Actor, Database, allowed
from entourage.kernel.settings import Settings
from entourage.kernel.tenancy import CreatorSession
from entourage.ports.consent import Feature
from entourage.viewers import tiers
from entourage.vips import rehearsal, rewards, rulebook, schemas
from entourage.vips.rule import Terms
from entourage.web import setup, vip_words
from entourage.web.pages.frame import Asked, framed, part, wants_part
from entourage.web.pages.rewards import TheConsents

_GUARDS = [allowed("vips.read")]
_NEEDS: dict[str, Feature] = {"cost": "points", "sub": "subs", "gift": "subs", "bits": "bits"}
_DAYS = 7


class Trial(msgspec.Struct):
    """A rule that is being written; without one the saved rules are tried."""

    rule: schemas.RuleRow | None = None
    days: Annotated[int, msgspec.Meta(ge=1, le=60)] = _DAYS


@get("/vips/rules", guards=_GUARDS, include_in_schema=False)
async def show(request: Asked, actor: Actor, db: Database, consents: TheConsents, settings: NamedDependency[Settings]) -> Template:
    """Show the rules; to a script only their list and the next step."""
    async with tenancy.inside(db, actor.creator_id) as session:
        saved = await rulebook.rows(session)
        context = {
            "way": "rules",
            "setup": await setup.look(request, session, consents, settings, "rules"),
            "rules": [(row, schemas.as_dict(row)) for row in saved],
            "rewards": [row for row in await rewards.rows(session) if row.state in {"on", "making"}],
            "tiers": [one.tier_name for one in await tiers.rules(session)],
            "may_decide": actor.may("vips.decide"),
            "fresh": schemas.RuleRow(source="sub", least=1000, terms=Terms()),
            "needs": _NEEDS,
            "words": vip_words,
            **await _rehearsed(session, saved, _DAYS, tried=False),
        }
        if wants_part(request):
            return part("parts/vips/rules.html", **context)
        return await framed(session, "vips", "pages/vip_rules.html", **context)


@post("/vips/rules/rehearsal", guards=_GUARDS, status_code=200, include_in_schema=False)
async def rehearse(actor: Actor, db: Database, data: JSONBody[Trial]) -> Template:
    """Show who would have got a badge by the saved rules and the one that is being written. Nothing is changed."""
    async with tenancy.inside(db, actor.creator_id) as session:
        proposed = [row for row in await rulebook.rows(session) if data.rule is None or row.id != data.rule.id]
        if data.rule is not None:
            rulebook.check(data.rule)
            proposed.append(data.rule)
        return part(
            "parts/vips/rehearsal.html", words=vip_words, **await _rehearsed(session, proposed, data.days, tried=data.rule is not None)
        )


async def _rehearsed(session: CreatorSession, proposed: list[schemas.RuleRow], days: int, *, tried: bool) -> dict[str, Any]:
    # A dry run numbers the rules that are on.
    names = {f"rule:{place}": vip_words.rule(row) for place, row in enumerate(proposed, 1)}
    for row in await rewards.rows(session):
        names[f"reward:{row.id}"] = vip_words.reward(str(row.shape.get("title", "")), row.terms)
    return {"rehearsal": await rehearsal.rehearse(session, proposed, days), "rule_names": names, "tried": tried}
