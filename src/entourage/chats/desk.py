"""What the jobs of the room work with: who answers for chats, who answers questions, and who tells screens."""

from dataclasses import dataclass, field

from entourage.chats.budget import Tariff
from entourage.chats.updates import Publisher
from entourage.ports.fans import Desks
from entourage.ports.model import Model
from entourage.ports.notices import Notices, Where


@dataclass(frozen=True, slots=True)
class Desk:
    """What a job needs beside its own context; `stopped` is the house's own kill switch."""

    platform: Desks
    model: Model
    publisher: Publisher
    tariff: Tariff = field(default=Tariff(read=2_500_000, written=10_000_000, cached=1_250_000))
    notices: Notices | None = None
    discord: Where | None = None
    stopped: bool = False
    slowness: float = 1.0  # waits of bursts and of hands are multiplied by it; only tests make them short
