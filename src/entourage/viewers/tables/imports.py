"""What was brought from other programs."""

from typing import Any

from sqlalchemy import BigInteger, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from entourage.kernel.tables import Base, BigKey, Owned, partial_index


class Import(Owned, Base):
    """A file brought from another program: how it was read, what came of it, and whether it was taken back."""

    __tablename__ = "viewer_imports"
    __table_args__ = (UniqueConstraint("creator_id", "digest"),)
    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    source: Mapped[str] = mapped_column(String(32))  # firebot, streamlabs, streamelements, mixitup, phantombot, ltth, csv
    name: Mapped[str] = mapped_column(String(200))  # of the file
    digest: Mapped[str] = mapped_column(String(64))  # SHA-256 of the file and how it was mapped, hex
    rules: Mapped[dict[str, Any]]  # by field: set, add or larger
    counts: Mapped[dict[str, Any]]
    made_by: Mapped[str] = mapped_column(String(100))
    created_ms: Mapped[int]
    undone_ms: Mapped[int | None] = mapped_column(BigInteger())


class ImportRow(Owned, Base):
    """One person of a file: what it said, and what it changed; pending ones wait until they are seen."""

    __tablename__ = "viewer_import_rows"
    __table_args__ = (
        Index("ix_viewer_import_rows_import", "import_id", "id"),
        Index("ix_viewer_import_rows_viewer", "viewer_id"),
        partial_index("ix_viewer_import_rows_pending", "creator_id", "platform", "folded", where="state = 'pending'"),
    )
    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    import_id: Mapped[int]
    line: Mapped[int]  # of the file, from 1
    platform: Mapped[str] = mapped_column(String(16), default="")
    user_id: Mapped[str | None] = mapped_column(String(64))
    folded: Mapped[str] = mapped_column(String(200), default="")  # the handle, accents and case aside
    said: Mapped[dict[str, Any]]  # the fields as read
    state: Mapped[str] = mapped_column(String(12))  # applied, pending, unchanged, rejected
    viewer_id: Mapped[int | None] = mapped_column(BigInteger())
    added: Mapped[dict[str, Any]]  # what was added to counters, and what other fields were before
    error: Mapped[str | None] = mapped_column(Text())
