"""Makes viewers and evenings straight in the tables, for tests that look at them."""

import math
import random
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from entourage.kernel import clock, tenancy
from entourage.kernel.db import Database
from entourage.kernel.tables import Connection
from entourage.viewers import fold, kinds, tables

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
NAMES = (
    ("lena.draws", "Lena"), ("mo_backt", "Mo backt 🍞"), ("kater.karlo", "Karlo"), ("sunny_mila", "Mila ☀️"), ("björn.k", "Björn Käfer"),
    ("yuki.desu", "ゆき"), ("farid.98", "Farid"), ("tante.erna", "Tante Erna"), ("nightowl_uk", "Night Owl"), ("pixelpia", "Pixel Pia"),
    ("dj.samir", "DJ Samir"), ("gamer_tom", "Tom"), ("rosa.lu", "Rosa Lu"), ("omar.cooks", "عمر"), ("hanna_liest", "Hanna liest"),
    ("bigmike", "Big Mike"), ("zoe.flies", "Zoë"), ("papa.joe", "Papa Joe"), ("lia.und.leo", "Lia & Leo"), ("studio54", "Studio 54"),
    ("wanda.w", "Wanda"), ("elif.tv", "Elif"), ("noah.nrw", "Noah"), ("coffee.cat", "Coffee Cat"), ("mrs.bloom", "Mrs. Bloom"),
    ("ivan.irl", "Ivan"), ("sternchen", "Sternchen ✨"), ("quokka", "quokka"), ("anna-lena", "Anna-Lena von und zu Hohenstaufen-Reichenbach"), ("x", "X"),
)  # fmt: skip
CHAT = (
    "good evening everyone", "schönen Abend zusammen!", "what brush is that?", "finally home from work 😮‍💨", "😂😂😂", "how long will you stay tonight?",
    "first time here, love the colors", "I missed you on Tuesday", "can you show the cat again", "Grüße aus Köln", "that shading is unreal", "+1", "who wins the battle?",
    "I have been waiting all week for this and my train was late again, but now I am here and nobody will stop me from watching",
)  # fmt: skip
GIFTS = (
    ("5655", "Rose", 1),
    ("5827", "Ice Cream", 1),
    ("5879", "Doughnut", 30),
    ("6064", "GG", 1),
    ("5586", "Hearts", 199),
    ("8913", "Rosa", 10),
    ("6267", "Corgi", 299),
)
TIERS = (("Platinum", 100_000), ("Gold", 20_000), ("Silver", 5_000), ("Bronze", 1_000))


def day(ahead: int = 0) -> date:
    """Return a day of the calendar of the tests' creator, who lives in Berlin: from 22:00 UTC on it is not the day of UTC."""
    return clock.now().astimezone(ZoneInfo("Europe/Berlin")).date() + timedelta(days=ahead)


def viewer(number: int, **changes: Any) -> tables.Viewer:
    """Make a viewer that is not stored yet; `number` tells them apart."""
    handle, name = NAMES[number] if number < len(NAMES) else (f"viewer{number}", f"Viewer {number}")
    now = clock.now_ms()
    fields: dict[str, Any] = {
        "platform": "tiktok", "user_id": str(7_000_000_000 + number), "handle": handle, "name": name, "search_text": fold.of_viewer(handle, name),
        "verified": False, "moderator": False, "subscriber": False, "follower": False, "first_seen_ms": now - 60 * DAY, "last_seen_ms": now - DAY,
        "visits": 1, "watch_ms": 0, "coins": 0, "gifts": 0, "comments": 0, "likes": 0, "shares": 0, "tier_held": False, "favorite": False,
        "blocked": False, "created_ms": now, "updated_ms": now,
    }  # fmt: skip
    return tables.Viewer(**fields | changes)


