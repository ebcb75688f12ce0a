"""The door that Twitch calls (a `ports.hooks.Hook`): challenges, notifications and revocations, each checked before it counts."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from entourage.kernel import clock, log
from entourage.kernel.errors import NotAllowed
from entourage.platforms.twitch.eventsub import signature
from entourage.platforms.twitch.eventsub.dispatch import Dispatch
from entourage.platforms.twitch.eventsub.envelope import Notice, Payload, Subscription, read_payload
from entourage.ports.hooks import Reply

_DONE = Reply(204)
_log = log.get(__name__)


class TwitchHook:
    """Answers Twitch; `refused` counts what was not Twitch's."""

    def __init__(self, secret: str, dispatch: Dispatch) -> None:
        """Take what Twitch signs with; with none every call is refused."""
        self._secret = secret
        self._dispatch = dispatch
        self.refused = 0

    async def receive(self, headers: Mapping[str, str], body: bytes, *, to: str = "") -> Reply:  # noqa: ARG002 - one door for all
        """Answer a call; what it told is stored by then. Raises NotAllowed, or Unavailable so that Twitch sends it again."""
        try:
            message_id, at = signature.check(self._secret, headers, body, clock.now())
        except signature.Forged as reason:
            self.refused += 1
            _log.warning("twitch.webhook_refused", why=str(reason))
            msg = "This was not signed by Twitch for this house."
            raise NotAllowed(msg) from None
        try:
            payload = read_payload(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            # Signed and yet unreadable: to have it sent again would not help, and failures add up to a revocation.
            _log.error("twitch.webhook_unreadable", why=str(error)[:200], bytes=len(body))
            return _DONE
        match headers.get(f"{signature.PREFIX}type", ""):
            case "webhook_callback_verification":
                return Reply(200, (payload.challenge or "").encode())
            case "notification" | "revocation" as kind:
                await self._dispatch.take([_notice(message_id, at, payload, revoked=kind == "revocation")])
        return _DONE


def _notice(message_id: str, at: datetime, payload: Payload, *, revoked: bool) -> Notice:
    return Notice(message_id, at, payload.subscription or Subscription(), bytes(payload.event), revoked)
