"""The reader's language: which one it is, and the words in it.

A `Voice` (language, locale for numbers and dates, the creator's zone) is set for each request; templates and pages
then say `_("...")` without naming it. English is written in the sources, other languages are gettext catalogues.
"""

from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from babel import Locale, UnknownLocaleError
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from litestar.connection import ASGIConnection

LANGUAGES: Final = {"en": "English", "de": "Deutsch"}
COOKIE: Final = "language"
ZONE: Final = "entourage.zone"
"""Where the state of a request keeps whose clock its page goes by, when nobody is signed in."""
_FOLDER = Path(__file__).parent / "locale"


@dataclass(frozen=True, slots=True)
class Voice:
    """How to speak to somebody: `language` is one of LANGUAGES, `tag` the BCP 47 tag, `zone` an IANA name."""

    language: str = "en"
    tag: str = "en"
    zone: str = "UTC"

    @property
    def locale(self) -> Locale:
        """The Babel locale for numbers and dates."""
        return _locale(self.tag)


_UNASKED: Final = Voice()
_voice: ContextVar[Voice] = ContextVar("voice", default=_UNASKED)


def voice() -> Voice:
    """Return how the current request is spoken to."""
    return _voice.get()


def speak(new: Voice) -> None:
    """Speak like this from here on in the current request."""
    _voice.set(new)


def voice_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Voice:
    """Choose by the person's own setting, the cookie of this browser, then what the browser asks for."""
    actor = connection.scope.get("user")
    zone = getattr(actor, "zone", "") or connection.scope.get("state", {}).get(ZONE) or "UTC"
    asked = _accepted(connection.headers.get("accept-language", ""))
    chosen = getattr(actor, "language", "") or connection.cookies.get(COOKIE, "")
    if chosen in LANGUAGES:
        # Somebody from London who chose English keeps British dates.
        tag = next((tag for tag in asked if tag.split("-")[0] == chosen), chosen)
        return Voice(chosen, tag, zone)
    for tag in asked:
        if tag.split("-")[0] in LANGUAGES:
            return Voice(tag.split("-")[0], tag, zone)
    return Voice(zone=zone)


def mark(message: str) -> str:
    """Mark a sentence for the catalogue (imported as `_n`); it is translated when it is told."""
    return message


def gettext(message: str) -> str:
    """Say a sentence in the current language."""
    return _words(voice().language).gettext(message)


def ngettext(one: str, many: str, count: int) -> str:
    """Say a sentence about a number of things in the current language."""
    return _words(voice().language).ngettext(one, many, count)


def _accepted(header: str) -> list[str]:
    """Read Accept-Language into tags that exist, best first; at most ten are looked at."""
    found: list[tuple[float, str]] = []
    for part in header.split(",")[:10]:
        tag, _, quality = part.strip().partition(";q=")
        try:
            weight = float(quality) if quality else 1.0
            Locale.parse(tag, sep="-")
        except (ValueError, UnknownLocaleError):
            continue
        found.append((-weight, tag))
    return [tag for _, tag in sorted(found, key=lambda one: one[0])]


@lru_cache(maxsize=256)
def _locale(tag: str) -> Locale:
    return Locale.parse(tag, sep="-")


@lru_cache(maxsize=len(LANGUAGES))
def _words(language: str) -> NullTranslations:
    source = _FOLDER / language / "LC_MESSAGES" / "entourage.po"
    if not source.exists():
        return NullTranslations()
    compiled = source.with_suffix(".mo")
    if compiled.exists() and compiled.stat().st_mtime >= source.stat().st_mtime:
        with compiled.open("rb") as file:
            return GNUTranslations(file)
    # A source tree whose catalogue is newer than the last build.
    with source.open("rb") as file:
        memory = BytesIO()
        write_mo(memory, read_po(file, locale=language))
    memory.seek(0)
    return GNUTranslations(memory)