async def people(db: Database, creator_id: int, how_many: int) -> list[int]:
    """Store viewers of very different weight, the heaviest first; returns their ids."""
    chance = random.Random(7)
    async with tenancy.inside(db, creator_id, write=True) as session:
        made = [_weighted(number, how_many, chance) for number in range(how_many)]
        session.add_all(made)
        await session.flush()
        session.add(tables.Total(
            creator_id=creator_id, viewers=how_many, coins=sum(v.coins for v in made), gifts=sum(v.gifts for v in made),
            comments=sum(v.comments for v in made), likes=sum(v.likes for v in made), shares=0, visits=sum(v.visits for v in made),
            watch_ms=sum(v.watch_ms for v in made), tiered=sum(v.tier is not None for v in made), anonymous_likes=0, version=1,
        ))  # fmt: skip
        for one in made:
            session.add(tables.Handle(viewer_id=one.id, handle=one.handle, name=one.name, since_ms=one.first_seen_ms))
        return [one.id for one in made]


def _weighted(number: int, how_many: int, chance: random.Random) -> tables.Viewer:
    now = clock.now_ms()
    place = 1 - number / how_many
    coins = int(140_000 * place**24) + chance.randrange(40)
    visits = max(1, int(120 * place**3))
    tier = next((name for name, needed in TIERS if coins >= needed), None)
    return viewer(
        number, coins=coins, visits=visits, watch_ms=int(220 * HOUR * place**4) + chance.randrange(HOUR), gifts=coins // 7, comments=int(900 * place**3),
        likes=int(40_000 * place**2), tier=tier, tier_since_ms=now - (number + 3) * 6 * DAY if tier else None, verified=number == 2, moderator=number in {0, 7},
        favorite=number in {1, 4}, follower=number % 3 > 0, subscriber=number < 4, last_seen_ms=now - chance.randrange(1, 40) * number * HOUR // 2,
        first_seen_ms=now - (90 + number) * DAY, followers=chance.randrange(9_000), following=chance.randrange(900),
    )  # fmt: skip


