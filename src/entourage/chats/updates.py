"""What screens are told of fan chats, after the commit; it may be lost, because a screen can always ask again."""

import msgspec

from entourage.chats import schemas
from entourage.kernel.bus.port import Bus, Update

STAFF = "staff"


class Publisher:
    """Hands updates to the bus."""

    def __init__(self, bus: Bus) -> None:
        """Take the bus."""
        self._bus = bus

    def said(self, creator_id: int, fan: schemas.FanRow, message: schemas.MessageRow) -> None:
        """Say that a message was written in a chat, by whomever."""
        self._send(creator_id, "chat:message", {"fan": fan, "message": message})

    def fan(self, creator_id: int, fan: schemas.FanRow) -> None:
        """Say that something about a fan is otherwise: mode, hold, pause, spending."""
        self._send(creator_id, "chat:fan", {"fan": fan})

    def reply(self, creator_id: int, fan: schemas.FanRow, reply: schemas.ReplyRow) -> None:
        """Say how far a reply is."""
        self._send(creator_id, "chat:reply", {"fan": fan, "reply": reply})

    def line(self, creator_id: int) -> None:
        """Say that something about the creator's line to the platform is otherwise."""
        self._send(creator_id, "chat:line", {})

    def _send(self, creator_id: int, event: str, payload: dict[str, object]) -> None:
        self._bus.publish([Update(creator_id, STAFF, event, msgspec.Raw(msgspec.json.encode(payload)))])
