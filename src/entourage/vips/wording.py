"""What is said in the chat and on Discord: templates with placeholders, and the words for reasons and times left. A pure rule."""

from collections.abc import Mapping
from typing import Literal

from entourage.kernel import placeholders
from entourage.kernel.placeholders import LONGEST, fill

Language = Literal["en", "de"]
__all__ = ["LONGEST", "PLACEHOLDERS", "Language", "fill", "reason", "strange", "time_left"]

PLACEHOLDERS = ("user", "time_left", "duration", "reason", "channel", "free_slots")
_UNITS = (
    (86_400, ("day", "days"), ("Tag", "Tage")),
    (3_600, ("hour", "hours"), ("Stunde", "Stunden")),
    (60, ("minute", "minutes"), ("Minute", "Minuten")),
)

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


def strange(template: str) -> list[str]:
    """Return the placeholders of a template that nobody knows."""
    return placeholders.strange(template, PLACEHOLDERS)


def time_left(seconds: float | None, language: Language = "en") -> str:
    """Write a time in its two biggest units, rounded up to the minute; None is what is left of the stream."""
    if seconds is None:
        return "the rest of the stream" if language == "en" else "den Rest des Streams"
    rest = max(60, -(-int(seconds) // 60) * 60)
    parts = []
    for size, english, german in _UNITS:
        count, rest = divmod(rest, size)
        if count:
            one, more = english if language == "en" else german
            parts.append(f"{count} {one if count == 1 else more}")
    return " ".join(parts[:2])


def reason(code: str, language: Language = "en") -> str:
    """Say why somebody was refused."""
    said = _REASONS.get(code, _REASONS["refused"])
    return said[0 if language == "en" else 1]
