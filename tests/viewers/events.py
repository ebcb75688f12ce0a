"""Makes the events of an evening, for tests that speak into the intake."""

from itertools import count
from typing import Any

from entourage.ports import live

MINUTE_MS = 60_000
T0 = 1_763_233_200_000
"""The evening's beginning: 15 November 2025, 19:00 UTC, a Saturday (20:00 in Berlin)."""

_serial = count(1)


def person(user: str | live.Person, **said: Any) -> live.Person:
    """Make somebody from a short name, whose account id is `id-<name>`."""
    if isinstance(user, live.Person):
        return user
    return live.Person(**{"platform": "tiktok", "user_id": f"id-{user}", "handle": user, "name": user.title()} | said)


class Room:
    """A broadcast: every call makes one event in it, `second` seconds after its beginning, with a message id of its own."""

    def __init__(self, room: str = "7001", *, start_ms: int = T0, platform: str = "tiktok") -> None:
        """Take the platform's id of the broadcast and when it began."""
        self.room, self.start_ms, self.platform = room, start_ms, platform

    def chat(self, user: str | live.Person | None, second: float = 0, text: str = "hi", **more: Any) -> live.Chat:
        return live.Chat(**self._place(user, second, more), text=text)

    def join(self, user: str | live.Person | None, second: float = 0, **more: Any) -> live.Join:
        return live.Join(**self._place(user, second, more))

    def like(self, user: str | live.Person | None, second: float = 0, count: int = 1, **more: Any) -> live.Like:
        return live.Like(**self._place(user, second, more), count=count)

    def share(self, user: str | live.Person | None, second: float = 0, **more: Any) -> live.Share:
        return live.Share(**self._place(user, second, more))

    def follow(self, user: str | live.Person | None, second: float = 0, **more: Any) -> live.Follow:
        return live.Follow(**self._place(user, second, more))

    def subscribe(self, user: str | live.Person | None, second: float = 0, months: int = 1, **more: Any) -> live.Subscribe:
        return live.Subscribe(**self._place(user, second, more), months=months)

    def present(self, user: str | live.Person | None, second: float = 0, **more: Any) -> live.Present:
        return live.Present(**self._place(user, second, more))

    def gift(
        self, user: str | live.Person | None, second: float = 0, *, coins: int = 1, repeat: int = 1, group: str = "", **more: Any
    ) -> live.Gift:
        kind = live.GIFT_STREAK if group else 0
        about: dict[str, Any] = {"gift_id": "5655", "name": "Rose", "coins": coins, "repeat": repeat, "group": group, "kind": kind} | {
            name: more.pop(name) for name in ("gift_id", "name", "kind", "ended") if name in more
        }
        return live.Gift(**self._place(user, second, more), **about)

    def watching(self, heads: int, second: float = 0, **more: Any) -> live.RoomCount:
        return live.RoomCount(**self._place(None, second, more), watching=heads)

    def unknown(self, name: str, payload: bytes = b"{}", second: float = 0, **more: Any) -> live.Unknown:
        return live.Unknown(**self._place(None, second, more), name=name, payload=payload)

    def end(self, second: float = 0, **more: Any) -> live.StreamEnded:
        return live.StreamEnded(**self._place(None, second, more))

    def _place(self, user: str | live.Person | None, second: float, more: dict[str, Any]) -> dict[str, Any]:
        return {
            "platform": self.platform,
            "room": self.room,
            "msg_id": str(next(_serial)),
            "at_ms": self.start_ms + int(second * 1000),
            "person": None if user is None else person(user),
        } | more
