"""What screens are told of clips, after the commit; it may be lost, because a screen can always ask again."""

from collections.abc import Mapping
from uuid import UUID

import msgspec

from entourage.clips import schemas
from entourage.kernel.bus.port import Bus, Update

STAFF = "staff"


def audience(user_id: UUID) -> str:
    """Name the screens of one clipper: they hear of their own clips only."""
    return f"clipper:{user_id}"


class Publisher:
    """Hands updates to the bus."""

    def __init__(self, bus: Bus) -> None:
        """Take the bus."""
        self._bus = bus

    def clip(self, creator_id: int, clip: schemas.ClipRow) -> None:
        """Say that something about a clip is otherwise: its views, its state, its flags, what it earned."""
        payload = {"clip": clip}
        self._send(creator_id, STAFF, "clip:updated", payload)
        self._send(creator_id, audience(clip.user_id), "clip:updated", payload)

    def campaign(self, creator_id: int, campaign_id: int) -> None:
        """Say that something about a campaign is otherwise: its terms, its pot, its sums."""
        self._send(creator_id, STAFF, "clip:campaign", {"campaign": campaign_id})

    def money(self, creator_id: int, user_id: UUID) -> None:
        """Say that a clipper's money moved."""
        payload = {"user_id": str(user_id)}
        self._send(creator_id, STAFF, "clip:money", payload)
        self._send(creator_id, audience(user_id), "clip:money", payload)

    def counting(self, creator_id: int) -> None:
        """Say that a run began or ended."""
        self._send(creator_id, STAFF, "clip:counting", {})

    def _send(self, creator_id: int, to: str, event: str, payload: Mapping[str, object]) -> None:
        self._bus.publish([Update(creator_id, to, event, msgspec.Raw(msgspec.json.encode(payload)))])
