"""Reads posted JSON item by item: one object, an array, `{"events": [...]}`, or one object a line."""

import json
from typing import Any

import msgspec

from entourage.kernel.errors import Invalid, TooLarge


def read(body: bytes, most: int) -> list[Any]:
    """Return the items; one that is no JSON stands there as its Invalid.

    Raises Invalid when there is nothing or nothing that is JSON, TooLarge for more than `most` items.
    """
    if not body.strip():
        msg = "There is nothing in this request."
        raise Invalid(msg)
    whole = _decode(body)
    if isinstance(whole, Invalid):
        items = _lines(body, whole, most)
    elif isinstance(whole, dict) and isinstance(whole.get("events"), list):
        items = whole["events"]
    else:
        items = whole if isinstance(whole, list) else [whole]
    if (count := sum(map(_size, items))) > most:
        raise _too_many(count, most)
    return items


def _lines(body: bytes, error: Invalid, most: int) -> list[Any]:
    lines = [line for line in body.splitlines() if line.strip()]
    if len(lines) > most:
        raise _too_many(len(lines), most)
    items = [_decode(line) for line in lines] if len(lines) > 1 else []
    if all(isinstance(item, Invalid) for item in items):
        raise error
    return items


def _decode(text: bytes) -> Any:  # noqa: ANN401 - any JSON
    try:
        return msgspec.json.decode(text)
    except RecursionError:
        return Invalid("This JSON is nested too deeply.")
    except (msgspec.MsgspecError, ValueError):
        pass
    try:
        # Names are cut in the middle of an emoji every day: half of one is no good JSON, and this reader takes it.
        return json.loads(text)
    except RecursionError:
        return Invalid("This JSON is nested too deeply.")
    except ValueError as error:
        return Invalid(f"This is not JSON: {error}")


def _size(item: object) -> int:
    """Count the events of an item: bundles have many."""
    inside = item.get("messages") if isinstance(item, dict) else None
    return len(inside) if isinstance(inside, list) else 1


def _too_many(count: int, most: int) -> TooLarge:
    return TooLarge(f"At most {most:,} events at once; {count:,} were sent. Nothing was stored.")
