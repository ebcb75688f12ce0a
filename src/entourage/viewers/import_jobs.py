"""The work of imports: a file that was handed in is read and taken over, or taken back, in steps that a crash cannot tear."""

import asyncio
from functools import partial
from pathlib import Path

from entourage.kernel import log, tenancy
from entourage.kernel.errors import EntourageError, Invalid
from entourage.kernel.jobs.context import JobContext
from entourage.kernel.jobs.registry import Registry
from entourage.viewers.imports import history, joining, staging, taking, undoing, uploads
from entourage.viewers.updates import Publisher

_log = log.get(__name__)
_HOURS_4 = 4 * 3600.0


def register(registry: Registry, publisher: Publisher, data: Path) -> None:
    """Say who does the jobs of imports; `data` is the folder in which handed-in files wait."""
    registry.add(staging.JOB, partial(_work, publisher, data), timeout_s=_HOURS_4)
    registry.add(joining.JOB, partial(_join, publisher), timeout_s=_HOURS_4)


async def _work(publisher: Publisher, data: Path, context: JobContext) -> None:
    """Bring an import to its end, from wherever it stands: read, apply, or undo."""
    creator_id, import_id = _named(context)
    await _read(data, context, creator_id, import_id)
    await taking.finish(context.db, creator_id, import_id)
    await undoing.finish(context.db, creator_id, import_id)
    publisher.again([creator_id])


async def _join(publisher: Publisher, context: JobContext) -> None:
    """Link the people of an import who have several accounts."""
    creator_id, import_id = _named(context)
    try:
        await joining.finish(context.db, creator_id, import_id, str(context.payload["by"]))
    except Exception:
        if context.last:
            await joining.leave(context.db, creator_id, import_id)
        raise
    publisher.again([creator_id])


def _named(context: JobContext) -> tuple[int, int]:
    if context.creator_id is None:
        msg = "Imports belong to a creator."
        raise Invalid(msg)
    return context.creator_id, int(context.payload["import"])


async def _read(data: Path, context: JobContext, creator_id: int, import_id: int) -> None:
    """Read the file of an import that has not been read; one that cannot be read ends it, with the reason."""
    async with tenancy.inside(context.db, creator_id) as session:
        waiting = await history.unread(session, import_id)
    if waiting is None:
        return
    try:
        path = uploads.find(data, creator_id, waiting.upload)
        wanted = taking.Wanted(waiting.source, waiting.platform, waiting.mapping, waiting.rules)
        opened = await asyncio.to_thread(taking.open_file, path, wanted)
        if not await taking.read(context.db, creator_id, import_id, opened):
            return  # another worker has taken over
    except EntourageError as error:
        _log.warning("import.failed", import_id=import_id, reason=error.message)
        await staging.fail(context.db, creator_id, import_id, error.message)
    except Exception:
        if context.last:
            reason = "The file could not be read to its end, though it was tried several times. Nothing was changed."
            await staging.fail(context.db, creator_id, import_id, reason)
        raise
    uploads.forget(data, creator_id, waiting.upload)
