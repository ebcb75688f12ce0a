"""Accounts of one person: linked to a head, which then counts and holds for all of them, and unlinked again without loss.

`Link.before` keeps what undoing needs, the same in every link of a head: `words`, `seen` and `tier` are the head's own as
they would be without any link, `moderator` what its platform says, `card` whether it had one; `mark` and `held` tell
whether a hand has changed the tier since. Each link has more of its own: the fields in which it is `spent` (see
`inheritance`) and the loyalty `points` that it brought; and of an account that was linked to another one before, `through`
whom it came and its link as it `was`: it goes back there when that one is unlinked, which then holds again the tier in
which it `stood`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, update

from entourage.kernel import audit, clock
from entourage.kernel.errors import Conflict, NotFound
from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import inheritance, kin, memory, people, reference, rulebook, schemas, tier, verdict, visit
from entourage.viewers.tables import Card, Choice, Link, Total, Viewer, Visit

Own = dict[str, Any]

_BROUGHT = ("through", "was")


@dataclass(slots=True)
class Person:
    """A head with all that is linked to it, the earliest first."""

    head: Viewer
    links: list[Link]
    rows: dict[int, Viewer]  # of the linked accounts
    cards: dict[int, Card]  # of all accounts that have one

    def drawn(self, own: inheritance.Words) -> inheritance.Words:
        """Draw the head's own words together with those of whoever is linked."""
        words = ((inheritance.read(self.rows[i], self.cards.get(i)), one.before["spent"]) for one in self.links for i in [one.viewer_id])
        return inheritance.drawn(own, words)

    def shown(self) -> inheritance.Words:
        """Return what the head shows."""
        return inheritance.read(self.head, self.cards.get(self.head.id))


async def load(session: CreatorSession, head: Viewer) -> Person:
    """Read a head and what is linked to it."""
    links, rows = await _linked(session, head)
    cards = {card.viewer_id: card for card in await session.scalars(select(Card).where(Card.viewer_id.in_([head.id, *rows])))}
    return Person(head, links, rows, cards)


async def _linked(session: CreatorSession, head: Viewer) -> tuple[list[Link], dict[int, Viewer]]:
    links = (await session.scalars(select(Link).where(Link.head_id == head.id).order_by(Link.linked_ms, Link.viewer_id))).all()
    ids = [one.viewer_id for one in links]
    rows = {row.id: row for row in await session.scalars(select(Viewer).where(Viewer.id.in_(ids)))} if ids else {}
    return list(links), rows


async def join(session: CreatorSession, ref: str, other_ref: str, actor: str) -> Viewer:
    """Link another person's accounts to this one and return the head; raises NotFound, and Conflict when they are one."""
    await memory.outdate(session)
    person = await load(session, await reference.person(session, ref))
    other = await load(session, await reference.person(session, other_ref))
    head, theirs = person.head, other.head
    if head.id == theirs.id:
        msg = "These two are one person already."
        raise Conflict(msg)
    holding = _holding(head) + _holding(theirs)
    cause = {"linked": theirs.id, "by": actor}
    brought, stood, before = list(other.links), verdict.of(theirs), verdict.of(head)
    await _release(session, other, brought, {"linked": head.id, "by": actor})
    own = await _own(session, person)
    made = await _take_in(session, person, theirs, other.cards.get(theirs.id), actor)
    made.before = made.before | ({"stood": list(stood)} if brought else {})
    for one in brought:
        came = await _take_in(session, person, other.rows[one.viewer_id], other.cards.get(one.viewer_id), actor)
        came.before = came.before | {"spent": one.before["spent"], "through": theirs.id, "was": _kept(one)}
    accounts = [theirs.id, *(one.viewer_id for one in brought)]
    await _settle(session, person, own, cause, floor=[before])
    await _count(session, -1, _holding(head) - holding)
    audit.record(session, "viewer.link", f"viewer:{head.id}", actor=actor, meta={"other": theirs.id, "accounts": accounts})
    return head


