"""What a head takes over from the cards of its linked accounts, and gives back: nothing the creator wrote is lost.

Every link keeps the head's own words (`own`), so that what the head shows can be drawn together anew from its own words and
those of whoever is still linked, in whatever order links are undone. A field that the creator changes while accounts are
linked is the head's own from then on; the accounts linked until then have no more part in it (they are `spent`).
"""

from collections.abc import Iterable, Sequence
from typing import Any

from entourage.kernel import clock
from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import fold, tags
from entourage.viewers.tables import Card, Viewer

Words = dict[str, Any]
"""The values of FIELDS; `moderator` is None where nobody decided it by hand."""

_CARD = ("birthday", "discord_username", "tts_voice", "age", "gender", "country", "language")
_FLAGS = ("favorite", "blocked")
_WISHED = "greeted_on"
_WRITTEN = ("notes", "tags", *_CARD, _WISHED)
FIELDS = (*_WRITTEN, *_FLAGS, "moderator")
_MOST_TAGS, _LONGEST_NOTES = 50, 20_000


def read(row: Viewer, card: Card | None) -> Words:
    """Return what the creator wrote about an account."""
    written = {name: getattr(card, name) if card else None for name in _CARD}
    return {
        "notes": card.notes if card else "",
        "tags": list(card.tags) if card else [],
        **written,
        _WISHED: card.greeted_on if card else None,
        **{name: bool(getattr(row, name)) for name in _FLAGS},
        "moderator": bool(row.moderator) if row.moderator_held else None,
    }


def drawn(own: Words, others: Iterable[tuple[Words, Sequence[str]]]) -> Words:
    """Draw own words together with those of others, each with the fields in which they have no part any more."""
    together = dict(own)
    for words, spent in others:
        for name in FIELDS:
            if name not in spent:
                together[name] = _joined(name, together.get(name), words[name])
    return together


def _joined(name: str, mine: Any, theirs: Any) -> Any:  # noqa: ANN401 - the value of any field
    if name == "notes":
        return mine if theirs in mine else f"{mine}\n\n{theirs}".strip()[:_LONGEST_NOTES]
    if name == "tags":
        known = {fold.fold(tag) for tag in mine}
        return [*mine, *(tag for tag in theirs if fold.fold(tag) not in known)][:_MOST_TAGS]
    if name in _FLAGS:
        return mine or theirs
    if name == _WISHED:
        return max(filter(None, (mine, theirs)), default=None)  # who was wished well is not wished again with another account
    return theirs if mine is None or mine == "" else mine


def differing(one: Words, other: Words) -> list[str]:
    """Name the fields in which words differ."""
    return [name for name in FIELDS if one.get(name) != other.get(name)]  # a link made long ago may not know a field


async def write(session: CreatorSession, row: Viewer, cards: dict[int, Card], words: Words, *, said_moderator: bool) -> None:
    """Put words on an account; `said_moderator` is what the platform says where no hand decides it."""
    changed = differing(read(row, cards.get(row.id)), words)
    for name in _FLAGS:
        setattr(row, name, words[name])
    if "moderator" in changed:
        row.moderator_held = words["moderator"] is not None
        row.moderator = said_moderator if words["moderator"] is None else words["moderator"]
    written = [name for name in changed if name in _WRITTEN]
    if not written:
        return
    card = await card_of(session, cards, row.id)
    for name in written:
        setattr(card, name, words.get(name))
    card.birthday_mmdd = card.birthday[-5:] if card.birthday else None
    card.updated_ms = clock.now_ms()
    if "tags" in written:
        await tags.put(session, row.id, words["tags"])


async def card_of(session: CreatorSession, cards: dict[int, Card], viewer_id: int) -> Card:
    """Return an account's card, a new one where it has none."""
    if viewer_id not in cards:
        cards[viewer_id] = Card(viewer_id=viewer_id, notes="", tags=[], loyalty_points=0, updated_ms=clock.now_ms())
        session.add(cards[viewer_id])
    return cards[viewer_id]


async def drop_empty(session: CreatorSession, cards: dict[int, Card], viewer_id: int) -> None:
    """Remove an account's card when nothing is written on it."""
    card = cards.get(viewer_id)
    if card and not (card.notes or card.tags or card.loyalty_points or card.greeted_on or any(getattr(card, name) for name in _CARD)):
        del cards[viewer_id]
        await session.delete(card)


def wish_along(head: Card | None, account: Card | None) -> None:
    """Let an account that goes keep that its birthday was wished for while it was part of a person."""
    if head and account and head.greeted_on and account.birthday and account.birthday == head.birthday:
        account.greeted_on = max(filter(None, (account.greeted_on, head.greeted_on)))
