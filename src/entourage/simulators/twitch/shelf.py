"""A file in which a fake Twitch is kept from one start to the next: people, channels, badges, tokens."""

import asyncio
from collections import deque
from pathlib import Path
from typing import Any

import msgspec

from entourage.kernel import log
from entourage.simulators.twitch.fake import FakeTwitch
from entourage.simulators.twitch.oauth.tokens import Access, Grant
from entourage.simulators.twitch.world import BadgeChange, Channel, Person

_log = log.get(__name__)

_EVERY_S = 3.0


class Kept(msgspec.Struct):
    """What is written; the lines of the chat are not kept."""

    people: list[Person]
    channels: list[Channel]
    badges: list[BadgeChange]
    access: list[Access]
    grants: list[Grant]
    consents: list[tuple[str, str, tuple[str, ...]]]


class Shelf:
    """Keeps a fake Twitch in a file."""

    def __init__(self, twitch: FakeTwitch, path: Path) -> None:
        """Nothing is read or written before `take` and `put`."""
        self._twitch = twitch
        self._path = path
        self._last = b""

    def take(self) -> bool:
        """Let it be as it was kept; False when there is no such file, or when it cannot be understood."""
        try:
            kept = msgspec.json.decode(self._path.read_bytes(), type=Kept, dec_hook=_as_deque)
        except FileNotFoundError:
            return False
        except (OSError, msgspec.MsgspecError) as error:
            _log.warning("twitch_not_kept", file=str(self._path), reason=str(error))
            return False
        self._twitch.world.restore(kept.people, kept.channels, kept.badges)
        consents = {(client_id, user_id): scopes for client_id, user_id, scopes in kept.consents}
        self._twitch.tokens.restore(kept.access, kept.grants, consents)
        return True

    def put(self) -> None:
        """Write how it is, unless that is written already."""
        world, tokens = self._twitch.world, self._twitch.tokens
        access, grants = tokens.held()
        consents = [(*key, scopes) for key, scopes in tokens.consents.items()]
        kept = Kept(list(world.people.values()), list(world.channels.values()), world.badges, access, grants, consents)
        data = msgspec.json.encode(kept, enc_hook=_as_list)
        if data == self._last:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        beside = self._path.with_suffix(".new")
        beside.write_bytes(data)
        beside.chmod(0o600)
        beside.replace(self._path)
        self._last = data

    async def keep(self) -> None:
        """Write every few seconds, until cancelled."""
        while True:
            await asyncio.sleep(_EVERY_S)
            self.put()

    async def stop(self) -> None:
        """Write a last time."""
        self.put()


def _as_list(value: Any) -> Any:  # noqa: ANN401 - whatever msgspec does not know
    if isinstance(value, deque):
        return [one for one in value if isinstance(one, str)]
    msg = f"a {type(value).__name__} cannot be kept"
    raise NotImplementedError(msg)


def _as_deque(_: type, value: Any) -> Any:  # noqa: ANN401 - whatever msgspec does not know
    return deque(value, maxlen=500)
