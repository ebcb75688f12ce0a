"""What screens are told of timed VIPs, after the commit; it may be lost, because a screen can always ask again."""

import msgspec

from entourage.kernel.bus.port import Bus, Update
from entourage.vips import schemas

STAFF = "staff"


class Publisher:
    """Hands updates to the bus."""

    def __init__(self, bus: Bus) -> None:
        """Take the bus."""
        self._bus = bus

    def granted(self, creator_id: int, grant: schemas.GrantRow) -> None:
        """Say that somebody has a badge now."""
        self._send(creator_id, "vip:granted", {"vip": grant})

    def extended(self, creator_id: int, grant: schemas.GrantRow) -> None:
        """Say that a badge ends at another moment than before."""
        self._send(creator_id, "vip:extended", {"vip": grant})

    def ended(self, creator_id: int, grant: schemas.GrantRow) -> None:
        """Say that a badge is gone, is being taken back, or was not given."""
        self._send(creator_id, "vip:ended", {"vip": grant})

    def refunded(self, creator_id: int, claim: schemas.ClaimRow) -> None:
        """Say that a redemption was refused, and why."""
        self._send(creator_id, "vip:refunded", {"claim": claim})

    def slots(self, creator_id: int, meter: schemas.MeterRow) -> None:
        """Say how full the house is."""
        self._send(creator_id, "vip:slots", schemas.as_dict(meter))

    def _send(self, creator_id: int, event: str, payload: dict[str, object]) -> None:
        self._bus.publish([Update(creator_id, STAFF, event, msgspec.Raw(msgspec.json.encode(payload)))])
