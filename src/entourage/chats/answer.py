"""What a language model answers, read from whatever it wrote: JSON, JSON in a fence, JSON among words. A pure rule."""

import json
from typing import Any, Literal

import msgspec

from entourage.chats.letters import clean

Action = Literal["send", "handoff", "skip"]


class Fact(msgspec.Struct, frozen=True):
    """Something a fan told about themselves, to be remembered."""

    key: str
    value: str


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """A reply, what to do with it and why, its language, what was learned, and how sure the model is (0 to 100)."""

    reply: str = ""
    action: Action = "send"
    reason: str = ""
    language: str = ""
    facts: tuple[Fact, ...] = ()
    confidence: int = 50


SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["reply", "action", "reason", "language", "facts", "confidence"],
    "properties": {
        "reply": {"type": "string"},
        "action": {"type": "string", "enum": ["send", "handoff", "skip"]},
        "reason": {"type": "string"},
        "language": {"type": "string"},
        "facts": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["key", "value"],
                "properties": {"key": {"type": "string"}, "value": {"type": "string"}},
            },
        },
        "confidence": {"type": "integer"},
    },
}
"""The JSON schema of an answer, for servers that hold a model to one."""
_MOST_FACTS = 5
_LONGEST_KEY, _LONGEST_VALUE = 40, 200


def read(text: str) -> Answer | None:
    """Return the answer that a model wrote, or None when there is none to be found: then it is asked again, never guessed."""
    decoder = json.JSONDecoder()
    start = text.find("{")
    while start >= 0:
        try:
            found, _ = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            found = None
        if isinstance(found, dict) and ("reply" in found or "action" in found):
            return _settle(found)
        start = text.find("{", start + 1)
    return None


def _settle(found: dict[str, Any]) -> Answer | None:
    reply = found.get("reply")
    action = str(found.get("action", "send")).strip().lower()
    if action not in {"send", "handoff", "skip"} or not isinstance(reply, str | None):
        return None
    said = clean(reply or "")
    if action == "send" and not said:
        return None
    return Answer(
        reply=said,
        action={"send": "send", "handoff": "handoff", "skip": "skip"}[action],  # type: ignore[arg-type]
        reason=clean(str(found.get("reason") or ""))[:200],
        language=clean(str(found.get("language") or "")).lower()[:2],
        facts=_facts(found.get("facts")),
        confidence=_percent(found.get("confidence")),
    )


def _facts(found: object) -> tuple[Fact, ...]:
    kept = []
    for one in found if isinstance(found, list) else []:
        if isinstance(one, dict) and isinstance(one.get("key"), str) and isinstance(one.get("value"), str | int | float):
            key, value = " ".join(clean(one["key"]).split()), " ".join(clean(str(one["value"])).split())
            if key and value:
                kept.append(Fact(key[:_LONGEST_KEY], value[:_LONGEST_VALUE]))
    return tuple(kept[:_MOST_FACTS])


def _percent(found: object) -> int:
    """Read a certainty: 85, "85", 0.85; anything else is half sure."""
    try:
        number = float(found)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return 50
    if number != number:  # noqa: PLR0124 - nan
        return 50
    return round(max(0.0, min(100.0, number * 100 if 0 < number <= 1 and isinstance(found, float) else number)))
