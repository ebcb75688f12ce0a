"""The running house: its parts, made from the settings, and the work it does beside answering the web.

Listening and working are lists of functions that run until they are cancelled; one that fails is begun again after a
wait, so that an error ends a stream of events but never the house.
"""

import asyncio
import gc
import hashlib
import random
from collections.abc import Callable, Coroutine, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from redis.asyncio import Redis

from entourage import automations
from entourage.chats import catching_up
from entourage.chats import jobs as chat_jobs
from entourage.chats import kinds as chat_kinds
from entourage.chats import rounds as chat_rounds
from entourage.chats.budget import Tariff
from entourage.chats.desk import Desk as ChatDesk
from entourage.chats.updates import Publisher as ChatPublisher
from entourage.clips import jobs as clip_jobs
from entourage.clips.desk import Desk as ClipDesk
from entourage.clips.updates import Publisher as ClipPublisher
from entourage.kernel import clock, deliveries, log, secrets, tenancy
from entourage.kernel.accounts import links, sessions
from entourage.kernel.accounts.attempts import Attempts, MemoryCounter, RedisCounter
from entourage.kernel.accounts.passwords import Passwords
from entourage.kernel.bus.port import Bus
from entourage.kernel.db import Database
from entourage.kernel.jobs.context import JobContext
from entourage.kernel.jobs.registry import Registry
from entourage.kernel.jobs.schedule import Schedule, Scheduler
from entourage.kernel.jobs.shift import Shift
from entourage.kernel.jobs.worker import Pace as WorkPace
from entourage.kernel.jobs.worker import Worker
from entourage.kernel.pulse import Pulse
from entourage.kernel.secrets import Vault
from entourage.kernel.settings import Settings, version
from entourage.kernel.tenancy import CreatorSession
from entourage.platforms.discord.webhook import DiscordWebhooks
from entourage.platforms.euler.feed import EulerFeed
from entourage.platforms.fanvue.consents import FanvueConsents
from entourage.platforms.fanvue.hook import FanvueHook
from entourage.platforms.fanvue.house import Fanvue
from entourage.platforms.fanvue.trial import FanvueTrials
from entourage.platforms.json_events.translate import translate
from entourage.platforms.llm.model import OpenAIModel, Place
from entourage.platforms.tikfinity.feed import TikFinityFeed
from entourage.platforms.tiktok.feed import TikTokFeed
from entourage.platforms.tiktok.pace import Pace
from entourage.platforms.tiktok.recording import Tally, read
from entourage.platforms.twitch.consents import TwitchConsents
from entourage.platforms.twitch.house import Twitch
from entourage.platforms.twitch.reception import Reception
from entourage.ports.channel import Channels
from entourage.ports.consent import Consents
from entourage.ports.fan_consent import FanConsents, Trials
from entourage.ports.hooks import Hook
from entourage.ports.live import LiveEvent, LiveFeed, Mapper
from entourage.ports.views import Counters, KeyChecks, ShortLinks
from entourage.safety import nights
from entourage.view_counters import HouseCounters, short_links_of
from entourage.viewers import bulk_jobs, import_jobs, jobs, tier_jobs, zone_jobs
from entourage.viewers.access import Beside
from entourage.viewers.imports import uploads
from entourage.viewers.intake import Intake
from entourage.viewers.listen import Listener
from entourage.viewers.updates import Publisher
from entourage.vips import jobs as vip_jobs
from entourage.vips import needs, rounds
from entourage.vips.desk import Desk
from entourage.vips.updates import Publisher as VipPublisher

_log = log.get(__name__)

Work = Callable[[], Coroutine[Any, Any, None]]

_WAIT_S = (1.0, 60.0)
_GRACE_S, _GRACE_MOST_S = 4.0, 8.0
_SWEEP_S = 0.02
_SWEPT, _MIDDLE, _ELDERS = 1_000, 50, 100


