"""Templates that people write, with {placeholders}: filled, and looked through for names that nobody knows. A pure rule."""

import re
from collections.abc import Collection, Mapping

LONGEST = 500
_MARK = re.compile(r"\{(\w*)\}")


def fill(template: str, values: Mapping[str, str]) -> str:
    """Put values in place of {placeholders}, at most 500 characters; one without a value becomes nothing.

    What somebody is called cannot bring in placeholders or a command of its own.
    """
    filled = _MARK.sub(lambda found: values.get(found[1], ""), template)
    return " ".join(filled.split()).lstrip("/.!")[:LONGEST].rstrip()


def named(template: str) -> set[str]:
    """Return the placeholders of a template."""
    return set(_MARK.findall(template))


def strange(template: str, known: Collection[str]) -> list[str]:
    """Return the placeholders of a template that are not among those known."""
    return sorted(named(template) - set(known))
