"""What tests of listening share: a house that listens to the fake Twitch, and what it heard."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import msgspec
from sqlalchemy import select

from entourage.kernel import clock, hearings, secrets, tenancy
from entourage.kernel.db import Database
from entourage.kernel.desk import Desk
from entourage.kernel.secrets import Vault
from entourage.kernel.settings import Settings
from entourage.kernel.tables import Delivery
from entourage.platforms.twitch import grant as grants
from entourage.platforms.twitch.eventsub.dispatch import Dispatch
from entourage.platforms.twitch.eventsub.health import Health
from entourage.platforms.twitch.eventsub.inbox import Inbox
from entourage.platforms.twitch.eventsub.pace import Pace
from entourage.platforms.twitch.eventsub.parts import Parts
from entourage.platforms.twitch.eventsub.post import Post
from entourage.platforms.twitch.eventsub.receiver import Receiver
from entourage.platforms.twitch.eventsub.roster import Roster
from entourage.platforms.twitch.grant import Grant
from entourage.platforms.twitch.house import Twitch as House
from entourage.ports.channel import AnyHeard
from entourage.simulators.twitch.world import Channel
from tests.people import KEY
from tests.twitch import CLIENT_ID, Twitch

QUICK = Pace(shortest_s=0.1, longest_s=0.5, refused_s=0.3, look_s=0.1, again_s=0.2)


@dataclass
class Ears:
    """An audience that keeps everything."""

    heard: list[AnyHeard] = field(default_factory=list)
    puzzles: list[tuple[str, str, bytes]] = field(default_factory=list)

    async def hear(self, heard: AnyHeard) -> None:
        self.heard.append(heard)

    async def puzzle(self, broadcaster_id: str, name: str, raw: bytes) -> None:
        self.puzzles.append((broadcaster_id, name, raw))


@dataclass
class Listening:
    """A house that listens."""

    db: Database
    twitch: Twitch
    receiver: Receiver
    ears: Ears
    task: asyncio.Task[None]

    async def kept(self, creator_id: int, kind: str = "") -> list[dict[str, Any]]:
        """Return what is stored for a creator, oldest first."""
        async with tenancy.inside(self.db, creator_id) as session:
            rows = await session.scalars(select(Delivery).order_by(Delivery.id))
            return [row.payload for row in rows if kind in {"", row.kind}]

    async def health(self, creator_id: int) -> dict[str, tuple[str, str]]:
        async with tenancy.inside(self.db, creator_id) as session:
            return {one.kind: (one.state, one.detail) for one in await hearings.of(session, "twitch")}

    async def until(self, happened: Callable[[], Any], within_s: float = 30.0) -> None:
        """Wait until something is true; a coroutine is asked again and again."""
        give_up = asyncio.get_running_loop().time() + within_s
        while True:
            found = happened()
            if await found if asyncio.iscoroutine(found) else found:
                return
            if asyncio.get_running_loop().time() > give_up:
                gone = [creator for member in self.receiver.parts.roster.members if (creator := member.creator_id)]
                msg = f"It did not happen. Health: {[await self.health(one) for one in gone]}; heard {self.ears.heard[-5:]}"
                raise AssertionError(msg)
            await asyncio.sleep(0.01)

    async def is_settled(self, creator_id: int) -> bool:
        """Say whether everything is told, and that it was not told before has been stored."""
        states = await self.health(creator_id)
        told = len(states) == 18 and {state for state, _ in states.values()} == {"on"}
        return told and self.receiver.parts.post.is_empty


async def consent(db: Database, creator_id: int, channel: Channel, token: dict[str, Any], **changes: Any) -> None:
    """Let a creator of the house have consented."""
    secrets.use(Vault([KEY]))
    now = clock.now()
    given: dict[str, Any] = {
        "access_token": token["access_token"], "refresh_token": token["refresh_token"], "expires_at": now + timedelta(hours=4),
        "scopes": tuple(token["scope"]), "client_id": CLIENT_ID, "user_id": channel.id, "login": channel.person.login,
        "name": channel.person.name, "kind": "affiliate", "since": now,
    }  # fmt: skip
    async with tenancy.inside(db, creator_id, write=True) as session:
        await grants.begin(session, Grant(**(given | changes)))


def settings_of(twitch: Twitch, **settings: str) -> Settings:
    """Return settings that lead to the fake Twitch."""
    given: dict[str, Any] = {**twitch.settings(), **settings}
    return replace(Settings(), **given)


def make_receiver(db: Database, twitch: Twitch, ears: Ears, pace: Pace = QUICK, **settings: str) -> Receiver:
    """Make a receiver of a fresh process."""
    chosen = settings_of(twitch, **settings)
    roster = Roster(db)
    post = Post(Dispatch(Inbox(Desk(db), roster, "vips.heard"), ears))
    parts = Parts(House(db, chosen), roster, post, Health(db), pace, chosen.twitch_eventsub_url)
    return Receiver(db, chosen, parts)


@asynccontextmanager
async def listening(db: Database, twitch: Twitch, pace: Pace = QUICK, **settings: str) -> AsyncIterator[Listening]:
    """Let a house listen."""
    ears = Ears()
    receiver = make_receiver(db, twitch, ears, pace, **settings)
    made = Listening(db, twitch, receiver, ears, asyncio.create_task(receiver.run()))
    try:
        yield made
    finally:
        made.task.cancel()
        await asyncio.gather(made.task, return_exceptions=True)
        await receiver.parts.twitch.aclose()


def read(payload: dict[str, Any]) -> AnyHeard:
    """Read a stored payload as whoever acts on it does."""
    heard: AnyHeard = msgspec.convert(payload, AnyHeard)
    return heard