@dataclass(kw_only=True)
class House:
    """Everything that a process of the house shares."""

    settings: Settings
    db: Database
    vault: Vault
    bus: Bus
    attempts: Attempts
    passwords: Passwords
    csrf_secret: str = field(repr=False)
    pulse: Pulse
    publisher: Publisher
    intake: Intake
    channels: Channels
    consents: Consents
    desk: Desk
    chat_desk: ChatDesk | None = None  # who answers for fan chats
    fan_consents: FanConsents
    fan_trials: Trials
    clip_desk: ClipDesk | None = None  # who answers for clips
    counters: Counters | None = None  # who counts their views
    short_links: ShortLinks | None = None
    key_checks: KeyChecks | None = None  # who tries the keys of those who count
    shift: Shift
    hooks: dict[str, Hook] = field(default_factory=dict)  # who answers the calls of platforms, by the last part of the address
    mapper: Mapper = translate
    beside: Beside = automations.beside  # what other rooms know of a viewer
    panel: Any = None  # the simulator's routes, in a demo
    panels: list[Any] = field(default_factory=list)  # those of further simulators
    redis: Redis | None = None
    serving: list[Work] = field(default_factory=list)
    listening: list[Work] = field(default_factory=list)
    working: list[Work] = field(default_factory=list)
    stopping: list[tuple[Work, Callable[[], None]]] = field(default_factory=list)  # work that ends by itself when asked, and how to ask
    closing: list[Callable[[], Coroutine[Any, Any, object]]] = field(default_factory=list)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)
    _started: set[str] = field(default_factory=set)

    def start_serving(self) -> None:
        """Begin what goes on beside the web's answers."""
        self._start("web", [*self.serving, sweep_garbage])

    def start_listening(self) -> None:
        """Begin to listen to live streams."""
        self._start("listen", self.listening)

    def start_working(self) -> None:
        """Begin to work off jobs and schedules."""
        self._start("work", self.working)

    async def close(self) -> None:
        """End all work, then close what is open; jobs that run get a few seconds to end by themselves."""
        for _, stop in self.stopping:
            stop()
        asked = {_name(work) for work, _ in self.stopping}
        if ending := [task for task in self._tasks if task.get_name() in asked]:
            await asyncio.wait(ending, timeout=_GRACE_MOST_S)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        self._started.clear()
        await self.intake.close()
        await self.pulse.stop()
        for close in self.closing:
            await close()
        await self.bus.close()
        if self.redis is not None:
            await self.redis.aclose()
        await self.db.close()

    def _start(self, role: str, works: Iterable[Work]) -> None:
        self.pulse.begin(role)
        for work in (self.pulse.run, *works):
            name = _name(work)
            if name not in self._started:
                self._started.add(name)
                self._tasks.append(asyncio.create_task(_keep(work), name=name))


def open_house(settings: Settings, *, pace: Pace | None = None) -> House:
    """Make the parts of a house; nothing is connected before its first use. Raises Invalid or Unavailable with a reason."""
    keys = secrets.keys_from(settings.secret_keys, settings.data_path)
    vault = Vault(keys)
    secrets.use(vault)
    redis: Redis | None = Redis.from_url(settings.redis_url, socket_timeout=2, socket_connect_timeout=2) if settings.redis_url else None
    db, bus = Database(settings.database), _bus(settings)
    pulse = Pulse(db, version())
    publisher = Publisher(bus, db)
    intake = Intake(db, publisher)
    twitch = Twitch(db, settings)
    reception = Reception(db, settings, twitch, intake.put, "vips.heard")
    feeds = Feeds(settings, pace or Pace(), reception)
    listener = Listener(db, intake, publisher, feeds.make, went_round=partial(pulse.went_round, "listen"))
    discord = DiscordWebhooks()
    fans = fans_of(db, settings, bus, discord)
    counters, short_links = counters_of(db, settings), short_links_of(settings)
    desk = Desk(channels=twitch, publisher=VipPublisher(bus), loyalty=partial(automations.loyalty, db), notices=discord)
    clip_desk = ClipDesk(
        counters=counters, links=short_links, publisher=ClipPublisher(bus), notices=discord, discord=partial(automations.discord, db)
    )
    registry = _registry(publisher, settings, twitch, desk, fans.desk, clip_desk)
    worker = Worker(db, registry, WorkPace(grace_s=_GRACE_S), went_round=partial(pulse.went_round, "work"))
    schedules = (*_SCHEDULES, nights.schedule(settings))
    scheduler = Scheduler(db, schedules)
    return House(
        settings=settings,
        db=db,
        vault=vault,
        bus=bus,
        attempts=Attempts(RedisCounter(redis) if redis else MemoryCounter()),
        passwords=Passwords(),
        csrf_secret=hashlib.sha256(f"csrf:{keys[0]}".encode()).hexdigest(),
        pulse=pulse,
        publisher=publisher,
        intake=intake,
        channels=twitch,
        consents=TwitchConsents(db, twitch, needs=needs.features, after=rounds.ask),
        desk=desk,
        chat_desk=fans.desk,
        fan_consents=fans.consents,
        fan_trials=fans.trials,
        clip_desk=clip_desk,
        counters=counters,
        short_links=short_links,
        key_checks=counters,
        shift=Shift(db, registry, Scheduler(db, schedules)),
        hooks={"eventsub": reception.hook, "fanvue": fans.hook},
        redis=redis,
        serving=[db.study, publisher.run],
        listening=[publisher.run, listener.run, reception.receiver.run],
        working=[chat_jobs.prepare, worker.run, scheduler.run, twitch.tokens.check_all, partial(vip_jobs.keep_time, db)],
        stopping=[(worker.run, worker.stop), (scheduler.run, scheduler.stop)],
        closing=[twitch.aclose, *fans.closing, counters.aclose, short_links.aclose, discord.aclose],
    )


