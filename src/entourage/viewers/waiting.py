"""People of an import who are not known here yet: their rows wait, by platform and handle, until somebody of that name is met."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, exists, literal_column, select

from entourage.kernel.rows import among
from entourage.viewers import fold
from entourage.viewers.tables import ImportRow

PENDING: ColumnElement[str] = literal_column("'pending'")  # a bound value would not lead to the partial index
_LENGTH = 200


def folded(handle: str) -> str:
    """Return the form in which a handle waits: accents and case aside."""
    return (fold.fold(handle) or handle.casefold())[:_LENGTH]


def anybody(connection: Connection, creator_id: int) -> bool:
    """Tell whether anybody waits."""
    row = ImportRow
    return bool(connection.scalar(select(exists().where(row.creator_id == creator_id, row.state == PENDING))))


def find(connection: Connection, creator_id: int, platform: str, handles: Iterable[str]) -> Sequence[Any]:
    """Return the rows that wait for somebody with one of these folded handles, in the order in which they came."""
    row = ImportRow
    statement = (
        select(row.id, row.import_id, row.line, row.platform, row.user_id, row.folded, row.said)
        .where(row.creator_id == creator_id, row.platform == platform, row.state == PENDING)
        .where(among(row.folded, handles, connection.dialect.name))
        .order_by(row.id)
    )
    return connection.execute(statement).all()
