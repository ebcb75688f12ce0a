"""Who would move if the tiers were changed: counted and shown before anything is saved.

Only candidates are looked at: holders, by the index of tiers, and of the others those who reach the lowest threshold of
one way, by the index of whichever way leaves the fewest. Counting stops at `_MOST` of each and then says "at least".
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, case, func, literal, select

from entourage.kernel.rows import among
from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import config, ladder, people, rulebook, schemas, tier, tier_shapes, tiers, visit
from entourage.viewers.tables import Viewer

_MOST = 200_000
_PEEK = 20_000
_SHOWN = 4  # people of each move
_MOVES_SHOWN = 40


class Group(NamedTuple):
    """Viewers who sit alike and have earned alike."""

    tier: str | None
    held: bool
    blocked: bool
    linked: bool
    place: int
    viewers: int


def earned_place(rules: Sequence[tier.Rule]) -> ColumnElement[int]:
    """Say in SQL what `tier.earned` says: the place of the highest tier reached, -1 for none."""
    ladder_down = [
        ((Viewer.coins >= rule.coins) & (Viewer.watch_ms >= rule.hours * tier.HOUR_MS) & (Viewer.visits >= rule.visits), literal(place))
        for place, rule in reversed(list(enumerate(rules)))
    ]
    return case(*ladder_down, else_=literal(-1))


async def narrowest(session: CreatorSession, rules: Sequence[tier.Rule]) -> tuple[Any, int]:
    """Return the counter, and its least threshold, by whose index the fewest viewers come into question for any tier."""
    ways = [
        (Viewer.coins, min(rule.coins for rule in rules)),
        (Viewer.watch_ms, min(rule.hours for rule in rules) * tier.HOUR_MS),
        (Viewer.visits, min(rule.visits for rule in rules)),
    ]
    sizes = []
    for column, least in ways:
        some = select(literal(1)).where(Viewer.creator_id == session.creator, column >= least).limit(_PEEK).subquery()
        sizes.append(int(await session.scalar(select(func.count()).select_from(some)) or 0) if least > 0 else _PEEK + 1)
    return ways[sizes.index(min(sizes))]


async def preview(session: CreatorSession, wanted: tier_shapes.TierPlan) -> tier_shapes.TierPreview:
    """Say who would move; raises what `ladder.plan` raises. Writes nothing."""
    plan = await ladder.plan(session, wanted)
    rules = [rulebook.as_rule(one) for one in plan.after]
    names = [rule.name for rule in rules]
    promotes = (await config.read(session)).autoVipPromotion
    terms = tier.Terms(promotes, wanted.take_back, plan.gone)
    counts = await tiers.counts(session)
    groups, samples, more = await _groups(session, rules, raising=promotes)
    moved: Counter[tuple[str | None, str | None]] = Counter()
    shown: dict[tuple[str | None, str | None], list[int]] = {}
    held = 0
    for group in groups:
        held += group.viewers if group.held and group.tier is not None else 0
        seat = tier.Seat(plan.name_of(group.tier), group.held, group.blocked, group.linked)
        new = tier.decide(names, terms, seat, group.place).tier
        if seat.tier != new or group.tier in plan.moved:
            moved[group.tier, new] += group.viewers
            shown.setdefault((group.tier, new), []).extend(samples[group])
    old_order = {one.tier_name: place for place, one in enumerate(plan.before)}
    where = {plan.name_of(name): place for name, place in old_order.items()} | {name: place for place, name in enumerate(names)}
    faces = await _faces(session, {viewer_id for ids in shown.values() for viewer_id in ids[:_SHOWN]})
    moves = [
        tier_shapes.TierMove(
            old, new, _rank(where, plan.renamed.get(old, old) if old else None) < _rank(where, new), count,
            [faces[i] for i in shown[old, new][:_SHOWN] if i in faces],
        )
        for (old, new), count in moved.most_common(_MOVES_SHOWN)
    ]  # fmt: skip
    up = sum(n for (old, new), n in moved.items() if _rank(where, plan.renamed.get(old, old) if old else None) < _rank(where, new))
    holders = _holders(plan, counts, moved)
    unanswered = {name: counts[name] for name in plan.unanswered if counts.get(name)}
    warnings = [tier_shapes.TierWarning(*one) for one in tier.easier(rules)]
    return tier_shapes.TierPreview(moves, up, sum(moved.values()) - up, held, holders, unanswered, warnings, promotes, more)


def _rank(where: dict[str | None, int], name: str | None) -> int:
    return where.get(name, 0) if name is not None else -1


def _holders(plan: ladder.Plan, counts: dict[str, int], moved: Counter[tuple[str | None, str | None]]) -> dict[str, int]:
    after: Counter[str | None] = Counter()
    for name, count in counts.items():
        after[plan.renamed.get(name, name)] += count
    for (old, new), count in moved.items():
        after[plan.renamed.get(old, old) if old else None] -= count
        after[new] += count
    return {one.tier_name: max(0, after[one.tier_name]) for one in plan.after}


async def _groups(
    session: CreatorSession, rules: Sequence[tier.Rule], *, raising: bool
) -> tuple[list[Group], dict[Group, list[int]], bool]:
    """Count candidates by how they sit and what they earned, with the heaviest of each; tells whether counting stopped early."""
    place = earned_place(rules)
    asked = [_candidates(session, place, Viewer.tier.is_not(None))]
    if raising:
        column, least = await narrowest(session, rules)
        free = Viewer.tier.is_(None) & ~Viewer.tier_held & ~Viewer.blocked & Viewer.linked_to.is_(None)
        asked.append(_candidates(session, place, free, column >= least).order_by(column.desc()))
    groups: list[Group] = []
    samples: dict[Group, list[int]] = {}
    more = False
    for candidates in asked:
        found = await _count(session, candidates)
        more = more or sum({group: group.viewers for group, _ in found}.values()) >= _MOST
        for group, viewer_id in found:
            if group not in samples:
                groups.append(group)
                samples[group] = []
            samples[group].append(viewer_id)
    return groups, samples, more


def _candidates(session: CreatorSession, place: ColumnElement[int], *who: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    return select(
        Viewer.id, Viewer.tier, Viewer.tier_held.label("held"), Viewer.blocked, Viewer.linked_to.is_not(None).label("linked"),
        place.label("place"), Viewer.coins,
    ).where(Viewer.creator_id == session.creator, *who)  # fmt: skip


async def _count(session: CreatorSession, candidates: Select[*tuple[Any, ...]]) -> list[tuple[Group, int]]:
    some = candidates.limit(_MOST).subquery()
    alike = [some.c.tier, some.c.held, some.c.blocked, some.c.linked, some.c.place]
    ranked = select(
        *alike,
        func.count().over(partition_by=alike).label("viewers"),
        some.c.id,
        func.row_number().over(partition_by=alike, order_by=[some.c.coins.desc(), some.c.id]).label("nth"),
    ).subquery()
    heaviest = select(ranked).where(ranked.c.nth <= _SHOWN).order_by(ranked.c.nth)
    return [(Group(row[0], bool(row[1]), bool(row[2]), bool(row[3]), row[4], row[5]), row[6]) for row in await session.execute(heaviest)]


async def _faces(session: CreatorSession, viewer_ids: set[int]) -> dict[int, schemas.ViewerRow]:
    chosen = select(*people.COLUMNS).where(Viewer.creator_id == session.creator, among(Viewer.id, viewer_ids, session.dialect))
    found = [people.Who(*row) for row in await session.execute(chosen)]
    here = await visit.present(session, [who.id for who in found])
    return {who.id: people.row(who, online=who.id in here) for who in found}
