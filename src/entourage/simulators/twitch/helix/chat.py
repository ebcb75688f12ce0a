"""The chat over Helix: lines that may be dropped although the answer is 200, and announcements."""

from typing import Any

from litestar import post
from litestar.types import ControllerRouterHandler
from msgspec import Struct

from entourage.simulators.twitch.desk import Asked, Call, Desk
from entourage.simulators.twitch.helix.people import moderated
from entourage.simulators.twitch.refusal import Refusal
from entourage.simulators.twitch.talk import LONGEST, Talk
from entourage.simulators.twitch.world import Channel, Person, World

_COLORS = {"blue", "green", "orange", "purple", "primary"}


class _Message(Struct, frozen=True):
    broadcaster_id: str
    sender_id: str
    message: str
    reply_parent_message_id: str = ""
    for_source_only: bool | None = None
    pin: bool | None = None


class _Announcement(Struct, frozen=True):
    message: str
    color: str = "primary"
    for_source_only: bool | None = None


def routes(world: World, desk: Desk, talk: Talk) -> list[ControllerRouterHandler]:
    """Make the handlers of messages and announcements."""

    @post("/chat/messages", status_code=200)
    async def send(request: Asked) -> dict[str, Any]:
        call = desk.admit(request, ("user:write:chat",), who="either")
        body = await call.body(_Message)
        channel, sender = _sender(world, desk, call, body)
        reason = talk.why_not(channel, sender, body.message)
        if reason is not None:
            dropped = {"message_id": "", "is_sent": False, "drop_reason": {"code": reason[0], "message": reason[1]}}
            return {"data": [dropped]}
        line = talk.hear(channel, sender, body.message, reply_to=body.reply_parent_message_id)
        return {"data": [{"message_id": line.id, "is_sent": True, "drop_reason": None}]}

    @post("/chat/announcements", status_code=204)
    async def announce(request: Asked) -> None:
        call = desk.admit(request, ("moderator:manage:announcements",))
        channel = moderated(world, call)
        body = await call.body(_Announcement)
        if not body.message or body.color not in _COLORS:
            raise Refusal(400, "The message is missing or the color is not one of the known ones.")
        if body.for_source_only is not None:
            raise Refusal(400, "for_source_only needs an app access token.")
        talk.announce(channel, world.people[call.user_id], body.message, body.color)

    return [send, announce]


def _sender(world: World, desk: Desk, call: Call, body: _Message) -> tuple[Channel, Person]:
    """Return where a message goes and whose it is; raises a Refusal when it may not be sent at all."""
    if not body.message.strip():
        raise Refusal(400, "The message is missing.")
    if len(body.message) > LONGEST:
        raise Refusal(422, "The message is too long.")
    channel, sender = world.at(body.broadcaster_id), world.people.get(body.sender_id)
    if sender is None:
        raise Refusal(400, "The ID in sender_id is not valid.")
    if call.access.user_id is None:
        client_id = call.access.client_id
        bot = all(desk.consented(client_id, sender.id, one) for one in ("user:bot", "user:write:chat"))
        welcome = sender.id in {channel.id, *channel.moderators} or desk.consented(client_id, channel.id, "channel:bot")
        if not (bot and welcome):
            raise Refusal(
                401, "The sender must have authorized the app with user:write:chat and user:bot, and the channel with channel:bot."
            )
    else:
        if sender.id != call.user_id:
            raise Refusal(401, "The ID in sender_id must match the user ID found in the request's OAuth token.")
        if body.for_source_only is not None:
            raise Refusal(400, "for_source_only needs an app access token.")
    if channel.bars(sender.id, world.time.now()):
        raise Refusal(403, "The sender is not permitted to send chat messages to the broadcaster's chat room.")
    return channel, sender
