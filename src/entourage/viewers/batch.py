"""A batch of events becomes rows: each event counted once, everything it changes summed up and written together.

`store` runs inside one transaction. Order of work: find out which streams, people, visits and streaks the events are
about (from memory, or read once), add up what they change, write. Messages seen before are found by the unique key of
`viewer_interactions`: normally none is, so rows are inserted first and only a shortfall makes us look.
"""

from collections.abc import Sequence

from sqlalchemy import Connection

from entourage.kernel import clock, rows
from entourage.ports import live
from entourage.viewers import birthdays, erasure, gift, keys, kinds, people, posting, stream, tables, tally, visit
from entourage.viewers.imports import attaching
from entourage.viewers.memory import Memory
from entourage.viewers.outcome import Outcome

_KINDS: dict[type[live.Event], int] = {
    live.Chat: kinds.CHAT,
    live.Like: kinds.LIKE,
    live.Share: kinds.SHARE,
    live.Follow: kinds.FOLLOW,
    live.Join: kinds.JOIN,
    live.Subscribe: kinds.SUBSCRIBE,
}

_EARLIEST_MS = 1_451_606_400_000  # 2016: before it there was no TikTok
_MOST_AHEAD_MS = 2 * 86_400_000  # clocks go wrong by zones, not by more

_DEEDS = rows.Upsert(
    tables.Interaction,
    key=("stream_id", "msg_key"),
    columns=("creator_id", "stream_id", "msg_key", "viewer_id", "kind", "amount", "content", "at_ms"),
)

_STORED = rows.Lookup(tables.Interaction, ("stream_id",), "msg_key", ("msg_key",))


class SeenBefore(Exception):
    """Some messages of the batch are stored already."""


def store(connection: Connection, memory: Memory, events: Sequence[live.LiveEvent], *, recorded: bool, look_first: bool) -> Outcome:
    """Store a batch; raises SeenBefore when messages turn out to be stored already and `look_first` was not set."""
    memory.catch_up(connection)
    outcome = Outcome(memory.creator_id)
    placed = _place(connection, memory, events, outcome, recorded=recorded)
    fresh = _drop_repeats(memory, placed, outcome)
    if memory.erased:
        fresh = _drop_erased(memory, fresh, outcome)
    if look_first:
        fresh = _drop_stored(connection, fresh, outcome)
    _meet_people(connection, memory, fresh, outcome)
    _recall(connection, memory, fresh, outcome.met)
    sums = tally.Tally(memory, outcome)
    for one in fresh:
        sums.add(one)
    deeds = sums.deeds
    if _DEEDS.run(connection, deeds) != len(deeds):
        raise SeenBefore
    posting.write(connection, sums)
    if memory.config.birthday_reminder:
        birthdays.greet(connection, memory, sums.here(clock.now_ms()), outcome)
    for one in fresh:
        if one.msg_key is not None:
            memory.recent[one.now.id, one.msg_key] = None
    memory.trim()
    return outcome


def _place(
    connection: Connection, memory: Memory, events: Sequence[live.LiveEvent], outcome: Outcome, *, recorded: bool
) -> list[tally.Placed]:
    """Put every event into its stream; raises Unfit for a moment that no stream can be at."""
    moments = [e.at_ms for e in events]
    if moments and not (min(moments) >= _EARLIEST_MS and max(moments) <= clock.now_ms() + _MOST_AHEAD_MS):
        msg = f"no stream is at {min(moments)} or {max(moments)}"
        raise tally.Unfit(msg)
    unknown = {(e.platform, e.room) for e in events if e.room} - memory.streams.keys()
    if unknown:
        memory.streams.update(stream.find(connection, memory.creator_id, unknown))
        firsts: dict[stream.Room, int] = {}
        for e in events:
            if e.room and (e.platform, e.room) not in memory.streams:
                firsts.setdefault((e.platform, e.room), e.at_ms)
        if firsts:
            _begin(connection, memory, firsts, outcome, recorded=recorded)
    placed = []
    for e in events:
        now = memory.streams[e.platform, e.room] if e.room else _current(connection, memory, e, outcome, recorded=recorded)
        kind = _KINDS.get(type(e))
        key = None if kind is None else keys.of_event(e, e.text if type(e) is live.Chat else str(e.count) if type(e) is live.Like else "")
        placed.append(tally.Placed(e, now, kind, key))
    return placed


def _begin(
    connection: Connection, memory: Memory, firsts: dict[stream.Room, int], outcome: Outcome, *, recorded: bool
) -> dict[stream.Room, stream.Now]:
    """Begin streams, and end those that they take the place of."""
    begun = stream.start(connection, memory.creator_id, firsts, recorded=recorded)
    if not recorded:
        for platform in {platform for platform, _ in begun}:
            mine = [now for now in begun.values() if now.platform == platform]
            at_ms = max(now.started_ms for now in mine)
            over = stream.supersede(connection, memory.creator_id, platform, [now.id for now in mine], at_ms)
            outcome.ended += over
            for now in memory.streams.values():
                if now.id in over:
                    now.ended_ms = now.last_event_ms
    memory.streams.update(begun)
    return begun


