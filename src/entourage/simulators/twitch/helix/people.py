"""People over Helix: who somebody is, and what they are to a channel."""

from typing import Any

from litestar import get
from litestar.types import ControllerRouterHandler

from entourage.simulators.twitch.desk import Asked, Call, Desk
from entourage.simulators.twitch.refusal import Refusal
from entourage.simulators.twitch.wire import moment, page
from entourage.simulators.twitch.world import Channel, Person, World

_MOST_USERS = 100
_MODERATORS = ("moderation:read", "channel:manage:moderators")


def routes(world: World, desk: Desk) -> list[ControllerRouterHandler]:
    """Make the handlers of users, consents and streams."""

    @get("/users")
    async def list_users(request: Asked) -> dict[str, Any]:
        call = desk.admit(request, who="either")
        ids, logins = call.many("id", _MOST_USERS), call.many("login", _MOST_USERS)
        if len(ids) + len(logins) > _MOST_USERS:
            raise Refusal(400, "The sum of id and login may be at most 100.")
        if not ids and not logins:
            if not call.user_id:
                raise Refusal(400, "The id or login parameter is required with an app access token.")
            ids = [call.user_id]
        named = [world.find(one) for one in logins]
        found = {one.id: one for one in [*world.everybody(ids), *(one for one in named if one is not None)]}
        return {"data": [_user(one, call) for one in found.values()]}

    @get("/authorization/users")
    async def list_consents(request: Asked) -> dict[str, Any]:
        call = desk.admit(request, who="app")
        call.must("user_id")
        asked = [one for one in world.everybody(call.many("user_id", 10)) if desk.knows(call.access.client_id, one.id)]
        return {"data": [{**_short(one), "scopes": desk.scopes(call.access.client_id, one.id)} for one in asked]}

    @get("/streams")
    async def list_streams(request: Asked) -> dict[str, Any]:
        call = desk.admit(request, who="either")
        ids, logins = call.many("user_id", 100), [one.casefold() for one in call.many("user_login", 100)]
        live = [one for one in world.channels.values() if one.live and (not (ids or logins) or one.id in ids or one.person.login in logins)]
        return _paged(call, [one.person for one in live], lambda one: _stream(world.channels[one.id]))

    return [list_users, list_consents, list_streams]


def routes_of_channel(world: World, desk: Desk) -> list[ControllerRouterHandler]:
    """Make the handlers of moderators, chatters, followers and subscribers."""

    @get("/moderation/moderators")
    async def list_moderators(request: Asked) -> dict[str, Any]:
        call = desk.admit(request, _MODERATORS)
        channel = world.at(call.of())
        asked = call.many("user_id", 100)
        mods = world.everybody([one for one in channel.moderators if not asked or one in asked])
        return _paged(call, mods, _short)

    @get("/chat/chatters")
    async def list_chatters(request: Asked) -> dict[str, Any]:
        call = desk.admit(request, ("moderator:read:chatters",))
        channel = moderated(world, call)
        chatters = world.everybody(channel.chatters)
        return {**_paged(call, chatters, _short, most=1000, usual=100), "total": len(chatters)}

    @get("/channels/followers")
    async def list_followers(request: Asked) -> dict[str, Any]:
        call = desk.admit(request, ("moderator:read:followers",))
        channel = world.at(call.must("broadcaster_id"))
        total = {"total": len(channel.followers)}
        if call.user_id != channel.id and call.user_id not in channel.moderators:
            return {"data": [], "pagination": {}, **total}  # the real one tells strangers the number, and nothing else
        asked = call.many("user_id", 1)
        followers = world.everybody([one for one in channel.followers if not asked or one in asked])
        return {**_paged(call, followers, lambda one: {**_short(one), "followed_at": moment(channel.followers[one.id])}), **total}

    @get("/subscriptions")
    async def list_subs(request: Asked) -> dict[str, Any]:
        call = desk.admit(request, ("channel:read:subscriptions",))
        channel = world.at(call.of())
        asked = call.many("user_id", 100)
        subs = world.everybody([one for one in channel.subs if not asked or one in asked])
        counts = {"total": len(channel.subs), "points": sum(_POINTS.get(one.tier, 1) for one in channel.subs.values())}
        return {**_paged(call, subs, lambda one: _sub(world, channel, one)), **counts}

    return [list_moderators, list_chatters, list_followers, list_subs]


_POINTS = {"1000": 1, "2000": 2, "3000": 6}


def moderated(world: World, call: Call) -> Channel:
    """Return the channel that is meant; raises a 401 or 403 unless the caller is its moderator."""
    channel = world.at(call.must("broadcaster_id"))
    call.of("moderator_id")
    if call.user_id != channel.id and call.user_id not in channel.moderators:
        raise Refusal(403, "The user in moderator_id is not one of the broadcaster's moderators.")
    return channel


def _paged(call: Call, people: list[Person], write: Any, *, most: int = 100, usual: int = 20) -> dict[str, Any]:  # noqa: ANN401
    cut, more = page(people, lambda one: one.id, first=call.first(most=most, usual=usual), after=call.may("after"))
    return {"data": [write(one) for one in cut], "pagination": more}


def _short(person: Person) -> dict[str, Any]:
    return {"user_id": person.id, "user_login": person.login, "user_name": person.name}


def _user(person: Person, call: Call) -> dict[str, Any]:
    email = {"email": f"{person.login}@example.invalid"} if "user:read:email" in call.access.scopes and person.id == call.user_id else {}
    return {
        "id": person.id,
        "login": person.login,
        "display_name": person.name,
        "type": "",
        "broadcaster_type": person.kind,
        "description": "",
        "profile_image_url": "",
        "offline_image_url": "",
        "view_count": 0,
        "created_at": moment(person.created_at),
        **email,
    }


def _sub(world: World, channel: Channel, person: Person) -> dict[str, Any]:
    sub = channel.subs[person.id]
    gifter = world.people.get(sub.gifter_id or "")
    return {
        "broadcaster_id": channel.id,
        "broadcaster_login": channel.person.login,
        "broadcaster_name": channel.person.name,
        "gifter_id": gifter.id if gifter else "",
        "gifter_login": gifter.login if gifter else "",
        "gifter_name": gifter.name if gifter else "",
        "is_gift": sub.gifter_id is not None,
        "plan_name": f"Channel Subscription ({channel.person.login})",
        "tier": sub.tier,
        **_short(person),
    }


def _stream(channel: Channel) -> dict[str, Any]:
    live = channel.live
    if live is None:
        return {}
    return {
        "id": live.id,
        **_short(channel.person),
        "game_id": "509658",
        "game_name": "Just Chatting",
        "type": "live",
        "title": live.title,
        "tags": [],
        "viewer_count": live.watching,
        "started_at": moment(live.started_at),
        "language": "en",
        "thumbnail_url": "",
        "tag_ids": [],
        "is_mature": False,
    }
