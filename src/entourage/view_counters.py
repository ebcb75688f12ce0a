"""Who counts views for each creator: by the creator's own key, the house's, or not at all (`ports.views.Counters`)."""

from entourage.kernel import connections, tenancy
from entourage.kernel.db import Database
from entourage.kernel.errors import NotFound
from entourage.kernel.settings import Settings
from entourage.platforms.apify.client import Api
from entourage.platforms.apify.counter import ApifyCounter, Offer
from entourage.platforms.apify.instagram import Instagram
from entourage.platforms.apify.pace import Pace, Turns
from entourage.platforms.apify.reader import Translator
from entourage.platforms.apify.tiktok import TikTok
from entourage.platforms.apify.x import X
from entourage.platforms.http import Client
from entourage.platforms.shortlinks.follow import LinkFollower
from entourage.platforms.youtube.counter import YouTubeCounter
from entourage.platforms.ytdlp import counter as ytdlp
from entourage.ports.views import Counter, KeyCheck, Platform

_ORDER: dict[Platform, tuple[str, ...]] = {
    "tiktok": ("apify_tiktok", "ytdlp"),
    "instagram": ("apify_instagram",),
    "youtube": ("youtube_api", "ytdlp"),
    "x": ("apify_x", "ytdlp"),
}
"""Who counts on each platform: the first that is set up."""

_LARGEST = 64 * 2**20
_SLOWLY = ((5, 60.0), (1, 3.0))


class HouseCounters:
    """Counters made of a creator's or the house's keys; nothing is connected before its first use.

    `pace` lets calls through; without one, all processes of the house share turns: thirty calls a minute and a second between two for
    each key, and five a minute for yt-dlp.
    """

    def __init__(self, db: Database, settings: Settings, *, http: Client | None = None, pace: Pace | None = None) -> None:
        """Take the database, in which keys and turns are, and the settings; raises Invalid for a price that is none."""
        self._db = db
        self._settings = settings
        self._http = http or Client("Apify", attempts=2, max_bytes=_LARGEST)
        self._google = Client("YouTube", attempts=2)
        self._paces: dict[str, Pace] = {
            "apify": pace or Turns(db),
            "youtube": pace or Turns(db, "YouTube"),
            "ytdlp": pace or Turns(db, "yt-dlp", windows=_SLOWLY, patience_s=30.0),
        }
        self._handles: dict[str, str] = {}
        self._call = ytdlp.command(settings.ytdlp)
        self._translators: dict[str, tuple[Translator, Offer]] = {
            "apify_tiktok": (TikTok(), Offer(settings.apify_tiktok_actor, settings.micro("apify_price_tiktok"))),
            "apify_instagram": (Instagram(), Offer(settings.apify_instagram_actor, settings.micro("apify_price_instagram"))),
            "apify_x": (X(), Offer(settings.apify_x_actor, settings.micro("apify_price_x"))),
        }

    async def of(self, creator_id: int, platform: Platform) -> Counter | None:
        """Return who counts there, the first that is set up."""
        for name in _ORDER[platform]:
            if (found := await self.named(creator_id, name)) is not None:
                return found
        return None

    async def named(self, creator_id: int, name: str) -> Counter | None:
        """Return a counter by its name; None when it is not set up (any more)."""
        if name in self._translators:
            key = await self._key(creator_id, "apify")
            return ApifyCounter(self._apify(key), *self._translators[name]) if key else None
        if name == "youtube_api":
            key = await self._key(creator_id, "youtube")
            return self._youtube(key) if key else None
        if name == "ytdlp" and self._call is not None:
            return ytdlp.YtDlpCounter(self._call, self._paces["ytdlp"])
        return None

    async def test(self, creator_id: int, source: str, key: str = "") -> KeyCheck:
        """Ask "apify" or "youtube" whether a key is good, the one in use if none is given; raises SignInAgain when it is not."""
        if source not in {"apify", "youtube"}:
            msg = f"There is no provider called {source[:32]!r}."
            raise NotFound(msg)
        key = key or await self._key(creator_id, source)
        if not key:
            msg = "No key is set up."
            raise NotFound(msg)
        if source == "youtube":
            await self._youtube(key).check()
            return KeyCheck(source=source)
        api = self._apify(key)
        name, plan, used, most = await api.account()
        await api.check(self._settings.apify_tiktok_actor)
        return KeyCheck(
            source=source, account=name, plan=plan, used_micro=_micro(used), credit_micro=None if most is None else _micro(most)
        )

    async def aclose(self) -> None:
        """Close all connections."""
        await self._http.aclose()
        await self._google.aclose()

    def _apify(self, key: str) -> Api:
        return Api(self._http, self._settings.apify_url, key, self._paces["apify"])

    def _youtube(self, key: str) -> YouTubeCounter:
        return YouTubeCounter(self._google, self._settings.youtube_url, key, self._paces["youtube"], self._handles)

    async def _key(self, creator_id: int, source: str) -> str:
        """Return the creator's own key, else the house's."""
        async with tenancy.inside(self._db, creator_id) as session:
            found = await connections.get(session, source)
            own = await connections.secret_of(session, source) if found is not None and found.enabled else None
        return own or (self._settings.apify_api_key if source == "apify" else self._settings.youtube_api_key)


def short_links_of(settings: Settings) -> LinkFollower:
    """Make who follows short links."""
    return LinkFollower(Client("The short link", attempts=2, deadline_s=10.0, max_bytes=4 * 2**20), instead=settings.short_links_url)


def _micro(dollars: float) -> int:
    return round(dollars * 1_000_000)
