"""People of a file who have accounts on several platforms are linked, as far as their accounts are known here."""

import asyncio
from collections.abc import Sequence

import msgspec
from sqlalchemy import select, update

from entourage.kernel import audit, clock, tenancy
from entourage.kernel.db import Database
from entourage.kernel.errors import Conflict, NotFound
from entourage.kernel.jobs import queue
from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import kin, link, memory
from entourage.viewers.imports import history, matching, steps
from entourage.viewers.imports.settling import folded
from entourage.viewers.tables import Import

JOB = "viewers.import.join"
_AT_ONCE = 20


async def begin(db: Database, creator_id: int, import_id: int, actor: str) -> None:
    """Ask for a job that links them. Raises NotFound, and Conflict where the file says so of nobody or is not taken over."""
    async with tenancy.inside(db, creator_id, write=True) as session:
        await memory.outdate(session)
        note = await _note(session, import_id)
        if note.state != "done":
            msg = "Only of an import that is done and was not undone can accounts be linked."
            raise Conflict(msg)
        if not note.links:
            msg = "Nobody in this file has accounts on several platforms."
            raise Conflict(msg)
        if not note.joining:
            note.joining, note.joined_upto, note.joined, note.unseen = True, 0, 0, 0
            await _keep(session, import_id, note)
            await queue.enqueue(session, JOB, {"import": import_id, "by": actor}, lane=f"import:{import_id}")
            audit.record(session, "viewers.import.link", f"import:{import_id}", actor=actor)


async def finish(db: Database, creator_id: int, import_id: int, actor: str) -> None:
    """Link whoever is left, a few people in each transaction."""
    while await _some(db, creator_id, import_id, actor):
        await asyncio.sleep(steps.BREATH_S)


async def leave(db: Database, creator_id: int, import_id: int) -> None:
    """Give up linking; who was linked stays so, and it may be asked for again."""
    async with tenancy.inside(db, creator_id, write=True) as session:
        await memory.outdate(session)
        note = await _note(session, import_id)
        note.joining = False
        await _keep(session, import_id, note)


async def _some(db: Database, creator_id: int, import_id: int, actor: str) -> bool:
    async with tenancy.inside(db, creator_id, write=True) as session:
        await memory.outdate(session)
        note = await _note(session, import_id)
        if not note.joining:
            return False
        people = await history.links(session, import_id, _AT_ONCE, after=note.joined_upto) if note.state == "done" else []
        for one in people:
            known = await _known(session, one.accounts)
            await _join(session, known, actor)
            note.joined += len(known) > 1
            note.unseen += len(known) < len(one.accounts)
            note.joined_upto = one.id
        note.joining = bool(people)
        await _keep(session, import_id, note)
        return note.joining


async def _known(session: CreatorSession, accounts: Sequence[Sequence[str]]) -> list[int]:
    """Return the ids of those accounts that are here, in their order."""
    connection = await session.connection()
    named = [(platform, user_id or folded(handle), bool(user_id)) for platform, user_id, handle in accounts]
    ids = [(platform, name) for platform, name, by_id in named if by_id]
    handles = [(platform, name) for platform, name, by_id in named if not by_id]
    found = await connection.run_sync(matching.by_id, session.creator, ids)
    found |= await connection.run_sync(matching.by_handle, session.creator, handles)
    return list(dict.fromkeys(found[platform, name] for platform, name, _ in named if (platform, name) in found))


async def _join(session: CreatorSession, known: Sequence[int], actor: str) -> None:
    """Link accounts to the first of them, but for those that are one person with it."""
    if len(known) < 2:  # noqa: PLR2004 - it takes two
        return
    for other in known[1:]:
        heads = await kin.heads(session, [known[0], other])
        if heads.get(known[0], known[0]) != heads.get(other, other):
            await link.join(session, str(known[0]), str(other), actor)


async def _note(session: CreatorSession, import_id: int) -> history.Note:
    held = await session.scalar(select(Import.counts).where(Import.id == import_id, Import.creator_id == session.creator))
    if held is None:
        msg = f"There is no import {import_id}."
        raise NotFound(msg)
    return history.read(held)


async def _keep(session: CreatorSession, import_id: int, note: history.Note) -> None:
    note.at_ms = clock.now_ms()
    mine = (Import.id == import_id, Import.creator_id == session.creator)
    await session.execute(update(Import).where(*mine).values(counts=msgspec.to_builtins(note)))
