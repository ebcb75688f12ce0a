"""The demo: a house on a make-believe TikTok, Twitch, Fanvue and internet of clips, with three weeks behind it and an evening going on."""

import asyncio
import zlib
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from entourage import demo_campaigns, demo_clips, demo_fans
from entourage.kernel import clock, http, tenancy
from entourage.kernel.accounts import creators, links, people
from entourage.kernel.errors import Invalid
from entourage.kernel.settings import Settings
from entourage.kernel.tables import Connection
from entourage.platforms.tiktok.pace import Pace
from entourage.platforms.tiktok.translate import Arrival, translate
from entourage.ports.live import LiveEvent
from entourage.simulators.tiktok import acts, panel, tape
from entourage.simulators.tiktok.evening import Evening
from entourage.simulators.tiktok.fake import FakeTikTok
from entourage.simulators.tiktok.messages import Broadcast, snowflake
from entourage.simulators.tiktok.player import AS_FAST_AS_IT_GOES
from entourage.simulators.tiktok.script import Say
from entourage.simulators.tiktok.stage import Stage
from entourage.simulators.twitch import panel as twitch_panel
from entourage.simulators.twitch.crowd import Crowd
from entourage.simulators.twitch.fake import FakeTwitch
from entourage.simulators.twitch.shelf import Shelf
from entourage.simulators.twitch.stage import Stage as TwitchStage
from entourage.viewers import jobs, leaderboard, profile, schemas, tiers
from entourage.web import i18n
from entourage.wiring import House, open_house

DEMO_HOST = "nova.live"
PANEL = "/simulators/tiktok"
TWITCH_PANEL = "/simulators/twitch"
_TWITCH_LOGIN = "nova_live"
_TWITCH_CLIENT = ("demo", "make-believe")
_DEMO_ZONE = "Europe/Berlin"
_DEMO_EMAIL = "nova@demo.invalid"
_DEMO_EVENINGS = (24, 22, 20, 19, 17, 15, 13, 12, 10, 8, 6, 5, 3, 2)
_DEMO_SLOWER = 2  # past evenings go on for longer than what is told of them again
_DEMO_BATCH = 500
_LOOK_S = 0.2
_DEMO_HEAD_START_MS = 40 * 60_000
_DEMO_PACE = Pace(poll_s=2, not_found_s=5, refused_s=10, limited_s=5, shortest_s=0.5, longest_s=5, silence_s=8)


@dataclass(frozen=True, slots=True)
class _Card:
    """What Nova wrote about a regular; `born` is the year of a birthday soon, 0 when only the day is known."""

    edit: schemas.Edit
    tier: str = ""
    born: int | None = None


_CARDS = (
    _Card(
        schemas.Edit(
            notes="Came with the first raid. Saving up for a drawing tablet.",
            tags=["raider", "artist"],
            is_favorite=True,
            discord_username="nimbus#77",
        ),
        "Platinum",
        1996,
    ),
    _Card(schemas.Edit(notes="Asks for jazz on Fridays.", tags=["music"], tts_voice="en_uk_001", country="Spain"), "Gold"),
    _Card(schemas.Edit(tags=["night owl"], is_favorite=True, language="Ukrainian"), "Silver", 0),
    _Card(
        schemas.Edit(notes="Cooks during the stream: ask what is on the stove!", tags=["cook"], discord_username="fable_cooks"), "Silver"
    ),
    _Card(schemas.Edit(notes="Helps newcomers in chat.", tags=["helper"], is_moderator=True), born=1989),
    _Card(schemas.Edit(tags=["gamer", "night owl"], tts_voice="de_001"), born=2001),
)
_AHEAD = (0, 0, -2, 0, 3, 10)  # of each card the days until the birthday, where there is one


