"""What linking two people would come to, and who may be the same person."""

from typing import Any

from entourage.kernel.errors import Conflict
from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import link, link_shapes, listing, people, profile, reference, schemas, visit

_SUMS = (
    "total_coins_spent", "total_watchtime_seconds", "total_visits", "total_gifts_sent", "total_comments", "total_likes", "total_shares",
    "loyalty_points",
)  # fmt: skip
_WORDS = (
    "notes", "tags", "birthday", "discord_username", "tts_voice", "age", "gender", "country", "language", "is_favorite", "is_blocked",
    "is_moderator",
)  # fmt: skip
_ADDED = frozenset({"notes", "tags", "is_favorite", "is_blocked"})
"""Fields in which nothing is ever set aside."""


async def of(session: CreatorSession, ref: str, other_ref: str) -> link_shapes.LinkPreview:
    """Link for a try and take it back, in a session that writes; raises NotFound and Conflict as linking does.

    So the answer is what linking really does, by whatever rules it goes.
    """
    before, other = await profile.detail(session, ref), await profile.detail(session, other_ref)
    if before.id == other.id:
        msg = "These two are one person already."
        raise Conflict(msg)
    trial = await session.begin_nested()
    try:
        await link.join(session, str(before.id), str(other.id), "")
        after = await profile.detail(session, str(before.id))
    finally:
        await trial.rollback()
        session.expire_all()
    sums = [link_shapes.LinkSum(name, *(getattr(one, name) for one in (before, other, after))) for name in _SUMS]
    return link_shapes.LinkPreview(
        viewer=before,
        other=other,
        sums=[one for one in sums if one.together or one.field != "loyalty_points"],
        tier=after.vip_tier,
        accounts=len(after.accounts),
        taken=_taken(before, after),
        aside={name: getattr(other, name) for name in _WORDS if _is_aside(name, other, after)},
    )


def _taken(before: schemas.ViewerDetail, after: schemas.ViewerDetail) -> dict[str, Any]:
    taken = {name: getattr(after, name) for name in _WORDS if getattr(after, name) != getattr(before, name)}
    if "birthday" in taken:
        taken.pop("age", None)  # it follows
    return taken


def _is_aside(name: str, other: schemas.ViewerDetail, after: schemas.ViewerDetail) -> bool:
    said: Any = getattr(other, name)
    return name not in _ADDED and bool(said) and said != getattr(after, name)


async def candidates(session: CreatorSession, ref: str, search: str, limit: int) -> list[schemas.ViewerRow]:
    """Return who may be linked to somebody: by name, or without one those with the same handle elsewhere. Raises NotFound."""
    person = await link.load(session, await reference.person(session, ref))
    if search.strip():
        found = await listing.page(session, listing.Query(search=search, limit=limit + 1))
        return [row for row in found.rows if row.id != person.head.id][:limit]
    alike = await reference.likely(session, [person.head, *person.rows.values()], limit)
    here = await visit.present(session, [who.id for who in alike])
    return [people.row(who, online=who.id in here) for who in alike]