def _current(connection: Connection, memory: Memory, e: live.LiveEvent, outcome: Outcome, *, recorded: bool) -> stream.Now:
    """Find the stream of an event whose source does not name the broadcast."""
    now = memory.current.get((e.platform, recorded))
    if now is None or not stream.covers(now, e.at_ms):
        now = _loaded_around(connection, memory, e, recorded=recorded)
    if now is None:
        room = (e.platform, stream.local_room())
        now = _begin(connection, memory, {room: e.at_ms}, outcome, recorded=recorded)[room]
    memory.current[e.platform, recorded] = now
    # What follows in the same batch is measured against this.
    now.last_event_ms = max(now.last_event_ms, e.at_ms)
    return now


def _loaded_around(connection: Connection, memory: Memory, e: live.LiveEvent, *, recorded: bool) -> stream.Now | None:
    """Find the stream around an event: what memory holds of it is newer than what is stored."""
    held = [now for now in memory.streams.values() if now.platform == e.platform and now.recorded == recorded]
    now = max((one for one in held if stream.covers(one, e.at_ms)), key=lambda one: one.last_event_ms, default=None)
    if now is None:
        now = stream.around(connection, memory.creator_id, e.platform, e.at_ms, recorded=recorded)
    return None if now is None else memory.streams.setdefault((now.platform, now.room), now)


def _drop_repeats(memory: Memory, placed: list[tally.Placed], outcome: Outcome) -> list[tally.Placed]:
    seen: set[tuple[int, int]] = set()
    fresh = []
    for one in placed:
        if one.now.let_go_ms is not None:
            # What was known of it is known only as sums: a replay would count it twice.
            outcome.repeated += 1
            continue
        if one.msg_key is not None:
            key = (one.now.id, one.msg_key)
            if key in seen or key in memory.recent:
                outcome.repeated += 1
                continue
            seen.add(key)
        fresh.append(one)
    return fresh


def _drop_erased(memory: Memory, placed: list[tally.Placed], outcome: Outcome) -> list[tally.Placed]:
    """Pass over what erased people did before they were erased."""
    until: dict[people.Account, int] = {}
    fresh = []
    for one in placed:
        if (person := one.event.person) is not None:
            account = (person.platform, person.user_id)
            if account not in until:
                until[account] = memory.erased.get(erasure.fingerprint(memory.creator_id, *account), -1)
            if one.event.at_ms <= until[account]:
                outcome.repeated += 1
                continue
        fresh.append(one)
    return fresh


def _drop_stored(connection: Connection, placed: list[tally.Placed], outcome: Outcome) -> list[tally.Placed]:
    by_stream: dict[int, list[int]] = {}
    for one in placed:
        if one.msg_key is not None:
            by_stream.setdefault(one.now.id, []).append(one.msg_key)
    stored: set[tuple[int, int]] = set()
    for stream_id, msg_keys in by_stream.items():
        stored.update((stream_id, key) for (key,) in _STORED.run(connection, (stream_id,), msg_keys))
    outcome.repeated += len(stored)
    return [one for one in placed if one.msg_key is None or (one.now.id, one.msg_key) not in stored]


def _meet_people(connection: Connection, memory: Memory, placed: Sequence[tally.Placed], outcome: Outcome) -> None:
    """Find or make the viewer of every account."""
    strangers: dict[people.Account, tuple[live.Person, int]] = {}
    for one in placed:
        person = one.event.person
        if person is not None and (account := (person.platform, person.user_id)) not in memory.people:
            known = strangers.get(account)
            if known is None or one.event.at_ms < known[1]:
                strangers[account] = (person, one.event.at_ms)
    if not strangers:
        return
    found = people.find(connection, memory.creator_id, strangers)
    unmet = {account: first for account, first in strangers.items() if account not in found}
    if unmet:
        met = people.meet(connection, memory.creator_id, unmet)
        outcome.met.update(who.id for who in met.values())
        found |= met
        if memory.waiting:
            found |= attaching.attach(connection, memory.creator_id, met)
    for who in found.values():
        memory.remember(who)


def _recall(connection: Connection, memory: Memory, placed: Sequence[tally.Placed], met: set[int]) -> None:
    """Read the visits and streaks that the batch is about and memory does not hold."""
    visits: set[visit.Key] = set()
    streaks: set[gift.Key] = set()
    for one in placed:
        person = one.event.person
        if person is None:
            continue
        who = memory.people[person.platform, person.user_id]
        key = (one.now.id, who.id)
        if key not in memory.visits and who.id not in met:
            visits.add(key)
        if isinstance(one.event, live.Gift):
            one.streak = keys.of_streak(one.event, person.user_id)
            if (one.now.id, one.streak) not in memory.streaks:
                streaks.add((one.now.id, one.streak))
    if visits:
        memory.visits.update(visit.find(connection, visits))
    if streaks:
        memory.streaks.update(gift.find(connection, streaks))
