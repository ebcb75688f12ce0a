"""Why a message is handed over and why a draft is refused: the names, gravest first. A pure rule."""

from typing import Literal, get_args

Reason = Literal[
    "minor",
    "self_harm",
    "threat",
    "medical",
    "legal",
    "refund",
    "private",
    "meeting",
    "off_platform",
    "injection",
    "real",
    "person",
    "own_words",
    "language",
    "too_long",
    "silent",
]
"""Handed over because of: `real` asks whether an AI writes, `person` asks for a human, `own_words` are the creator's, `silent` says nothing."""

Refusal = Literal[
    "empty",
    "too_long",
    "shape",
    "prompt",
    "human",
    "minor",
    "danger",
    "link",
    "email",
    "phone",
    "handle",
    "contact",
    "payment",
    "price",
    "meeting",
    "own_words",
    "language",
    "repeated",
]
"""Refused because of: `human` claims to be one, `contact` names another platform, `shape` is no message (placeholders, JSON, labels)."""

REASONS: tuple[Reason, ...] = get_args(Reason)
REFUSALS: tuple[Refusal, ...] = get_args(Refusal)
