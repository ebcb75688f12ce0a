"""The client's report: how a campaign goes, by a link that needs no account, tells nobody where it came from, and can be taken back."""

from datetime import UTC, datetime, time
from typing import Any

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from entourage.clips import reports
from entourage.clips.schemas import ClientReport
from entourage.kernel import clock
from entourage.kernel.accounts.attempts import Attempts
from entourage.kernel.errors import NotFound, TooMany
from entourage.kernel.http import ANYONE, STATUS, Database
from entourage.web import clip_curves, clipper_words, i18n
from entourage.web.i18n import gettext as _
from entourage.web.pages.clipper_frame import TOOLS
from entourage.web.pages.frame import Asked

# A client has no session here and needs none: the address itself says which report this is.
_BARE: dict[str, Any] = {"skip_session": True, "exclude_from_csrf": True, "exclude_from_auth": True}
_NOON = time(12)  # the same day in nearly every zone
_HEADERS = {"Referrer-Policy": "no-referrer", "Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"}


@get("/report/{token:str}", include_in_schema=False, opt={**ANYONE, **_BARE}, response_headers=_HEADERS)
async def show(request: Asked, token: FromPath[str], db: Database, attempts: NamedDependency[Attempts]) -> Template:
    """Show a client how their campaign goes; a link that is unknown and one that was taken back look the same."""
    try:
        await attempts.knock("report", request.client.host if request.client else "")
        seen = await reports.open_(db, token)
    except TooMany as error:
        said = _("A moment, please"), _("This page was opened very often just now. Try again in a minute.")
        return _page(request, None, *said, status=STATUS[error.kind], headers={"Retry-After": str(error.retry_after_s)})
    except NotFound:
        said = _("The report is not there"), _("This link is unknown or was taken back. Ask whoever gave it to you for a new one.")
        return _page(request, None, *said, status=STATUS["not_found"])
    request.scope["state"][i18n.ZONE] = seen.zone
    return _page(request, seen)


def _page(
    request: Asked,
    seen: ClientReport | None,
    title: str = "",
    detail: str = "",
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> Template:
    days = [(datetime.combine(at, _NOON, UTC), count) for at, count in seen.days] if seen else []
    context: dict[str, Any] = {
        **TOOLS, "report": seen, "now": clock.now(), "title": title, "detail": detail, "chart": clip_curves.draw(days),
        "theme": "dark" if request.cookies.get("theme") == "dark" else "light",
        "standing": clipper_words.state(seen.state) if seen else "",
    }  # fmt: skip
    return Template("report.html", context=context, status_code=status, headers=headers or {})
