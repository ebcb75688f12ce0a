"""Tells in the reader's language what the rooms and the kernel said in English."""

import re
from functools import lru_cache, partial
from typing import Any

from litestar.connection import ASGIConnection

from entourage.web import i18n
from entourage.web.problems import PROBLEMS

_BLANK = re.compile(r"\{(\w+)\}")


def retell(sentence: str) -> str:
    """Say a sentence of an error in the current language; what the catalogue does not know stays as it is."""
    if not sentence or i18n.voice().language == "en":
        return sentence
    for pattern, template in _patterns():
        if said := pattern.fullmatch(sentence):
            return _BLANK.sub(partial(_filled, said), i18n.gettext(template))
    return i18n.gettext(sentence)


def answer(connection: ASGIConnection[Any, Any, Any, Any], sentence: str) -> str:
    """Say a sentence of an error to whoever asked: to a person in their language, to a program with a key in English."""
    if connection.scope.get("auth") == "key":
        return sentence
    i18n.speak(i18n.voice_of(connection))
    return retell(sentence)


def _filled(said: re.Match[str], blank: re.Match[str]) -> str:
    return retell(said[blank[1]])


@lru_cache(1)
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """Return the sentences with blanks, those that say most first: `{name} is no date.` fits more than it means."""
    templates = sorted((one for one in PROBLEMS if _BLANK.search(one)), key=lambda one: -len(_BLANK.sub("", one)))
    return [(re.compile(_pattern(one), re.DOTALL), one) for one in templates]


def _pattern(template: str) -> str:
    pieces = _BLANK.split(template)
    return "".join(re.escape(piece) if number % 2 == 0 else f"(?P<{piece}>.*?)" for number, piece in enumerate(pieces))
