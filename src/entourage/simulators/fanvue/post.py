"""Writing: what fans and creators write, by hand or through a program, and what mass messages put into each chat."""

from collections.abc import Callable
from datetime import datetime

from entourage.simulators.fanvue.hub import Hub
from entourage.simulators.fanvue.refusal import Refusal
from entourage.simulators.fanvue.wire import uid
from entourage.simulators.fanvue.world import Bond, Hand, Message, World, Writing

LONGEST = 5000
_CHEAPEST = 300
UNREACHABLE = "Invalid user UUID"


class Post:
    """All writing. `heard` are called with each message that a creator's side sent, mass messages included."""

    def __init__(self, world: World, hub: Hub) -> None:
        """Write into a world, and tell a hub."""
        self.heard: list[Callable[[Bond, Message], object]] = []
        self._world = world
        self._hub = hub

    def receive(self, bond: Bond, text: str, *, at: datetime | None = None, kind: str = "SINGLE_RECIPIENT") -> Message:
        """Let a fan write."""
        made = Message(uid(), bond.fan.id, text, at or self._world.time.now(), kind)
        bond.seen_at = made.at
        bond.unread += 1
        self._put(bond, made)
        self._hub.message(bond, made, "received")
        return made

    def send(self, bond: Bond, made: Message) -> Message:
        """Let the creator's side write; raises a 400 when the fan cannot be contacted."""
        if not bond.reachable:
            raise Refusal(400, UNREACHABLE)
        self._put(bond, made)
        self._note(bond, made)
        self._hub.message(bond, made, "sent")
        return made

    def by_hand(self, bond: Bond, text: str, *, by: Hand = "hand", kind: str = "SINGLE_RECIPIENT") -> Message:
        """Let the creator write on fanvue.com (and have read the chat), or, `by` the platform, send one of its automatic messages."""
        if by == "hand":
            self.read_by_creator(bond)
        return self.send(bond, Message(uid(), bond.creator.id, text, self._world.time.now(), kind, by))

    def drop(self, bond: Bond, text: str | None, *, price: int | None, media: tuple[str, ...], broadcast_id: str, actor: str) -> Message:
        """Put a mass message into one chat; no event tells of it."""
        now = self._world.time.now()
        made = Message(uid(), bond.creator.id, text, now, "BROADCAST", "api", actor, price, media, broadcast_id=broadcast_id)
        self._put(bond, made)
        self._note(bond, made)
        return made

    def read_by_creator(self, bond: Bond) -> None:
        """Mark what the fan wrote as read."""
        if bond.unread:
            for one in reversed(bond.messages):
                if one.sender_id == bond.fan.id:
                    if one.read:
                        break
                    one.read = True
        bond.unread, bond.marked_unread = 0, False

    def read_by_fan(self, bond: Bond) -> list[Message]:
        """Let a fan read what the creator wrote; returns what was new to them."""
        fresh = [one for one in bond.messages if one.sender_id == bond.creator.id and not one.read]
        for one in fresh:
            one.read = True
            self._hub.message(bond, one, "read")
        bond.seen_at = self._world.time.now()
        return fresh

    def delete(self, bond: Bond, message_id: str) -> None:
        """Take back what the creator wrote; raises a 404, or a 400 for what was paid for."""
        one = bond.find(message_id)
        if one.sender_id != bond.creator.id:
            raise Refusal(404, "Message not found")
        if one.purchased_at is not None:
            raise Refusal(400, "A purchased message cannot be deleted")
        bond.messages.remove(one)
        self._hub.message(bond, one, "deleted", deleted_at=self._world.time.now())

    def _put(self, bond: Bond, made: Message) -> None:
        bond.opened_at = bond.opened_at or made.at
        bond.archived = False
        bond.messages.append(made)

    def _note(self, bond: Bond, made: Message) -> None:
        self._world.written.append(Writing(made.at, bond.creator.id, bond.fan.id, made.id, made.text, made.by))
        for listener in self.heard:
            listener(bond, made)


def check(text: str | None, price: int | None, media: tuple[str, ...]) -> None:
    """Raise a 400 unless this may be sent: 1 to 5000 characters or media, and a price of 300 cents at least only with media."""
    wrong = ""
    if text is None and not media:
        wrong = "Either text or media is required"
    elif text is not None and not 1 <= len(text) <= LONGEST:
        wrong = f"text must contain between 1 and {LONGEST} characters"
    elif price is not None and (price < _CHEAPEST or not media):
        wrong = "price needs media and must be at least 300"
    if wrong:
        raise Refusal(400, "Validation failed", errors=[{"message": wrong}])
