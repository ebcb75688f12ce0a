"""Single values out of JSON: found under any of their names, checked, and in the type that an event wants."""

from collections.abc import Mapping
from datetime import UTC, datetime

from entourage.kernel import clock
from entourage.kernel.errors import Invalid
from entourage.ports.live import ID_LENGTH, MOST, NAME_LENGTH, clean

Path = tuple[str | int, ...]
Paths = tuple[Path, ...]

_URL_LENGTH = 2_048
_LONGEST_NUMBER = 20
_EXACT = 2**53  # beyond it, a JSON number may have been rounded on its way
_EARLIEST_MS = 1_451_606_400_000  # 2016: before it there was no TikTok
_SECONDS_BELOW = 100_000_000_000
_DAY_MS = 86_400_000
_FLAGS = {True: True, False: False, "true": True, "false": False, "1": True, "0": False}  # 1 and 0 are in, being equal


def paths(*names: str) -> Paths:
    """Read dotted names, `common.msgId` or `avatarThumb.urlList.0`, as ways through nested JSON."""
    return tuple(tuple(int(key) if key.isdecimal() else key for key in name.split(".")) for name in names)


def first(data: object, ways: Paths) -> object:
    """Return what lies at the first way that leads to something; None, or an empty text, is nothing."""
    for way in ways:
        found = data
        for key in way:
            if isinstance(found, Mapping):
                found = found.get(key)
            elif isinstance(found, list) and isinstance(key, int) and key < len(found):
                found = found[key]
            else:
                found = None
                break
        if found is not None and found != "":
            return found
    return None


def names(data: object, ways: Paths) -> bool:
    """Tell whether the last key of any way is there at all, be it null or empty."""
    for way in ways:
        parent = first(data, (way[:-1],)) if len(way) > 1 else data
        if isinstance(parent, Mapping) and way[-1] in parent:
            return True
    return False


def text(value: object, what: str, length: int = NAME_LENGTH) -> str:
    """Read a text, cleaned and cut; nothing is "". Raises Invalid when it is something else."""
    if value is None:
        return ""
    if isinstance(value, str):
        return clean(value, length)
    raise Invalid(_wrong(what, "a text", value))


def identifier(value: object, what: str) -> str:
    """Read an id as a text; nothing, "" and 0 are "". Raises Invalid for what cannot be an exact id."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        value = int(value)
    if isinstance(value, float):
        msg = f"{what} is a rounded number ({value!r}); ids must be sent as texts."
        raise Invalid(msg)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**_LONGEST_NUMBER:
        value = str(value)
    if not isinstance(value, str):
        raise Invalid(_wrong(what, "an id", value))
    if len(value) > ID_LENGTH:
        msg = f"{what} is longer than {ID_LENGTH} characters."
        raise Invalid(msg)
    found = clean(value).strip()
    return "" if found == "0" else found


def number(value: object, what: str, most: int = MOST) -> int:
    """Read a count, also from a text or a whole float. Raises Invalid unless 0 <= count <= most."""
    if isinstance(value, str) and len(value) <= _LONGEST_NUMBER and value.removeprefix("-").isdecimal():
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise Invalid(_wrong(what, "a whole number", value))
    if value < 0:
        msg = f"{what} is negative ({_brief(value)})."
        raise Invalid(msg)
    if value > most:
        msg = f"{what} is impossibly large ({_brief(value)})."
        raise Invalid(msg)
    return value


def maybe_number(value: object, most: int = MOST) -> int | None:
    """Read a count that an event can do without; None when it is missing or makes no sense."""
    try:
        return None if value is None else number(value, "", most)
    except Invalid:
        return None


def flag(value: object, what: str) -> bool:
    """Read yes or no, also from 0 and 1 and from texts. Raises Invalid when it is neither."""
    found = maybe_flag(value)
    if found is None:
        raise Invalid(_wrong(what, "true or false", value))
    return found


def maybe_flag(value: object) -> bool | None:
    """Read yes or no; None when it is missing or neither."""
    if isinstance(value, str):
        return _FLAGS.get(value.lower())
    return _FLAGS.get(value) if isinstance(value, bool | int | float) else None


def address(value: object) -> str | None:
    """Read the web address of a picture; None when it is none."""
    if not isinstance(value, str) or len(value) > _URL_LENGTH or not value.isprintable() or not value.isascii():
        return None
    return value if value.startswith(("https://", "http://")) else None


def moment(value: object, received_ms: int) -> int:
    """Read a moment in milliseconds, from milliseconds, seconds or ISO 8601; `received_ms` when it makes no sense."""
    found = maybe_number(value, _EXACT)
    if found is None and isinstance(value, str):
        try:
            told = datetime.fromisoformat(value)
            found = clock.to_ms(told if told.tzinfo else told.replace(tzinfo=UTC))
        except (ValueError, OverflowError):
            return received_ms
    if found is None:
        return received_ms
    if found < _SECONDS_BELOW:
        found *= 1000
    return found if _EARLIEST_MS <= found <= received_ms + _DAY_MS else received_ms


def _wrong(what: str, wanted: str, value: object) -> str:
    return f"{what} must be {wanted}, not {_brief(value)}."


def _brief(value: object) -> str:
    if isinstance(value, Mapping | list):
        return "a list" if isinstance(value, list) else "an object"
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 10**_LONGEST_NUMBER:
        return f"a number of more than {_LONGEST_NUMBER} digits"
    return "nothing" if value is None else clean(repr(value)[:40])
