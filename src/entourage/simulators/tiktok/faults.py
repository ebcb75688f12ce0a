"""What is wrong at the moment: faults that are switched on for some seconds, for some answers, or until healed."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

Door = Literal["page", "alive", "sign", "socket"]
"""Where a fault sits: the live page and its API, the alive check, the sign server, the websocket's handshake."""


@dataclass(slots=True)
class Fault:
    """One thing that is wrong: an HTTP status and a short label, until `until` or until `left` answers are used up."""

    status: int
    label: str = ""
    until: float | None = None
    left: int | None = None


@dataclass(slots=True)
class Faults:
    """The faults of a fake TikTok by door; `clock` counts seconds monotonically."""

    clock: Callable[[], float] = time.monotonic
    _at: dict[Door, Fault] = field(default_factory=dict)

    def put(self, door: Door, status: int, *, label: str = "", seconds: float | None = None, times: int | None = None) -> None:
        """Make a door answer with `status` for `seconds`, for `times` answers, or until healed."""
        until = None if seconds is None else self.clock() + seconds
        self._at[door] = Fault(status, label, until, times)

    def heal(self, *doors: Door) -> None:
        """Mend these doors, or all of them when none is named."""
        for door in doors or tuple(self._at):
            self._at.pop(door, None)

    def seen(self, door: Door) -> Fault | None:
        """Return what is wrong with a door now, without using it up."""
        fault = self._at.get(door)
        if fault is None:
            return None
        if fault.left == 0 or (fault.until is not None and self.clock() >= fault.until):
            del self._at[door]
            return None
        return fault

    def hit(self, door: Door) -> Fault | None:
        """Return what is wrong with a door for one answer, which counts."""
        fault = self.seen(door)
        if fault is not None and fault.left is not None:
            fault.left -= 1
        return fault

    def seconds_left(self, door: Door) -> float | None:
        """Return for how many more seconds a door is broken; None when that has no end or nothing is wrong."""
        fault = self.seen(door)
        return None if fault is None or fault.until is None else max(0.0, fault.until - self.clock())
