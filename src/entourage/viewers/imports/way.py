"""How an import is asked for over the wire: the file that was handed in, and how it is to be read."""

from typing import Annotated

import msgspec

from entourage.viewers.imports import taking

_Short = Annotated[str, msgspec.Meta(max_length=64)]
_Name = Annotated[str, msgspec.Meta(max_length=200)]
_Many = msgspec.Meta(max_length=500)


class Upload(msgspec.Struct):
    """A file that was handed in: the mark to name it by for a day, and its bytes."""

    upload: str
    bytes: int


class Way(msgspec.Struct, forbid_unknown_fields=True):
    """How a file is to be read; what is left out is found out.

    `source` is one of the formats, `mapping` says what a column holds, by its name or its number from 1
    (an empty text leaves it out), `rules` how a field meets what is here: set, add, or larger.
    """

    upload: _Short
    name: _Name = "file"
    source: _Short = ""
    platform: _Short = ""
    mapping: Annotated[dict[_Name, _Short], _Many] | None = None
    rules: Annotated[dict[_Short, _Short], _Many] = {}

    def wanted(self) -> taking.Wanted:
        """Return it as the room takes it."""
        return taking.Wanted(self.source, self.platform, self.mapping, self.rules)


class Look(Way, kw_only=True):
    """The same, and whether only so many lines from the beginning are to be read."""

    most: Annotated[int, msgspec.Meta(ge=1)] | None = None


class Ways(msgspec.Struct):
    """What an import may be told: the formats with their names, what a column may hold, the rules."""

    formats: dict[str, str]
    fields: list[str]
    rules: list[str]
