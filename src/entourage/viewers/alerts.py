"""What just happened that an overlay announces: gifts, follows, new tiers, birthdays, and who walked in.

Everything has a name of its own that stays the same when it is asked for again, and a gift says how many there are by
now: an overlay that remembers what it has shown shows the rest, whatever it missed and however often it asks.
"""

from collections import OrderedDict
from collections.abc import Iterable
from datetime import date
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import aliased

from entourage.kernel import clock
from entourage.kernel.rows import among
from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import birthday, kinds, people, picture, visit
from entourage.viewers.tables import Card, Gift, Interaction, Link, Stream, TierChange, Viewer, Visit

WINDOW_MS = 600_000
"""How far back is told: older news is none."""
_BACK = 500  # rows
_DEEDS_BACK = 5_000
_KNOWN_MOST = 2_000
_ARRIVALS_MOST = 30


class Alert(msgspec.Struct, omit_defaults=True):
    """Something to announce; `amount` and `coins` are what there is of it by now."""

    id: str
    kind: str  # gift, follow, tier, birthday
    person: picture.Person
    amount: int = 1
    coins: int = 0
    gift: str = ""
    late: bool = False  # a birthday that is past
    simulated: bool = False


class Arrival(msgspec.Struct):
    """Somebody who walked in: which visit this is, when they were here before (ISO 8601), and what they gave ever."""

    id: str
    person: picture.Person
    visits: int
    before: str | None
    coins: int


class Watch:
    """What one overlay has been told: where its reading stands, and whom its alerts are about."""

    def __init__(self) -> None:
        """Begin with nothing read."""
        self.read_to = 0
        self.follows: OrderedDict[int, tuple[int, str]] = OrderedDict()  # viewer: when (ms), and the alert's name
        self.about: OrderedDict[str, int] = OrderedDict()  # alert: viewer


async def newest(session: CreatorSession, options: picture.Options, watch: Watch, zone: str) -> list[Alert]:
    """Return the alerts of the last ten minutes that the overlay shows, oldest first."""
    since = clock.now_ms() - WINDOW_MS
    found: list[tuple[int, int, Alert]] = []
    colours = await picture.tints(session)
    if "gift" in options.shows:
        found += await _gifts(session, since, options.least_coins, colours)
    if "follow" in options.shows:
        found += await _follows(session, since, watch, colours)
    if "tier" in options.shows:
        found += await _tiers(session, since, colours)
    if "birthday" in options.shows:
        found += await _birthdays(session, clock.now().astimezone(ZoneInfo(zone)).date(), colours)
    found.sort(key=lambda one: one[0])
    for _, viewer_id, alert in found:
        watch.about[alert.id] = viewer_id
        watch.about.move_to_end(alert.id)
    while len(watch.about) > _KNOWN_MOST:
        watch.about.popitem(last=False)
    return [alert for _, _, alert in found]


async def taken_back(session: CreatorSession, watch: Watch) -> list[str]:
    """Return the alerts told so far whose viewer has been blocked or erased since."""
    told = set(watch.about.values())
    if not told:
        return []
    welcome = select(Viewer.id).where(Viewer.creator_id == session.creator, among(Viewer.id, told, session.dialect), _welcome(session))
    gone = told - set((await session.scalars(welcome)).all())
    names = [name for name, viewer_id in watch.about.items() if viewer_id in gone]
    for name in names:
        del watch.about[name]
    return names


async def arrivals(session: CreatorSession, options: picture.Options) -> list[Arrival]:
    """Return who walked in within the last ten minutes and is still here, the earliest first; nobody who is blocked."""
    since = clock.now_ms() - WINDOW_MS
    chosen = (
        select(Visit.stream_id, Visit.started_ms, *people.COLUMNS)
        .join(Viewer, Viewer.id == Visit.viewer_id)
        .join(Stream, Stream.id == Visit.stream_id)
        .where(Visit.creator_id == session.creator, Visit.open, Visit.started_ms >= since, _welcome(session), ~Stream.recorded)
        .order_by(Visit.started_ms.desc(), Visit.viewer_id.desc())
        .limit(_ARRIVALS_MOST)
    )
    if options.guests != "everybody":
        person = aliased(Viewer)
        chosen = chosen.join(person, person.id == func.coalesce(Viewer.linked_to, Viewer.id))
        chosen = chosen.where(person.tier.is_not(None) if options.guests == "tiers" else person.visits > 1)
    came = [(row[0], row[1], people.Who(*row[2:])) for row in await session.execute(chosen)]
    await _stand_for(session, [who for _, _, who in came])
    before = await _before(session, [(who, at) for _, at, who in came])
    colours = await picture.tints(session)
    return [
        Arrival(f"v{stream}-{who.id}", _shown(who, colours), who.visits, clock.iso(before.get(who.id)), who.coins)
        for stream, _, who in reversed(came)
    ]


