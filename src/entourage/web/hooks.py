"""Where platforms call the house: the raw body goes to whoever knows the platform, and only what is stored is acknowledged."""

from typing import Annotated, Any

from litestar import Request, Response, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import Parameter, SkipValidation

from entourage.kernel import metrics
from entourage.kernel.errors import NotAllowed, NotFound
from entourage.kernel.http import ANYONE
from entourage.ports.hooks import Hook

_BODY_MOST = 256 * 1024

_BARE = {**ANYONE, "skip_session": True, "exclude_from_csrf": True, "exclude_from_auth": True, "uncompressed": True}

Hooks = dict[str, Hook]


@post("/api/webhooks/eventsub", status_code=200, opt=_BARE, request_max_body_size=_BODY_MOST, tags=["webhooks"])
async def receive_eventsub(request: Request[Any, Any, State], hooks: NamedDependency[SkipValidation[Hooks]]) -> Response[bytes]:
    """Take what Twitch tells (EventSub). Twitch signs each message; nobody else is believed: 403.

    A challenge is answered with its text, anything else with 204 once it is stored; the same message again changes nothing.
    """
    hook = hooks.get("eventsub")
    if hook is None:
        msg = "This house takes no webhooks of Twitch."
        raise NotFound(msg)
    try:
        reply = await hook.receive({name.lower(): value for name, value in request.headers.items()}, await request.body())
    except NotAllowed:
        metrics.DELIVERIES.add("twitch", "refused")
        raise
    return Response(reply.body, status_code=reply.status, media_type=reply.media_type)


@post(["/fanvue-webhook", "/api/webhooks/fanvue"], status_code=200, opt=_BARE, request_max_body_size=_BODY_MOST, tags=["webhooks"])
async def receive_fanvue(
    request: Request[Any, Any, State],
    hooks: NamedDependency[SkipValidation[Hooks]],
    creator_id: Annotated[str, Parameter(query="creatorId", max_length=64)] = "",
) -> Response[bytes]:
    """Take what Fanvue tells. Fanvue signs each call; nobody else is believed: 401.

    Answered with 200 once it is stored; the same event again changes nothing, and so does one that is of no use. With
    `creatorId` the address belongs to one creator of the house: 404 where it does not. More than 256 KB: 413.
    """
    hook = hooks.get("fanvue")
    if hook is None:
        msg = "This house takes no webhooks of Fanvue."
        raise NotFound(msg)
    headers = {name.lower(): value for name, value in request.headers.items()}
    reply = await hook.receive(headers, await request.body(), to=creator_id)
    return Response(reply.body, status_code=reply.status, media_type=reply.media_type)


ROUTES = [receive_eventsub, receive_fanvue]
