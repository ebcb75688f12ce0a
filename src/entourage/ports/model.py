"""A language model: what it is asked, and what it answers."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import msgspec

from entourage.kernel.errors import Later, Never


class Refused(Never):
    """The model would not answer this."""


class Unheard(Later):
    """The question was asked, and its answer (which may cost all the same) was not heard: a timeout, a line cut in the middle."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A question: messages (`role`, `content`), the JSON schema of the answer, and at most how many tokens it may have."""

    messages: Sequence[Mapping[str, str]]
    schema: Mapping[str, Any]
    longest: int = 700


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """What a model wrote, in which model, and what it counted: tokens read (of which `cached`), and written."""

    text: str
    model: str
    read: int = 0
    written: int = 0
    cached: int = 0
    cut: bool = False  # it stopped at the longest answer


class Model(Protocol):
    """Who answers questions; without an address it is not set up, not broken."""

    @property
    def name(self) -> str:
        """The model's name, or nothing when none is set up."""

    async def ask(self, asked: Asked) -> Answered:
        """Ask once, with a deadline.

        Raises Later (overloaded, too many requests: with its wait; Unheard where it may have answered), Refused, Never (not set up,
        unknown model, key refused).
        """