async def open_demo(settings: Settings, *, speed: float = 1.0, seed: int = 42) -> House:
    """Open a house that listens to a make-believe TikTok with an evening on it, in a database of its own.

    Nothing of it can reach real totals: the database is another file (or must be named for it), and the addresses lead
    nowhere but to the simulators. Their panels of buttons are at /simulators/tiktok, twitch, fanvue and clips. Raises
    Invalid when the settings name a database that was not made for this.
    """
    if settings.database_url and "demo" not in settings.database.partition("?")[0].rpartition("/")[2]:
        msg = "The demo keeps away from real numbers: unset ENTOURAGE_DATABASE_URL, or name a database with `demo` in its name."
        raise Invalid(msg)
    tiktok = FakeTikTok(media_url=f"{settings.base_url}{PANEL}")
    await tiktok.start()
    settings = replace(settings, data_dir=str(settings.data_path / "demo"), tiktok_web_url=tiktok.url, tiktok_sign_url=tiktok.url)
    twitch = FakeTwitch()
    await twitch.start()
    shelf = Shelf(twitch, settings.data_path / "twitch.json")
    settings, crowd = _on_twitch(settings, twitch, shelf)
    fans, settings = await demo_fans.begin(settings)
    clips, settings = await demo_clips.begin(settings)
    house = open_house(replace(settings, tiktok_webcast_url=f"{tiktok.url}/webcast"), pace=_DEMO_PACE)
    stage = Stage(tiktok, DEMO_HOST, seed=seed)
    guards = [http.allowed("live.control")]
    speaks = lambda request: i18n.voice_of(request).language  # noqa: E731
    beside: dict[str, Any] = {"twitch": TWITCH_PANEL, "fanvue": demo_fans.PANEL, "clips": demo_clips.PANEL}
    house.panel = panel.router(stage, path=PANEL, **beside, guards=guards, language=speaks)
    on_twitch = TwitchStage(twitch, _TWITCH_LOGIN)
    house.panels.append(twitch_panel.router(on_twitch, path=TWITCH_PANEL, page="simulators/twitch.html", guards=guards))
    house.panels += [fans.router(guards), clips.router(guards)]
    house.listening += [crowd.run, shelf.keep, fans.crowd.run]
    house.closing += [stage.stop, tiktok.stop, shelf.stop, twitch.stop, fans.stop, clips.fake.stop]

    async def open_chats() -> None:
        """Let Nova agree on the make-believe Fanvue, once she has moved in."""
        while (creator_id := await _creator(house)) is None:
            await asyncio.sleep(_LOOK_S)
        await fans.connect(house, creator_id)

    async def open_clips() -> None:
        """Let the panel know Nova's clips, once she has moved in."""
        while (creator_id := await _creator(house)) is None:
            await asyncio.sleep(_LOOK_S)
        await clips.recall(house.db, creator_id)

    async def begin() -> None:
        """Play the evening so far as fast as it goes, then on at its own speed."""
        evening = await asyncio.to_thread(Evening, seed)
        stage.play(evening, speed=AS_FAST_AS_IT_GOES, start_at_ms=clock.now_ms() - _DEMO_HEAD_START_MS)
        while stage.player is not None and stage.player.state != "done" and stage.player.now_ms() < clock.now_ms():
            await asyncio.sleep(0.02)
        stage.speed = speed
        if stage.player is not None:
            stage.player.speed = speed
        # Those who left while time flew are gone.
        await jobs.sweep(house.db, house.publisher)

    house.listening += [begin, open_chats, open_clips]
    return house


async def _creator(house: House) -> int | None:
    """Return the make-believe creator, or None while she has not moved in."""
    async with tenancy.everywhere(house.db, "find the demo's creator") as session:
        owner = await people.find(session, _DEMO_EMAIL)
        found = await creators.of_user(session, owner.id) if owner else []
    return found[0][0].id if found else None


def _on_twitch(settings: Settings, twitch: FakeTwitch, shelf: Shelf) -> tuple[Settings, Crowd]:
    """Let the house be a program of the make-believe Twitch, on which Nova is live; returns the settings that lead there."""
    client_id, secret = _TWITCH_CLIENT
    twitch.register(client_id, secret)
    shelf.take()
    channel = twitch.world.channel(_TWITCH_LOGIN, name="Nova_Live")
    if channel.live is None:
        twitch.deeds.go_live(channel)
    on_twitch = replace(
        settings,
        twitch_api_url=twitch.api_url,
        twitch_auth_url=twitch.auth_url,
        twitch_eventsub_url=twitch.eventsub_url,
        twitch_client_id=client_id,
        twitch_client_secret=secret,
    )
    return on_twitch, Crowd(twitch, channel)


