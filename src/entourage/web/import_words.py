"""How imports are spoken of: what a column may hold, how a field meets what is here, what becomes of a line, and values."""

from collections.abc import Sequence
from typing import Any, Final

from entourage.kernel import clock
from entourage.viewers.imports.rules import FIELDS
from entourage.web import formats, retelling
from entourage.web.i18n import gettext as _
from entourage.web.i18n import mark as _n

GROUPS: Final[dict[str, tuple[str, ...]]] = {
    _n("Who it is"): ("handle", "user_id", "platform", "name"),
    _n("Counted"): (
        "watch_ms:hours", "watch_ms:minutes", "watch_ms:seconds", "watch_ms:ms", "visits", "coins", "gifts", "comments", "likes", "shares",
        "loyalty_points", "followers", "following",
    ),
    _n("When"): ("first_seen_ms", "last_seen_ms", "birthday", "tier_since_ms"),
    _n("What you wrote"): ("notes", "tags", "tier", "discord_username", "tts_voice"),
    _n("About them"): ("bio", "avatar_url", "age", "gender", "country", "language"),
    _n("Yes or no"): ("favorite", "blocked", "moderator", "verified", "subscriber", "follower"),
}  # fmt: skip
"""What a column may hold, by groups."""

TARGET_WORDS: Final[dict[str, str]] = {
    "handle": _n("Handle"), "user_id": _n("Account id"), "platform": _n("Platform"), "name": _n("Shown name"),
    "watch_ms:hours": _n("Watch time in hours"), "watch_ms:minutes": _n("Watch time in minutes"),
    "watch_ms:seconds": _n("Watch time in seconds"), "watch_ms:ms": _n("Watch time in milliseconds"), "watch_ms": _n("Watch time"),
    "visits": _n("Visits"), "coins": _n("Coins"), "gifts": _n("Gifts"), "comments": _n("Chat messages"), "likes": _n("Likes"),
    "shares": _n("Shares"), "loyalty_points": _n("Loyalty points"), "followers": _n("Their followers"), "following": _n("Follows so many"),
    "first_seen_ms": _n("First seen"), "last_seen_ms": _n("Last seen"), "birthday": _n("Birthday"), "tier_since_ms": _n("Tier since"),
    "notes": _n("Notes"), "tags": _n("Tags"), "tier": _n("Tier"), "discord_username": _n("Discord name"), "tts_voice": _n("TTS voice"),
    "bio": _n("Bio"), "avatar_url": _n("Picture"), "age": _n("Age"), "gender": _n("Gender"), "country": _n("Country"),
    "language": _n("Language"), "favorite": _n("Favorite"), "blocked": _n("Blocked"), "moderator": _n("Moderator"),
    "verified": _n("Verified"), "subscriber": _n("Subscriber"), "follower": _n("Follower"),
}  # fmt: skip

_RULES: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "number": (("larger", _n("Keep the larger")), ("add", _n("Add up")), ("set", _n("Replace"))),
    "text": (("larger", _n("Only where empty")), ("set", _n("Replace"))),
    "notes": (("add", _n("Put below")), ("larger", _n("Only where empty")), ("set", _n("Replace"))),
    "tags": (("add", _n("Put beside")), ("larger", _n("Only where empty")), ("set", _n("Replace"))),
    "flag": (("larger", _n("Yes stays yes")), ("set", _n("Replace"))),
    "first": (("larger", _n("Keep the earlier")), ("set", _n("Replace"))),
    "last": (("larger", _n("Keep the later")), ("set", _n("Replace"))),
}

OUTCOMES: Final[dict[str, str]] = {
    "new": _n("new here"), "matched": _n("known, changes"), "pending": _n("waits until seen"), "unchanged": _n("stays as it is"),
}  # fmt: skip

STATES: Final[dict[str, str]] = {
    "reading": _n("The file is being read"), "applying": _n("Being taken over"), "done": _n("Taken over"), "undoing": _n("Being undone"),
    "undone": _n("Undone"), "failed": _n("Nothing was taken over"),
}  # fmt: skip
NOTES: Final = (
    _n("Firebot writes this file without quotes, and its values may stand under the wrong name. users.db from a backup is safer."),
    _n("There are several currencies; the first becomes loyalty points unless you choose another."),
    _n("Accounts of one person on several platforms are noted, so that you can link them where they are seen."),
    _n("This version of the plugin counted every coin twice; half of it is taken over."),
    _n("The plugin knew people by their names: whoever has no account id waits until seen here under the same name."),
    _n("The first line names no columns; it is taken for somebody. Columns have numbers."),
    _n("No column says who a row is about: choose the one with the handle or with the account's id."),
    _n("There is no name."),
    _n("There is no id, so the values of this line may belong to somebody else."),
    _n("There is no account on any platform in this line."),
    _n("This line is broken: it is no JSON."),
    _n("This person was erased here and is not brought back."),
)
"""What the room says of files and of lines, word for word."""


def reason(said: str) -> str:
    """Say in the reader's language why a line cannot be used; the column that it begins with stays as it is."""
    if (told := retelling.retell(said)) != said:
        return told
    column, colon, rest = said.partition(": ")
    return column + colon + retelling.retell(rest) if colon else said


def rules_of(target: str) -> Sequence[tuple[str, str]]:
    """Return the rules that make sense for what a column holds, each with its words; none for who a row is about."""
    field = FIELDS.get(target.partition(":")[0])
    return _RULES[field.kind] if field else ()


def value(name: str, held: Any) -> str:  # noqa: ANN401 - the value of any field
    """Write the value of a field as a person reads it."""
    if held in (None, "", []):
        return "–"
    if name == "watch_ms":
        return formats.duration(int(held) // 1000)
    if name.endswith("_ms"):
        return formats.day(clock.iso(int(held)))
    if isinstance(held, bool):
        return _("yes") if held else _("no")
    if isinstance(held, int):
        return formats.number(held)
    return (", ".join(map(str, held)) if isinstance(held, list) else str(held))[:80]
