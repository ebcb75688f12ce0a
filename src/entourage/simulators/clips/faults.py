"""What is wrong at the moment: with requests (for some times, minutes, or until mended), and with what the actors find."""

from collections import deque
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Literal

from entourage.simulators.timepiece import Timepiece

Way = Literal["status", "hang", "cut", "garbled", "lost"]
"""How a request fails: answered with a `status`, no answer for a while and then a cut, cut at once, an answer that cannot be read,
or it is done and the answer is cut (`lost`)."""

End = Literal["SUCCEEDED", "FAILED", "TIMED-OUT", "ABORTED"]


@dataclass(slots=True)
class Fault:
    """One thing that is wrong with requests whose path fits a pattern; `left` counts those that it will still hit."""

    way: Way = "status"
    status: int = 503
    path: str = "*"
    verb: str = ""
    left: int | None = None
    until: float | None = None
    hang_s: float = 30.0


class Faults:
    """Everything that is wrong with requests."""

    def __init__(self, time: Timepiece) -> None:
        """Begin with everything in order."""
        self._time = time
        self._now: list[Fault] = []

    def put(self, fault: Fault, *, times: int | None = None, seconds: float | None = None) -> None:
        """Let something be wrong: for the next `times` requests, for `seconds`, or until mended."""
        fault.left = times if times is not None else fault.left
        fault.until = None if seconds is None else self._time.stamp() + seconds
        self._now.append(fault)

    def heal(self) -> None:
        """Put everything in order again."""
        self._now.clear()

    def hit(self, verb: str, path: str) -> Fault | None:
        """Return what is wrong with this request, if anything; a counted fault is used up by it."""
        self._now = [one for one in self._now if self._lasts(one)]
        found = next((one for one in self._now if fnmatchcase(path, one.path) and one.verb in {"", verb}), None)
        if found is not None and found.left is not None:
            found.left -= 1
        return found

    def seen(self) -> list[str]:
        """Describe what is wrong now, for the panel."""
        self._now = [one for one in self._now if self._lasts(one)]
        return [_described(one) for one in self._now]

    def _lasts(self, fault: Fault) -> bool:
        return fault.left != 0 and (fault.until is None or self._time.stamp() < fault.until)


@dataclass(slots=True)
class Mood:
    """How the actors do: how long a run takes, which share of videos they leave out or find with zero views, what they add unasked.

    `ends` are how the next runs end, in order, each with its statusMessage; after them all succeed. `rounds` rounds TikTok's counts.
    """

    ready_s: float = 0.0
    run_s: float = 0.0
    item_s: float = 0.0
    missing: float = 0.0
    zeros: float = 0.0
    strangers: int = 0
    rounds: bool = True
    ends: deque[tuple[End, str]] = field(default_factory=deque)


def _described(one: Fault) -> str:
    what = str(one.status) if one.way == "status" else one.way
    return f"{what} {one.path}" + (f" ×{one.left}" if one.left is not None else "")
