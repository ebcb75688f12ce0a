"""The biggest audience: a million viewers with five visits and five gifts each and twenty deeds, tags, cards, weeks and minutes."""

import random
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, TextClause, text

from benchmarks import population
from benchmarks.crowd import DAY_MS, NOW_MS, OPEN, STREAMS, Crowd, Row
from entourage.viewers import hours, tables

_MINUTES = 60
_TAGS = ("artist", "early bird", "regular", "Moderator", "gifter", "friend", "met in Köln", "quiet", "night owl", "new")
_GIFTS = (("5655", "Rose", 1), ("5879", "Doughnut", 30), ("6064", "GG", 1), ("5585", "Confetti", 100), ("6369", "Lion", 29_999))
_KINDS = (2, 2, 2, 2, 2, 1, 1, 1, 5, 3)
_WORDS = ("hello there", "good evening everyone", "schönen Abend zusammen!", "what brush is that?", "finally home from work", "+1", "LOL")
_PERIOD = (
    "INSERT INTO viewer_periods (creator_id, period, viewer_id, visits, watch_ms, coins, gifts, comments, likes)"
    " SELECT creator_id, :period, viewer_id, count(*), sum(watch_ms), sum(coins), sum(gifts), sum(comments), sum(likes)"
    " FROM viewer_sessions WHERE stream_id IN ({}) GROUP BY creator_id, viewer_id"
)
_TIERS = (
    ("Bronze", 1_000, 5, 10, "#cd7f32"),
    ("Silver", 5_000, 20, 25, "#c0c0c0"),
    ("Gold", 20_000, 50, 50, "#ffd700"),
    ("Platinum", 100_000, 200, 100, "#e5e4e2"),
)
_TIER = (
    "INSERT INTO vip_tier_config (creator_id, tier_name, min_coins_spent, min_watchtime_hours, min_visits, benefits, badge_color,"
    " sort_order) VALUES (1, :name, :coins, :watched, :visits, '[]', :colour, :place)"
)


