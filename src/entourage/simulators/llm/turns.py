"""What the make-believe model does when it is asked: answer honestly, as told, slowly, wrongly or not at all."""

from dataclasses import dataclass
from typing import Any, Literal

import msgspec

Way = Literal["honest", "say", "status", "refuse", "leak", "garble", "empty", "cut_short", "hang"]
"""`garble` answers in JSON that breaks off, `cut_short` stops at the length limit, `hang` never answers."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing that the model does; `text` is what `say` says, `delay_s` comes before any of them, in real seconds."""

    way: Way = "honest"
    text: str = ""
    status: int = 500
    delay_s: float = 0.0
    retry_after_s: float | None = None


HONEST = Turn()


def say(text: str) -> Turn:
    """Answer with exactly these words."""
    return Turn("say", text)


def answer(shape: Any) -> Turn:  # noqa: ANN401 - whatever JSON can hold
    """Answer with exactly this JSON."""
    return Turn("say", msgspec.json.encode(shape).decode())


def slow(seconds: float) -> Turn:
    """Think for so long, then answer honestly."""
    return Turn(delay_s=seconds)


def fail(status: int = 500) -> Turn:
    """Answer with an error."""
    return Turn("status", status=status)


def limited(retry_after_s: float = 1.0) -> Turn:
    """Answer that it was too much, and when to come again."""
    return Turn("status", status=429, retry_after_s=retry_after_s)


REFUSE = Turn("refuse")
LEAK = Turn("leak")
GARBLE = Turn("garble")
EMPTY = Turn("empty")
CUT_SHORT = Turn("cut_short")
HANG = Turn("hang")
