"""The live feed: what just happened, a line each, with likes and arrivals of one person drawn together."""

from collections.abc import Mapping

import msgspec

from entourage.kernel import clock
from entourage.ports import live
from entourage.viewers import people, schemas

MOST = 40
"""Lines a batch may add; a flood shows its gifts and its newest lines."""

_KIND = {
    live.Chat: "comment",
    live.Like: "like",
    live.Share: "share",
    live.Follow: "follow",
    live.Join: "join",
    live.Subscribe: "subscribe",
    live.Gift: "gift",
}


_Noted = tuple[live.LiveEvent, people.Who, int, bool]


class Ticker:
    """Collects the lines of one batch."""

    def __init__(self) -> None:
        """Begin empty."""
        self._noted: list[_Noted] = []

    def note(self, e: live.LiveEvent, who: people.Who, coins: int, *, first: bool) -> None:
        """Note an event that counted."""
        if not who.blocked or who.linked_to is not None:  # then the head decides
            self._noted.append((e, who, coins, first))

    def items(self, heads: Mapping[int, people.Who]) -> list[schemas.FeedItem]:
        """Return the lines, oldest first; those of linked accounts lead to their `heads`."""
        noted = [_of_person(one, heads) for one in self._noted if not _is_hushed(one, heads)] if heads else self._noted
        if len(noted) > MOST:
            gifts = [n for n in noted if type(n[0]) is live.Gift][-MOST // 2 :]
            rest = [n for n in noted if type(n[0]) is not live.Gift][-(MOST - len(gifts)) :]
            noted = sorted(gifts + rest, key=lambda n: n[0].at_ms)
        drawn: dict[tuple[str, int, str], schemas.FeedItem] = {}
        lines: list[schemas.FeedItem] = []
        for e, who, coins, first in noted:
            line = _line(e, who, coins, first=first)
            together = drawn.get((line.kind, who.id, line.gift or ""))
            if together is not None and line.kind in {"like", "gift"}:
                together.amount += line.amount
                together.coins += line.coins
                continue
            drawn[line.kind, who.id, line.gift or ""] = line
            lines.append(line)
        return lines


def _is_hushed(noted: _Noted, heads: Mapping[int, people.Who]) -> bool:
    head = heads.get(noted[1].id)
    return head is not None and head.blocked


def _of_person(noted: _Noted, heads: Mapping[int, people.Who]) -> _Noted:
    e, who, coins, first = noted
    head = heads.get(who.id)
    return noted if head is None else (e, msgspec.structs.replace(who, id=head.id, tier=head.tier), coins, first)


def _line(e: live.LiveEvent, who: people.Who, coins: int, *, first: bool) -> schemas.FeedItem:
    gift = e if isinstance(e, live.Gift) else None
    amount = e.count if isinstance(e, live.Like) else 1
    if gift:
        amount = coins // gift.coins if gift.coins else gift.repeat
    return schemas.FeedItem(
        kind=_KIND[type(e)],
        at=clock.iso(e.at_ms) or "",
        viewer_id=who.id,
        username=who.handle,
        displayName=who.name or who.handle,
        avatar=who.avatar_url,
        tier=who.tier,
        text=e.text if isinstance(e, live.Chat) else None,
        amount=amount,
        gift=gift.name if gift else None,
        coins=coins,
        first_time=first,
    )
