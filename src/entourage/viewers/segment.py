"""Segments: what a choice of viewers may ask of them, checked and brought into one form. Rules: docs/rules/segments.md."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, NoReturn

import msgspec

from entourage.kernel.errors import Invalid

Kind = Literal["number", "days", "tier", "tag", "platform", "yes_no"]
Op = Literal["at_least", "at_most", "is", "is_not", "any", "none"]

FIELDS: dict[str, Kind] = {
    "coins": "number",
    "watch_hours": "number",
    "visits": "number",
    "gifts": "number",
    "comments": "number",
    "likes": "number",
    "shares": "number",
    "last_seen_days": "days",
    "first_seen_days": "days",
    "tier": "tier",
    "tag": "tag",
    "platform": "platform",
    "favorite": "yes_no",
    "blocked": "yes_no",
    "moderator": "yes_no",
    "subscriber": "yes_no",
    "follower": "yes_no",
    "birthday": "yes_no",
}
"""What can be asked; `_days` counts the days since, `birthday` asks whether one is known."""

OPS: dict[Kind, tuple[Op, ...]] = {
    "number": ("at_least", "at_most"),
    "days": ("at_most", "at_least"),
    "tier": ("any", "none", "is", "is_not"),
    "tag": ("is", "is_not"),
    "platform": ("is", "is_not"),
    "yes_no": ("is",),
}
"""How each kind of field can be asked."""

MOST = 12
"""Conditions in one segment."""
_MOST_NUMBER = 10**15
_MOST_DIGITS = 16
_MOST_DAYS = 36_500
_LONGEST = {"tier": 50, "tag": 50, "platform": 16}
_WITHOUT_VALUE = frozenset({"any", "none"})


class Condition(msgspec.Struct, frozen=True):
    """One thing that all viewers of a segment meet. `value`: a whole number, a text, yes or no, or nothing for `any` and `none`."""

    field: str
    op: str
    value: int | str | bool | None = None


def check(said: Iterable[Condition | Mapping[str, Any]]) -> tuple[Condition, ...]:
    """Check conditions and return them in their one form, each once.

    Raises Invalid with the place of what is wrong in its details: `conditions.0.value`.
    """
    checked = [_checked(place, one) for place, one in enumerate(said)]
    if not checked:
        msg = "A segment needs a condition at least."
        raise Invalid(msg, details={"conditions": msg})
    if len(checked) > MOST:
        msg = f"A segment has at most {MOST} conditions."
        raise Invalid(msg, details={"conditions": msg})
    return tuple(dict.fromkeys(checked))


def write(condition: Condition) -> str:
    """Write a checked condition as addresses hold it: `coins:at_least:1000`, `favorite:is:yes`, `tier:any`."""
    value = condition.value
    if isinstance(value, bool):
        value = "yes" if value else "no"
    return f"{condition.field}:{condition.op}" + ("" if value is None else f":{value}")


def read(written: Sequence[str]) -> tuple[Condition, ...]:
    """Read conditions of an address and check them; none is no condition. Raises Invalid as `check`."""
    return check(_read(text) for text in written) if written else ()


def _read(text: str) -> Condition:
    field, _, rest = text.partition(":")
    op, _, said = rest.partition(":")
    value: int | str | bool | None = said
    kind = FIELDS.get(field)
    if kind in {"number", "days"}:
        value = int(said) if said.isascii() and said.isdecimal() and len(said) <= _MOST_DIGITS else said
    elif kind == "yes_no":
        value = {"yes": True, "no": False}.get(said, said)
    return Condition(field, op, value)


def _checked(place: int, said: Condition | Mapping[str, Any]) -> Condition:
    if not isinstance(said, Condition):
        try:
            said = msgspec.convert(dict(said), Condition)
        except (msgspec.ValidationError, TypeError, ValueError):
            _refuse(place, "field", "A condition has a field, an op and a value.")
    kind = FIELDS.get(said.field)
    if kind is None:
        _refuse(place, "field", f"A condition asks for one of {', '.join(FIELDS)}.")
    if said.op not in OPS[kind]:
        _refuse(place, "op", f"{said.field} can be asked as {', '.join(OPS[kind])}.")
    return Condition(said.field, said.op, None if said.op in _WITHOUT_VALUE else _value(place, kind, said.value))


def _value(place: int, kind: Kind, value: Any) -> int | str | bool:  # noqa: ANN401 - whatever was sent
    if kind == "yes_no":
        if not isinstance(value, bool):
            _refuse(place, "value", "This is answered with yes or no.")
        return value
    if kind in {"number", "days"}:
        most = _MOST_DAYS if kind == "days" else _MOST_NUMBER
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
            _refuse(place, "value", f"This is a whole number from 0 to {most:,}.")
        return value
    text = value.strip() if isinstance(value, str) else ""
    if not 0 < len(text) <= _LONGEST[kind]:
        _refuse(place, "value", f"This is a name of at most {_LONGEST[kind]} characters.")
    return text


def _refuse(place: int, part: str, sentence: str) -> NoReturn:
    raise Invalid(sentence, details={f"conditions.{place}.{part}": sentence})
