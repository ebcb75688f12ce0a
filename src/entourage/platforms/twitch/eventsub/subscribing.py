"""What Twitch is asked to tell by one way: subscriptions that are there, that are wanted, and the steps between them."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import msgspec

from entourage.kernel import log
from entourage.kernel.errors import Later, PlatformError, SignInAgain
from entourage.kernel.hearings import State
from entourage.platforms.http import Reply
from entourage.platforms.twitch.client import Helix, Page, read
from entourage.platforms.twitch.eventsub.envelope import Subscription
from entourage.platforms.twitch.eventsub.kinds import KINDS, Kind
from entourage.platforms.twitch.eventsub.roster import Member
from entourage.platforms.twitch.tokens import Credential

_PATH = "/eventsub/subscriptions"
_AT_ONCE = 8
_ALIVE: dict[str, State] = {"enabled": "on", "webhook_callback_verification_pending": "waiting"}
_SAID = (HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN, HTTPStatus.CONFLICT)
_log = log.get(__name__)

Key = tuple[str, str]
"""The type of a subscription and the broadcaster that it is about."""


@dataclass(frozen=True)
class Settlement:
    """By creator and type how it is, and why; `complete` when nothing waits.

    `renewed` are the broadcasters of whom something is told that was not told before.
    """

    states: dict[int, dict[str, tuple[State, str]]]
    complete: bool
    renewed: frozenset[str]


class _Complaint(msgspec.Struct, frozen=True):
    message: str = ""


@dataclass(frozen=True)
class Way:
    """How Twitch shall tell (`transport` in its words); subscriptions for which `is_ours` says no are stale."""

    transport: dict[str, Any]
    is_ours: Callable[[Subscription], bool]


class Subscriptions:
    """The subscriptions that one credential sees."""

    def __init__(self, helix: Helix, credential: Credential) -> None:
        """Take who calls, in whose name."""
        self._helix = helix
        self._credential = credential

    async def settle(self, way: Way, members: Sequence[Member]) -> Settlement:
        """Have all that is wanted told, and nothing else."""
        wanted = {(kind.type, member.broadcaster_id): (kind, member) for kind in KINDS for member in members}
        as_app = way.transport["method"] != "websocket"
        lacking = {key: kind.missing(member.scopes, as_app=as_app) for key, (kind, member) in wanted.items()}
        allowed = {key: one for key, one in wanted.items() if not lacking[key]}
        there, stale = _sorted_out(await self.all(), way, allowed)
        states: dict[int, dict[str, tuple[State, str]]] = {member.creator_id: {} for member in members}
        for key, (about, whose) in wanted.items():
            if lacking[key]:
                states[whose.creator_id][about.type] = ("missing", lacking[key])
        for key, found in there.items():
            states[allowed[key][1].creator_id][key[0]] = (_ALIVE[found.status], "")
        made = await self._make_all(way, [one for key, one in allowed.items() if key not in there])
        await self._each(self.drop, stale)
        for (kind, member), state in made:
            states[member.creator_id][kind.type] = state
        complete = all(state != "waiting" for of_one in states.values() for state, _ in of_one.values())
        return Settlement(states, complete, frozenset(member.broadcaster_id for (_, member), (state, _) in made if state == "on"))

    async def all(self) -> list[Subscription]:
        """List all subscriptions, dead ones too."""
        found: list[Subscription] = []
        seen: set[str] = set()
        cursor = ""
        while True:
            reply = await self._helix.call(self._credential, "GET", _PATH, params=[("after", cursor)] if cursor else [])
            page = read(reply, Page[Subscription])
            found += page.data
            cursor = (page.pagination and page.pagination.cursor) or ""
            if not cursor or cursor in seen:
                return found
            seen.add(cursor)

    async def make(self, way: Way, kind: Kind, broadcaster_id: str) -> tuple[State, str]:
        """Ask for one; returns how it is. Raises SignInAgain; what may work later is `waiting`, with the reason."""
        body = {"type": kind.type, "version": kind.version, "condition": kind.condition(broadcaster_id), "transport": way.transport}
        try:
            reply = await self._helix.call(self._credential, "POST", _PATH, body=body, accept=_SAID)
        except SignInAgain:
            raise
        except PlatformError as error:
            return ("waiting" if isinstance(error, Later) else "refused"), error.message
        match reply.status:
            case HTTPStatus.CONFLICT:
                return "on", ""
            case HTTPStatus.FORBIDDEN:
                return "missing", kind.scopes[0] if kind.scopes else ""
            case HTTPStatus.BAD_REQUEST:
                return "refused", _complaint(reply)
            case _:
                made = read(reply, Page[Subscription]).data
                return _ALIVE.get(made[0].status if made else "", "refused"), ""

    async def drop(self, subscription_id: str) -> None:
        """Delete one; it does not matter if it was gone."""
        try:
            await self._helix.call(self._credential, "DELETE", _PATH, params=[("id", subscription_id)], accept=[HTTPStatus.NOT_FOUND])
        except PlatformError as error:
            _log.info("twitch.not_unsubscribed", why=error.message)

    async def _make_all(self, way: Way, missing: Sequence[tuple[Kind, Member]]) -> list[tuple[tuple[Kind, Member], tuple[State, str]]]:
        made: list[tuple[tuple[Kind, Member], tuple[State, str]]] = []

        async def make(one: tuple[Kind, Member]) -> None:
            made.append((one, await self.make(way, one[0], one[1].broadcaster_id)))

        await self._each(make, missing)
        return made

    async def _each(self, work: Callable[[Any], Awaitable[None]], items: Iterable[Any]) -> None:
        turn = asyncio.Semaphore(_AT_ONCE)

        async def one(item: Any) -> None:  # noqa: ANN401 - whatever `work` takes
            async with turn:
                await work(item)

        await asyncio.gather(*map(one, items))


def _sorted_out(
    found: Sequence[Subscription], way: Way, wanted: dict[Key, tuple[Kind, Member]]
) -> tuple[dict[Key, Subscription], list[str]]:
    """Part what is there from what is stale: dead, of another way, not wanted (any more), or there twice."""
    there: dict[Key, Subscription] = {}
    stale: list[str] = []
    for one in found:
        key = (one.type, one.broadcaster_id)
        good = one.status in _ALIVE and way.is_ours(one) and key in wanted and key not in there and one.version == wanted[key][0].version
        if good:
            there[key] = one
        else:
            stale.append(one.id)
    return there, stale


def _complaint(reply: Reply) -> str:
    try:
        return msgspec.json.decode(reply.body, type=_Complaint).message[:200]
    except (msgspec.DecodeError, UnicodeDecodeError):
        return f"{reply.status}"
