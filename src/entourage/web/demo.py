"""The way into the demo: a link that signs its make-believe owner in, with no password to choose.

These routes exist only in a house that was opened as a demo.
"""

from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from entourage.kernel import tenancy
from entourage.kernel.accounts import identify, links, people
from entourage.kernel.errors import NotFound
from entourage.kernel.http import ANYONE, Db
from entourage.web import signin


@get("/demo/{token:str}", opt=ANYONE, include_in_schema=False)
async def show_demo(token: FromPath[str], db: Db) -> Template:
    """Show what waits behind the link; looking does not use it up."""
    async with tenancy.everywhere(db, "a demo link") as session:
        await links.look(session, token, "sign_in")
    return Template("demo.html")


@post("/demo/{token:str}", opt=ANYONE, include_in_schema=False)
async def enter_demo(request: Request[Any, Any, Any], token: FromPath[str], db: Db) -> Response[Any]:
    """Sign the demo's owner in."""
    async with tenancy.everywhere(db, "a demo link is used", write=True) as session:
        link = await links.use(session, token, "sign_in")
        user = await people.get(session, link.user_id) if link.user_id else None
        if user is None:
            msg = "This link is no good any more. Start the demo again for a new one."
            raise NotFound(msg)
    await signin.begin(request, db, identify.session_of(user), how="demo link")
    return Redirect("/", status_code=303)


ROUTES = [show_demo, enter_demo]
