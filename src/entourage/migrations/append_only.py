"""Tables that are only ever added to: triggers on both engines refuse to change or delete a row, whoever asks."""

from collections.abc import Sequence
from typing import Any

_FUNCTION = """CREATE FUNCTION entourage_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is only added to', TG_TABLE_NAME;
END $$"""


def keep(op: Any, tables: Sequence[str]) -> None:  # noqa: ANN401 - alembic's operations
    """Refuse changes and deletions from here on."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(_FUNCTION)
        for table in tables:
            when = f"BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW"
            op.execute(f"CREATE TRIGGER {table}_append_only {when} EXECUTE FUNCTION entourage_append_only()")
        return
    for table in tables:
        refusal = f"BEGIN SELECT RAISE(ABORT, '{table} is only added to'); END"
        for verb in ("UPDATE", "DELETE"):
            op.execute(f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} {refusal}")


def forget(op: Any) -> None:  # noqa: ANN401 - alembic's operations
    """Take the function away; the triggers went with their tables."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION entourage_append_only()")
