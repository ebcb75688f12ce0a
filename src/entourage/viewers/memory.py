"""What the intake remembers of a creator between batches, so that a batch reads only what is new to it.

It is a copy of the database and valid while `viewer_totals.version` is the one it was read at: whoever else writes
viewers raises the version, and the copy is dropped. The version is read under the batch's write lock.
"""

from collections.abc import Collection
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import Connection, select, text

from entourage.kernel import rows
from entourage.kernel.tables import Creator
from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import erasure, gift, hours, kin, people, stream, tables, tier, visit, waiting
from entourage.viewers.birthday import Wish
from entourage.viewers.hours import Week

K = TypeVar("K")

_MOST_PEOPLE = 60_000
_MOST_KEYS = 40_000

_FIRST = rows.Upsert(
    tables.Total,
    key=("creator_id",),
    columns=(
        "creator_id", "viewers", "coins", "gifts", "comments", "likes", "shares", "visits", "watch_ms", "tiered",
        "anonymous_likes", "version",
    ),
)  # fmt: skip


class Memory:
    """One creator's working copy."""

    def __init__(self, creator_id: int) -> None:
        """Begin with nothing known."""
        self.creator_id = creator_id
        self.version = -1
        self.forget()

    def forget(self) -> None:
        """Drop everything; the next batch reads again."""
        self.version = -1
        self.people: dict[people.Account, people.Who] = {}
        self.by_id: dict[int, people.Who] = {}
        self.streams: dict[stream.Room, stream.Now] = {}
        self.current: dict[tuple[str, bool], stream.Now] = {}  # by platform, live or recorded
        self.visits: dict[visit.Key, visit.Sitting] = {}
        self.streaks: dict[gift.Key, gift.Streak] = {}
        self.recent: dict[tuple[int, int], None] = {}
        self.erased: dict[int, int] = {}
        self.links: dict[int, int] = {}  # the head of each linked account
        self.waiting = False  # people of an import who are not known yet
        self.rules: list[tier.Rule] = []
        self.config = tables.Choice()
        self.week = Week(hours.zone("UTC"))
        self.birthdays: tuple[date, dict[int, Wish]] = (date.min, {})  # the day, and who is still to be wished well on it

    def trim(self) -> None:
        """Keep memory bounded: the oldest half goes when there is too much of something."""
        if len(self.people) > _MOST_PEOPLE:
            for account in list(self.people)[: _MOST_PEOPLE // 2]:
                del self.by_id[self.people.pop(account).id]
        _halve(self.visits)
        _halve(self.streaks)
        _halve(self.recent)

    def catch_up(self, connection: Connection) -> int:
        """Take the creator's lock, and forget what somebody else has changed since; returns the version."""
        version = lock(connection, self.creator_id)
        if version != self.version:
            self.forget()
            self.version = version
            self.read_choices(connection)
        return version

    def read_choices(self, connection: Connection) -> None:
        """Read what the creator decided, and whom to look out for."""
        zone = connection.scalar(select(Creator.zone).where(Creator.id == self.creator_id))
        self.week = Week(hours.zone(zone))
        self.erased = erasure.load(connection, self.creator_id)
        self.links = kin.load(connection, self.creator_id)
        self.waiting = waiting.anybody(connection, self.creator_id)
        t, c = tables.TierRule, tables.Choice
        rules = connection.execute(
            select(t.tier_name, t.min_coins_spent, t.min_watchtime_hours, t.min_visits)
            .where(t.creator_id == self.creator_id)
            .order_by(t.sort_order)
        )
        self.rules = [tier.Rule(*rule) for rule in rules] or list(tier.DEFAULTS)
        names = ("auto_vip_promotion", "birthday_reminder", "auto_fetch_tiktok_data", "session_timeout", "heatmap_enabled")
        found = (connection.execute(select(*(getattr(c, n) for n in names)).where(c.creator_id == self.creator_id))).first()
        values = found or (True, True, True, 300, True)
        self.config = tables.Choice(**dict(zip(names, values, strict=True)))

    def remember(self, who: people.Who) -> None:
        """Keep a viewer."""
        self.people[who.platform, who.user_id] = who
        self.by_id[who.id] = who

    def heads_of(self, connection: Connection, viewer_ids: Collection[int]) -> dict[int, people.Who]:
        """Return the heads of those of these viewers that are linked to one; heads that are not held are read."""
        if not self.links:
            return {}
        linked = [viewer_id for viewer_id in viewer_ids if viewer_id in self.links]
        for who in people.read(connection, self.creator_id, {self.links[i] for i in linked} - self.by_id.keys()):
            self.remember(who)
        return {viewer_id: self.by_id[self.links[viewer_id]] for viewer_id in linked}


def _halve(held: dict[K, Any]) -> None:
    if len(held) > _MOST_KEYS:
        for key in list(held)[: _MOST_KEYS // 2]:
            del held[key]


def lock(connection: Connection, creator_id: int) -> int:
    """Take the creator's write lock, which is to be the first of a transaction that changes viewers; returns the version."""
    statement = select(tables.Total.version).where(tables.Total.creator_id == creator_id).with_for_update()
    version = connection.scalar(statement)
    if version is None:
        _FIRST.run(connection, [(creator_id, *(0,) * 11)])
        version = connection.scalar(statement)
    return int(version or 0)


def raise_version(connection: Connection, creator_id: int) -> None:
    """Tell every intake that viewers were changed by somebody else; also takes the creator's write lock."""
    lock(connection, creator_id)
    connection.execute(text("UPDATE viewer_totals SET version=version+1 WHERE creator_id=:creator"), {"creator": creator_id})


async def outdate(session: CreatorSession) -> None:
    """Do the same in a creator's session: before a change, so that no batch stands between reading and writing."""
    connection = await session.connection()
    await connection.run_sync(lambda sync: raise_version(sync, session.creator))
