"""Which state a reply may take after which, and what becomes of it by mode and by what the guard said. A pure rule."""

from collections.abc import Mapping
from typing import Literal

State = Literal["drafted", "checked", "approved", "sent", "failed", "superseded"]
Mode = Literal["off", "draft", "auto"]
Next = Literal["write", "stop", "hold", "review", "send"]

STEPS: Mapping[str, frozenset[str]] = {
    "drafted": frozenset({"checked", "failed", "superseded"}),  # failed: the guard refused it, and nobody may send it as it is
    "checked": frozenset({"approved", "superseded", "drafted"}),  # drafted: edited, so it is judged again
    "approved": frozenset({"sent", "failed", "superseded", "checked"}),  # checked: kept back before it went out
    "failed": frozenset({"drafted", "approved", "superseded"}),  # approved: tried again, after the chat was read
    "sent": frozenset(),
    "superseded": frozenset(),
}
OPEN = frozenset({"drafted", "checked", "approved", "failed"})
"""States of a reply that a newer message of the fan, or a reply by hand, supersedes."""


def may_follow(old: str, new: str) -> bool:
    """Say whether `new` may come after `old`; an unknown state may become nothing."""
    return new in STEPS.get(old, frozenset())


def effective(creator: Mode, fan: Mode | None, *, stopped: bool = False, paused: bool = False) -> Mode:
    """Return the mode for one fan: the fan's own, never more than the creator's; a kill switch or a pause turns it off.

    A creator in `off` is off for everybody; a fan may be in `auto` only where the creator is.
    """
    if stopped or paused or creator == "off":
        return "off"
    order: tuple[Mode, ...] = ("off", "draft", "auto")
    return creator if fan is None else min(creator, fan, key=order.index)


def before(mode: Mode, *, hands_over: bool, own_last: bool, in_a_row: int, most_in_a_row: int) -> Next:
    """Say whether to write: `hold` waits for a person, `stop` does nothing.

    `own_last` means that the newest message is ours; `in_a_row` counts replies of the AI since a person last wrote or looked.
    """
    if mode == "off" or own_last:
        return "stop"
    if hands_over or (mode == "auto" and in_a_row >= most_in_a_row):
        return "hold"
    return "write"


def after(mode: Mode, *, refused: bool, action: str, confidence: int, least_confidence: int) -> Next:
    """Say what becomes of a written answer: `send` without asking only in auto, passed, meant to be sent, and sure enough (0 to 100)."""
    if action == "skip":
        return "stop"
    if action != "send":
        return "hold"
    if mode == "auto" and not refused and confidence >= least_confidence:
        return "send"
    return "review"
