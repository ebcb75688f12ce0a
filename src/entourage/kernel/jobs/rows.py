"""The jobs table as statements see it: columns, states, and the row a worker holds."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, FromClause, Table, literal_column

from entourage.kernel.tables import Job

jobs = cast("Table", Job.__table__)

MAX_KEY = 200
"""Characters that a stored lane or dedupe key may have, its creator's prefix included."""


def has_status(status: str, table: FromClause = jobs) -> ColumnElement[bool]:
    """Say `status = '...'` as a literal: with a bound value neither engine would use its partial indexes."""
    return table.c.status == literal_column(f"'{status}'")


@dataclass(frozen=True, slots=True)
class Depth:
    """How many jobs of a kind are in a state, and when the earliest of them is or was due."""

    kind: str
    status: str
    jobs: int
    earliest: datetime


@dataclass(frozen=True, slots=True, eq=False)
class Claim:
    """A job that a worker holds; `attempt` is its fence: whoever has an older one holds nothing."""

    id: int
    creator_id: int | None
    kind: str
    lane: str
    payload: dict[str, Any]
    attempt: int
    max_attempts: int
    step: dict[str, Any]
