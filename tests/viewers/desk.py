"""A creator's desk, at which tests do with viewers what a creator does by hand."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from entourage.kernel import tenancy
from entourage.kernel.db import Database
from entourage.ports import live
from entourage.viewers import link, link_shapes, profile, prospect, schemas, tiers
from entourage.viewers.intake import Intake
from entourage.viewers.recount import Recount
from entourage.viewers.tables import Card, Hour, Link, Tag, Total, Viewer
from tests.viewers.recount import recount


def twitch(user: str, **said: Any) -> live.Person:
    return live.Person(**{"platform": "twitch", "user_id": f"tw-{user}", "handle": user, "name": user.title()} | said)


@dataclass
class Desk:
    """A creator's desk: what may be done with viewers, each in a transaction of its own."""

    db: Database
    creator_id: int
    intake: Intake

    async def hear(self, *events: live.LiveEvent) -> None:
        await self.intake.store(self.creator_id, events)

    async def link(self, ref: str, other: str) -> None:
        async with tenancy.inside(self.db, self.creator_id, write=True) as session:
            await link.join(session, ref, other, "Ada")

    async def unlink(self, ref: str, other: str) -> None:
        async with tenancy.inside(self.db, self.creator_id, write=True) as session:
            await link.part(session, ref, other, "Ada")

    async def preview(self, ref: str, other: str) -> link_shapes.LinkPreview:
        async with tenancy.inside(self.db, self.creator_id, write=True) as session:
            return await prospect.of(session, ref, other)

    async def erase(self, ref: str) -> None:
        async with tenancy.inside(self.db, self.creator_id, write=True) as session:
            await profile.forget(session, ref, "Ada")

    async def tier(self, ref: str, name: str | None) -> None:
        """Set a tier by hand, or let the rules decide again."""
        async with tenancy.inside(self.db, self.creator_id, write=True) as session:
            await (tiers.set_by_hand(session, ref, name, "Ada") if name else tiers.release(session, ref, "Ada"))

    async def edit(self, ref: str, **change: Any) -> None:
        async with tenancy.inside(self.db, self.creator_id, write=True) as session:
            await profile.edit(session, ref, schemas.Edit(**change), "Ada")

    async def look(self, ref: str) -> schemas.ViewerDetail:
        async with tenancy.inside(self.db, self.creator_id) as session:
            return await profile.detail(session, ref)

    async def ids(self) -> dict[str, str]:
        """Return everybody's id as it is written in an address, by handle and platform."""
        async with tenancy.inside(self.db, self.creator_id) as session:
            rows = await session.execute(select(Viewer.handle, Viewer.platform, Viewer.id))
            return {f"{handle}/{platform}": str(viewer_id) for handle, platform, viewer_id in rows}

    async def wrong(self, *, forgotten: bool = False) -> list[str]:
        """Count everything again, here and as the house itself does, and say what is not kept so."""
        async with tenancy.inside(self.db, self.creator_id) as session:
            connection = await session.connection()
            own = await connection.run_sync(
                lambda sync: [str(one) for some in Recount(sync, self.creator_id).differences() for one in some]
            )
            return await recount(session, forgotten=forgotten) + own

    async def everything(self) -> dict[str, Any]:
        """Return what there is of viewers, without when rows were written and what only the log keeps."""
        async with tenancy.inside(self.db, self.creator_id) as session:
            rows = {
                v.id: {c.key: getattr(v, c.key) for c in Viewer.__table__.c if c.key not in {"updated_ms", "created_ms"}}
                for v in await session.scalars(select(Viewer))
            }
            unsaid = {"updated_ms", "viewer_id", "creator_id"}
            written = [
                (c.viewer_id, {k.key: getattr(c, k.key) for k in Card.__table__.c if k.key not in unsaid})
                for c in await session.scalars(select(Card))
            ]
            cards = dict(written)
            tags = {tuple(row) for row in await session.execute(select(Tag.viewer_id, Tag.folded, Tag.tag))}
            hours = {tuple(row) for row in await session.execute(select(Hour.viewer_id, Hour.cell, Hour.activity, Hour.coins))}
            total = (await session.scalars(select(Total))).one()
            sums = {c.key: getattr(total, c.key) for c in Total.__table__.c if c.key != "version"}
            links = {(one.viewer_id, one.head_id, one.linked_ms, one.linked_by) for one in await session.scalars(select(Link))}
            return {"viewers": rows, "cards": cards, "tags": tags, "hours": hours, "total": sums, "links": links}
