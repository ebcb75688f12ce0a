"""What a stored batch changed, for the screens."""

from dataclasses import dataclass, field

from entourage.viewers import schemas
from entourage.viewers.birthday import Wish


@dataclass(slots=True)
class Outcome:
    """What a stored batch changed, for the screens."""

    creator_id: int
    touched: set[int] = field(default_factory=set)
    met: set[int] = field(default_factory=set)
    arrived: set[int] = field(default_factory=set)
    left: list[int] = field(default_factory=list)
    promoted: list[tuple[int, str | None, str]] = field(default_factory=list)  # viewer, old tier, new tier
    birthdays: list[tuple[int, Wish]] = field(default_factory=list)  # viewer, and for what they are wished well
    feed: list[schemas.FeedItem] = field(default_factory=list)
    watching: dict[str, int] = field(default_factory=dict)
    ended: list[int] = field(default_factory=list)
    counted: int = 0
    repeated: int = 0
    noted: int = 0
