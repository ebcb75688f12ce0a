"""People as the intake knows them: found by platform account, made at first sight, kept up with the feed."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec
from sqlalchemy import Connection

from entourage.kernel import clock, rows
from entourage.ports.live import Person
from entourage.viewers import fold, schemas, tables

Account = tuple[str, str]
"""A platform and its id of the account."""

COUNTERS = ("visits", "watch_ms", "coins", "gifts", "comments", "likes", "shares")
_PROFILE = (
    "handle", "name", "search_text", "avatar_url", "bio", "followers", "following",
    "verified", "moderator", "subscriber", "follower",
)  # fmt: skip


class Who(msgspec.Struct, gc=False):
    """A viewer in memory, with the fields of the table that updates and rules need."""

    id: int
    platform: str
    user_id: str
    handle: str
    name: str
    avatar_url: str | None
    bio: str | None
    followers: int | None
    following: int | None
    verified: bool
    moderator: bool
    moderator_held: bool
    subscriber: bool
    follower: bool
    first_seen_ms: int
    last_seen_ms: int
    visits: int
    watch_ms: int
    coins: int
    gifts: int
    comments: int
    likes: int
    shares: int
    tier: str | None
    tier_since_ms: int | None
    tier_held: bool
    favorite: bool
    blocked: bool
    linked_to: int | None
    said: Person | None = None  # the newest message's person as taken over: the same again changes nothing


_FIELDS = tuple(Who.__struct_fields__[:-1])
_FIND = rows.Lookup(tables.Viewer, ("creator_id", "platform"), "user_id", _FIELDS)
_READ = rows.Lookup(tables.Viewer, ("creator_id",), "id", _FIELDS)
COLUMNS = [getattr(tables.Viewer, name) for name in _FIELDS]
"""The columns a `Who` is made of, in order."""
VIEWERS = tables.Viewer.__table__.columns
"""The table itself, for lists: a statement on it is made in half the time of one on the class, and must name its creator."""
_IDS = rows.Lookup(tables.Viewer, ("creator_id", "platform"), "user_id", ("user_id", "id"))

_NEW = rows.Upsert(
    tables.Viewer,
    key=("creator_id", "platform", "user_id"),
    columns=(
        "creator_id", "platform", "user_id", "handle", "name", "search_text", "avatar_url", "bio", "followers", "following",
        "verified", "moderator", "moderator_held", "subscriber", "follower", "first_seen_ms", "last_seen_ms", *COUNTERS,
        "tier_held", "favorite", "blocked", "created_ms", "updated_ms",
    ),
)  # fmt: skip
_KEPT_UP = rows.Change(tables.Viewer, key=("id",), put=(*_PROFILE, "updated_ms"))
_HANDLES = rows.Upsert(tables.Handle, key=("id",), columns=("creator_id", "viewer_id", "handle", "name", "since_ms"))


def find(connection: Connection, creator_id: int, accounts: Iterable[Account]) -> dict[Account, Who]:
    """Load the viewers that have these accounts."""
    by_platform: dict[str, list[str]] = {}
    for platform, user_id in accounts:
        by_platform.setdefault(platform, []).append(user_id)
    found: dict[Account, Who] = {}
    for platform, user_ids in by_platform.items():
        for row in _FIND.run(connection, (creator_id, platform), user_ids):
            found[platform, row[2]] = Who(*row)
    return found


def read(connection: Connection, creator_id: int, viewer_ids: Iterable[int]) -> list[Who]:
    """Load viewers by their ids."""
    return [Who(*row) for row in _READ.run(connection, (creator_id,), viewer_ids)]


def meet(connection: Connection, creator_id: int, strangers: Mapping[Account, tuple[Person, int]]) -> dict[Account, Who]:
    """Make profiles for accounts seen for the first time, each with its person and the moment in milliseconds."""
    now = clock.now_ms()
    fresh = [
        (
            creator_id, platform, user_id, p.handle, p.name, fold.of_viewer(p.handle, p.name), p.avatar_url, p.bio,
            p.followers, p.following, bool(p.verified), bool(p.moderator), False, bool(p.subscriber), bool(p.follower),
            at, at, 0, 0, 0, 0, 0, 0, 0, False, False, False, now, now,
        )
        for (platform, user_id), (p, at) in strangers.items()
    ]  # fmt: skip
    _NEW.run(connection, fresh)
    met: dict[Account, Who] = {}
    for platform in {platform for platform, _ in strangers}:
        mine = [user_id for its, user_id in strangers if its == platform]
        for user_id, viewer_id in _IDS.run(connection, (creator_id, platform), mine):
            person, at = strangers[platform, user_id]
            met[platform, user_id] = _stranger(viewer_id, person, at)
    _HANDLES.run(connection, [(creator_id, w.id, w.handle, w.name, w.first_seen_ms) for w in met.values()])
    return met


def _stranger(viewer_id: int, p: Person, at_ms: int) -> Who:
    return Who(
        viewer_id, p.platform, p.user_id, p.handle, p.name, p.avatar_url, p.bio, p.followers, p.following,
        bool(p.verified), bool(p.moderator), False, bool(p.subscriber), bool(p.follower),
        at_ms, at_ms, 0, 0, 0, 0, 0, 0, 0, None, None, False, False, False, None, p,
    )  # fmt: skip


def _avatar_path(url: str | None) -> str:
    return (url or "").partition("?")[0]


def keep_up(who: Who, person: Person, *, refresh: bool) -> bool:
    """Take over what a message says about a person; returns whether anything changed.

    Signed picture addresses differ in each message: a new signature alone is taken only with `refresh`, set once a visit.
    """
    if person == who.said and not refresh:
        return False
    who.said = person
    changed = False
    for field in ("handle", "name", "bio", "followers", "following", "verified", "moderator", "subscriber", "follower"):
        said = getattr(person, field)
        if said is None or said == "" or said == getattr(who, field) or (field == "moderator" and who.moderator_held):
            continue
        setattr(who, field, said)
        changed = True
    fresh = person.avatar_url and person.avatar_url != who.avatar_url
    if fresh and (refresh or _avatar_path(person.avatar_url) != _avatar_path(who.avatar_url)):
        who.avatar_url = person.avatar_url
        changed = True
    return changed


def write_profiles(connection: Connection, changed: Sequence[Who]) -> None:
    """Store what `keep_up` changed."""
    now = clock.now_ms()
    _KEPT_UP.run(
        connection,
        [
            (
                w.id, w.handle, w.name, fold.of_viewer(w.handle, w.name), w.avatar_url, w.bio, w.followers, w.following,
                bool(w.verified), bool(w.moderator), bool(w.subscriber), bool(w.follower), now,
            )
            for w in changed
        ],
    )  # fmt: skip


def write_handles(connection: Connection, creator_id: int, renamed: Sequence[tuple[int, str, str, int]]) -> None:
    """Add to the handle history: a viewer's id with the new handle and name, and since when, in milliseconds."""
    _HANDLES.run(connection, [(creator_id, *one) for one in renamed])


