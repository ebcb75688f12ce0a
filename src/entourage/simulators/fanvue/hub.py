"""The hub: whatever happens between a creator and a fan is told here, to every app that may know and wants to."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from entourage.simulators.fanvue import families
from entourage.simulators.fanvue.mailbag import Mailbag
from entourage.simulators.fanvue.oauth.clients import Clients, Endpoint
from entourage.simulators.fanvue.oauth.tokens import Tokens
from entourage.simulators.fanvue.till import Earning
from entourage.simulators.fanvue.world import Bond, Message, World

_MONEY = {"tip": "tip", "message": "purchase", "post": "purchase", "subscription": "subscriber"}


class Hub:
    """Tells events of both families; with `with_text` off, those of messages are metadata only."""

    def __init__(self, world: World, clients: Clients, tokens: Tokens, mailbag: Mailbag) -> None:
        """Tell the apps of a world."""
        self.with_text = True
        self._world = world
        self._clients = clients
        self._tokens = tokens
        self._mailbag = mailbag

    def message(self, bond: Bond, one: Message, what: str, *, deleted_at: datetime | None = None) -> None:
        """Tell that a message was `received`, `sent`, `read` or `deleted`."""
        told = families.message(bond, one, with_text=self.with_text and what in {"received", "sent"}, deleted_at=deleted_at)
        self._tell(bond, f"creator.message.{what}", told)
        if what == "received":
            self._tell_legacy(bond, "message_received", families.legacy_message(bond, one))
        if what == "read":
            self._tell_legacy(bond, "message_read", families.legacy(bond, self._world.time.now(), messageUuid=one.id))

    def follow(self, bond: Bond) -> None:
        """Tell of a new follower."""
        now = self._world.time.now()
        self._tell(bond, "creator.follow.created", families.follow(bond, now))
        self._tell_legacy(bond, "new_follower", families.legacy(bond, now))

    def subscription(self, bond: Bond, what: str) -> None:
        """Tell that a subscription was `activated`, `renewed`, `deactivated` or changed its end."""
        if bond.subscription is not None:
            self._tell(bond, f"creator.subscription.{what}", families.subscription(bond, bond.subscription))

    def money(self, bond: Bond, one: Earning) -> None:
        """Tell that money came or went back."""
        self._tell(bond, "creator.refund.created" if one.refunds else "creator.payment.succeeded", families.payment(bond, one))
        kind = _MONEY.get(one.source)
        if kind and not one.refunds:
            name = "new_subscriber" if kind == "subscriber" else f"{kind}_received"
            about = {"messageUuid": one.message_id} if one.message_id else {}
            self._tell_legacy(bond, name, families.legacy(bond, one.at, price=one.gross, **about))

    def presence(self, bond: Bond) -> None:
        """Tell that a fan came online or left."""
        now = self._world.time.now()
        told = {**families.follow(bond, now), "object": "fan_presence", "is_online": bond.online(now)}
        self._tell(bond, "creator.fan.presence_changed", told)

    def _tell(self, bond: Bond, kind: str, data: dict[str, Any]) -> None:
        told = families.envelope(kind, data, self._world.time.now())
        for one in self._wanting("creator", kind, bond.creator.id, families.scope_of(kind)):
            self._mailbag.send(one, kind, told)

    def _tell_legacy(self, bond: Bond, kind: str, told: dict[str, Any]) -> None:
        for one in self._wanting("legacy", kind, bond.creator.id, "read:self"):
            self._mailbag.send(one, kind, told)

    def _wanting(self, family: str, kind: str, creator_id: str, scope: str) -> Iterator[Endpoint]:
        for client in self._clients.known.values():
            wanting = [one for one in client.endpoints if one.wants(family, kind, creator_id)]
            if wanting and self._tokens.consented(client.id, creator_id, scope):
                yield from wanting
