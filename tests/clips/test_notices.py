"""Somebody is told on Discord when a pot is empty, once, and by night when clips wait."""

from dataclasses import replace

import pytest

from entourage import automations
from entourage.clips import choices, jobs, kinds, notice, schemas
from entourage.kernel.jobs import claims, queue
from entourage.kernel.jobs.context import JobContext
from entourage.kernel.jobs.registry import Registry
from entourage.kernel.tenancy import everywhere
from entourage.vips import choices as vip_choices
from tests.clips.studio import ACTOR, Studio
from tests.people import Cast

pytestmark = pytest.mark.anyio
WEBHOOK = "https://discord.com/api/webhooks/1/secret"


class Board:
    """A Discord that keeps what was written."""

    def __init__(self) -> None:
        self.written: list[tuple[str, str]] = []

    async def send(self, address: str, text: str) -> None:
        self.written.append((address, text))


async def _work(studio: Studio) -> None:
    registry = Registry()
    jobs.register(registry, studio.desk)
    async with everywhere(studio.db, "a test's worker", write=True) as session:
        taken = await claims.take(session, claims.Turns(), await claims.find_waiting(session), slots=9, lease_s=-1.0)
    for claim in taken:
        handler = registry.find(claim.kind)
        assert handler is not None
        await handler.handle(JobContext(studio.db, claim))


async def _tell_discord(studio: Studio, board: Board) -> None:
    async def discord(creator_id: int) -> tuple[str, str]:
        return await automations.discord(studio.db, creator_id)

    studio.desk = replace(studio.desk, notices=board, discord=discord)
    async with studio.inside() as session:
        await vip_choices.put_discord(session, WEBHOOK, ACTOR)


async def test_an_empty_pot_is_told_once(studio: Studio, cast: Cast) -> None:
    board = Board()
    await _tell_discord(studio, board)
    campaign = await studio.campaign(budget=400)
    clip = await studio.clip(campaign, cast.clipper.id, 1_000)
    await studio.watch(clip, 2_000)
    await studio.accrue(campaign)
    await _work(studio)
    [(address, text)] = board.written
    assert (address, "“Spring” is empty" in text) == (WEBHOOK, True)


async def test_clips_that_wait_are_told_by_night_unless_nobody_wants_to_hear(studio: Studio, cast: Cast) -> None:
    board = Board()
    await _tell_discord(studio, board)
    campaign = await studio.campaign()
    for _ in range(2):
        await studio.clip(campaign, cast.clipper.id, approved=False)
    async with studio.inside() as session:
        assert await notice.say(session, None, "en") == ""
    studio.hands.turn(days=2)
    async with studio.inside() as session:
        assert await notice.say(session, None, "de") == "2 Clips warten seit gestern auf deine Entscheidung."
        await queue.enqueue(session, kinds.NOTICE, {})
    await _work(studio)
    assert [text for _, text in board.written] == ["2 clips have waited for your decision since yesterday."]
    async with studio.inside() as session:
        await choices.write(session, schemas.Settings(week_notice=False), ACTOR)
        assert await notice.say(session, None, "en") == ""
