"""What somebody types into the search box, as ways to find the viewers and checks on each of them.

A word may stand anywhere in handle or name, accents and case aside. Words of three letters and more are found by
trigrams (FTS5 on SQLite, fingerprints under GIN on PostgreSQL). Where there is none, the first word of one or two letters
must begin the handle; shorter words beside it may stand anywhere.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, TextualSelect, and_, column, func, text

from entourage.viewers import fold
from entourage.viewers.tables import Viewer

_GRAM = 3
_MOST_WORDS = 6
_LAST = "\U0010ffff"
_AFTER_SPACE = "!"  # handle and name are parted by a space

_HITS = {
    "sqlite": "SELECT rowid AS id FROM viewer_search WHERE viewer_search MATCH :wanted",
    "postgresql": "SELECT viewer_id AS id FROM viewer_grams WHERE grams @> entourage_grams(:creator, :wanted)",
}


@dataclass(frozen=True, slots=True)
class Words:
    """What was typed, folded: words that trigrams find, the beginning of a handle, and what must stand somewhere too."""

    long: tuple[str, ...]
    short: tuple[str, ...]
    beside: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Tell whether anything is searched."""
        return bool(self.long or self.short)


def split(typed: str) -> Words:
    """Split what was typed; more than six words are not looked at."""
    words = fold.fold(typed).split()[:_MOST_WORDS]
    long = tuple(w for w in words if len(w) >= _GRAM)
    short = tuple(w for w in words if len(w) < _GRAM)
    return Words(long, (), short) if long else Words((), short[:1], short[1:])


def checks(words: Words, viewer: Any, dialect: str) -> list[ColumnElement[bool]]:  # noqa: ANN401 - the table or a selection of it
    """Write the words as conditions on one viewer's row."""
    position = func.instr if dialect == "sqlite" else func.strpos
    found: list[ColumnElement[bool]] = [position(viewer.search_text, word) > 0 for word in words.long + words.beside]
    return found + [_begins(word, viewer) for word in words.short]


def named(handle: str) -> ColumnElement[bool]:
    """Write the condition for viewers of this handle, in a way that an index leads to: the search text begins with it."""
    exactly = and_(Viewer.handle == handle)
    return and_(spelled(handle), exactly) if fold.fold(handle) else exactly


def spelled(handle: str) -> ColumnElement[bool]:
    """Write the condition for viewers of this handle, accents and case aside."""
    beginning = fold.fold(handle)[: fold.LENGTH]
    return and_(Viewer.search_text >= beginning, Viewer.search_text < beginning + _AFTER_SPACE)


def hits(words: Words, creator_id: int, dialect: str, most: int | None) -> TextualSelect:
    """Select the ids that the long words lead to, all or so many; on SQLite of all creators. Their `checks` must follow."""
    found, wanted = _HITS[dialect], _wanted(words, creator_id, dialect)
    if most is not None:
        found, wanted = f"{found} LIMIT :most", wanted | {"most": most}
    return text(found).bindparams(**wanted).columns(column("id", BigInteger))


def _wanted(words: Words, creator_id: int, dialect: str) -> dict[str, Any]:
    if dialect == "sqlite":
        return {"wanted": " AND ".join('"' + word.replace('"', '""') + '"' for word in words.long)}
    return {"creator": creator_id, "wanted": list(words.long)}


def _begins(word: str, viewer: Any) -> ColumnElement[bool]:  # noqa: ANN401
    return and_(viewer.search_text >= word, viewer.search_text < word + _LAST)
