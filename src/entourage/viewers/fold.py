"""Text as search compares it: accents, case and width folded away, the rest as typed."""

import re
import unicodedata

LENGTH = 320
"""The longest text that is searched, in characters."""
_SPACES = re.compile(r"\s+")
_UNSEEN = frozenset({"Cc", "Cf", "Cs"})
_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe", "ı": "i"})


def fold(text: str) -> str:
    """Fold accents (é to e), case (A to a) and letter forms (Ａ and 𝐀 to a), drop what cannot be seen, squeeze white space."""
    if text.isascii() and text.isprintable():
        return _SPACES.sub(" ", text.lower()).strip()
    # Twice: letter forms hide capitals from the first, and casefolding brings new accents (İ).
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    seen = "".join(c for c in _SPACES.sub(" ", plain) if not unicodedata.combining(c) and unicodedata.category(c) not in _UNSEEN)
    return _SPACES.sub(" ", seen.translate(_LETTERS)).strip()


def of_viewer(handle: str, name: str) -> str:
    """Return what is searched for a viewer: handle and name, at most 320 characters."""
    folded_handle, folded_name = fold(handle), fold(name)
    if folded_name == folded_handle:
        return folded_handle[:LENGTH]
    return f"{folded_handle} {folded_name}".strip()[:LENGTH]