async def _before(session: CreatorSession, came: list[tuple[people.Who, int]]) -> dict[int, int]:
    """Return when each was last seen, with whichever account, before the visit that began at the moment given, in milliseconds."""
    if not came:
        return {}
    heads = {who.linked_to or who.id for who, _ in came}
    linked = select(Link.viewer_id, Link.head_id).where(Link.creator_id == session.creator, among(Link.head_id, heads, session.dialect))
    person = {head: head for head in heads} | {row.viewer_id: row.head_id for row in await session.execute(linked)}
    visits = (
        select(Visit.viewer_id, Visit.started_ms, Visit.last_ms)
        .where(Visit.creator_id == session.creator, among(Visit.viewer_id, person, session.dialect))
        .order_by(Visit.last_ms)
    )
    seen: dict[int, list[tuple[int, int]]] = {}
    for viewer_id, began, last in await session.execute(visits):
        seen.setdefault(person[viewer_id], []).append((began, last))
    earlier = {who.id: [last for began, last in seen.get(who.linked_to or who.id, ()) if began < at] for who, at in came}
    return {viewer_id: moments[-1] for viewer_id, moments in earlier.items() if moments}


async def _stand_for(session: CreatorSession, whos: Iterable[people.Who]) -> None:
    """Let linked accounts have the tier and the counts of the person they are, under their own name and with their own face."""
    linked = [who for who in whos if who.linked_to is not None]
    if not linked:
        return
    heads = (Viewer.creator_id == session.creator, among(Viewer.id, {who.linked_to for who in linked}, session.dialect))
    asked = select(Viewer.id, Viewer.tier, Viewer.visits, Viewer.coins).where(*heads)
    found = {row.id: row for row in await session.execute(asked)}
    for who in linked:
        if (head := found.get(who.linked_to or 0)) is not None:
            who.tier, who.visits, who.coins = head.tier, head.visits, head.coins


async def _gifts(session: CreatorSession, since: int, least: int, colours: dict[str, str]) -> list[tuple[int, int, Alert]]:
    back = select(Gift).where(Gift.creator_id == session.creator).order_by(Gift.id.desc()).limit(_BACK).subquery()
    worth = back.c.quantity * back.c.coins_each
    statement = (
        select(back.c.id, back.c.first_ms, back.c.gift_name, back.c.quantity, worth, *people.COLUMNS)
        .join(Viewer, Viewer.id == back.c.viewer_id)
        .join(Stream, Stream.id == back.c.stream_id)
        .where(back.c.last_ms >= since, worth >= least, back.c.quantity > 0, _welcome(session), ~Stream.recorded)
        .order_by(back.c.id)
    )
    given = [(row[:5], people.Who(*row[5:])) for row in await session.execute(statement)]
    await _stand_for(session, [who for _, who in given])
    return [
        (at, who.id, Alert(f"g{key}", "gift", _shown(who, colours), int(pieces), int(coins), picture.shown_name(name)))
        for (key, at, name, pieces, coins), who in given
    ]


