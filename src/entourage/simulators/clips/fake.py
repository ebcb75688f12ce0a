"""A make-believe internet of videos on one loopback port: Apify (/v2), the YouTube Data API (/youtube/v3) and short links (/short).

What it does not imitate:

- HTTPS, caches, images, webhooks; TikTok, Instagram, YouTube and X themselves (their pages, their sign-in, what blocks a scraper).
- Of Apify: builds, memory, schedules, key-value stores, request queues, `fields`, `omit`, `unwind`, formats other than JSON, actors
  but three, and of those no profiles, hashtags, searches, comments or downloads; discounts of plans; READY runs that wait for memory.
- Of the YouTube Data API: everything but `videos` and `channels` with ids; `videos:batchGetStats`; ids that only an owner may see.
- The real texts of errors; only statuses, types, reasons and the names of fields are meant to be relied on.

Guesses, where no document says: which runs leave items behind when they end badly (a part when timed out or aborted, none when
failed); that error items are charged like others; that both limits of money and of concurrent runs answer 402; what an actor answers
for a photo's address (not found). How views come is made up, see `curves`.
"""

from typing import Any

from litestar import Litestar, Request, Response
from litestar.exceptions import HTTPException

from entourage.simulators.clips import apify, finds, redirects, youtube
from entourage.simulators.clips.faults import Faults
from entourage.simulators.clips.front import Front
from entourage.simulators.clips.refusal import ApifyRefusal, Refusal
from entourage.simulators.clips.runs import Machines
from entourage.simulators.clips.world import World
from entourage.simulators.serving import Served
from entourage.simulators.timepiece import Timepiece

_NOT_FOUND = 404


class FakeClips(Served):
    """A make-believe internet of videos, and the hand that moves it.

    `world` holds the videos, `machines` the runs (with their `mood`), `apify` the accounts, `youtube` the keys, `faults` what is wrong
    with requests; `front` counts them and holds `latency_ms`.
    """

    def __init__(self, time: Timepiece | None = None, *, seed: int = 1, open_to_all: bool = False) -> None:
        """Prepare one; nothing is open before `start`."""
        self.time = time or Timepiece()
        self.seed = seed
        self.world = World(self.time, seed, open_to_all=open_to_all)
        self.machines = Machines(self.time, seed)
        self.apify = apify.Apify(self.time, self.machines, finds.actors(self.world, self.machines))
        self.youtube = youtube.YouTube(self.world)
        self.faults = Faults(self.time)
        self.front = Front(self._inside(), self.faults, self.time)
        self.front.cut = self.cut
        super().__init__(self.front)

    @property
    def apify_url(self) -> str:
        """The base URL of Apify."""
        return self.url

    @property
    def youtube_url(self) -> str:
        """The base URL of the YouTube Data API."""
        return f"{self.url}/youtube/v3"

    @property
    def short_links_url(self) -> str:
        """Below this stand the hosts of short links, each by its name."""
        return f"{self.url}{redirects.PREFIX}"

    def _inside(self) -> Litestar:
        return Litestar(
            [*apify.routes(self.apify), *youtube.routes(self.youtube), *redirects.routes(self.world)],
            exception_handlers={Refusal: _refused, HTTPException: _unknown},
            openapi_config=None,
            logging_config=None,
        )


def _refused(_: Request[Any, Any, Any], error: Refusal) -> Response[dict[str, Any]]:
    return Response(error.body(), status_code=error.status, headers=error.headers)


def _unknown(_: Request[Any, Any, Any], error: HTTPException) -> Response[dict[str, Any]]:
    kind = "page-not-found" if error.status_code == _NOT_FOUND else "invalid-request"
    return Response(ApifyRefusal(error.status_code, kind, error.detail).body(), status_code=error.status_code)
