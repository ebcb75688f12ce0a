"""What is remembered of viewers: who they are, when they came, what they did, and the counters kept beside.

Moments are integer milliseconds since 1970-01-01 UTC in columns ending in `_ms`, durations are milliseconds too
(docs/decisions/0002). `viewers` holds what the feed says and counts; `viewer_cards` what the creator wrote.
Search needs an index of its own per engine: FTS5 trigrams on SQLite, an array of trigrams under GIN on PostgreSQL,
both kept by triggers (see the migrations).
"""

from entourage.viewers.tables.audience import Card, Carried, CarriedHour, Erasure, Handle, Link, Segment, Tag, Viewer
from entourage.viewers.tables.choices import Choice, TierChange, TierRule
from entourage.viewers.tables.imports import Import, ImportRow
from entourage.viewers.tables.streams import Gap, Gift, Interaction, Minute, Stray, Stream, Visit
from entourage.viewers.tables.sums import CreatorHour, Hour, Period, Rezoning, Total

__all__ = [
    "Card",
    "Carried",
    "CarriedHour",
    "Choice",
    "CreatorHour",
    "Erasure",
    "Gap",
    "Gift",
    "Handle",
    "Hour",
    "Import",
    "ImportRow",
    "Interaction",
    "Link",
    "Minute",
    "Period",
    "Rezoning",
    "Segment",
    "Stray",
    "Stream",
    "Tag",
    "TierChange",
    "TierRule",
    "Total",
    "Viewer",
    "Visit",
]
