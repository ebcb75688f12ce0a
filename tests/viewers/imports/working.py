"""A worker for imports in a process of its own: `python -m tests.viewers.imports.working URL DATA` works until nothing waits."""

import asyncio
import sys
from pathlib import Path

from entourage.kernel.bus.memory import MemoryBus
from entourage.kernel.db import Database
from entourage.kernel.jobs.registry import Registry
from entourage.viewers import import_jobs
from entourage.viewers.updates import Publisher
from tests.labour import work_off


async def main(url: str, data: Path) -> None:
    """Work off all imports; what a worker left that died is taken over a second later."""
    db = Database(url)
    registry = Registry()
    import_jobs.register(registry, Publisher(MemoryBus(), db), data)
    await work_off(db, registry, lease_s=1.0)
    await db.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