async def part(session: CreatorSession, ref: str, other_ref: str, actor: str, *, alone: bool = False) -> tuple[Viewer, Viewer]:
    """Unlink an account, and unless `alone` those that came with it; return the head and the account.

    Raises NotFound when it is not linked to this person.
    """
    await memory.outdate(session)
    head, account = await reference.person(session, ref), await reference.account(session, other_ref)
    if account.linked_to != head.id:
        msg = f"{other_ref!r} is not linked to {head.name or head.handle or head.user_id}."
        raise NotFound(msg)
    person, held = await load(session, head), _holding(head)
    itself = next(one for one in person.links if one.viewer_id == account.id)
    with_it = [one for one in person.links if one.before.get("through") == account.id]
    cause = {"unlinked": account.id, "by": actor}
    inheritance.wish_along(person.cards.get(head.id), person.cards.get(account.id))
    if alone:
        for one in with_it:
            one.before = {name: kept for name, kept in one.before.items() if name not in _BROUGHT}
        with_it = []
    await _release(session, person, [itself, *with_it], cause)
    apart = Person(account, [], person.rows, person.cards)
    own = await _own(session, apart)
    for one in with_it:
        back = await _take_in(session, apart, person.rows[one.viewer_id], person.cards.get(one.viewer_id), actor)
        back.linked_ms, back.linked_by = one.before["was"]["ms"], one.before["was"]["by"]
        back.before = back.before | one.before["was"]["before"]
    stood = [verdict.Held(*itself.before["stood"])] if with_it else []
    await _settle(session, apart, own, {"unlinked": head.id, "by": actor}, floor=stood)
    if with_it and account.tier == stood[0].name:
        account.tier_since_ms = stood[0].since_ms
    await _count(session, 1, _holding(head) + _holding(account) - held)
    audit.record(session, "viewer.unlink", f"viewer:{head.id}", actor=actor, meta={"other": account.id})
    return head, account


def _kept(one: Link) -> dict[str, Any]:
    """Return what it takes to make a link again; words of nobody are in it."""
    own = {name: kept for name, kept in one.before.items() if name in {"spent", "stood", *_BROUGHT}}
    return {"ms": one.linked_ms, "by": one.linked_by, "before": own}


async def _take_in(session: CreatorSession, person: Person, account: Viewer, card: Card | None, actor: str) -> Link:
    """Link one account that is linked to nobody."""
    head, points = person.head, card.loyalty_points if card else 0
    for name in people.COUNTERS:
        setattr(head, name, getattr(head, name) + getattr(account, name))
    await kin.add_hours(session, head.id, account.id)
    account.linked_to = head.id
    made = Link(viewer_id=account.id, head_id=head.id, linked_ms=clock.now_ms(), linked_by=actor, before={"spent": [], "points": points})
    session.add(made)
    person.links.append(made)
    person.rows[account.id] = account
    if card:
        person.cards[account.id] = card
    if points:
        (await inheritance.card_of(session, person.cards, head.id)).loyalty_points += points
    return made


async def _release(session: CreatorSession, person: Person, gone: Sequence[Link], cause: dict[str, Any]) -> None:
    """Take accounts away from a head, which becomes what it would be without them."""
    if not gone:
        return
    own, head = await _own(session, person), person.head
    person.links = [one for one in person.links if one not in gone]
    for one in gone:
        account = person.rows[one.viewer_id]
        for name in people.COUNTERS:
            setattr(head, name, getattr(head, name) - getattr(account, name))
        await kin.add_hours(session, head.id, account.id, sign=-1)
        account.linked_to = None
        if points := one.before["points"]:
            card = await inheritance.card_of(session, person.cards, head.id)
            card.loyalty_points = max(0, card.loyalty_points - points)
        await session.delete(one)
    await _settle(session, person, own, cause)


async def _own(session: CreatorSession, person: Person) -> Own:
    """Return what is the head's own, without those that are linked to it."""
    head = person.head
    if not person.links:
        return {
            "words": person.shown(),
            "seen": [head.first_seen_ms, head.last_seen_ms],
            "tier": list(verdict.of(head)),
            "moderator": bool(head.moderator),
            "card": head.id in person.cards,
        }
    kept: Own = {name: person.links[0].before[name] for name in ("words", "seen", "tier", "moderator", "card", "mark", "held")}
    shown = person.shown()
    changed = inheritance.differing(shown, person.drawn(kept["words"]))
    kept["words"] = kept["words"] | {name: shown[name] for name in changed}
    for one in person.links:
        one.before = one.before | {"spent": [*one.before["spent"], *changed]}
    if head.tier_held != kept["held"] or await verdict.by_hand_since(session, head.id, kept["mark"]):
        kept["tier"] = list(verdict.of(head)) if head.tier_held else [None, None, False]
    return kept


