"""The panel: a page of buttons that make the fake TikTok do things, and its JSON."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined
from litestar import MediaType, Request, Response, Router, get, post
from litestar.types import Guard

from entourage.kernel.errors import EntourageError
from entourage.simulators import buttons
from entourage.simulators.tiktok import answers, gifts, words
from entourage.simulators.tiktok.frontrow import Press
from entourage.simulators.tiktok.stage import Stage

_HERE = "entourage.simulators.tiktok"
_OF_SCRIPT = (
    "live", "paused", "ended", "offline", "none", "ready", "playing", "held", "waiting", "done",
    "sign", "page", "socket", "refused", "no answer",
)  # fmt: skip
_PAGES = Environment(loader=PackageLoader(_HERE, "page"), autoescape=True, undefined=StrictUndefined)


Asked = Request[Any, Any, Any]


def _browsers(request: Asked) -> str:
    """Return the language that a browser asks for first."""
    return request.headers.get("accept-language", "en").strip()[:2].lower()


def router(  # noqa: PLR0913 - all but one by name
    stage: Stage,
    *,
    path: str = "/simulators/tiktok",
    twitch: str = "",
    fanvue: str = "",
    clips: str = "",
    guards: Sequence[Guard] = (),
    opt: dict[str, Any] | None = None,
    language: Callable[[Asked], str] = _browsers,
) -> Router:
    """Make the panel's routes for one stage: the page, `act` (POST), `status`, and the page's own script and style.

    It speaks German to whom `language` says so, else English; `twitch`, `fanvue` and `clips` are where panels of fake ones are. Errors
    are raised as EntourageError; the application that mounts the panel answers them.
    """
    prefix = path.rstrip("/")

    @get("/", media_type=MediaType.HTML, name="simulators.tiktok.panel")
    async def show(request: Asked) -> str:
        spoken = "de" if language(request) == "de" else "en"
        say = partial(words.say, language=spoken)
        beside = msgspec.json.encode({one: say(one) for one in _OF_SCRIPT}).decode()
        page, beyond = _PAGES.get_template("panel.html"), {"twitch": twitch, "fanvue": fanvue, "clips": clips}
        return page.render(prefix=prefix, **beyond, status=stage.status(), gifts=gifts.DRAWER, _=say, language=spoken, words=beside)

    @post("/act", status_code=200, name="simulators.tiktok.act")
    async def act(request: Asked) -> dict[str, Any]:
        spoken = language(request)
        try:
            said = await stage.press(await buttons.pressed(request, Press))
        except EntourageError as error:
            raise type(error)(words.say(error.message, spoken)) from error
        return {"said": words.say(said, spoken), "status": stage.status()}

    @get("/status", name="simulators.tiktok.status")
    async def status() -> dict[str, Any]:
        return stage.status()

    @get("/parts/{name:str}", name="simulators.tiktok.part")
    async def part(name: str) -> Response[bytes]:
        return buttons.part(_HERE, name)

    @get("/img/{name:str}", name="simulators.tiktok.picture")
    async def picture(name: str) -> Response[bytes]:
        answer = answers.picture(name.removesuffix(".svg")[:20])
        return Response(answer.body, media_type=answer.content_type, headers=dict(answer.headers))

    return Router(
        path=path,
        route_handlers=[show, act, status, part, picture],
        guards=list(guards),
        opt=opt or {},
        include_in_schema=False,
    )
