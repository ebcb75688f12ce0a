"""What may be taken over of a viewer, and how what a file says meets what is here: set, add, or keep the larger."""

from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple

from entourage.kernel.errors import Invalid

Rule = Literal["set", "add", "larger"]
RULES: tuple[Rule, ...] = ("set", "add", "larger")
Kind = Literal["number", "text", "notes", "tags", "flag", "first", "last"]

_NOTES_LENGTH = 20_000
_MOST_TAGS = 50


class Field(NamedTuple):
    """Something a viewer has: where it is kept (`viewers` or `viewer_cards`), its kind, and the rule unless one is chosen."""

    place: Literal["viewer", "card"]
    kind: Kind
    rule: Rule = "larger"


COUNTERS = ("visits", "watch_ms", "coins", "gifts", "comments", "likes", "shares")
FIELDS: dict[str, Field] = {
    **{name: Field("viewer", "number") for name in COUNTERS},
    "first_seen_ms": Field("viewer", "first"),
    "last_seen_ms": Field("viewer", "last"),
    "name": Field("viewer", "text"),
    "avatar_url": Field("viewer", "text"),
    "bio": Field("viewer", "text"),
    "followers": Field("viewer", "text"),
    "following": Field("viewer", "text"),
    "tier": Field("viewer", "text"),
    **{name: Field("viewer", "flag") for name in ("verified", "moderator", "subscriber", "follower", "favorite", "blocked")},
    "loyalty_points": Field("card", "number"),
    "notes": Field("card", "notes", "add"),
    "tags": Field("card", "tags", "add"),
    **{name: Field("card", "text") for name in ("birthday", "discord_username", "tts_voice", "age", "gender", "country", "language")},
}
"""By name. Of a text, `larger` keeps what is here and only fills what is empty; a tier comes with `tier_since_ms`."""


def check(rules: Mapping[str, str]) -> dict[str, Rule]:
    """Return a rule for every field, chosen or its own; raises Invalid for a field or rule that there is not."""
    chosen: dict[str, Rule] = {name: field.rule for name, field in FIELDS.items()}
    for name, rule in rules.items():
        if name not in FIELDS:
            msg = f"There is no field {name!r}. There are: {', '.join(FIELDS)}."
            raise Invalid(msg, details={"rules": msg})
        if rule not in RULES:
            msg = f"A rule is set, add or larger, not {rule!r}."
            raise Invalid(msg, details={"rules": msg})
        chosen[name] = rule
    return chosen


def combine(name: str, rule: Rule, have: Any, said: Any) -> Any:  # noqa: ANN401 - the value of any field
    """Return what a field becomes; what a file leaves empty changes nothing."""
    kind = FIELDS[name].kind
    if said is None or said in _EMPTY:
        return have
    if rule == "set":
        return said
    if kind in _MEETING:
        return _MEETING[kind](have, said, rule == "add")
    return said if have is None or have in _EMPTY else have


def _together(have: str | None, said: str) -> str:
    """Put notes below one another, unless they are there already or there would be too much."""
    if not have or said in have:
        return have or said
    return f"{have}\n{said}"[:_NOTES_LENGTH]


def _united(have: list[str], said: list[str]) -> list[str]:
    known = {tag.casefold() for tag in have}
    return (have + [tag for tag in said if tag.casefold() not in known])[:_MOST_TAGS]


_EMPTY: tuple[Any, ...] = ("", [])
_MEETING: dict[str, Callable[[Any, Any, bool], Any]] = {
    "number": lambda have, said, add: (have or 0) + said if add else max(have or 0, said),
    "notes": lambda have, said, add: _together(have, said) if add else have or said,
    "tags": lambda have, said, add: _united(have or [], said) if add else have or said,
    "flag": lambda have, said, _: bool(have) or said,
    "first": lambda have, said, _: said if have is None else min(have, said),
    "last": lambda have, said, _: said if have is None else max(have, said),
}
