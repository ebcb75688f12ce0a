"""The demo's clips: a make-believe internet of videos, where they are counted as on the real one."""

from dataclasses import dataclass, replace

from litestar import Router
from litestar.types import Guard
from sqlalchemy import select

from entourage.clips.tables import ClipSubmission
from entourage.kernel import tenancy
from entourage.kernel.db import Database
from entourage.kernel.settings import Settings
from entourage.simulators.clips import panel
from entourage.simulators.clips.fake import FakeClips
from entourage.simulators.clips.faults import Mood
from entourage.simulators.clips.ids import PLATFORMS
from entourage.simulators.clips.stage import Stage

PANEL = "/simulators/clips"
_APIFY_KEY, _YOUTUBE_KEY = "apify_api_make_believe", "make-believe"
_RUN_S, _MISSED = 3.0, 0.01
SEED = 42


@dataclass(frozen=True, slots=True)
class DemoClips:
    """The simulator, and its stage."""

    fake: FakeClips
    stage: Stage

    async def recall(self, db: Database, creator_id: int) -> None:
        """Show on the panel the clips that are there from before, with what became of them."""
        async with tenancy.inside(db, creator_id) as session:
            for clip in await session.scalars(select(ClipSubmission).where(ClipSubmission.video_id.is_not(None))):
                platform = next((one for one in PLATFORMS if one == clip.platform), None)
                video = self.fake.world.find(platform, clip.video_id or "") if platform else None
                if video is not None:
                    video.removed_at = clip.removed_at

    def router(self, guards: list[Guard]) -> Router:
        """Make the panel's routes."""
        return panel.router(self.stage, path=PANEL, page="simulators/clips.html", guards=guards)


async def begin(settings: Settings) -> tuple[DemoClips, Settings]:
    """Start the simulator; returns it with the settings that lead there.

    Its world is open to all: whatever address somebody pastes, the video is there, and the same after a new start.
    """
    fake = FakeClips(seed=SEED, open_to_all=True)
    await fake.start()
    fake.apify.register(_APIFY_KEY)
    fake.youtube.register(_YOUTUBE_KEY)
    fake.machines.mood = Mood(run_s=_RUN_S, missing=_MISSED)
    there = replace(
        settings,
        apify_url=fake.apify_url,
        apify_api_key=_APIFY_KEY,
        youtube_url=fake.youtube_url,
        youtube_api_key=_YOUTUBE_KEY,
        short_links_url=fake.short_links_url,
        ytdlp="off",
    )
    return DemoClips(fake, Stage(fake)), there
