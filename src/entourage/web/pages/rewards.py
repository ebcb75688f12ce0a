"""Rewards: ours on Twitch with how each stands, a form for a new one, and the others of the channel, which only Twitch can change."""

from dataclasses import dataclass
from typing import Any

from litestar import get
from litestar.di import NamedDependency
from litestar.params import SkipValidation
from litestar.response import Template

from entourage.kernel import tenancy
from entourage.kernel.errors import PlatformError
from entourage.kernel.http import Actor, Database, allowed
from entourage.kernel.settings import Settings
from entourage.kernel.tenancy import CreatorSession
from entourage.ports.channel import Reward
from entourage.ports.consent import Consents
from entourage.viewers import tiers
from entourage.vips import pending, rewards, schemas, standing
from entourage.vips.routes.badges import TheDesk
from entourage.vips.rule import Terms
from entourage.web import setup, vip_words
from entourage.web.i18n import gettext as _
from entourage.web.pages.frame import Asked, framed, part, wants_part

TheConsents = NamedDependency[SkipValidation[Consents]]
_GUARDS = [allowed("vips.read")]
_DAY = 86_400
_WEEK = 7 * _DAY


@dataclass(frozen=True, slots=True)
class Card:
    """A reward of ours with how it stands; `wish` is what is sent to change it, `turned` to pause it or let it go on."""

    row: schemas.RewardRow
    state: vip_words.State
    waiting: int
    says: str
    conditions: list[str]
    wish: dict[str, Any]
    turned: dict[str, Any]


@get("/vips/rewards", guards=_GUARDS, include_in_schema=False)
async def show(request: Asked, actor: Actor, db: Database, consents: TheConsents, settings: NamedDependency[Settings]) -> Template:
    """Show our rewards; to a script only their list and the next step."""
    async with tenancy.inside(db, actor.creator_id) as session:
        cards = await _cards(session)
        context = {
            "way": "rewards",
            "setup": await setup.look(request, session, consents, settings, "rewards"),
            "cards": cards,
            "meter": await standing.meter(session),
            "tiers": [one.tier_name for one in await tiers.rules(session)],
            "may_decide": actor.may("vips.decide"),
            "fresh": _fresh({str(card.row.shape.get("title", "")).casefold() for card in cards}),
            "span": vip_words.span,
        }
        if wants_part(request):
            return part("parts/vips/rewards.html", **context)
        return await framed(session, "vips", "pages/vip_rewards.html", **context)


@get("/vips/rewards/others", guards=_GUARDS, include_in_schema=False)
async def others(actor: Actor, db: Database, desk: TheDesk) -> Template:
    """Show the rewards of the channel that were not made here; asked of Twitch at this moment."""
    async with tenancy.inside(db, actor.creator_id) as session:
        known = {row.reward_id for row in await rewards.rows(session)}
    found: list[Reward] = []
    trouble = ""
    try:
        channel = await desk.channels.of(actor.creator_id)
        found = [one for one in await channel.rewards() if one.id not in known]
    except PlatformError as error:
        trouble = error.message
    return part("parts/vips/other_rewards.html", others=sorted(found, key=lambda one: one.shape.cost), trouble=trouble)


async def _cards(session: CreatorSession) -> list[Card]:
    waiting = await pending.by_reward(session)
    return [_card(row, waiting.get(row.reward_id or "", 0)) for row in await rewards.rows(session)]


def _card(row: schemas.RewardRow, waiting: int) -> Card:
    wish = {"shape": row.shape, "terms": schemas.as_dict(row.terms)}
    turned = wish | {"shape": row.shape | {"paused": not row.shape.get("paused")}}
    says = vip_words.reward(str(row.shape.get("title", "")), row.terms)
    return Card(row, vip_words.state(row, waiting), waiting, says, vip_words.conditions(row.terms), wish, turned)


def _fresh(taken: set[str]) -> dict[str, Any]:
    """Suggest a reward whose title is not taken yet."""
    suggestions = [
        (_("VIP for a day"), 5_000, _DAY, _("You get the VIP badge for one day. It ends by itself.")),
        (_("VIP for a week"), 25_000, _WEEK, _("You get the VIP badge for a week. It ends by itself.")),
    ]
    title, cost, seconds, prompt = next((one for one in suggestions if one[0].casefold() not in taken), ("", 5_000, _DAY, ""))
    shape = {"title": title, "cost": cost, "prompt": prompt, "color": "#9147FF", "enabled": True}
    return {"shape": shape, "terms": schemas.as_dict(Terms(duration_s=seconds))}
