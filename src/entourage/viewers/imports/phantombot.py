"""PhantomBot: points_export.csv, with seconds of watch time."""

from entourage.viewers.imports.table import Plain, Table

_COLUMNS = {"Username": "handle", "Seconds": "watch_ms:seconds", "Points": "loyalty_points"}


def find(found: Plain, *, sure: bool = False) -> Table | None:
    """Recognise Username,Seconds,Points."""
    names = found.named(tuple(_COLUMNS))
    if not (sure and found.header is None) and [name.casefold() for name in names] != [name.casefold() for name in _COLUMNS]:
        return None
    said = dict(zip(names, _COLUMNS.values(), strict=False))
    return Table("phantombot", "points_export.csv", names, said, found.rows, encoding=found.encoding, delimiter=found.delimiter)
