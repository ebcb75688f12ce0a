"""What is wrong with the fake Twitch at the moment: for some seconds, for some requests, or until healed."""

from dataclasses import dataclass
from typing import Literal

from entourage.simulators.timepiece import Timepiece

Way = Literal["status", "hang", "cut", "lost"]
"""How a request fails: answered with a status; no answer for a while and then a cut; cut at once; done, and the answer cut."""


@dataclass(slots=True)
class Fault:
    """One thing that is wrong with requests whose path begins with `path` (and whose verb is `verb`, if set)."""

    way: Way
    status: int = 503
    path: str = "/"
    verb: str = ""
    until: float | None = None
    left: int | None = None
    hang_s: float = 30.0
    dry_s: float = 60.0
    """For how long a 429 says that the bucket of points is empty."""

    def meets(self, verb: str, path: str) -> bool:
        """Say whether a request runs into it."""
        return path.startswith(self.path) and self.verb in {"", verb}


class Faults:
    """Faults of requests, and what is wrong with notifications and sockets."""

    def __init__(self, time: Timepiece) -> None:
        """Begin with everything in order."""
        self._time = time
        self._now: list[Fault] = []
        self._mute_until: float | None = None
        self._mute_left = 0
        self._sockets: Fault | None = None

    def put(self, fault: Fault, *, seconds: float | None = None) -> None:
        """Let something be wrong, for `seconds` if given."""
        fault.until = None if seconds is None else self._time.stamp() + seconds
        self._now.append(fault)

    def mute(self, *, seconds: float | None = None, times: int = 0) -> None:
        """Drop notifications: for `seconds`, or the next `times`."""
        self._mute_until = None if seconds is None else self._time.stamp() + seconds
        self._mute_left = times

    def shut_sockets(self, status: int = 503, *, seconds: float | None = None, times: int | None = None) -> None:
        """Refuse new websockets with a status in the handshake."""
        until = None if seconds is None else self._time.stamp() + seconds
        self._sockets = Fault("status", status, until=until, left=times)

    def heal(self) -> None:
        """Put everything in order again."""
        self._now.clear()
        self._mute_until, self._mute_left, self._sockets = None, 0, None

    def hit(self, verb: str, path: str) -> Fault | None:
        """Return what is wrong with this request; one that is wrong only some times is used up by it."""
        self._now = [one for one in self._now if self._lasts(one)]
        found = next((one for one in self._now if one.meets(verb, path)), None)
        if found is not None and found.left is not None:
            found.left -= 1
        return found

    def socket_status(self) -> int | None:
        """Return the status with which a new websocket is refused now."""
        found = self._sockets
        if found is None or not self._lasts(found):
            return None
        if found.left is not None:
            found.left -= 1
        return found.status

    def drops(self) -> bool:
        """Say whether this notification is lost."""
        if self._mute_left > 0:
            self._mute_left -= 1
            return True
        return self._mute_until is not None and self._time.stamp() < self._mute_until

    def seen(self) -> list[str]:
        """Describe what is wrong now, for the panel."""
        self._now = [one for one in self._now if self._lasts(one)]
        said = [f"{one.way} {one.status if one.way == 'status' else ''} {one.verb} {one.path}".replace("  ", " ") for one in self._now]
        if self._mute_left or (self._mute_until is not None and self._time.stamp() < self._mute_until):
            said.append("notifications dropped")
        if self._sockets is not None and self._lasts(self._sockets):
            said.append(f"sockets refused {self._sockets.status}")
        return said

    def _lasts(self, fault: Fault) -> bool:
        return fault.left != 0 and (fault.until is None or self._time.stamp() < fault.until)
