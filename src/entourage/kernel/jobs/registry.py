"""Which function handles which kind of job."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from entourage.kernel.jobs.context import JobContext

Handle = Callable[[JobContext], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Handler:
    """A function for one kind of job, and the seconds one run of it may take."""

    handle: Handle
    timeout_s: float


class Registry:
    """The handlers of a process; each room adds its own."""

    def __init__(self) -> None:
        """Begin with none."""
        self._handlers: dict[str, Handler] = {}

    def add(self, kind: str, handle: Handle, *, timeout_s: float = 600.0) -> None:
        """Let `handle` do jobs of `kind`; raises ValueError when somebody does already.

        A run that takes longer than `timeout_s` is cancelled and counts as a failed try.
        """
        if kind in self._handlers:
            msg = f"Jobs of kind {kind!r} have a handler already."
            raise ValueError(msg)
        self._handlers[kind] = Handler(handle, timeout_s)

    def find(self, kind: str) -> Handler | None:
        """Return the handler of a kind, or None when there is none."""
        return self._handlers.get(kind)

    @property
    def kinds(self) -> tuple[str, ...]:
        """All kinds that have a handler."""
        return tuple(self._handlers)
