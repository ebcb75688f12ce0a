"""Long work in steps: each a transaction, with a breath in between for whoever else wants to write, and no growing memory."""

import asyncio
from collections.abc import Callable

from sqlalchemy import Connection

from entourage.kernel import tenancy
from entourage.kernel.db import Database

BREATH_S = 0.005
_EASED_EVERY = 5


async def walk(db: Database, creator_id: int, step: Callable[[Connection], int], tell: Callable[[int], None] | None = None) -> None:
    """Take steps until one has nothing to do; `tell` hears how many lines each has done."""
    taken = 0
    while done := await tenancy.batch_inside(db, creator_id, step):
        if tell:
            tell(done)
        taken += 1
        await breathe(db, taken)
    if taken:
        await db.ease()


async def breathe(db: Database, taken: int) -> None:
    """Let others write; now and then give back what the steps have gathered in memory."""
    if taken % _EASED_EVERY == 0:
        await db.ease()
    await asyncio.sleep(BREATH_S)
