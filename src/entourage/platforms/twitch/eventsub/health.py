"""How listening is going, for each channel and each kind of thing: written down when it changes, never in anybody's way."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy.exc import SQLAlchemyError

from entourage.kernel import hearings, log, tenancy
from entourage.kernel.db import Database
from entourage.kernel.hearings import LINE, State
from entourage.platforms.twitch.eventsub.roster import Member
from entourage.platforms.twitch.grant import SOURCE

_log = log.get(__name__)


@dataclass
class Health:
    """What this process noted last; a state is (word, the platform's own words)."""

    db: Database
    _known: dict[int, dict[str, tuple[State, str]]] = field(default_factory=dict)

    async def note(self, creator_id: int, states: dict[str, tuple[State, str]]) -> None:
        """Write down what is new; what cannot be written now is written with the next news."""
        known = self._known.setdefault(creator_id, {})
        news = {kind: state for kind, state in states.items() if known.get(kind) != state}
        if not news:
            return
        try:
            async with tenancy.inside(self.db, creator_id, write=True) as session:
                await hearings.note(session, SOURCE, news)
        except (SQLAlchemyError, OSError) as error:
            _log.warning("twitch.health_not_noted", error=type(error).__name__)
        else:
            known.update(news)

    async def line(self, members: Iterable[Member], state: State, detail: str = "") -> None:
        """Note how the line of these channels is."""
        for member in members:
            await self.note(member.creator_id, {LINE: (state, detail)})

    async def forget(self, creator_id: int) -> None:
        """Forget how it was with a channel that is no longer listened to."""
        self._known.pop(creator_id, None)
        try:
            async with tenancy.inside(self.db, creator_id, write=True) as session:
                await hearings.forget(session, SOURCE)
        except (SQLAlchemyError, OSError) as error:
            _log.warning("twitch.health_not_noted", error=type(error).__name__)
