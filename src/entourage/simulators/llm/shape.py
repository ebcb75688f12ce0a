"""An honest answer put into whatever JSON shape a request asks for."""

from typing import Any

from entourage.simulators.llm.tongues import Tongue, Topic, reply_to

_HANDED_OVER: frozenset[Topic] = frozenset({"robot", "refund"})
_OF_TEXT = frozenset({"reply", "text", "message", "answer", "content", "response"})


def shaped(said: str, schema: dict[str, Any] | None, number: int = 0) -> dict[str, Any]:
    """Answer what a fan said in the shape of a JSON schema.

    Without one: `reply`, `action`, `reason`, `language`, `facts`, `confidence`.
    """
    text, tongue, topic = reply_to(said, number)
    known = {**dict.fromkeys(_OF_TEXT, text), **_known(tongue, topic)}
    if schema is None:
        return {"reply": text, **_known(tongue, topic)}
    filled = _filled(schema, known, schema.get("$defs", {}))
    return filled if isinstance(filled, dict) else {"reply": text}


def _known(tongue: Tongue, topic: Topic) -> dict[str, Any]:
    handed = topic in _HANDED_OVER
    return {
        "action": "handoff" if handed else "send",
        "reason": topic,
        "language": tongue,
        "facts": [],
        "confidence": 0.35 if handed else 0.9,
    }


def _filled(schema: dict[str, Any], known: dict[str, Any], shapes: dict[str, Any], name: str = "") -> Any:  # noqa: ANN401
    schema = _meant(schema, shapes)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return known.get(name) if known.get(name) in schema["enum"] else schema["enum"][0]
    kind = schema.get("type")
    kind = next((one for one in kind if one != "null"), "null") if isinstance(kind, list) else kind
    if kind == "object" or "properties" in schema:
        return {key: _filled(one, known, shapes, key) for key, one in schema.get("properties", {}).items()}
    value = known.get(name)
    if kind == "integer" and isinstance(value, float):
        value = round(value * 100)  # a share, where whole numbers are asked for: percent
    return value if _fits(kind, value) else _NOTHING.get(kind or "")


_NOTHING: dict[str, Any] = {"string": "", "integer": 0, "number": 0, "boolean": False, "array": []}
_KINDS: dict[str, tuple[type, ...]] = {"string": (str,), "integer": (int,), "number": (int, float), "boolean": (bool,), "array": (list,)}


def _fits(kind: str | None, value: Any) -> bool:  # noqa: ANN401
    return isinstance(value, _KINDS.get(kind or "", ()))


def _meant(schema: dict[str, Any], shapes: dict[str, Any]) -> dict[str, Any]:
    """Follow a reference, and take the first choice that is not null."""
    if "$ref" in schema:
        return _meant(shapes[schema["$ref"].rsplit("/", 1)[-1]], shapes)
    for choices in ("anyOf", "oneOf"):
        if choices in schema:
            return _meant(next((one for one in schema[choices] if one.get("type") != "null"), schema[choices][0]), shapes)
    return schema