@dataclass(frozen=True, slots=True)
class Fans:
    """All that fan chats need of the outside."""

    desk: ChatDesk
    consents: FanConsents
    trials: Trials
    hook: Hook
    closing: list[Callable[[], Coroutine[Any, Any, object]]]


def fans_of(db: Database, settings: Settings, bus: Bus, notices: DiscordWebhooks | None = None) -> Fans:
    """Make what answers for fan chats: Fanvue, and a language model; raises Invalid for prices that are no numbers."""
    fanvue = Fanvue(db, settings)
    model = OpenAIModel(Place(settings.llm_base_url, settings.llm_model, settings.llm_api_key, settings.llm_deadline))
    tariff = Tariff(
        read=settings.micro("llm_price_read"), written=settings.micro("llm_price_written"), cached=settings.micro("llm_price_cached")
    )
    hook = FanvueHook(db, fanvue.apps, chat_kinds.HEARD)
    trials = FanvueTrials(fanvue, hook)
    return Fans(
        desk=ChatDesk(
            platform=fanvue, model=model, publisher=ChatPublisher(bus), tariff=tariff, notices=notices,
            discord=partial(automations.discord, db),
        ),
        consents=FanvueConsents(db, fanvue, after=_after_agreeing), trials=trials, hook=hook,
        closing=[fanvue.aclose, model.aclose, trials.aclose],
    )  # fmt: skip


def counters_of(db: Database, settings: Settings) -> HouseCounters:
    """Make who counts views; raises Invalid for prices that are no numbers."""
    return HouseCounters(db, settings)


async def _after_agreeing(session: CreatorSession) -> None:
    """Read the chats at once, and take up what waited for the sign-in."""
    await catching_up.ask(session)
    await chat_rounds.ask(session)


_SCHEDULES = (
    Schedule("tidy", "17 4 * * *", "UTC", "house.tidy"),
    # Midnights of all zones fall on a quarter of an hour.
    Schedule("birthdays", "*/15 * * * *", "UTC", "viewers.birthdays"),
    *vip_jobs.SCHEDULES,
    *chat_jobs.SCHEDULES,
    *clip_jobs.SCHEDULES,
    *automations.SCHEDULES,
    # Twitch wants every stored sign-in to be checked at the start and every hour.
    Schedule("twitch", "7 * * * *", "UTC", "twitch.check"),
)


