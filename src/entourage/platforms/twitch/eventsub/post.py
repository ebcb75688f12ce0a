"""The post: what was heard waits here, in order, until it is stored, however long the database is away."""

import asyncio

from entourage.kernel import ids, log
from entourage.kernel.errors import Unavailable
from entourage.platforms.twitch.eventsub.dispatch import Dispatch, Letter
from entourage.platforms.twitch.eventsub.envelope import Frame, Notice
from entourage.ports.channel import AnyHeard

_MOST = 500
_AGAIN_S = (0.05, 0.2, 1.0, 5.0)
_log = log.get(__name__)


class Post:
    """Takes letters at once and hands them on one batch after another; `ended` wakes whoever looks after subscriptions."""

    def __init__(self, dispatch: Dispatch) -> None:
        """Begin with nothing."""
        self._dispatch = dispatch
        self._letters: asyncio.Queue[Letter] = asyncio.Queue()
        self._handing_on = False
        self.ended = asyncio.Event()

    def put(self, frame: Frame) -> None:
        """Take a notification or a revocation; anything else is passed over."""
        about = frame.payload.subscription
        if about is not None and frame.metadata.message_type in {"notification", "revocation"}:
            head, revoked = frame.metadata, frame.metadata.message_type == "revocation"
            self._letters.put_nowait(Notice(head.message_id, head.message_timestamp, about, bytes(frame.payload.event), revoked))

    def tell(self, heard: AnyHeard) -> None:
        """Take what we found out ourselves."""
        self._letters.put_nowait((f"own:{ids.new()}", heard))

    @property
    def is_empty(self) -> bool:
        """Say whether everything that came is stored."""
        return self._letters.empty() and not self._handing_on

    async def run(self) -> None:
        """Hand on until cancelled."""
        while True:
            self._handing_on = False
            letters = [await self._letters.get()]
            self._handing_on = True
            while not self._letters.empty() and len(letters) < _MOST:
                letters.append(self._letters.get_nowait())
            await self._patiently(letters)

    async def _patiently(self, letters: list[Letter]) -> None:
        """Hand on, again and again while the database is away; a fault of ours loses only the one letter that has it."""
        tries = 0
        while True:
            try:
                await self._dispatch.take(letters)
            except Unavailable as error:
                wait_s = _AGAIN_S[min(tries, len(_AGAIN_S) - 1)]
                tries += 1
                _log.warning("twitch.waits", letters=len(letters), again_in_s=wait_s, why=error.message)
                await asyncio.sleep(wait_s)
            except Exception:
                if len(letters) == 1:
                    _log.exception("twitch.not_taken")
                    return
                for letter in letters:
                    await self._patiently([letter])
                return
            else:
                if any(isinstance(letter, Notice) and letter.revoked for letter in letters):
                    self.ended.set()
                return
