"""The panel: a page of buttons that make the make-believe internet of videos do things, and its JSON."""

from collections.abc import Sequence
from typing import Any

from litestar import Litestar, Request, Response, Router, get, post
from litestar.response import Template
from litestar.types import ControllerRouterHandler, Guard

from entourage.kernel.errors import EntourageError
from entourage.simulators import buttons
from entourage.simulators.clips.cast import CLIPPERS
from entourage.simulators.clips.curves import KINDS
from entourage.simulators.clips.front import ASIDE
from entourage.simulators.clips.hindrance import Hindrance
from entourage.simulators.clips.ids import PLATFORMS
from entourage.simulators.clips.press import SENTENCES, Press
from entourage.simulators.clips.stage import Stage

_HERE = "entourage.simulators.clips"


def router(stage: Stage, *, path: str = "/simulators/clips", page: str = "", guards: Sequence[Guard] = ()) -> Router:
    """Make the panel's routes: `act` (POST), `status`, and the page.

    `page` names the template of the application that mounts the panel, in whose language it then speaks; without one
    there is only JSON. Errors are raised as EntourageError, for that application to answer.
    """

    @post("/act", status_code=200, name="simulators.clips.act")
    async def act(request: Request[Any, Any, Any]) -> Response[dict[str, Any]]:
        press = await buttons.pressed(request, Press)
        try:
            said = stage.press(press)
        except Hindrance as why:
            return Response({"detail": why.message, "code": why.code, "values": {"who": why.who}}, status_code=409)
        return Response(
            {"said": said.english(SENTENCES), "code": said.code, "values": said.values, "status": stage.status()}, status_code=200
        )

    @get("/status", name="simulators.clips.status")
    async def status() -> dict[str, Any]:
        return stage.status()

    pages = _pages(stage, path.rstrip("/"), page) if page else []
    return Router(path, route_handlers=[act, status, *pages], guards=list(guards), include_in_schema=False)


def attach(stage: Stage) -> None:
    """Let it answer the panel's JSON on its own port, under /simulator, to whoever asks."""

    def told(_: Request[Any, Any, Any], error: EntourageError) -> Response[dict[str, str]]:
        return Response({"detail": error.message}, status_code=400)

    routes = router(stage, path=ASIDE)
    stage.fake.front.aside = Litestar([routes], exception_handlers={EntourageError: told}, openapi_config=None, logging_config=None)


def _pages(stage: Stage, prefix: str, page: str) -> list[ControllerRouterHandler]:
    @get("/", name="simulators.clips.panel")
    async def show() -> Template:
        about = {"prefix": prefix, "status": stage.status(), "platforms": PLATFORMS, "kinds": KINDS, "clippers": CLIPPERS}
        return Template(page, context=about)

    @get("/parts/{name:str}", name="simulators.clips.part")
    async def part(name: str) -> Response[bytes]:
        return buttons.part(_HERE, name)

    return [show, part]
