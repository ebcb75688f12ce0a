"""The tiers of a creator as a list that is edited whole: checked, saved, and put back. Who would move: `moves`; who does: `resettling`."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlalchemy import case, delete, func, insert, literal, select, update

from entourage.kernel import audit, clock
from entourage.kernel.errors import Conflict, Invalid, NotFound
from entourage.kernel.jobs import queue
from entourage.kernel.tables import AuditEntry
from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import memory, rulebook, schemas, tier_shapes, tiers
from entourage.viewers.tables import TierChange, TierRule, Viewer

SETTLE, UNDO, LANE = "viewers.tiers", "viewers.tiers.undo", "tiers"
_MOST, _LONGEST = 20, 50
_MOST_COINS, _MOST_HOURS, _MOST_VISITS = 10**12, 10**6, 10**6
_MOST_BENEFITS, _LONGEST_BENEFIT = 20, 200
_COLOUR = re.compile(r"#[0-9a-f]{6}")


@dataclass(frozen=True, slots=True)
class Plan:
    """A checked list, and what it changes in the names: renamed, moved to another tier, or gone (with the place of the one below)."""

    before: list[schemas.TierInfo]
    after: list[schemas.TierInfo]  # new ones have the id 0
    renamed: dict[str, str] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)
    gone: dict[str, int] = field(default_factory=dict)
    unanswered: tuple[str, ...] = ()

    def name_of(self, old: str | None) -> str | None:
        """Return what a tier is called when this is saved; one that is gone keeps its name until its viewers have moved."""
        return self.renamed.get(old, self.moved.get(old, old)) if old is not None else None


async def plan(session: CreatorSession, wanted: tier_shapes.TierPlan) -> Plan:
    """Check a list against the one there is; raises Invalid naming the field (`tiers.2.tier_name`), Conflict when it is of an old one."""
    before = await rulebook.read(session)
    after = _checked(wanted.tiers)
    known = {one.id: one for one in before}
    if any(one.id and one.id not in known for one in after):
        msg = "The tiers were changed meanwhile. Open the editor again: nothing was saved."
        raise Conflict(msg)
    renamed = {known[one.id].tier_name: one.tier_name for one in after if one.id and known[one.id].tier_name != one.tier_name}
    kept = {one.id: place for place, one in enumerate(after) if one.id}
    made = Plan(before, after, renamed)
    below, unanswered = -1, []
    for one in before:
        if one.id in kept:
            below = max(below, kept[one.id])
            continue
        target = wanted.removed.get(one.tier_name)
        if one.tier_name not in wanted.removed:
            unanswered.append(one.tier_name)
        if target is None:
            made.gone[one.tier_name] = below
        else:
            made.moved[one.tier_name] = _target(target, after)
    return Plan(before, after, renamed, made.moved, made.gone, tuple(unanswered))


def _target(name: str, after: Sequence[schemas.TierInfo]) -> str:
    found = next((one.tier_name for one in after if one.tier_name.casefold() == name.strip().casefold()), None)
    if found is None:
        msg = f"Nobody can be moved to {name!r}: there is no such tier in the list."
        raise Invalid(msg, details={"removed": msg})
    return found


def _checked(drafts: Sequence[tier_shapes.TierDraft]) -> list[schemas.TierInfo]:
    if not 1 <= len(drafts) <= _MOST:
        msg = f"There are 1 to {_MOST} tiers. To have none given, switch automatic promotion off in the settings."
        raise Invalid(msg, details={"tiers": msg})
    wrong: dict[str, str] = {}
    seen: set[str] = set()
    after = [_read(place, draft, seen, wrong) for place, draft in enumerate(drafts)]
    ids = [one.id for one in after if one.id]
    if len(set(ids)) < len(ids):
        wrong["tiers"] = "Two tiers of the list have one id."
    if wrong:
        raise Invalid(next(iter(wrong.values())), details=wrong)
    return after


def _read(place: int, draft: tier_shapes.TierDraft, seen: set[str], wrong: dict[str, str]) -> schemas.TierInfo:
    name = " ".join(unicodedata.normalize("NFC", draft.tier_name).split())
    spot = f"tiers.{place}"
    if not 1 <= len(name) <= _LONGEST or any(unicodedata.category(letter).startswith("C") for letter in name):
        wrong[f"{spot}.tier_name"] = f"A tier has a name of 1 to {_LONGEST} characters."
    elif name.casefold() in seen:
        wrong[f"{spot}.tier_name"] = f"Two tiers are called {name}."
    seen.add(name.casefold())
    for way, most in (("min_coins_spent", _MOST_COINS), ("min_watchtime_hours", _MOST_HOURS), ("min_visits", _MOST_VISITS)):
        if not 0 <= getattr(draft, way) <= most:
            wrong[f"{spot}.{way}"] = f"This is a whole number from 0 to {most:,}."
    colour = draft.badge_color.strip().lower()
    if not _COLOUR.fullmatch(colour):
        wrong[f"{spot}.badge_color"] = "A colour is written #rrggbb."
    benefits = [line for one in draft.benefits if (line := one.strip())]
    if len(benefits) > _MOST_BENEFITS or any(len(line) > _LONGEST_BENEFIT for line in benefits):
        wrong[f"{spot}.benefits"] = f"At most {_MOST_BENEFITS} benefits of at most {_LONGEST_BENEFIT} characters."
    return schemas.TierInfo(
        draft.id or 0, name, draft.min_coins_spent, draft.min_watchtime_hours, draft.min_visits, benefits, colour, place + 1
    )


async def save(session: CreatorSession, wanted: tier_shapes.TierPlan, actor: str) -> tier_shapes.TiersSaved:
    """Store the list and ask for everybody to be settled by it; raises as `plan`, and Invalid when a tier with viewers goes unanswered.

    Holders of a renamed tier have the new name at once, those of one that goes into another are there at once.
    """
    await memory.outdate(session)
    changes = await plan(session, wanted)
    counts = await tiers.counts(session)
    if lost := next((name for name in changes.unanswered if counts.get(name)), None):
        msg = f"{counts[lost]:,} viewers have the tier {lost}. Say in `removed` to which tier they move, or null to let the rules decide."
        raise Invalid(msg, details={"removed": msg})
    own = await session.scalar(select(func.count()).select_from(TierRule).where(TierRule.creator_id == session.creator))
    await _write(session, changes.after, keep_ids=bool(own))
    after = await rulebook.read(session)
    newest = await session.scalar(select(func.max(TierChange.id)).where(TierChange.creator_id == session.creator)) or 0
    entry = audit.record(session, "tiers.set", "tiers", actor=actor, meta={
        "before": msgspec.to_builtins(changes.before), "after": msgspec.to_builtins(after), "own": bool(own), "renamed": changes.renamed,
        "moved": changes.moved, "gone": list(changes.gone), "take_back": wanted.take_back, "newest": newest,
    })  # fmt: skip
    await session.flush()
    await _rename(session, changes.renamed | changes.moved, changes.moved, {"rules": entry.id, "by": actor})
    payload = {"entry": entry.id, "lowering": wanted.take_back, "ceilings": changes.gone, "rules": fingerprint(after)}
    await queue.enqueue(session, SETTLE, payload, lane=LANE)
    return tier_shapes.TiersSaved(after, entry.id)


async def undo(session: CreatorSession, entry_id: int, actor: str) -> list[schemas.TierInfo]:
    """Put the tiers back as they were before a change, and ask for everybody it moved to be put back.

    Raises NotFound, and Conflict when the tiers were changed again since.
    """
    await memory.outdate(session)
    entry = await session.get(AuditEntry, entry_id)
    if entry is None or entry.creator_id != session.creator or entry.action != "tiers.set":
        msg = "There is no such change of the tiers."
        raise NotFound(msg)
    now = await rulebook.read(session)
    if msgspec.to_builtins(now) != entry.meta["after"]:
        msg = "The tiers were changed again since. Undo that change first, or edit them."
        raise Conflict(msg)
    back = {new: old for old, new in entry.meta["renamed"].items()}
    before = msgspec.convert(entry.meta["before"], list[schemas.TierInfo])
    await _write(session, before if entry.meta["own"] else [], keep_ids=True)
    await _rename(session, back, {}, {})
    audit.record(
        session,
        "tiers.undo",
        "tiers",
        actor=actor,
        cause=f"audit:{entry_id}",
        meta={"before": entry.meta["after"], "after": entry.meta["before"]},
    )
    payload = {"entry": entry_id, "since": entry.meta["newest"], "back": back, "by": actor}
    await queue.enqueue(session, UNDO, payload, lane=LANE)
    return await rulebook.read(session)


@dataclass(frozen=True, slots=True)
class Latest:
    """The newest change of the tiers: its entry of the audit log, when (ISO 8601), and whether it can be undone."""

    entry: int
    at: str
    undone: bool
    undoable: bool


async def latest(session: CreatorSession) -> Latest | None:
    """Return the newest change of the tiers, or None when they are as the house gave them."""
    found = await audit.page(session, action="tiers", limit=1)
    if not found:
        return None
    entry, undone = found[0], found[0].action == "tiers.undo"
    undoable = not undone and msgspec.to_builtins(await rulebook.read(session)) == entry.meta["after"]
    return Latest(entry.id, clock.iso(clock.to_ms(entry.at)) or "", undone, undoable)


def fingerprint(rules: Sequence[schemas.TierInfo]) -> list[list[Any]]:
    """Return what a job must find again to know that its rules still hold."""
    return [list(rulebook.as_rule(one)) for one in rules]


async def _write(session: CreatorSession, rules: Sequence[schemas.TierInfo], *, keep_ids: bool) -> None:
    await session.execute(delete(TierRule).where(TierRule.creator_id == session.creator))
    for one in rules:
        row = TierRule(
            tier_name=one.tier_name, min_coins_spent=one.min_coins_spent, min_watchtime_hours=one.min_watchtime_hours,
            min_visits=one.min_visits, benefits=one.benefits, badge_color=one.badge_color, sort_order=one.sort_order,
        )  # fmt: skip
        if keep_ids and one.id:
            row.id = one.id
        session.add(row)
    await session.flush()


async def _rename(session: CreatorSession, names: Mapping[str, str], moved: Mapping[str, str], why: dict[str, Any]) -> None:
    """Give holders the new names in one statement, so that two tiers may even swap theirs; a move is written down, a new name is not."""
    if not names:
        return
    mine = Viewer.creator_id == session.creator
    if moved:
        reason = literal(why, TierChange.why.type)
        came = select(
            literal(session.creator), Viewer.id, literal(clock.now_ms()), Viewer.tier, case(dict(moved), value=Viewer.tier), reason
        ).where(mine, Viewer.tier.in_(list(moved)))
        columns = ["creator_id", "viewer_id", "at_ms", "old", "new", "why"]
        await session.execute(insert(TierChange).from_select(columns, came))
    renamed = update(Viewer).where(mine, Viewer.tier.in_(list(names))).values(tier=case(dict(names), value=Viewer.tier))
    await session.execute(renamed, execution_options={"synchronize_session": False})