class Multitude(Crowd):
    """A crowd with much more behind it: `each` visits, gifts and four times as many deeds for every viewer."""

    each = 5

    def visits(self) -> Iterator[Row]:
        """Yield rows by stream: everybody's share of the evenings, all of them for the regular, and who is here now."""
        base = (self.creator_id - 1) * STREAMS
        dice = random.Random(self.seed + 2)
        rest = self.ids[1:]
        came_each = int(self.count * self.each / (STREAMS - 1) * 1.009)  # some are drawn twice
        for stream_id in range(base + 1, base + STREAMS):
            came = {self.first, *(rest[dice.randrange(len(rest))] for _ in range(came_each))}
            for viewer_id in sorted(came):
                yield self._visit(stream_id, viewer_id, is_open=False)
        for viewer_id in self.ids[1 : OPEN + 1]:
            yield self._visit(base + STREAMS, viewer_id, is_open=True)

    def gifts(self) -> Iterator[Row]:
        """Yield gifts stream by stream; a tenth of the viewers gave most of them."""
        dice = random.Random(self.seed + 4)
        for number, stream_id, began in self._moments(self.count * self.each):
            gift_id, name, coins = _GIFTS[int(5 * dice.random() ** 3)]
            viewer_id = self._who(number, dice)
            at = began + number % 3_000_000
            yield self.creator_id, stream_id, f"msg:{number}", viewer_id, gift_id, name, coins, 1 + number % 12, at, at

    def deeds(self) -> Iterator[Row]:
        """Yield deeds stream by stream: half likes, a third chat."""
        dice = random.Random(self.seed + 5)
        for number, stream_id, began in self._moments(self.count * self.each * 4):
            kind = _KINDS[number % 10]
            yield (
                self.creator_id, stream_id, number, self._who(number, dice), kind, 15 if kind == 2 else 1,
                _WORDS[number % 7] if kind == 1 else None, began + number % 3_500_000,
            )  # fmt: skip

    def _moments(self, how_many: int) -> Iterator[tuple[int, int, int]]:
        """Yield a running number, the stream it belongs to, and when that began."""
        base, first = (self.creator_id - 1) * STREAMS, self.first * 100
        each = -(-how_many // STREAMS)
        for number in range(how_many):
            stream = 1 + number // each
            yield first + number, base + stream, NOW_MS - (STREAMS - stream) * DAY_MS - 3_600_000

    def _who(self, number: int, dice: random.Random) -> int:
        return self.first if number % 500 == 0 else self.first + int(self.count * dice.random() ** 2)

    def tags(self) -> Iterator[Row]:
        """Yield tags of every hundredth viewer, as their cards have them."""
        for viewer_id in self.ids[::100]:
            tag = _TAGS[viewer_id // 100 % len(_TAGS)]
            yield self.creator_id, tag.casefold(), viewer_id, tag

    def handles(self) -> Iterator[Row]:
        """Yield one handle of each tenth viewer."""
        for viewer_id in self.ids[::10]:
            yield self.creator_id, viewer_id, f"early{viewer_id}", f"Early {viewer_id}", NOW_MS - 200 * DAY_MS

    def minutes(self) -> Iterator[Row]:
        """Yield an hour of each stream."""
        base = (self.creator_id - 1) * STREAMS
        for number in range(1, STREAMS + 1):
            began = (NOW_MS - (STREAMS - number) * DAY_MS - 3_600_000) // 60_000
            for minute in range(_MINUTES):
                yield self.creator_id, base + number, began + minute, 300 + minute, 900, 700, 90, 40, 800 + minute


FILLED: population.Filled = (
    *population.FILLED,
    (tables.Tag, ("creator_id", "folded", "viewer_id", "tag"), "tags"),
    (tables.Handle, ("creator_id", "viewer_id", "handle", "name", "since_ms"), "handles"),
    (tables.Minute, ("creator_id", "stream_id", "minute", "comments", "likes", "coins", "gifts", "joins", "watching"), "minutes"),
)


def fill(address: str, viewers: int, seed: int) -> None:
    """Give creator 1 so many viewers with all that is behind them, and creator 2 a thousand."""
    crowds = [Multitude(1, 1, viewers, seed), Multitude(2, viewers + 1, 1_000, seed + 100)]
    population.pour(address, crowds, FILLED, after=_follow)


def _follow(connection: Connection) -> None:
    add_periods(connection)
    add_choices(connection)


def add_periods(connection: Connection) -> None:
    """Add up weeks and months of all streams that are over, as the house folds them."""
    named: dict[str, list[str]] = {}
    for stream_id, started_ms in connection.execute(text("SELECT id, started_ms FROM streams WHERE folded ORDER BY id")):
        for period in hours.periods(started_ms, ZoneInfo("Europe/Berlin")):
            named.setdefault(period, []).append(str(stream_id))
    for period, streams in sorted(named.items()):
        connection.execute(text(_PERIOD.format(",".join(streams))), {"period": period})


def add_choices(connection: Connection) -> None:
    """Add the four tiers, and let visits stay open for a day."""
    for place, (name, coins, watched, visits, colour) in enumerate(_TIERS, 1):
        tier = {"name": name, "coins": coins, "watched": watched, "visits": visits, "colour": colour, "place": place}
        connection.execute(text(_TIER), tier)
    connection.execute(
        text(
            "INSERT INTO viewer_config (creator_id, auto_vip_promotion, birthday_reminder, auto_fetch_tiktok_data, session_timeout,"
            " heatmap_enabled) VALUES (1, :yes, :yes, :yes, 86400, :yes)"
        ),
        {"yes": True},
    )


def counted(table: str) -> TextClause:
    """Return the question how many rows a table has."""
    return text(f"SELECT count(*) FROM {table}")
