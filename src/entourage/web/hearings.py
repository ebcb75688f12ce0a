"""What a platform is asked to tell us, and how it is with each: for the settings page and for programs."""

from datetime import datetime
from typing import Any

import msgspec
from litestar import Request, get
from litestar.response import Redirect, Template

from entourage.kernel import hearings, tenancy
from entourage.kernel.http import Database, Db, Who, allowed
from entourage.web import hearing_words, i18n
from entourage.web.pages.frame import part, wants_part

_SOURCE = "twitch"


class HearingView(msgspec.Struct, frozen=True):
    """One thing: `kind` is the platform's word, `line` for the connection itself.

    `state` is on, waiting, missing, refused, ended or down.
    """

    kind: str
    name: str
    state: str
    words: str
    since: datetime


@get("/api/settings/hearings", guards=[allowed("settings.edit")], tags=["connections"])
async def list_hearings(request: Request[Any, Any, Any], actor: Who, db: Db) -> list[HearingView]:
    """List what Twitch is asked to tell about the channel, and how it is with each, in words; empty when nothing is asked for."""
    i18n.speak(i18n.voice_of(request))
    return [HearingView(one.kind, one.name, one.state, one.words, one.since) for one in await _told(actor.creator_id, db)]


@get("/settings/twitch/hearings", include_in_schema=False, guards=[allowed("settings.edit")])
async def show_hearings(request: Request[Any, Any, Any], actor: Who, db: Db) -> Template | Redirect:
    """Show the same on the settings page."""
    if not wants_part(request):
        return Redirect("/settings#connections")
    i18n.speak(i18n.voice_of(request))
    listed = await _told(actor.creator_id, db)
    # What somebody did not allow they may well not want.
    good = all(one.mood == "good" or one.state == "missing" for one in listed)
    return part("parts/settings/hearings.html", hearings=listed, good=good)


async def _told(creator_id: int, db: Database) -> list[hearing_words.Told]:
    async with tenancy.inside(db, creator_id) as session:
        return [hearing_words.told(one) for one in await hearings.of(session, _SOURCE)]


ROUTES = [list_hearings, show_hearings]
