"""Row-level security: on PostgreSQL every owned table shows a creator's rows to that creator only, whoever asks.

FORCE holds for the owner of the tables too; only a superuser or a role with BYPASSRLS would see past it, and the
house must not be run as one. SQLite has no such thing: there the scope of the session is all (kernel.tenancy).
"""

from collections.abc import Sequence
from typing import Any

_MINE = (
    "creator_id = (SELECT nullif(current_setting('entourage.creator_id', true), '')::bigint)"
    " OR (SELECT current_setting('entourage.everywhere', true)) = 'on'"
)


def force(op: Any, tables: Sequence[str]) -> None:  # noqa: ANN401 - alembic's operations
    """Switch row-level security on for tables with a `creator_id`."""
    if op.get_bind().dialect.name != "postgresql":
        return
    for table in tables:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY {table}_of_creator ON {table} USING ({_MINE}) WITH CHECK ({_MINE})")
