"""Many rows in one statement: inserts, upserts and additions that read the same on both engines.

SQLite gets `executemany` over tuples, PostgreSQL one statement over `unnest` of column arrays: measured, both are
several times quicker than a statement a row through the ORM. Rows are tuples in the order of `columns`. All of it but
`insert_into` is for synchronous connections: `Database.write_batch` runs a whole batch in one thread (docs/decisions/0003).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, and_, any_, bindparam, func, select, true
from sqlalchemy import types as sqltypes
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import InstrumentedAttribute

from entourage.kernel.tables import Base

_PG = postgresql.dialect()  # type: ignore[no-untyped-call]


@dataclass(frozen=True)
class Upsert:
    """Insert rows; where `key` is taken, add to, replace, or keep the larger or smaller of a column.

    With none of `add`, `put`, `larger`, `smaller` an existing row stays as it is.
    """

    model: type[Base]
    key: tuple[str, ...]
    columns: tuple[str, ...]
    add: tuple[str, ...] = ()
    put: tuple[str, ...] = ()
    larger: tuple[str, ...] = ()
    smaller: tuple[str, ...] = ()

    def run(self, connection: Connection, rows: Sequence[tuple[Any, ...]]) -> int:
        """Write the rows, of which no two may share a key; returns how many were inserted or changed."""
        if not rows:
            return 0
        if connection.dialect.name == "sqlite":
            result = connection.exec_driver_sql(self._sqlite, list(rows))
        else:
            result = connection.exec_driver_sql(self._postgresql, tuple(map(list, zip(*rows, strict=True))))
        return result.rowcount

    @cached_property
    def _sqlite(self) -> str:
        marks = ",".join("?" * len(self.columns))
        return f"INSERT INTO {_name(self.model)} ({','.join(self.columns)}) VALUES ({marks}) {self._conflict('max', 'min')}"

    @cached_property
    def _postgresql(self) -> str:
        return (
            f"INSERT INTO {_name(self.model)} ({','.join(self.columns)}) "
            f"SELECT * FROM unnest({_arrays(self.model, self.columns)}) {self._conflict('greatest', 'least')}"
        )

    def _conflict(self, larger: str, smaller: str) -> str:
        name = _name(self.model)
        sets = [f"{c}={name}.{c}+excluded.{c}" for c in self.add]
        sets += [f"{c}=excluded.{c}" for c in self.put]
        sets += [f"{c}={larger}({name}.{c},excluded.{c})" for c in self.larger]
        sets += [f"{c}={smaller}({name}.{c},excluded.{c})" for c in self.smaller]
        action = f"DO UPDATE SET {','.join(sets)}" if sets else "DO NOTHING"
        return f"ON CONFLICT ({','.join(self.key)}) {action}"


@dataclass(frozen=True)
class Change:
    """Change rows that exist, found by `key`: add to columns, replace them, or keep the larger."""

    model: type[Base]
    key: tuple[str, ...]
    add: tuple[str, ...] = ()
    put: tuple[str, ...] = ()
    larger: tuple[str, ...] = ()
    columns: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Fix the order of a row's values: key, then add, put and larger."""
        object.__setattr__(self, "columns", self.key + self.add + self.put + self.larger)

    def run(self, connection: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
        """Write the changes, of which no two may share a key."""
        if not rows:
            return
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql(self._sqlite, list(rows))
        else:
            connection.exec_driver_sql(self._postgresql, tuple(map(list, zip(*rows, strict=True))))

    @cached_property
    def _sqlite(self) -> str:
        place = {name: f"?{number}" for number, name in enumerate(self.columns, 1)}
        sets = [f"{c}={c}+{place[c]}" for c in self.add] + [f"{c}={place[c]}" for c in self.put]
        sets += [f"{c}=max({c},{place[c]})" for c in self.larger]
        found = " AND ".join(f"{c}={place[c]}" for c in self.key)
        return f"UPDATE {_name(self.model)} SET {','.join(sets)} WHERE {found}"

    @cached_property
    def _postgresql(self) -> str:
        name = _name(self.model)
        sets = [f"{c}={name}.{c}+v.{c}" for c in self.add] + [f"{c}=v.{c}" for c in self.put]
        sets += [f"{c}=greatest({name}.{c},v.{c})" for c in self.larger]
        found = " AND ".join(f"{name}.{c}=v.{c}" for c in self.key)
        arrays = _arrays(self.model, self.columns)
        return f"UPDATE {name} SET {','.join(sets)} FROM unnest({arrays}) AS v({','.join(self.columns)}) WHERE {found}"


@dataclass(frozen=True)
class Lookup:
    """Read columns of the rows whose `equal` columns have one value each and whose `among` column is one of many.

    Values come as the driver gives them: on SQLite a boolean is 0 or 1.
    """

    model: type[Base]
    equal: tuple[str, ...]
    among: str
    columns: tuple[str, ...]

    def run(self, connection: Connection, equal: tuple[Any, ...], among: Iterable[Any]) -> Sequence[Any]:
        """Return the rows found, in no order."""
        values = list(among)
        if not values:
            return []
        if connection.dialect.name == "sqlite":
            return connection.exec_driver_sql(self._sqlite, (*equal, msgspec.json.encode(values).decode())).all()
        return connection.exec_driver_sql(self._postgresql, (*equal, values)).all()

    @cached_property
    def _sqlite(self) -> str:
        return self._select("?", f"{self.among} IN (SELECT value FROM json_each(?))")

    @cached_property
    def _postgresql(self) -> str:
        kind = _kind(self.model, self.among)
        return self._select("%s", f"{self.among} = ANY(%s::{kind}[])")

    def _select(self, mark: str, last: str) -> str:
        found = "".join(f"{c}={mark} AND " for c in self.equal)
        return f"SELECT {','.join(self.columns)} FROM {_name(self.model)} WHERE {found}{last}"


def among(column: ColumnElement[Any] | InstrumentedAttribute[Any], values: Iterable[Any], dialect: str) -> ColumnElement[bool]:
    """Say `column IN values` with one bound parameter, so that the statement is compiled once for any number."""
    return _one_of(column, bindparam(None, packed(values, dialect), type_=_packed_type(column, dialect)), dialect)


def among_named(column: ColumnElement[Any] | InstrumentedAttribute[Any], name: str, dialect: str) -> ColumnElement[bool]:
    """Say `column IN :name` for a statement that is written once; what is bound must be `packed`."""
    return _one_of(column, bindparam(name, type_=_packed_type(column, dialect)), dialect)


def packed(values: Iterable[Any], dialect: str) -> str | list[Any]:
    """Return values as the one parameter that `among_named` takes."""
    listed = list(values)
    return msgspec.json.encode(listed).decode() if dialect == "sqlite" else listed


def _packed_type(column: Any, dialect: str) -> sqltypes.TypeEngine[Any]:  # noqa: ANN401 - a column
    return sqltypes.Text() if dialect == "sqlite" else postgresql.ARRAY(column.type)


def _one_of(column: Any, bound: ColumnElement[Any], dialect: str) -> ColumnElement[bool]:  # noqa: ANN401 - a column
    if dialect == "sqlite":
        each = func.json_each(bound).table_valued("value")
        found: ColumnElement[bool] = column.in_(select(each.c.value).where(true()))
        return found
    return and_(column == any_(bound))


def _arrays(model: type[Base], columns: Sequence[str]) -> str:
    return ",".join(f"%s::{_kind(model, name)}[]" for name in columns)


def _kind(model: type[Base], column: str) -> str:
    """Return a column's type as PostgreSQL writes it, without the collation that an array cannot have."""
    return str(model.__table__.c[column].type.compile(_PG)).partition(" COLLATE")[0]


def _name(model: type[Base]) -> str:
    return str(model.__tablename__)


def insert_into(table: Any, dialect: str) -> Any:  # noqa: ANN401 - a table or model; two dialects' inserts share no type
    """Return an insert in an engine's own dialect, which can say what is done on a conflict."""
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)
