"""How much is too much: the bucket of points by client and user, and sliding windows by verb and channel."""

from collections import defaultdict, deque
from collections.abc import Hashable

from entourage.simulators.timepiece import Timepiece
from entourage.simulators.twitch.refusal import Refusal

_MINUTE = 60.0


class Bucket:
    """Points that run out when used and come back evenly within a minute, for each key apart."""

    def __init__(self, time: Timepiece, size: int = 800) -> None:
        """Begin with full buckets of `size` points."""
        self.size = size
        self._time = time
        self._left: dict[Hashable, tuple[float, float]] = {}

    def take(self, key: Hashable) -> dict[str, str]:
        """Take one point and return the Ratelimit headers; the point is refused when `Ratelimit-Remaining` was 0."""
        left, now = self._look(key), self._time.stamp()
        if left < 1:
            raise Refusal(429, "Too Many Requests", headers=self._headers(left, now))
        self._left[key] = (left - 1, now)
        return self._headers(left - 1, now)

    def empty(self, key: Hashable) -> None:
        """Use up all points of a key."""
        self._left[key] = (0.0, self._time.stamp())

    def full(self) -> dict[str, str]:
        """Return the headers of somebody whose bucket nobody knows."""
        return self._headers(self.size, self._time.stamp())

    def dry(self, for_s: float) -> dict[str, str]:
        """Return the headers of a bucket that is empty for so long."""
        now = self._time.stamp()
        return {**self._headers(0, now), "Ratelimit-Reset": str(int(now + for_s) + 1)}

    def _look(self, key: Hashable) -> float:
        left, at = self._left.get(key, (float(self.size), 0.0))
        return min(float(self.size), left + (self._time.stamp() - at) * self.size / _MINUTE)

    def _headers(self, left: float, now: float) -> dict[str, str]:
        full_in = (self.size - left) / self.size * _MINUTE
        return {
            "Ratelimit-Limit": str(self.size),
            "Ratelimit-Remaining": str(int(left)),
            "Ratelimit-Reset": str(int(now + full_in) + (1 if full_in else 0)),
        }


class Windows:
    """At most so many of one thing in a span of seconds, for each key apart; what was refused does not count."""

    def __init__(self, time: Timepiece) -> None:
        """Begin with nothing done."""
        self._time = time
        self._done: defaultdict[Hashable, deque[float]] = defaultdict(deque)

    def pass_(self, key: Hashable, *, most: int, span_s: float, message: str) -> None:
        """Let one through, or raise a 429 which says nothing of the bucket of points."""
        done, now = self._done[key], self._time.stamp()
        while done and done[0] <= now - span_s:
            done.popleft()
        if len(done) >= most:
            raise Refusal(429, message)
        done.append(now)