def row(who: Who, *, online: bool) -> schemas.ViewerRow:
    """Show a viewer as lists and updates do."""
    return schemas.ViewerRow(
        id=who.id,
        platform=who.platform,
        tiktok_username=who.handle,
        tiktok_user_id=who.user_id,
        display_name=who.name or who.handle or who.user_id,
        profile_picture_url=who.avatar_url,
        verified=bool(who.verified),
        first_seen_at=clock.iso(who.first_seen_ms) or "",
        last_seen_at=clock.iso(who.last_seen_ms) or "",
        total_visits=who.visits,
        total_watchtime_seconds=who.watch_ms // 1000,
        total_coins_spent=who.coins,
        total_gifts_sent=who.gifts,
        total_comments=who.comments,
        total_likes=who.likes,
        total_shares=who.shares,
        is_vip=who.tier is not None,
        vip_tier=who.tier,
        vip_since=clock.iso(who.tier_since_ms),
        is_blocked=bool(who.blocked),
        is_favorite=bool(who.favorite),
        is_moderator=bool(who.moderator),
        is_subscriber=bool(who.subscriber),
        is_follower=bool(who.follower),
        online=online,
    )


def ranked(who: Who, rank: int, *, online: bool) -> schemas.Ranked:
    """Show a viewer with their place on a leaderboard."""
    return schemas.Ranked(rank=rank, **msgspec.structs.asdict(row(who, online=online)))
