"""How long a failed job waits before its next try: a pure rule."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Backoff:
    """Doubling waits in seconds from `first_s` up to `longest_s`, spread by a quarter to either side."""

    first_s: float = 2.0
    longest_s: float = 900.0
    spread: float = 0.25

    def delay_s(self, attempt: int, dice: float, *, at_least_s: float | None = None) -> float:
        """Return the seconds to wait after try number `attempt` (from 1); `dice` is a random number in [0, 1).

        A wait that the platform asked for (`at_least_s`) is never cut short; the spread is then added on top.
        """
        doubled = min(self.longest_s, self.first_s * 2.0 ** min(attempt - 1, 40))
        spread = doubled * (1 - self.spread + 2 * self.spread * dice)
        if at_least_s is None or at_least_s <= 0:
            return spread
        return max(spread, at_least_s * (1 + self.spread * dice))