async def _settle(session: CreatorSession, person: Person, own: Own, cause: dict[str, Any], floor: Iterable[verdict.Held] = ()) -> None:
    """Make the head what its own and its linked accounts add up to; counters and hours are added up already."""
    head, linked = person.head, [person.rows[one.viewer_id] for one in person.links]
    words = person.drawn(own["words"])
    await inheritance.write(session, head, person.cards, words, said_moderator=own["moderator"])
    first, last = await _seen(session, head.id, *own["seen"])
    head.first_seen_ms = min(first, *(one.first_seen_ms for one in linked), first)
    head.last_seen_ms = max(last, *(one.last_seen_ms for one in linked), last)
    head.updated_ms = clock.now_ms()
    promoting = await _promotes(session) and not head.blocked
    others = [*floor, *map(verdict.of, linked)]
    judged = verdict.judge(await _rules(session), verdict.Held(*own["tier"]), others, _standing(head), promoting=promoting)
    await verdict.put(session, head, judged, cause)
    mark = await verdict.newest(session, head.id)
    for one in person.links:
        one.before = one.before | own | {"mark": mark, "held": head.tier_held}
    if not own["card"]:
        await inheritance.drop_empty(session, person.cards, head.id)
    await session.flush()


async def _seen(session: CreatorSession, viewer_id: int, first_ms: int, last_ms: int) -> tuple[int, int]:
    """Return when an account itself was seen first and last: as was kept, or as its visits say since then."""
    mine = select(func.min(Visit.started_ms), func.max(Visit.last_ms)).where(
        Visit.viewer_id == viewer_id, Visit.creator_id == session.creator
    )
    first, last = (await session.execute(mine)).one()
    return min(first_ms, first or first_ms), max(last_ms, last or last_ms)


async def _count(session: CreatorSession, viewers: int, tiered: int) -> None:
    total = update(Total).where(Total.creator_id == session.creator)
    await session.execute(total.values(viewers=Total.viewers + viewers, tiered=Total.tiered + tiered))


async def _rules(session: CreatorSession) -> list[tier.Rule]:
    return [rulebook.as_rule(rule) for rule in await rulebook.read(session)]


async def _promotes(session: CreatorSession) -> bool:
    chosen = await session.scalar(select(Choice.auto_vip_promotion).where(Choice.creator_id == session.creator))
    return chosen is not False


def _standing(row: Viewer) -> tier.Standing:
    return tier.Standing(row.coins, row.watch_ms, row.visits)


def _holding(row: Viewer) -> int:
    return int(row.tier is not None)


async def accounts(session: CreatorSession, head: Viewer) -> list[schemas.Account]:
    """Return a person's accounts, the head first, each with what it did by itself."""
    links, rows = await _linked(session, head)
    linked = [rows[one.viewer_id] for one in links]
    here = await visit.seated(session, [head.id, *rows])
    own = {name: getattr(head, name) - sum(getattr(one, name) for one in linked) for name in people.COUNTERS}
    seen = await _seen(session, head.id, *links[0].before["seen"]) if linked else (head.first_seen_ms, head.last_seen_ms)
    listed = [_account(head, own, seen, None, online=head.id in here)]
    for one in links:
        row = rows[one.viewer_id]
        mine = {name: getattr(row, name) for name in people.COUNTERS}
        listed.append(_account(row, mine, (row.first_seen_ms, row.last_seen_ms), one.linked_ms, online=row.id in here))
    return listed


def _account(row: Viewer, own: Mapping[str, int], seen: tuple[int, int], linked_ms: int | None, *, online: bool) -> schemas.Account:
    return schemas.Account(
        id=row.id,
        platform=row.platform,
        tiktok_username=row.handle,
        tiktok_user_id=row.user_id,
        display_name=row.name or row.handle or row.user_id,
        profile_picture_url=row.avatar_url,
        linked_at=clock.iso(linked_ms),
        first_seen_at=clock.iso(seen[0]) or "",
        last_seen_at=clock.iso(seen[1]) or "",
        total_visits=own["visits"],
        total_watchtime_seconds=own["watch_ms"] // 1000,
        total_coins_spent=own["coins"],
        total_gifts_sent=own["gifts"],
        total_comments=own["comments"],
        total_likes=own["likes"],
        total_shares=own["shares"],
        online=online,
    )
