"""A worker in a process of its own: `python -m tests.kernel.jobs.crew URL LOG TASKS LEASE_S` works until its input closes.

Each job writes one line to LOG when it starts and one when it ends: mark, pid, job id, lane, attempt, monotonic ns.
Its payload may say how long it takes (`s`, seconds).
"""

import asyncio
import os
import sys
import time
from pathlib import Path

from entourage.kernel.db import Database
from entourage.kernel.jobs.context import JobContext
from entourage.kernel.jobs.registry import Registry
from entourage.kernel.jobs.worker import Pace, Worker


async def main(url: str, log: Path, tasks: int, lease_s: float) -> None:
    """Work until standard input closes."""
    out = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)

    def write(mark: str, context: JobContext) -> None:
        # One write of less than a page is atomic on a file opened for appending.
        line = f"{mark} {os.getpid()} {context.job_id} {context.payload.get('lane', '-')} {context.attempt} {time.monotonic_ns()}\n"
        os.write(out, line.encode())

    async def toil(context: JobContext) -> None:
        write("start", context)
        await asyncio.sleep(context.payload.get("s", 0))
        write("end", context)

    registry = Registry()
    registry.add("toil", toil)
    db = Database(url)
    worker = Worker(db, registry, Pace(at_once=tasks, lease_s=lease_s, poll_s=0.05))
    done = asyncio.create_task(worker.run())
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    worker.stop()
    await done
    await db.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])))
