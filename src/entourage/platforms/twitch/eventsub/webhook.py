"""Webhooks: Twitch calls the house; here is only kept in step what it is asked to call about."""

from entourage.platforms.twitch.eventsub.parts import Parts
from entourage.platforms.twitch.eventsub.settling import Settler
from entourage.platforms.twitch.eventsub.subscribing import Way


class Webhooks:
    """A transport: it runs until cancelled."""

    def __init__(self, parts: Parts, callback: str, secret: str) -> None:
        """Take the parts, the address that Twitch shall call (https, port 443), and what it signs with."""
        self._parts = parts
        self._callback = callback
        self._secret = secret

    async def run(self) -> None:
        """Keep what is subscribed to in step."""
        await Settler(self._parts, self._way).run()

    def _way(self) -> Way:
        return Way(
            {"method": "webhook", "callback": self._callback, "secret": self._secret},
            lambda one: one.transport.get("method") == "webhook" and one.transport.get("callback") == self._callback,
        )
