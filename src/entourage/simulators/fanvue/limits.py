"""How much is too much: a bucket of requests for each program and user, which fills evenly."""

from collections.abc import Hashable

from entourage.simulators.fanvue.refusal import Refusal
from entourage.simulators.timepiece import Timepiece

_SPAN_S = 60.0


class Bucket:
    """Requests that run out when used and come back evenly within a minute, for each key apart."""

    def __init__(self, time: Timepiece, size: int = 200) -> None:
        """Begin with full buckets of `size` requests."""
        self.size = size
        self._time = time
        self._left: dict[Hashable, tuple[float, float]] = {}

    def take(self, key: Hashable) -> dict[str, str]:
        """Take one and return the X-RateLimit headers; raises a 429 with `Retry-After` when there is none."""
        now = self._time.stamp()
        left, at = self._left.get(key, (float(self.size), now))
        left = min(float(self.size), left + (now - at) * self.size / _SPAN_S)
        if left < 1:
            raise self.spent(left)
        self._left[key] = (left - 1, now)
        return self._headers(left - 1)

    def empty(self, key: Hashable) -> None:
        """Use up all of a key."""
        self._left[key] = (0.0, self._time.stamp())

    def spent(self, left: float = 0.0) -> Refusal:
        """Make the refusal of somebody who has no request left."""
        wait_s = int((1 - left) * _SPAN_S / self.size) + 1
        return Refusal(429, "Too many requests", headers={**self._headers(0), "Retry-After": str(wait_s)})

    def _headers(self, left: float) -> dict[str, str]:
        full_at = self._time.stamp() + (self.size - left) / self.size * _SPAN_S
        return {"X-RateLimit-Limit": str(self.size), "X-RateLimit-Remaining": str(int(left)), "X-RateLimit-Reset": str(int(full_at) + 1)}
