"""All creators that somebody looks after, side by side: how their chats stand, what they cost, and the switch that stops them all."""

from dataclasses import dataclass

from litestar import get
from litestar.response import Template

from entourage.chats import house
from entourage.chats.overview import Overview, read
from entourage.kernel import clock, tenancy
from entourage.kernel.accounts import creators
from entourage.kernel.errors import NotAllowed
from entourage.kernel.http import Actor, Database
from entourage.kernel.tables import Creator
from entourage.web import badge_words, chat_sums, chat_words
from entourage.web.pages.frame import framed
from entourage.web.pages.vips import people_of

_MOST = 200
_LATE_S = 120


@dataclass(frozen=True, slots=True)
class Card:
    """A creator with how their chats stand; `role` is one's own there, if any."""

    creator: Creator
    role: str
    seen: Overview
    health: chat_sums.Step
    waits_s: int


@get("/creators", include_in_schema=False)
async def show(actor: Actor, db: Database) -> Template:
    """Show them."""
    cards = await _cards(db, actor)
    async with tenancy.inside(db, actor.creator_id) as session:
        halt = await house.halt_of(session)
        return await framed(
            session, "creators", "pages/creators.html", cards=cards, current=actor.creator_id, house_owner=actor.house_owner,
            halt=halt and (clock.iso(clock.to_ms(halt.at)), badge_words.actor(halt.by, await people_of(session))), zones=creators.zones(),
            zone=actor.zone, sums=chat_sums, words=chat_words, total=sum(card.seen.cost_micro for card in cards),
        )  # fmt: skip


async def _cards(db: Database, actor: Actor) -> list[Card]:
    async with tenancy.everywhere(db, "the creators somebody looks after") as session:
        theirs = {one.id: str(role) for one, role in await creators.of_user(session, actor.id)} if actor.kind == "user" else {}
        everybody = await creators.all_of_house(session, most=_MOST)
        shown = everybody if actor.house_owner else [one for one in everybody if theirs.get(one.id) in {"owner", "manager"}]
        if not shown:
            msg = "You may not do this here. Ask an owner for the right to."
            raise NotAllowed(msg)
        seen = await read(session, shown)
    return [_card(one, theirs.get(one.id, ""), seen[one.id]) for one in shown]


def _card(creator: Creator, role: str, seen: Overview) -> Card:
    waits = int((clock.now() - seen.oldest_due_at).total_seconds()) if seen.oldest_due_at else 0
    return Card(creator, role, seen, chat_sums.health(seen, active=creator.active), waits if waits >= _LATE_S else 0)
