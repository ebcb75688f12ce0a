"""The panel: a page of buttons that make the fake Fanvue do things, and its JSON."""

from collections.abc import Sequence
from typing import Any

from litestar import Litestar, Request, Response, Router, get, post
from litestar.response import Template
from litestar.types import ControllerRouterHandler, Guard

from entourage.kernel.errors import EntourageError
from entourage.simulators import buttons
from entourage.simulators.fanvue.crowd import TEMPERS
from entourage.simulators.fanvue.front import ASIDE
from entourage.simulators.fanvue.hindrance import Hindrance
from entourage.simulators.fanvue.lines import TONGUES
from entourage.simulators.fanvue.press import SENTENCES, Press
from entourage.simulators.fanvue.stage import Stage

_HERE = "entourage.simulators.fanvue"


def router(
    stage: Stage, *, path: str = "/simulators/fanvue", page: str = "", guards: Sequence[Guard] = (), opt: dict[str, Any] | None = None
) -> Router:
    """Make the panel's routes for one stage: `act` (POST), `status`, `written`, `counts`, and the page.

    `page` names the template of the application that mounts the panel, in whose language it then speaks; without one
    there is only JSON. Errors are raised as EntourageError, for that application to answer.
    """

    @post("/act", status_code=200, name="simulators.fanvue.act")
    async def act(request: Request[Any, Any, Any]) -> Response[dict[str, Any]]:
        press = await buttons.pressed(request, Press)
        try:
            said = await stage.press(press)
        except Hindrance as why:
            return Response({"detail": why.message, "code": why.code, "values": {"who": why.who}}, status_code=409)
        about = {"said": said.english(SENTENCES), "code": said.code, "values": said.values}
        return Response({**about, "status": stage.status(press.creator)}, status_code=200)

    @get("/status", name="simulators.fanvue.status")
    async def status(request: Request[Any, Any, Any]) -> dict[str, Any]:
        return stage.status(_asked(request))

    @get("/written", name="simulators.fanvue.written")
    async def written(request: Request[Any, Any, Any]) -> list[dict[str, Any]]:
        return stage.written(_asked(request))

    @get("/counts", name="simulators.fanvue.counts")
    async def counts() -> list[dict[str, Any]]:
        return stage.counts()

    pages = _pages(stage, path.rstrip("/"), page) if page else []
    return Router(path, route_handlers=[act, status, written, counts, *pages], guards=list(guards), opt=opt or {}, include_in_schema=False)


def attach(stage: Stage) -> None:
    """Let the fake Fanvue answer the panel's JSON on its own port, under /simulator, to whoever asks."""

    def told(_: Request[Any, Any, Any], error: EntourageError) -> Response[dict[str, str]]:
        return Response({"detail": error.message}, status_code=400)

    routes = router(stage, path=ASIDE)
    stage.fanvue.front.aside = Litestar([routes], exception_handlers={EntourageError: told}, openapi_config=None, logging_config=None)


def _pages(stage: Stage, prefix: str, page: str) -> list[ControllerRouterHandler]:
    @get("/", name="simulators.fanvue.panel")
    async def show() -> Template:
        return Template(page, context={"prefix": prefix, "status": stage.status(), "tempers": TEMPERS, "tongues": TONGUES})

    @get("/parts/{name:str}", name="simulators.fanvue.part")
    async def part(name: str) -> Response[bytes]:
        return buttons.part(_HERE, name)

    return [show, part]


def _asked(request: Request[Any, Any, Any]) -> str:
    handle: str = request.query_params.get("creator", "")
    return handle[:40]
