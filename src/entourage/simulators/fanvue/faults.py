"""What is wrong with the fake Fanvue at the moment: for the next requests, for some seconds, for a share, or until healed."""

import random
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

from entourage.simulators.timepiece import Timepiece

Way = Literal["status", "hang", "cut", "lost", "silent", "gateway", "garbled"]
"""How a request fails.

Nothing is done: answered with a `status`; no answer for a while and then a `cut`(`hang`); cut at once (`cut`).
It is done: the answer is cut (`lost`), never comes (`silent`), is a 502 (`gateway`) or cannot be read (`garbled`).
"""

DONE: frozenset[Way] = frozenset({"lost", "silent", "gateway", "garbled"})
SEND = "/chats/*/message"


@dataclass(slots=True)
class Fault:
    """One thing that is wrong with requests whose path fits the pattern `path` (and whose verb is `verb`, if set).

    `left` counts the requests that it will still hit, `share` is how many of those that fit it hits.
    """

    way: Way
    status: int = 503
    path: str = "*"
    verb: str = ""
    left: int | None = None
    share: float = 1.0
    until: float | None = None
    hang_s: float = 30.0

    def meets(self, verb: str, path: str) -> bool:
        """Say whether a request may run into it."""
        return fnmatchcase(path, self.path) and self.verb in {"", verb}


class Faults:
    """Everything that is wrong with requests; the dice for shares is seeded."""

    def __init__(self, time: Timepiece, seed: int = 1) -> None:
        """Begin with everything in order."""
        self._time = time
        self._now: list[Fault] = []
        self._dice = random.Random(seed)  # noqa: S311 - make-believe

    def put(self, fault: Fault, *, times: int | None = None, seconds: float | None = None) -> None:
        """Let something be wrong: for the next `times` requests, for `seconds`, or until healed."""
        fault.left = times if times is not None else fault.left
        fault.until = None if seconds is None else self._time.stamp() + seconds
        self._now.append(fault)

    def heal(self) -> None:
        """Put everything in order again."""
        self._now.clear()

    def hit(self, verb: str, path: str) -> Fault | None:
        """Return what is wrong with this request, if anything; a counted fault is used up by it."""
        self._now = [one for one in self._now if self._lasts(one)]
        found = next((one for one in self._now if one.meets(verb, path) and self._dice.random() < one.share), None)
        if found is not None and found.left is not None:
            found.left -= 1
        return found

    def seen(self) -> list[str]:
        """Describe what is wrong now, for the panel."""
        self._now = [one for one in self._now if self._lasts(one)]
        return [_described(one) for one in self._now]

    def _lasts(self, fault: Fault) -> bool:
        return fault.left != 0 and (fault.until is None or self._time.stamp() < fault.until)


def _described(one: Fault) -> str:
    what = str(one.status) if one.way == "status" else one.way
    often = f" ×{one.left}" if one.left is not None else f" {one.share:.0%}" if one.share < 1 else ""
    return f"{what} {one.verb} {one.path}".replace("  ", " ") + often