async def furnish_demo(house: House, *, seed: int = 42) -> str:
    """Let the demo's owner, creator and their last weeks move in, once; returns the secret of a new link for the owner."""
    async with tenancy.everywhere(house.db, "furnish the demo", write=True) as session:
        owner = await people.find(session, _DEMO_EMAIL)
        fresh = owner is None
        if owner is None:
            owner = await people.add(session, email=_DEMO_EMAIL, name="Nova", password_hash=None, house_owner=True)
            creator = await creators.add(session, name="Nova (demo)", zone=_DEMO_ZONE, owner_id=owner.id)
            now = clock.now()
            session.add(Connection(creator_id=creator.id, source="tiktok", account=DEMO_HOST, enabled=True, state={}, updated_at=now))
        [(creator, _)] = await creators.of_user(session, owner.id)
        link = await links.make_for_user(session, owner.id)
    if fresh:
        await _remember_evenings(house, creator.id, seed)
        await _introduce(house, creator.id, f"user:{owner.id}")
        if house.clip_desk is not None:
            await demo_campaigns.furnish(house.db, house.clip_desk, creator.id, owner.id, seed=demo_clips.SEED)
    return link


async def _remember_evenings(house: House, creator_id: int, seed: int) -> None:
    """Give a make-believe creator three weeks of past streams, so that there are regulars to greet."""
    host = FakeTikTok().add_host(DEMO_HOST)
    evening = await asyncio.to_thread(Evening, seed, minutes=20)
    for number, days_ago in enumerate(_DEMO_EVENINGS):
        start_ms = clock.now_ms() - days_ago * 86_400_000 - (number % 3) * 3_600_000
        broadcast = Broadcast(snowflake(start_ms, number), host, start_ms, house.settings.base_url + PANEL)
        events: list[LiveEvent] = []
        for beat in evening.beats:
            if not isinstance(beat.what, Say) or not _remembered(beat.what, number):
                continue
            message = tape.write(replace(beat.what, made_ms=beat.what.made_ms * _DEMO_SLOWER), broadcast)
            events.append(translate(message.method, message.payload, Arrival(start_ms + beat.at_ms * _DEMO_SLOWER)))
            if len(events) == _DEMO_BATCH:
                await house.intake.put(creator_id, events)
                events = []
        await house.intake.store(creator_id, events)
    await jobs.sweep(house.db)


async def _introduce(house: House, creator_id: int, actor: str) -> None:
    """Write about the regulars what a creator knows of them after three weeks; the first birthday is today, one was missed."""
    async with tenancy.inside(house.db, creator_id, write=True) as session:
        givers = await leaderboard.top(session, "coins", len(_CARDS))
        for place, (one, card) in enumerate(zip(givers, _CARDS, strict=False)):
            ref = str(one.id)
            if card.born is not None:
                card = replace(card, edit=msgspec.structs.replace(card.edit, birthday=_birthday(card.born, _AHEAD[place])))  # noqa: PLW2901
            await profile.edit(session, ref, card.edit, actor)
            if card.tier:
                await tiers.set_by_hand(session, ref, card.tier, actor)


def _birthday(year: int, ahead: int) -> str:
    day = clock.now().astimezone(ZoneInfo(_DEMO_ZONE)) + timedelta(days=ahead)
    return f"{year}-{day:%m-%d}" if year and f"{day:%m-%d}" != "02-29" else f"--{day:%m-%d}"


def _remembered(say: Say, evening: int) -> bool:
    """Choose what of a past evening is told again: the ends of streaks and a part of the rest are enough, and the door opens sooner."""
    match say.act:
        case acts.Gift(kind=kind, ended=ended) if kind.type is acts.GiftType.STREAK and not ended:
            return False
        case acts.Like() if say.serial % 8:
            return False
        case acts.Chat() | acts.Watching() if say.serial % 2:
            return False
    who = getattr(say.act, "who", None)
    return who is None or _came(str(who.id), evening)


def _came(user_id: str, evening: int) -> bool:
    """Decide whether somebody came to a past evening: everybody has a faithfulness of their own, from never to nearly always."""
    faithful = zlib.crc32(user_id.encode()) % 100
    return zlib.crc32(f"{evening}:{user_id}".encode()) % 100 < faithful
