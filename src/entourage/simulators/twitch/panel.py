"""The panel: a page of buttons that make the fake Twitch do things, and its JSON."""

from collections.abc import Sequence
from typing import Any

from litestar import Litestar, Request, Response, Router, get, post
from litestar.response import Template
from litestar.types import ControllerRouterHandler, Guard

from entourage.kernel.errors import EntourageError
from entourage.simulators import buttons
from entourage.simulators.twitch.front import ASIDE
from entourage.simulators.twitch.hindrance import Hindrance
from entourage.simulators.twitch.press import SENTENCES, Press
from entourage.simulators.twitch.stage import Stage

_HERE = "entourage.simulators.twitch"
_CODES = range(4000, 4008)


def router(
    stage: Stage, *, path: str = "/simulators/twitch", page: str = "", guards: Sequence[Guard] = (), opt: dict[str, Any] | None = None
) -> Router:
    """Make the panel's routes for one stage: `act` (POST), `status`, `badges`, `counts`, and the page.

    `page` names the template of the application that mounts the panel, in whose language it then speaks; without one
    there is only JSON. Errors are raised as EntourageError, for that application to answer.
    """

    @post("/act", status_code=200, name="simulators.twitch.act")
    async def act(request: Request[Any, Any, Any]) -> Response[dict[str, Any]]:
        press = await buttons.pressed(request, Press)
        try:
            said = await stage.press(press)
        except Hindrance as why:
            return Response({"detail": why.message, "code": why.code, "values": {"who": why.who}}, status_code=409)
        about = {"said": said.english(SENTENCES), "code": said.code, "values": said.values}
        return Response({**about, "status": stage.status(press.channel)}, status_code=200)

    @get("/status", name="simulators.twitch.status")
    async def status(request: Request[Any, Any, Any]) -> dict[str, Any]:
        return stage.status(_asked(request))

    @get("/badges", name="simulators.twitch.badges")
    async def badges(request: Request[Any, Any, Any]) -> list[dict[str, Any]]:
        return stage.badges(_asked(request))

    @get("/counts", name="simulators.twitch.counts")
    async def counts() -> list[dict[str, Any]]:
        return stage.counts()

    pages = _pages(stage, path.rstrip("/"), page) if page else []
    return Router(path, route_handlers=[act, status, badges, counts, *pages], guards=list(guards), opt=opt or {}, include_in_schema=False)


def attach(stage: Stage) -> None:
    """Let the fake Twitch answer the panel's JSON on its own port, under /simulator, to whoever asks."""

    def told(_: Request[Any, Any, Any], error: EntourageError) -> Response[dict[str, str]]:
        return Response({"detail": error.message}, status_code=400)

    routes = router(stage, path=ASIDE)
    stage.twitch.front.aside = Litestar([routes], exception_handlers={EntourageError: told}, openapi_config=None, logging_config=None)


def _pages(stage: Stage, prefix: str, page: str) -> list[ControllerRouterHandler]:
    @get("/", name="simulators.twitch.panel")
    async def show() -> Template:
        return Template(page, context={"prefix": prefix, "status": stage.status(), "codes": _CODES})

    @get("/parts/{name:str}", name="simulators.twitch.part")
    async def part(name: str) -> Response[bytes]:
        return buttons.part(_HERE, name)

    return [show, part]


def _asked(request: Request[Any, Any, Any]) -> str:
    login: str = request.query_params.get("channel", "")
    return login[:25]
