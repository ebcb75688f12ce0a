"""Which function handles which kind of job."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from entourage.kernel.jobs.context import JobContext

_LONG_S = 1800.0
"""What may take so long may fill some of a worker's hands for an hour, and never all of them."""

Handle = Callable[[JobContext], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Handler:
    """A function for one kind of job, the seconds one run of it may take, and whether somebody waits for it."""

    handle: Handle
    timeout_s: float
    urgent: bool = False


class Registry:
    """The handlers of a process; each room adds its own."""

    def __init__(self) -> None:
        """Begin with none."""
        self._handlers: dict[str, Handler] = {}

    def add(self, kind: str, handle: Handle, *, timeout_s: float = 600.0, urgent: bool = False) -> None:
        """Let `handle` do jobs of `kind`; raises ValueError when somebody does already.

        A run that takes longer than `timeout_s` is cancelled and counts as a failed try. `urgent` is for what a person
        waits for: it goes before everything else, and a worker keeps a hand free for it.
        """
        if kind in self._handlers:
            msg = f"Jobs of kind {kind!r} have a handler already."
            raise ValueError(msg)
        self._handlers[kind] = Handler(handle, timeout_s, urgent)

    def find(self, kind: str) -> Handler | None:
        """Return the handler of a kind, or None when there is none."""
        return self._handlers.get(kind)

    @property
    def kinds(self) -> tuple[str, ...]:
        """All kinds that have a handler."""
        return tuple(self._handlers)

    @property
    def urgent(self) -> frozenset[str]:
        """The kinds that somebody waits for."""
        return frozenset(kind for kind, one in self._handlers.items() if one.urgent)

    @property
    def long(self) -> frozenset[str]:
        """The kinds of which one job may take half an hour or more."""
        return frozenset(kind for kind, one in self._handlers.items() if one.timeout_s >= _LONG_S)
