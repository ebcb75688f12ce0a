"""Where platforms call the house: the raw body goes to whoever knows the platform, and only what is stored is acknowledged."""

from typing import Any

from litestar import Request, Response, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import SkipValidation

from entourage.kernel import metrics
from entourage.kernel.errors import NotAllowed, NotFound
from entourage.kernel.http import ANYONE
from entourage.ports.hooks import Hook

_BODY_MOST = 256 * 1024

Hooks = dict[str, Hook]


@post(
    "/api/webhooks/eventsub",
    status_code=200,
    opt={**ANYONE, "skip_session": True, "exclude_from_csrf": True, "exclude_from_auth": True, "uncompressed": True},
    request_max_body_size=_BODY_MOST,
    tags=["webhooks"],
)
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
