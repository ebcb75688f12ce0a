"""What is said in the chat and on Discord: templates with placeholders, and the words for reasons and times left. A pure rule."""

import re
from collections.abc import Mapping
from typing import Literal

Language = Literal["en", "de"]
LONGEST = 500
PLACEHOLDERS = ("user", "time_left", "duration", "reason", "channel", "free_slots")
_MARK = re.compile(r"\{(\w*)\}")
_UNITS = ((86_400, "d", "Tg."), (3_600, "h", "Std."), (60, "min", "Min."))

_REASONS: Mapping[str, tuple[str, str]] = {
    "permanent": ("you have the VIP badge already", "du hast das VIP-Abzeichen schon"),
    "moderator": ("moderators cannot be VIPs", "Moderatoren können kein VIP sein"),
    "full": ("all VIP slots are taken", "alle VIP-Plätze sind belegt"),
    "not_unlocked": ("this channel cannot give VIP badges yet", "dieser Kanal kann noch keine VIP-Abzeichen vergeben"),
    "blocked": ("the channel has blocked you", "der Kanal hat dich blockiert"),
    "unknown": ("Twitch does not know this account", "Twitch kennt dieses Konto nicht"),
    "gave_up": ("Twitch did not answer for too long", "Twitch hat zu lange nicht geantwortet"),
    "refused": ("Twitch refused it", "Twitch hat es abgelehnt"),
    "follow": ("you have not followed long enough", "du folgst noch nicht lange genug"),
    "once": ("you had it not long ago", "du hattest es erst vor Kurzem"),
    "tier": ("it is for regulars only", "es ist nur für Stammgäste"),
    "cap": ("you would have more VIP time than is allowed", "du hättest mehr VIP-Zeit als erlaubt"),
    "longer": ("you have the badge for longer already", "du hast das Abzeichen schon länger"),
    "revoked": ("it was taken back", "es wurde zurückgenommen"),
    "banned": ("you were banned", "du wurdest gebannt"),
}


def fill(template: str, values: Mapping[str, str]) -> str:
    """Put values in place of {placeholders}, at most 500 characters; one without a value becomes nothing.

    What a viewer is called cannot bring in placeholders or a command of its own.
    """
    filled = _MARK.sub(lambda found: values.get(found[1], ""), template)
    return " ".join(filled.split()).lstrip("/.!")[:LONGEST].rstrip()


def strange(template: str) -> list[str]:
    """Return the placeholders of a template that nobody knows."""
    return sorted({name for name in _MARK.findall(template) if name not in PLACEHOLDERS})


def time_left(seconds: float | None, language: Language = "en") -> str:
    """Write a time in its two biggest units, rounded up to the minute; None is what is left of the stream."""
    if seconds is None:
        return "the rest of the stream" if language == "en" else "den Rest des Streams"
    rest = max(60, -(-int(seconds) // 60) * 60)
    parts = []
    for size, english, german in _UNITS:
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count} {english if language == 'en' else german}")
    return " ".join(parts[:2])


def reason(code: str, language: Language = "en") -> str:
    """Say why somebody was refused."""
    said = _REASONS.get(code, _REASONS["refused"])
    return said[0 if language == "en" else 1]
