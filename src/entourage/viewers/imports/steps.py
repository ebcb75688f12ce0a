"""Long work in steps: each a transaction, with a breath in between for whoever else wants to write, and no growing memory."""

import asyncio
from collections.abc import Callable

from sqlalchemy import Connection

from entourage.kernel import tenancy
from entourage.kernel.db import Database

BREATH_S = 0.005


async def walk(db: Database, creator_id: int, step: Callable[[Connection], int], tell: Callable[[int], None] | None = None) -> None:
    """Take steps until one has nothing to do; `tell` hears how many lines each has done."""
    async with db.long_work():
        while done := await tenancy.batch_inside(db, creator_id, step):
            if tell:
                tell(done)
            await asyncio.sleep(BREATH_S)
