"""What a clipper says of themselves over REST: their name and accounts; the rest is in the room's own routes."""

from typing import Annotated

import msgspec
from litestar import put
from litestar.params import JSONBody

from entourage.clips import clippers
from entourage.clips.schemas import ClipperRow
from entourage.kernel import tenancy
from entourage.kernel.http import Db, Who, allowed
from entourage.ports.views import Platform

_OWN = [allowed("clips.submit")]
Handles = Annotated[list[Annotated[str, msgspec.Meta(max_length=60)]], msgspec.Meta(max_length=20)]


class Mine(msgspec.Struct):
    """How a clipper is called, and the accounts they post from, with or without "@"; platforms that are left out have none."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    handles: dict[Platform, Handles] = {}


@put("/api/clippers/me", guards=_OWN, tags=["clips"])
async def change_me(actor: Who, db: Db, data: JSONBody[Mine]) -> ClipperRow:
    """Change how one is called, and which accounts are one's own."""
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        await clippers.rename(session, actor.id, data.name)
        return await clippers.put_handles(session, actor.id, data.handles, actor.label)


ROUTES = [change_me]
