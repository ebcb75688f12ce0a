"""Plays the recorded payloads into a database, slowly enough to be killed in the middle; run by the kill test."""

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

from entourage.kernel.db import Database
from entourage.platforms.json_events.translate import translate
from entourage.platforms.tiktok import recording
from entourage.ports.live import LiveEvent
from entourage.viewers import jobs
from entourage.viewers.intake import Intake
from entourage.viewers.replay import play

PAYLOADS = Path(__file__).parent.parent / "platforms" / "tiktok" / "recorded" / "payloads.jsonl"


def evenly() -> Iterator[tuple[int, list[LiveEvent]]]:
    """Give the lines as if one came every 2 ms."""
    for number, (_, events) in enumerate(recording.read(PAYLOADS, translate)):
        yield number * 2, events


async def main(url: str, creator_id: int) -> None:
    """Mend what a crash left, then play the file from its beginning."""
    db = Database(url)
    await jobs.recover(db)
    intake = Intake(db)
    print("playing", flush=True)
    await play(db, intake, creator_id, evenly(), speed=1)
    await intake.close()
    await db.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
