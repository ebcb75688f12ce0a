"""What happens by night, and when somebody asks for it: a backup, letting go what is not to be kept, and a look at everything.

Copying and counting keep a processor busy for long, so they are done in a process of their own.
"""

import asyncio
import multiprocessing
import os
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing.connection import Connection
from typing import Any, TypeVar

import msgspec

from entourage.kernel import log, tenancy
from entourage.kernel.db import Database
from entourage.kernel.errors import EntourageError
from entourage.kernel.jobs import queue
from entourage.kernel.jobs.context import JobContext
from entourage.kernel.jobs.registry import Registry
from entourage.kernel.jobs.schedule import Schedule
from entourage.kernel.settings import Settings, version
from entourage.safety import archive, backup, doctor
from entourage.safety.archive import Kept
from entourage.safety.doctor import Report
from entourage.viewers import jobs

T = TypeVar("T")
Run = Callable[..., Awaitable[Any]]
"""Runs a function with its arguments where it does not stop the event loop, and returns what it returned."""

_log = log.get(__name__)

NIGHT, BACKUP, CHECK = "safety.night", "safety.backup", "safety.check"
_LANE = "safety"
_LONGEST_S = 6 * 3600.0
_TRIES = 3
_NICE = 10


class State(msgspec.Struct):
    """How safe things are: the backups there are, what the doctor said last, and what is asked for or went wrong."""

    folder: str
    keep: int
    hour: int
    backups: list[Kept]
    report: Report | None
    waiting: list[str]  # kinds of work that wait for a worker
    working: list[str]  # kinds of work that is being done
    trouble: str = ""  # why the newest backup by night or by hand could not be made


def schedule(settings: Settings) -> Schedule:
    """Return when the night's work begins: at the chosen hour by the house's clock."""
    return Schedule("night", f"0 {settings.backup_hour % 24} * * *", "", NIGHT)


def register(registry: Registry, settings: Settings, run: Run | None = None) -> None:
    """Say who does the work of the night."""
    run = run or apart
    registry.add(NIGHT, partial(_night, settings, run), timeout_s=_LONGEST_S)
    registry.add(BACKUP, partial(_back_up, settings, run), timeout_s=_LONGEST_S)
    registry.add(CHECK, partial(_check, settings, run), timeout_s=_LONGEST_S)


async def ask_for(db: Database, kind: str) -> None:
    """Ask for a backup or a check; while one waits, asking again changes nothing."""
    async with tenancy.everywhere(db, "the owner of the house asks for a backup or a check", write=True) as session:
        await queue.enqueue(session, kind, {}, lane=_LANE, dedup=kind, max_attempts=_TRIES)


async def state(settings: Settings, db: Database) -> State:
    """Look at the folder of backups and at the jobs."""
    async with tenancy.everywhere(db, "see what became of backups and checks") as session:
        newest = await queue.newest(session, (NIGHT, BACKUP, CHECK))
    made = [job for job in newest.values() if job.kind != CHECK]
    last = max(made, key=lambda job: job.id, default=None)
    return State(
        folder=str(settings.backup_path),
        keep=settings.backup_keep,
        hour=settings.backup_hour,
        backups=await asyncio.to_thread(archive.kept, settings.backup_path),
        report=doctor.last_report(settings),
        waiting=[kind for kind, job in newest.items() if job.status == "queued" and not job.attempts],
        working=[kind for kind, job in newest.items() if job.status == "running"],
        trouble=str(last.step.get("trouble") or "") if last is not None else "",
    )


async def apart(work: Callable[..., T], *arguments: Any, **options: Any) -> T:  # noqa: ANN401 - whatever the work takes
    """Run a function in a fresh process that gives way to others; raises what it raises.

    The process ends with this one, or when the caller is cancelled.
    """
    context = multiprocessing.get_context("spawn")
    lifeline, held = context.Pipe(duplex=False)
    pool = ProcessPoolExecutor(1, mp_context=context, initializer=_give_way, initargs=(lifeline,))
    try:
        return await asyncio.get_running_loop().run_in_executor(pool, partial(work, *arguments, **options))
    finally:
        held.close()
        pool.shutdown(wait=False, cancel_futures=True)


def _give_way(lifeline: Connection) -> None:
    log.configure("WARNING", "json")
    if hasattr(os, "nice"):
        os.nice(_NICE)
    threading.Thread(target=_end_with, args=(lifeline,), daemon=True).start()


def _end_with(lifeline: Connection) -> None:
    lifeline.poll(None)  # nothing is ever sent: it only breaks
    os._exit(1)


async def _night(settings: Settings, run: Run, context: JobContext) -> None:
    """Back up, let go, look; what could not be backed up is tried again, the rest is done all the same."""
    trouble: EntourageError | None = None
    if settings.backup_keep > 0 and not context.step.get("backed_up"):
        try:
            await _make(settings, run, context, "night")
            await context.note("backed_up")
        except EntourageError as error:
            trouble = error
    if not context.step.get("let_go"):
        gone = await jobs.shed_all(context.db)
        await context.note("let_go", {str(creator_id): msgspec.structs.asdict(shed) for creator_id, shed in gone.items()})
    if "checked" not in context.step:
        await _check(settings, run, context)
    if trouble is not None:
        raise trouble


async def _back_up(settings: Settings, run: Run, context: JobContext) -> None:
    await _make(settings, run, context, backup.BY_HAND)


async def _make(settings: Settings, run: Run, context: JobContext, reason: str) -> None:
    try:
        await run(backup.make, settings, reason, version=version())
    except EntourageError as error:
        await context.note("trouble", error.message)
        raise
    if context.step.get("trouble"):
        await context.note("trouble", "")


async def _check(settings: Settings, run: Run, context: JobContext) -> None:
    report: Report = await run(doctor.examine, settings)
    if not report.well:
        differing = sum(one.differing for one in report.live.creators)
        _log.warning(
            "doctor.differences", differing=differing, broken=report.live.broken, backup_is_well=bool(report.backup and report.backup.well)
        )
    await context.note("checked", report.well)
