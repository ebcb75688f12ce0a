"""The activity of VIPs: the audit log in sentences, filtered and paged, each with what led to it, and as a file."""

import csv
import io
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import msgspec
from litestar import get
from litestar.datastructures import ResponseHeader
from litestar.params import Parameter
from litestar.response import Stream, Template

from entourage.kernel import clock, tenancy
from entourage.kernel.http import Actor, Database, allowed
from entourage.kernel.tables import AuditEntry as Entry
from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import reference
from entourage.vips import chronicle
from entourage.vips.chronicle import Kind
from entourage.web import badge_words, vip_history
from entourage.web.pages.frame import Asked, framed, part, wants_part
from entourage.web.pages.vips import people_of

_GUARDS = [allowed("vips.read", "audit.read")]
_ROWS, _CHUNK = 50, 199
_BEGINS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
Text = Annotated[str, Parameter(max_length=100)]
Day = Annotated[str, Parameter(max_length=10, pattern=r"^(\d{4}-\d{2}-\d{2})?$")]
Before = Annotated[int | None, Parameter(ge=1, le=2**63 - 1)]


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """What the log shows, as its address says it; days are of the creator's zone."""

    kind: Kind = "all"
    person: str = ""
    who: str = ""
    since: str = ""
    until: str = ""

    def address(self, path: str = "/vips/activity", **changes: Any) -> str:  # noqa: ANN401 - the value of any field
        """Return the address of this log with something changed."""
        usual = msgspec.structs.asdict(Choice())
        said = msgspec.structs.asdict(self) | changes
        query = urlencode({name: value for name, value in said.items() if value and value != usual.get(name)})
        return f"{path}?{query}" if query else path

    def query(self, zone: str, **more: Any) -> chronicle.Query:  # noqa: ANN401
        """Return what is to be looked for."""
        since, until = _begins(self.since, zone), _begins(self.until, zone, days=1)
        return chronicle.Query(kind=self.kind, person=self.person, actor=self.who, since=since, until=until, **more)


@dataclass(frozen=True, slots=True)
class Told:
    """An entry of the log in words."""

    id: int
    at: str
    actor: str
    sign: str
    sentence: str
    chained: bool


@get("/vips/activity", guards=_GUARDS, include_in_schema=False)
async def show(
    request: Asked, actor: Actor, db: Database, *, kind: Kind = "all", person: Text = "", who: Text = "", since: Day = "", until: Day = "",
    before: Before = None,
) -> Template:  # fmt: skip
    """Show what happened, the newest first; to a script only the next rows."""
    choice = Choice(kind=kind, person=person.strip(), who=who, since=since, until=until)
    async with tenancy.inside(db, actor.creator_id) as session:
        rows, following = await chronicle.page(session, choice.query(actor.zone, before=before, limit=_ROWS))
        context = {"choice": choice, "entries": await _told(session, rows), "following": following}
        if wants_part(request):
            return part("parts/vips/entries.html", **context)
        context |= {"people": await people_of(session), "one": await _one(session, actor, choice.person)}
        return await framed(session, "vips", "pages/vip_activity.html", **context)


@get("/vips/activity/{entry:int}/chain", guards=_GUARDS, include_in_schema=False)
async def chain(actor: Actor, db: Database, entry: Annotated[int, Parameter(ge=1, le=2**63 - 1)]) -> Template:
    """Show all that came of the cause of an entry, in its order."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return part("parts/vips/chain.html", steps=await _told(session, await chronicle.chain(session, entry)), entry=entry)


@get(
    "/vips/activity.csv", guards=_GUARDS, include_in_schema=False, opt={"uncompressed": True},
    response_headers=[ResponseHeader(name="Cache-Control", value="no-store")],
)  # fmt: skip
async def export(
    actor: Actor, db: Database, *, kind: Kind = "all", person: Text = "", who: Text = "", since: Day = "", until: Day = ""
) -> Stream:
    """Stream what happened as a file, filtered as the page is."""
    choice = Choice(kind=kind, person=person.strip(), who=who, since=since, until=until)
    name = f"vip-activity-{clock.now():%Y-%m-%d}.csv"
    async with tenancy.inside(db, actor.creator_id) as session:
        people = await people_of(session)
    batches = chronicle.batches(db, actor.creator_id, choice.query(actor.zone, limit=_CHUNK))
    return Stream(_csv(batches, people), media_type="text/csv", headers={"Content-Disposition": f'attachment; filename="{name}"'})


async def _one(session: CreatorSession, actor: Actor, typed: str) -> tuple[str, str, int | None] | None:
    """Return whom a filter names if it is one person who may be forgotten: their id on Twitch, their name, their number as a viewer."""
    found = await chronicle.people(session, typed) if typed and actor.may("vips.decide") else []
    if len(found) != 1:
        return None
    called = await chronicle.names(session, [f"vip:{found[0]}"])
    return found[0], called.get(f"vip:{found[0]}", typed), await reference.owner_of(session, "twitch", found[0])


async def _csv(batches: AsyncIterator[tuple[Sequence[Entry], dict[str, str]]], people: dict[str, str]) -> AsyncIterator[bytes]:
    yield "\ufefftime,actor,action,person,what,cause,details\r\n".encode()
    async for rows, names in batches:
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\r\n")
        for row in rows:
            who = names.get(row.subject, "")
            cells = [
                row.at.isoformat(), badge_words.actor(row.actor, people), row.action, who, vip_history.tell(row, who), row.cause,
                msgspec.json.encode(row.meta).decode(),
            ]  # fmt: skip
            writer.writerow([f"'{cell}" if cell.startswith(_BEGINS_FORMULA) else cell for cell in cells])
        yield buffer.getvalue().encode()


async def _told(session: CreatorSession, rows: Sequence[Entry]) -> list[Told]:
    names, people = await chronicle.names(session, [row.subject for row in rows]), await people_of(session)
    return [
        Told(
            row.id, clock.iso(clock.to_ms(row.at)) or "", badge_words.actor(row.actor, people), vip_history.sign(row.action),
            vip_history.tell(row, names.get(row.subject, "")), bool(row.cause),
        )
        for row in rows
    ]  # fmt: skip


def _begins(day: str, zone: str, days: int = 0) -> datetime | None:
    """Return the moment at which a day of a zone (`days` later) begins; None for no day, or one that is none."""
    try:
        begins = date.fromisoformat(day) + timedelta(days=days)
    except (ValueError, OverflowError):
        return None
    return datetime(begins.year, begins.month, begins.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)
