"""A creator's desk for imports: files are brought, people looked at, a worker works, and everything is counted again."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select

from entourage.kernel import tenancy
from entourage.kernel.bus.memory import MemoryBus
from entourage.kernel.db import Database
from entourage.kernel.jobs.registry import Registry
from entourage.ports import live
from entourage.viewers import import_jobs, profile, schemas
from entourage.viewers.imports import history, plan, taking, undoing, uploads
from entourage.viewers.imports.taking import Wanted
from entourage.viewers.intake import Intake
from entourage.viewers.recount import Recount
from entourage.viewers.tables import ImportRow
from entourage.viewers.updates import Publisher
from tests.labour import work_off

AS_IT_IS = Wanted()


class Desk:
    """What is done at it, each in transactions of its own."""

    def __init__(self, db: Database, creator_id: int, intake: Intake, folder: Path) -> None:
        self.db, self.creator_id, self.intake, self.folder = db, creator_id, intake, folder

    async def hear(self, *events: live.LiveEvent) -> None:
        await self.intake.store(self.creator_id, events)

    async def bring(self, file: Path | str, wanted: Wanted = AS_IT_IS) -> history.Past:
        """Import a file, or a table given as text, to its end."""
        path = self.file(file)
        import_id = await taking.take(self.db, self.creator_id, taking.open_file(path, wanted), path.name, "a test")
        await taking.finish(self.db, self.creator_id, import_id)
        return await self.past(import_id)

    async def preview(self, file: Path | str, wanted: Wanted = AS_IT_IS, most: int | None = None) -> plan.Preview:
        return await plan.preview(self.db, self.creator_id, taking.open_file(self.file(file), wanted), most=most)

    def file(self, file: Path | str) -> Path:
        if isinstance(file, Path):
            return file
        path = self.folder / f"list{len(list(self.folder.glob('list*')))}.csv"
        path.write_text(file, encoding="utf-8")
        return path

    async def hand_in(self, content: bytes) -> str:
        """Keep a file as the web does; returns its mark."""

        async def blocks() -> AsyncIterator[bytes]:
            yield content

        return (await uploads.keep(self.folder, self.creator_id, blocks()))[0]

    async def begin(self, mark: str, wanted: Wanted = AS_IT_IS) -> int:
        """Ask for the import of a file that was handed in; a job does it."""
        opened = taking.open_file(uploads.find(self.folder, self.creator_id, mark), wanted)
        return await taking.begin(self.db, self.creator_id, opened, "handed in.csv", "a test", upload=mark)

    async def work(self) -> None:
        """Let a worker do what there is to do."""
        registry = Registry()
        import_jobs.register(registry, Publisher(MemoryBus(), self.db), self.folder)
        await work_off(self.db, registry)

    async def undo(self, import_id: int) -> history.Past:
        await undoing.undo(self.db, self.creator_id, import_id, "a test")
        return await self.past(import_id)

    async def past(self, import_id: int) -> history.Past:
        async with tenancy.inside(self.db, self.creator_id) as session:
            return await history.one(session, import_id)

    async def state(self, import_id: int) -> str:
        return (await self.past(import_id)).state

    async def done(self, import_id: int) -> int:
        """Count the lines that were worked off, or taken back."""
        worked_off = (
            ("undone",) if await self.state(import_id) in {"undoing", "undone"} else ("applied", "pending", "unchanged", "rejected")
        )
        async with tenancy.inside(self.db, self.creator_id) as session:
            mine = (ImportRow.import_id == import_id, ImportRow.state.in_(worked_off))
            return await session.scalar(select(func.count()).select_from(ImportRow).where(*mine)) or 0

    async def failed(self, import_id: int) -> str:
        return b"".join([part async for part in history.stream_rejected(self.db, self.creator_id, import_id)]).decode()

    async def edit(self, ref: str, **change: Any) -> None:
        async with tenancy.inside(self.db, self.creator_id, write=True) as session:
            await profile.edit(session, ref, schemas.Edit(**change), "Ada")

    async def look(self, ref: str) -> schemas.ViewerDetail:
        async with tenancy.inside(self.db, self.creator_id) as session:
            return await profile.detail(session, ref)

    async def differences(self) -> list[object]:
        """Count everything again; what is kept must be what the histories and the imports add up to."""

        def count(connection: Connection) -> list[object]:
            return [one for found in Recount(connection, self.creator_id).differences() for one in found]

        async with tenancy.inside(self.db, self.creator_id) as session:
            return await (await session.connection()).run_sync(count)
