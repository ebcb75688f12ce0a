"""Phrases the guard looks for, written as a person would, and turned into what finds them however they are disguised. A pure rule.

One phrase a line: `a & b` both, in either order with up to six words between, `(a|b)` either, `(x )?` perhaps, `*` the rest of a word, `...` up to four words between, `~word` also taken apart
("pay pal"), `(x )*` up to four of them, `<age>` an age below eighteen, `<end>` the end of a clause. Accents, doubled letters and apostrophes may be written or left out.
"""

import re
from collections.abc import Sequence
from functools import cached_property, lru_cache

from entourage.chats import letters

_BORDER, _END = "(?<![a-z0-9])", "(?![a-z0-9])"
_SEP = "(?:[^a-z0-9]+)"
_CLAUSE_ENDS = "(?= ?(?:[^a-z0-9 ]|$))"
_LONG = 6
_KEPT: list["Net"] = []
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
AGE_WORDS = (
    "ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn "
    "diez doce trece catorce quince dieciséis diecisiete"
)


def _bare(word: str, sep: str) -> str:
    """Write a word as it is searched; where words run into one another a letter may stand more than once."""
    bare = letters.skeleton(letters.plain(word))
    return bare if sep else "".join(f"{letter}+" for letter in bare)


def age(sep: str = _SEP) -> str:
    """Return what finds an age from eight to seventeen."""
    return "(?:[89]|1[0-7]|" + "|".join(_bare(word, sep) for word in AGE_WORDS.split()) + ")"


class Net:
    """Phrases to search with: between words, and inside what was spelled letter by letter; made ready when first needed."""

    def __init__(self, *pages: str) -> None:
        """Take pages of phrases, one phrase a line."""
        self._lines = [line for page in pages for line in page.splitlines() if line.strip()]

    @cached_property
    def open(self) -> re.Pattern[str]:
        """What finds them between words."""
        return re.compile(f"{_BORDER}(?:{'|'.join(_either(line, _SEP) for line in self._lines)}){_END}")

    @cached_property
    def tight(self) -> re.Pattern[str]:
        """What finds them in letters without spaces; shorter ones are in every word."""
        long_ones = [line for line in self._lines if len(re.sub(r"[^a-z]", "", line)) >= _LONG]
        return re.compile("|".join(_either(line, "") for line in long_ones) or "(?!)")

    def find(self, readings: Sequence[str], spelled: Sequence[str] = ()) -> str:
        """Return what was caught first, or nothing."""
        found = next((hit for text in readings if (hit := self.open.search(text))), None)
        found = found or next((hit for text in spelled if (hit := self.tight.search(text))), None)
        return found[0].strip() if found else ""


def _one(phrase: str, sep: str) -> str:
    gap = f"{sep}(?:[a-z0-9]+{sep}){{0,4}}" if sep else "[a-z0-9]{0,24}"
    apart = "[^a-z0-9]{0,2}" if sep else ""
    phrase = phrase.replace("<age>", "\x00").replace("<end>", "\x02").replace(")*", "){0,4}")
    phrase = re.sub(r" ?\.\.\. ?", "\x01", phrase.strip()).replace("(", "(?:").replace("*", "\x03")
    phrase = _WORD.sub(lambda found: _bare(found[0], sep), phrase)
    phrase = re.sub(r"~([a-z]+)", lambda found: apart.join(found[1]), phrase).replace("~", "").replace("\x03", "[a-z0-9]*")
    phrase = phrase.replace(" ", sep) if sep else phrase.replace(" ?", "").replace(" ", "")
    return phrase.replace("\x01", gap).replace("\x00", age(sep)).replace("\x02", _CLAUSE_ENDS)


def _either(phrase: str, sep: str) -> str:
    """Write a phrase of two that stand near one another, in either order; one without them as it is."""
    sides = [_one(side, sep) for side in phrase.split(" & ")]
    if len(sides) == 1:
        return sides[0]
    near = f"{sep}(?:[a-z0-9]+{sep}){{0,6}}" if sep else "[a-z0-9]{0,40}"
    one, other = (f"(?:{side})" for side in sides)
    return f"{one}{near}{other}|{other}{near}{one}"


def net(*pages: str) -> Net:
    """Make a net of pages of phrases that stays for as long as the program runs."""
    made = Net(*pages)
    _KEPT.append(made)
    return made


@lru_cache(maxsize=256)
def own(*phrases: str) -> Net:
    """Make a net of a creator's own phrases; the last few hundred are kept."""
    return Net(*phrases)


def prepare() -> None:
    """Make all nets that stay ready: a second or two of work, which otherwise whoever writes first would wait for."""
    for one in _KEPT:
        _ = one.open, one.tight
