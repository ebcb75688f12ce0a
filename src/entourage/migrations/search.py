"""The index behind viewer search, kept by triggers: trigrams of `viewers.search_text` on either engine.

SQLite has FTS5 with the trigram tokenizer. PostgreSQL's `pg_trgm` is an extension that not every server has and that
only a superuser may add, so the trigrams stand in an array under a GIN index, which every server has.

Row-level security would keep that index from being used: its operator is not marked leakproof, so a policy must be
checked on every row first. Therefore `viewer_grams` has none, and holds nothing to see: no names, only fingerprints of
trigrams, salted with the creator, so that one creator's search meets nobody else's viewers. Whatever it leads to is
read from `viewers`, where the policy holds.
"""

from typing import Any

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
    "CREATE TABLE viewer_grams (viewer_id bigint PRIMARY KEY, grams integer[] NOT NULL)",
    """CREATE FUNCTION entourage_grams(creator bigint, said text[]) RETURNS integer[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
       $$ SELECT coalesce(array_agg(DISTINCT ('x' || substr(md5(creator || ':' || substr(word, place, 3)), 1, 8))::bit(32)::integer), '{}')
          FROM unnest(said) AS word, generate_series(1, length(word) - 2) AS place $$""",
    """CREATE FUNCTION entourage_keep_grams() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN
         IF TG_OP = 'DELETE' THEN
           DELETE FROM viewer_grams WHERE viewer_id = OLD.id;
           RETURN OLD;
         END IF;
         INSERT INTO viewer_grams (viewer_id, grams)
         VALUES (NEW.id, entourage_grams(NEW.creator_id, ARRAY[NEW.search_text::text]))
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
    op.execute("DROP FUNCTION entourage_grams(bigint, text[])")