def _registry(
    publisher: Publisher, settings: Settings, twitch: Twitch, desk: Desk, chats: ChatDesk, clips: ClipDesk
) -> Registry:  # fmt: skip
    """Say who does which kind of job."""
    registry = Registry()
    registry.add("house.tidy", partial(_tidy, settings.data_path))

    async def tell_birthdays(context: JobContext) -> None:
        await jobs.announce_birthdays(context.db, publisher)

    async def check_twitch(_: JobContext) -> None:
        await twitch.tokens.check_all()

    registry.add("viewers.birthdays", tell_birthdays)
    registry.add("twitch.check", check_twitch)
    tier_jobs.register(registry, publisher)
    bulk_jobs.register(registry, publisher)
    import_jobs.register(registry, publisher, settings.data_path)
    zone_jobs.register(registry, publisher)
    nights.register(registry, settings)
    vip_jobs.register(registry, desk)
    chat_jobs.register(registry, chats)
    clip_jobs.register(registry, clips)
    automations.register(registry)
    return registry


async def _tidy(data: Path, context: JobContext) -> None:
    """Forget sessions and links that expired long ago, and files that nobody imported; look at what the tables hold."""
    await context.db.study()
    await asyncio.to_thread(uploads.tidy, data)
    await sessions.prune(context.db)
    async with tenancy.everywhere(context.db, "prune links and deliveries", write=True) as session:
        await links.prune(session)
        await deliveries.prune(session, before=clock.now() - deliveries.KEPT)


@dataclass(frozen=True, slots=True)
class Feeds:
    """Who answers for a live feed."""

    settings: Settings
    pace: Pace
    twitch: Reception

    def make(self, source: str, account: str, secret: str | None) -> LiveFeed:
        """Make the feed of a source; `secret` is a creator's own key for the sign server, or the consent given on Twitch."""
        if source == "tikfinity":
            return TikFinityFeed(url=account or self.settings.tikfinity_url, mapper=translate)
        if source == "twitch":
            return self.twitch.feed(secret)
        if source == "euler":
            return EulerFeed(account, mapper=translate, api_key=secret or self.settings.tiktok_sign_key, url=self.settings.euler_url)
        return TikTokFeed(
            account,
            web_url=self.settings.tiktok_web_url,
            webcast_url=self.settings.tiktok_webcast_url,
            sign_url=self.settings.tiktok_sign_url,
            sign_key=secret or self.settings.tiktok_sign_key,
            pace=self.pace,
        )


def recording(path: Path) -> tuple[Iterator[tuple[int, list[LiveEvent]]], Tally]:
    """Read a recording line by line as (received_ms, events), and how the reading goes."""
    tally = Tally()
    return read(path, translate, tally), tally


def tune_collector() -> None:
    """Collect garbage less often by itself: a batch makes thousands of short-lived objects and no cycles (a tenth of its time)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


async def sweep_garbage() -> None:
    """Collect garbage between requests, a little at a time, so that none of them has to wait for a big heap of it.

    Statements that pages put together are full of cycles: 50,000 objects of them take 25 ms to collect, 1,000 take less than one.
    """
    while True:
        await asyncio.sleep(_SWEEP_S)
        young, middle, old = gc.get_count()
        if young > _SWEPT:
            gc.collect(2 if old > _ELDERS else 1 if middle > _MIDDLE else 0)


def _name(work: Work) -> str:
    named = work.func if isinstance(work, partial) else work
    return getattr(named, "__qualname__", repr(named))


async def _keep(work: Work) -> None:
    """Do work until it ends by itself; one that fails is begun again, each time after twice the wait, until it lasts."""
    wait_s, loop = _WAIT_S[0], asyncio.get_running_loop()
    while True:
        began = loop.time()
        try:
            await work()
        except Exception as error:
            if loop.time() - began > _WAIT_S[1]:
                wait_s = _WAIT_S[0]
            _log.error("work.failed", work=_name(work), again_in_s=wait_s, exc_info=error)
        else:
            return
        await asyncio.sleep(wait_s * (0.5 + random.random() / 2))  # noqa: S311 - spreads load, keeps no secret
        wait_s = min(wait_s * 2, _WAIT_S[1])


def _bus(settings: Settings) -> Bus:
    if settings.redis_url:
        from entourage.kernel.bus.redis import RedisBus

        return RedisBus(settings.redis_url)
    from entourage.kernel.bus.memory import MemoryBus

    return MemoryBus()
