"""The doctor counts clips and their money again, in the database and in its backup, and mends what counting can mend."""

import asyncio

import pytest

from entourage.kernel import clock
from entourage.kernel.db import Database
from entourage.kernel.settings import Settings
from entourage.safety import backup, doctor
from tests.clips.studio import Hands, Studio
from tests.people import Cast
from tests.safety.test_doctor import change, examined

pytestmark = pytest.mark.anyio


@pytest.mark.thorough
async def test_clips_verify_to_zero_differences_and_a_bent_sum_is_found_and_mended(settings: Settings, db: Database, cast: Cast) -> None:
    studio = Studio(db, cast.owner.creator_id, Hands(clock.now()))
    campaign = await studio.campaign()
    await studio.clip(campaign, cast.clipper.id, 12_345)
    await asyncio.to_thread(backup.make, settings)
    report = await examined(settings)
    assert report.well
    assert [(one.clips, one.clips_differing) for one in (report.live.creators[0], report.backup.creators[0] if report.backup else doctor.Found(0, ""))] == [
        (1, 0), (1, 0),
    ]  # fmt: skip
    await change(db, "UPDATE clip_submissions SET earned = 1", "UPDATE view_tracking SET views = 3")
    report = await examined(settings)
    assert [(one.what, one.counter) for one in report.live.creators[0].clips_shown] == [
        ("clip", "earned"),
        ("day", f"{studio.hands.now.date()}"),
    ]
    assert not report.well
    assert await doctor.mend(settings, db) == (2, 0)
    assert (await examined(settings)).live.well