async def _follows(session: CreatorSession, since: int, watch: Watch, colours: dict[str, str]) -> list[tuple[int, int, Alert]]:
    """Read on where the overlay stands; the first time a few thousand deeds back."""
    last = await session.scalar(select(func.max(Interaction.id)).where(Interaction.creator_id == session.creator)) or 0
    after = max(watch.read_to, last - _DEEDS_BACK) if not watch.read_to else watch.read_to
    fresh = (
        select(Interaction.id, Interaction.viewer_id, Interaction.at_ms)
        .join(Stream, Stream.id == Interaction.stream_id)
        .where(Interaction.creator_id == session.creator, Interaction.id > after, Interaction.id <= last)
        .where(Interaction.kind == kinds.FOLLOW, Interaction.viewer_id.is_not(None), ~Stream.recorded)
        .order_by(Interaction.id)
    )
    for key, viewer_id, at in await session.execute(fresh):
        watch.follows.setdefault(viewer_id or 0, (at, f"f{key}"))  # who follows again within minutes is told once
    watch.read_to = last
    for viewer_id in [viewer_id for viewer_id, (at, _) in watch.follows.items() if at < since]:
        del watch.follows[viewer_id]
    who_is = await _people(session, set(watch.follows))
    known = [(at, viewer_id, name) for viewer_id, (at, name) in watch.follows.items() if viewer_id in who_is]
    return [(at, viewer_id, Alert(name, "follow", _shown(who_is[viewer_id], colours))) for at, viewer_id, name in known]


async def _tiers(session: CreatorSession, since: int, colours: dict[str, str]) -> list[tuple[int, int, Alert]]:
    """Tell of rises of people who are here: changed thresholds move many who are not."""
    order = list(colours)
    changes = (
        select(TierChange.id, TierChange.viewer_id, TierChange.at_ms, TierChange.old, TierChange.new)
        .where(TierChange.creator_id == session.creator)
        .order_by(TierChange.id.desc())
        .limit(_BACK)
    )
    risen: dict[int, tuple[int, int, str]] = {}
    for key, viewer_id, at, old, new in await session.execute(changes):
        if at >= since and new in order and (old not in order or order.index(new) > order.index(old)):
            risen.setdefault(viewer_id, (key, at, new))  # the highest of several at once
    who_is = await _people(session, set(risen), here=True)
    told = []
    for viewer_id, (key, at, new) in risen.items():
        if viewer_id in who_is:
            shown = msgspec.structs.replace(_shown(who_is[viewer_id], colours), tier=new, tint=colours[new])
            told.append((at, viewer_id, Alert(f"t{key}", "tier", shown)))
    return told


async def _birthdays(session: CreatorSession, today: date, colours: dict[str, str]) -> list[tuple[int, int, Alert]]:
    """Tell who was wished well today and is here; which day their birthday is stays with us, only that it is past is said."""
    wished = (
        select(Card.birthday, *people.COLUMNS)
        .join(Viewer, Viewer.id == Card.viewer_id)
        .where(Card.creator_id == session.creator, Card.birthday_mmdd.in_(birthday.wishing_days(today)))
        .where(Card.greeted_on == today.isoformat(), Viewer.linked_to.is_(None), ~Viewer.blocked)
    )
    found = [(birthday.wish(born or "", today, None), people.Who(*who)) for born, *who in await session.execute(wished)]
    here = await visit.present(session, [who.id for _, who in found])
    now = clock.now_ms()
    return [
        (now, who.id, Alert(f"b{who.id}", "birthday", _shown(who, colours), late=bool(owed and owed.late)))
        for owed, who in found
        if who.id in here
    ]


async def _people(session: CreatorSession, viewer_ids: set[int], *, here: bool = False) -> dict[int, people.Who]:
    if not viewer_ids:
        return {}
    chosen = select(*people.COLUMNS).where(
        Viewer.creator_id == session.creator, among(Viewer.id, viewer_ids, session.dialect), _welcome(session)
    )
    if here:
        chosen = chosen.where(Viewer.id.in_(select(Visit.viewer_id).where(Visit.creator_id == session.creator, Visit.open)))
    found = {row[0]: people.Who(*row) for row in await session.execute(chosen)}
    await _stand_for(session, found.values())
    return found


def _welcome(session: CreatorSession) -> ColumnElement[bool]:
    """Say who may be shown: nobody who is blocked, by this account or as the person it is linked to."""
    head = aliased(Viewer)
    blocked = select(head.id).where(head.creator_id == session.creator, head.blocked)
    return ~Viewer.blocked & (Viewer.linked_to.is_(None) | Viewer.linked_to.not_in(blocked))


def _shown(who: people.Who, colours: dict[str, str]) -> picture.Person:
    return picture.person(people.row(who, online=True), colours)