async def evenings(db: Database, creator_id: int, viewer_ids: list[int], *, live: bool = True) -> int:
    """Store five past streams and tonight's, with who came and what they did; returns tonight's stream id."""
    chance = random.Random(11)
    now = clock.now_ms()
    async with tenancy.inside(db, creator_id, write=True) as session:
        streams = [_stream(now - back * 2 * DAY, ended=back > 0 or not live, chance=chance) for back in range(5, -1, -1)]
        session.add_all(streams)
        await session.flush()
        tonight = streams[-1]
        for stream in streams:
            came = viewer_ids if stream is tonight else chance.sample(viewer_ids, max(1, len(viewer_ids) // 2))
            for place, viewer_id in enumerate(came):
                began = stream.started_ms + (place * 97_000) % (70 * MINUTE)
                session.add(tables.Visit(
                    stream_id=stream.id, viewer_id=viewer_id, started_ms=began, last_ms=began + 20 * MINUTE, watch_ms=18 * MINUTE,
                    open=stream is tonight and live and place % 3 != 1, coins=max(0, 900 - place * 61), comments=place * 7 % 23,
                ))  # fmt: skip
        session.add_all(minute for stream in streams for minute in _minutes(stream))
        key = iter(range(1, 100_000))
        for stream in streams[-2:]:
            for step in range(90):
                viewer_id = viewer_ids[int(len(viewer_ids) * chance.random() ** 2)]
                at = stream.last_event_ms - (89 - step) * 11_000
                if step % 5 == 2:
                    gift_id, name, coins = chance.choice(GIFTS)
                    session.add(tables.Gift(
                        stream_id=stream.id, viewer_id=viewer_id, streak=f"msg:{next(key)}", gift_id=gift_id, gift_name=name, coins_each=coins,
                        quantity=chance.choice((1, 1, 3, 12)), first_ms=at, last_ms=at,
                    ))  # fmt: skip
                    continue
                kind = chance.choice((kinds.CHAT, kinds.CHAT, kinds.CHAT, kinds.LIKE, kinds.JOIN, kinds.FOLLOW, kinds.SHARE))
                session.add(tables.Interaction(
                    stream_id=stream.id, msg_key=next(key), viewer_id=viewer_id, kind=kind, amount=chance.randrange(1, 15) if kind == kinds.LIKE else 1,
                    content=chance.choice(CHAT) if kind == kinds.CHAT else None, at_ms=at,
                ))  # fmt: skip
        await session.flush()
        _week(session, creator_id, viewer_ids[:5], chance)
        return tonight.id


def _stream(ended_ms: int, *, ended: bool, chance: random.Random) -> tables.Stream:
    coins = chance.randrange(2_400, 3_900) if ended else 4_620
    return tables.Stream(
        platform="tiktok", room=str(chance.randrange(10**18)), started_ms=ended_ms - 84 * MINUTE, last_event_ms=ended_ms, ended_ms=ended_ms if ended else None,
        peak_watching=412, viewers=chance.randrange(240, 420), new_viewers=chance.randrange(20, 60), coins=coins, gifts=coins // 9, comments=chance.randrange(700, 1900),
        likes=chance.randrange(9_000, 48_000), shares=12, follows=31, joins=900, watch_ms=90 * HOUR,
    )  # fmt: skip


def _minutes(stream: tables.Stream) -> list[tables.Minute]:
    """Let a stream begin quietly, rise to its best half hour, and ebb away."""
    first = stream.started_ms // MINUTE
    rise = [math.sin(math.pi * minute / 84) for minute in range(84)]
    return [
        tables.Minute(
            stream_id=stream.id, minute=first + place, comments=int(26 * up) + (place * 7 + stream.id * 3) % 9, likes=int(300 * up), gifts=place % 3,
            coins=int(400 * up) if place % 11 == stream.id % 5 else place % 3 * 5, joins=int(9 * (1 - up)) + place % 4, watching=int(380 * up) + 32,
        )
        for place, up in enumerate(rise)
    ]  # fmt: skip


async def gap(db: Database, creator_id: int, stream_id: int | None, from_ms: int, **fields: Any) -> int:
    """Store a time in which nobody listened, two minutes long unless said otherwise; returns its id."""
    given: dict[str, Any] = {"platform": "tiktok", "until_ms": from_ms + 2 * MINUTE, "reason": "reconnecting", "recovered": 0} | fields
    async with tenancy.inside(db, creator_id, write=True) as session:
        made = tables.Gap(stream_id=stream_id, from_ms=from_ms, **given)
        session.add(made)
        await session.flush()
        return made.id


def _week(session: tenancy.CreatorSession, creator_id: int, viewer_ids: list[int], chance: random.Random) -> None:
    for cell in range(168):
        day, hour = divmod(cell, 24)
        evening = max(0, 6 - abs(hour - 20)) * (3 if day in {0, 2, 4} else 1)
        if evening:
            session.add(
                tables.CreatorHour(
                    creator_id=creator_id, cell=cell, activity=evening * chance.randrange(20, 60), coins=evening * chance.randrange(90)
                )
            )
            for viewer_id in viewer_ids:
                session.add(tables.Hour(viewer_id=viewer_id, cell=cell, activity=evening * chance.randrange(1, 5), coins=0))


async def card(db: Database, creator_id: int, viewer_id: int, **fields: Any) -> None:
    """Store what the creator wrote about a viewer."""
    given: dict[str, Any] = {"notes": "", "tags": [], "loyalty_points": 0, "updated_ms": clock.now_ms()} | fields
    if given.get("birthday"):
        given["birthday_mmdd"] = given["birthday"][-5:]
    async with tenancy.inside(db, creator_id, write=True) as session:
        session.add(tables.Card(viewer_id=viewer_id, **given))


async def connection(db: Database, creator_id: int, source: str = "tiktok", **fields: Any) -> None:
    """Store a connection that is live."""
    state = {"source": source, "code": "live", "at_ms": clock.now_ms(), "watching": 1204}
    given = {"account": "ada.live", "enabled": True, "state": state, "updated_at": clock.now()} | fields
    async with tenancy.inside(db, creator_id, write=True) as session:
        session.add(Connection(source=source, **given))
