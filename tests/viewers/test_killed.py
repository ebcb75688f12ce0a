"""Pulling the plug loses nothing: killed at random points and started again, the recording still gives its truth."""

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select

from entourage.kernel import tenancy
from entourage.kernel.db import Database
from entourage.viewers import tables
from tests.viewers.test_recorded_truth import TRUTH, count, kept

ROOT = Path(__file__).parent.parent.parent

pytestmark = pytest.mark.anyio


def start(database_url: str, creator_id: int) -> subprocess.Popen[str]:
    """Start a process that plays the recording; returns once it plays."""
    command = [sys.executable, "-m", "tests.viewers.feeding", database_url, str(creator_id)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "playing\n"
    return process


@pytest.mark.thorough
async def test_twenty_kills_lose_and_double_nothing(db: Database, database_url: str, creator_id: int) -> None:
    dice = random.Random(7)
    seen: list[int] = []
    for _ in range(20):
        process = start(database_url, creator_id)
        time.sleep(dice.uniform(0.0, 0.9))
        with process:
            process.kill()
        async with tenancy.inside(db, creator_id) as session:
            seen.append(await session.scalar(select(func.count()).select_from(tables.Interaction)) or 0)

    with start(database_url, creator_id) as process:
        assert process.wait(timeout=60) == 0

    assert seen == sorted(seen), "what was durable once stays"
    assert any(0 < n < max(seen) for n in seen), "some kills hit the middle"
    assert await count(db, creator_id) == TRUTH
    assert await kept(db, creator_id) == {name: TRUTH[name] for name in ("coins", "gifts", "comments", "likes")}
    async with tenancy.inside(db, creator_id) as session:
        still = await session.scalar(select(func.count()).select_from(tables.Visit).where(tables.Visit.open))
    assert still == 0
