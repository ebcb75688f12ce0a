"""The make-believe hosts of short links: an address below /short/<host>/ answers as that host does, by sending on."""

from typing import Any

from litestar import Request, Response, route
from litestar.enums import HttpMethod
from litestar.types import ControllerRouterHandler

from entourage.simulators.clips import links
from entourage.simulators.clips.world import World

PREFIX = "/short"
_MOVED, _NOT_FOUND = 301, 404


def routes(world: World) -> list[ControllerRouterHandler]:
    """Make the route of all these hosts."""

    @route(f"{PREFIX}/{{host:str}}/{{rest:path}}", http_method=[HttpMethod.GET, HttpMethod.HEAD])
    async def follow(request: Request[Any, Any, Any], host: str, rest: str) -> Response[bytes]:
        goal = links.target(world, host, rest)
        if goal is None:
            return Response(b"", status_code=_NOT_FOUND, media_type="text/html")
        body = b"" if request.method == "HEAD" else f'<a href="{goal}">Moved Permanently</a>.'.encode()
        return Response(body, status_code=_MOVED, headers={"Location": goal}, media_type="text/html")

    return [follow]
