"""Text as search compares it: accents, case and width folded away, the rest as typed."""

import re
import unicodedata

_SPACES = re.compile(r"\s+")
_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe", "ı": "i"})


def fold(text: str) -> str:
    """Fold accents (é to e), case (A to a) and width (Ａ to a), and squeeze white space."""
    if text.isascii():
        return _SPACES.sub(" ", text.lower()).strip()
    plain = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(c for c in plain if not unicodedata.combining(c))
    return _SPACES.sub(" ", kept.translate(_LETTERS)).strip()


def of_viewer(handle: str, name: str) -> str:
    """Return what is searched for a viewer: handle and name, at most 320 characters."""
    folded_handle, folded_name = fold(handle), fold(name)
    if folded_name == folded_handle:
        return folded_handle[:320]
    return f"{folded_handle} {folded_name}".strip()[:320]
