"""The index behind viewer search, kept by triggers: trigrams of `viewers.search_text` on either engine.

SQLite has FTS5 with the trigram tokenizer. PostgreSQL's `pg_trgm` is an extension that not every server has and that
only a superuser may add, so the trigrams stand in an array under a GIN index, which every server has.
"""

from typing import Any

from entourage.migrations import isolation

_SQLITE = (
    "CREATE VIRTUAL TABLE viewer_search USING fts5(search_text, content='viewers', content_rowid='id', tokenize='trigram')",
    """CREATE TRIGGER viewer_search_insert AFTER INSERT ON viewers BEGIN
         INSERT INTO viewer_search(rowid, search_text) VALUES (new.id, new.search_text);
       END""",
    """CREATE TRIGGER viewer_search_delete AFTER DELETE ON viewers BEGIN
         INSERT INTO viewer_search(viewer_search, rowid, search_text) VALUES ('delete', old.id, old.search_text);
       END""",
    """CREATE TRIGGER viewer_search_update AFTER UPDATE OF search_text ON viewers
       WHEN old.search_text IS NOT new.search_text BEGIN
         INSERT INTO viewer_search(viewer_search, rowid, search_text) VALUES ('delete', old.id, old.search_text);
         INSERT INTO viewer_search(rowid, search_text) VALUES (new.id, new.search_text);
       END""",
)
_POSTGRESQL = (
    "CREATE TABLE viewer_grams (viewer_id bigint PRIMARY KEY, creator_id bigint NOT NULL, grams text[] NOT NULL)",
    """CREATE FUNCTION entourage_grams(said text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
       $$ SELECT coalesce(array_agg(DISTINCT substr(said, place, 3)), '{}')
          FROM generate_series(1, length(said) - 2) AS place $$""",
    """CREATE FUNCTION entourage_keep_grams() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN
         IF TG_OP = 'DELETE' THEN
           DELETE FROM viewer_grams WHERE viewer_id = OLD.id;
           RETURN OLD;
         END IF;
         INSERT INTO viewer_grams (viewer_id, creator_id, grams)
         VALUES (NEW.id, NEW.creator_id, entourage_grams(NEW.search_text))
         ON CONFLICT (viewer_id) DO UPDATE SET grams = excluded.grams;
         RETURN NEW;
       END $$""",
    """CREATE TRIGGER viewer_grams_insert AFTER INSERT OR DELETE ON viewers
       FOR EACH ROW EXECUTE FUNCTION entourage_keep_grams()""",
    """CREATE TRIGGER viewer_grams_update AFTER UPDATE OF search_text ON viewers
       FOR EACH ROW WHEN (OLD.search_text IS DISTINCT FROM NEW.search_text) EXECUTE FUNCTION entourage_keep_grams()""",
    "CREATE INDEX ix_viewer_grams ON viewer_grams USING gin (grams)",
)


def create(op: Any) -> None:  # noqa: ANN401 - alembic's operations
    """Make the index and its triggers."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in _SQLITE if sqlite else _POSTGRESQL:
        op.execute(statement)
    if not sqlite:
        isolation.force(op, ["viewer_grams"])


def drop(op: Any) -> None:  # noqa: ANN401 - alembic's operations
    """Take them away."""
    if op.get_bind().dialect.name == "sqlite":
        for name in ("insert", "delete", "update"):
            op.execute(f"DROP TRIGGER viewer_search_{name}")
        op.execute("DROP TABLE viewer_search")
        return
    for name in ("insert", "update"):
        op.execute(f"DROP TRIGGER viewer_grams_{name} ON viewers")
    op.execute("DROP TABLE viewer_grams")
    op.execute("DROP FUNCTION entourage_keep_grams()")
    op.execute("DROP FUNCTION entourage_grams(text)")
