"""What every signed-in page needs besides its own data."""

from typing import Any

from litestar import Request
from litestar.response import Template

from entourage.kernel import connections
from entourage.kernel.tenancy import CreatorSession
from entourage.web import chips, i18n

Asked = Request[Any, Any, Any]


async def listen(request: Asked) -> None:
    """Before a page is made: speak the reader's language; awaited, for what a thread says is not heard in the request."""
    i18n.speak(i18n.voice_of(request))


async def framed(session: CreatorSession, name: str, template: str, **context: Any) -> Template:  # noqa: ANN401
    """Return a page inside the shell; `name` is the sidebar's entry it belongs to."""
    links = await connections.all_of(session)
    return Template(template, context={"page": name, "chips": chips.of(links), **context})


def part(template: str, **context: Any) -> Template:  # noqa: ANN401
    """Return a part of a page."""
    return Template(template, context=context)


def wants_part(request: Asked) -> bool:
    """Tell whether a script asks for the inner part only."""
    return "hx-request" in request.headers
