"""The addresses of all pages and their parts, with changing particulars, as the benchmark opens them."""

import random
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import get_args
from urllib.parse import quote, urlencode

from benchmarks.crowd import REGULAR, STREAMS
from entourage.viewers import schemas
from entourage.web import pages

WORDS = ("anna", "mateo", "pedro", "elena pro", "anna gaming", "zoë", "liv", "an", "a", "qqqxyz", "star", "max")
CONDITIONS = (
    ("coins:at_least:1000", "tier:any", "favorite:is:no", "last_seen_days:at_most:30"),
    ("tag:is:artist",),
    ("tag:is_not:artist", "visits:at_least:3"),
    ("birthday:is:yes", "coins:at_least:100"),
    ("platform:is_not:tiktok",),
    ("comments:at_least:80", "follower:is:yes"),
    ("first_seen_days:at_most:1", "likes:at_least:900"),
)
"""Segments: of few and of many, and one that nobody meets."""
Make = Callable[[random.Random], str]


@dataclass(frozen=True)
class Address:
    """A page: its name, how an address of it is made, and whether a script asks for it (a part) or a browser (the whole)."""

    name: str
    make: Make
    part: bool = False


def every(viewers: int, overlay: str, token: str) -> list[Address]:
    """List the addresses of a house with so many viewers and this overlay."""
    return [*_lists(), *_profiles(viewers), *_streams(), *_others(), *_overlays(overlay, token)]


def unmeasured(addresses: Iterable[Address], dice: random.Random) -> list[str]:
    """Name the pages that none of these addresses opens."""
    opened = {one.make(dice).partition("?")[0] for one in addresses}
    paths = sorted({route.path for route in pages.ROUTER.routes if "GET" in getattr(route, "methods", ())})
    return [path for path in paths if not any(re.fullmatch(re.sub(r"\{[^}]*\}", "[^/]+", path), one) for one in opened)]


def _fixed(path: str, *, part: bool = False) -> Address:
    return Address(path, lambda _: path, part)


def _lists() -> Iterator[Address]:
    yield _fixed("/viewers")
    yield _fixed("/viewer-profiles/ui")
    for sort in get_args(schemas.Sort):
        for order in ("desc", "asc"):
            yield _fixed(f"/viewers?{urlencode({'sort': sort, 'order': order})}")
    for name in get_args(schemas.Filter):
        for sort in ("total_coins_spent", "last_seen_at", "total_likes"):
            yield _fixed(f"/viewers?{urlencode({'filter': name, 'sort': sort})}", part=True)
    yield Address("/viewers?search=…", lambda dice: f"/viewers?{urlencode({'search': dice.choice(WORDS)})}")
    yield Address("/viewers?search=…&filter=vip", lambda dice: f"/viewers?{urlencode({'search': dice.choice(WORDS), 'filter': 'vip'})}")
    for where in CONDITIONS:
        yield _fixed(f"/viewers?{urlencode({'where': where}, doseq=True)}", part=True)
    yield Address("/search?q=…", lambda dice: f"/search?{urlencode({'q': dice.choice(WORDS)})}", part=True)
    yield _fixed("/search", part=True)
    for board in ("coins", "watchtime", "visits", "gifts", "comments", "likes"):
        for period in ("ever", "tonight", "week", "month"):
            yield _fixed(f"/leaderboard?{urlencode({'board': board, 'period': period})}")


def _profiles(viewers: int) -> Iterator[Address]:
    tabs = ("", "/about", "/tier", "/visits", "/gifts", "/chat", "/week", "/arrival", "/candidates")
    whoever: dict[str, Make] = {
        "{somebody}": lambda dice: str(dice.randint(2, viewers)),
        "{regular}": lambda _: str(REGULAR),
    }
    for who, make in whoever.items():
        yield Address(f"/viewers/{who} over the list", lambda dice, make=make: f"/viewers/{make(dice)}")  # type: ignore[misc]
        for tab in tabs:
            yield Address(f"/viewers/{who}{tab}", lambda dice, make=make, tab=tab: f"/viewers/{make(dice)}{tab}", part=True)  # type: ignore[misc]
        yield Address(
            f"/viewers/{who}/chat?words=…",
            lambda dice, make=make: f"/viewers/{make(dice)}/chat?words={quote(dice.choice(('hello', 'abend', 'zzz')))}",  # type: ignore[misc]
            part=True,
        )
        yield Address(
            f"/viewers/{who}/candidates?q=…",
            lambda dice, make=make: f"/viewers/{make(dice)}/candidates?q={quote(dice.choice(WORDS))}",  # type: ignore[misc]
            part=True,
        )
        yield Address(
            f"/viewers/{who}/links/{{somebody}}",
            lambda dice, make=make: f"/viewers/{make(dice)}/links/{dice.randint(2, viewers)}",  # type: ignore[misc]
            part=True,
        )
    yield _fixed("/suggestions", part=True)


def _streams() -> Iterator[Address]:
    def one(tail: str) -> Make:
        return lambda dice: f"/streams/{dice.randint(1, STREAMS - 1)}{tail}"

    yield _fixed("/streams")
    yield _fixed("/streams/newest")
    yield _fixed("/streams/gaps")
    yield Address("/streams/{one}", one(""))
    yield Address("/streams/{tonight}", lambda _: f"/streams/{STREAMS}")
    for curve in ("comments", "coins", "joins", "watching"):
        yield Address(f"/streams/{{one}}/course, {curve}", one(f"/course?curve={curve}"), part=True)
    for whom in ("everybody", "first", "returning"):
        for order in ("coins", "minutes"):
            yield Address(f"/streams/{{one}}/guests, {whom} by {order}", one(f"/guests?whom={whom}&order={order}"), part=True)


def _others() -> Iterator[Address]:
    wholes = "/ /week /week?show=coins /birthdays /birthdays?days=31 /tiers /tiers/edit /tiers/history /tiers.css /settings /imports"
    for path in wholes.split():
        yield _fixed(path)
    parts = "/tonight/gaps /tonight/now /tonight/top /tonight/birthdays /chips /settings/backups"
    for path in parts.split():
        yield _fixed(path, part=True)
    yield _fixed("/settings/retention/preview?keepChatDays=90&keepHistoryDays=200", part=True)
    for section in ("connections", "creator", "viewers", "look", "keys", "people"):
        yield _fixed(f"/settings/{section}", part=True)


def _overlays(overlay: str, token: str) -> Iterator[Address]:
    yield _fixed("/overlays")
    yield _fixed("/overlays/list", part=True)
    yield Address("/overlays/{one}", lambda _: f"/overlays/{overlay}")
    yield Address("/overlays/{one}/preview", lambda _: f"/overlays/{overlay}/preview", part=True)
    yield Address("/overlay/{token}", lambda _: f"/overlay/{token}")
