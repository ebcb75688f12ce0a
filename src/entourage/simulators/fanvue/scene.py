"""What a button finds when it is pressed: the fake Fanvue, the creator, the fan, and what is set beside the button."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from entourage.simulators.buttons import Said
from entourage.simulators.fanvue.crowd import Crowd
from entourage.simulators.fanvue.fake import FakeFanvue
from entourage.simulators.fanvue.press import Press
from entourage.simulators.fanvue.world import Bond


@dataclass(frozen=True, slots=True)
class Scene:
    """One press in its place."""

    fanvue: FakeFanvue
    crowd: Crowd
    bond: Bond
    press: Press

    def said(self, code: str, /, **values: str | int) -> Said:
        """Say what happened."""
        about: dict[str, str | int] = {"who": self.bond.fan.handle, "creator": self.bond.creator.handle, "count": self.press.count}
        return Said(code, {**about, **values})


Button = Callable[[Scene], Said | Awaitable[Said]]
