"""Where a notice goes: what may cost somebody points into the inbox, what shows that somebody is there to the viewers."""

from collections.abc import Sequence
from typing import Protocol

from entourage.kernel import log
from entourage.platforms.twitch.eventsub.envelope import Notice
from entourage.platforms.twitch.eventsub.inbox import Inbox
from entourage.platforms.twitch.eventsub.translate import Puzzle, consent_gone, translate
from entourage.ports.channel import AnyHeard, ChatLine

_log = log.get(__name__)


class Audience(Protocol):
    """Who wants to know at once what was heard; nothing of it may fail or be waited for long."""

    async def hear(self, heard: AnyHeard) -> None:
        """Take what happened."""

    async def puzzle(self, broadcaster_id: str, name: str, raw: bytes) -> None:
        """Take what nobody understood, to be counted by its name and kept as it came."""


Letter = Notice | tuple[str, AnyHeard]
"""A notice of Twitch's, or what we found out ourselves, under an id of our own."""


class Dispatch:
    """Translates notices and hands them on, each once."""

    def __init__(self, inbox: Inbox, audience: Audience) -> None:
        """Take who stores and who listens."""
        self._inbox = inbox
        self._audience = audience

    async def take(self, letters: Sequence[Letter]) -> None:
        """Hand on what came; what matters is durable on return. Raises Unavailable when it could not be stored."""
        heard: list[tuple[str, AnyHeard]] = []
        puzzles: list[tuple[Notice, Puzzle]] = []
        for letter in letters:
            if not isinstance(letter, Notice):
                heard.append(letter)
                continue
            try:
                meant = consent_gone(letter) if letter.revoked else translate(letter)
            except Puzzle as puzzle:
                puzzles.append((letter, puzzle))
            else:
                heard += [] if meant is None else [(letter.message_id, meant)]
        await self._store(heard)
        for notice, trouble in puzzles:
            _log.info("twitch.puzzle", name=trouble.name, why=str(trouble)[:200])
            await self._audience.puzzle(notice.subscription.broadcaster_id, trouble.name, notice.event)

    async def _store(self, items: Sequence[tuple[str, AnyHeard]]) -> None:
        kept = [item for item in items if _is_kept(item[1])]
        fresh = dict(zip((message_id for message_id, _ in kept), await self._inbox.put_all(kept), strict=True)) if kept else {}
        for message_id, heard in items:
            # What was said in the chat is known again by the viewers room.
            if fresh.get(message_id, not _is_kept(heard)):
                await self._audience.hear(heard)


def _is_kept(heard: AnyHeard) -> bool:
    """Say whether it is stored: of the chat only what may be a command."""
    return not isinstance(heard, ChatLine) or heard.text.startswith("!")
