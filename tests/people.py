"""The cast of the tests: who lives in the house, who helps, and who must see nothing.

Ada owns the creator *Ada Live*. Ben helps her as a moderator. Cem is a clipper. Mallory is signed in and belongs to
no creator (any more): the stranger. Nia owns another creator of the same house: the neighbour. And there is nobody.
"""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from litestar import Litestar
from pwdlib.hashers.argon2 import Argon2Hasher

from entourage import app as app_module
from entourage.clips.desk import Desk as ClipDesk
from entourage.clips.updates import Publisher as ClipPublisher
from entourage.kernel import secrets, tenancy
from entourage.kernel.accounts import creators, members, people
from entourage.kernel.accounts.attempts import Attempts, MemoryCounter
from entourage.kernel.accounts.passwords import Passwords
from entourage.kernel.accounts.roles import Role
from entourage.kernel.bus.memory import MemoryBus
from entourage.kernel.db import Database
from entourage.kernel.jobs.registry import Registry
from entourage.kernel.jobs.schedule import Scheduler
from entourage.kernel.jobs.shift import Shift
from entourage.kernel.pulse import Pulse
from entourage.kernel.secrets import Vault
from entourage.kernel.settings import Settings
from entourage.platforms.twitch.consents import TwitchConsents
from entourage.platforms.twitch.house import Twitch
from entourage.platforms.twitch.reception import Reception
from entourage.view_counters import short_links_of
from entourage.viewers.intake import Intake
from entourage.viewers.updates import Publisher
from entourage.vips.desk import Desk
from entourage.vips.updates import Publisher as VipPublisher
from entourage.wiring import House, counters_of, fans_of

PASSWORD = "correct horse battery"
KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="

Client = httpx.AsyncClient


@dataclass(frozen=True)
class Person:
    """Somebody of the cast."""

    id: UUID
    email: str
    creator_id: int
    password: str = PASSWORD


@dataclass(frozen=True)
class Cast:
    """Everybody."""

    owner: Person
    helper: Person
    clipper: Person
    stranger: Person
    neighbour: Person


def light_passwords() -> Passwords:
    """Passwords that cost next to nothing."""
    return Passwords(Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1))


def make_house(db: Database, **changes: Any) -> House:
    """Make a house around a database; `changes` are settings."""
    vault = Vault([KEY])
    secrets.use(vault)
    bus = MemoryBus()
    publisher = Publisher(bus, db)
    settings = replace(Settings(), **changes)
    twitch, intake = Twitch(db, settings), Intake(db, publisher)
    reception = Reception(db, settings, twitch, intake.put, "vips.heard")
    fans = fans_of(db, settings, bus)
    counters, short_links = counters_of(db, settings), short_links_of(settings)
    return House(
        settings=settings, hooks={"eventsub": reception.hook, "fanvue": fans.hook}, fan_consents=fans.consents, fan_trials=fans.trials,
        chat_desk=fans.desk, shift=Shift(db, Registry(), Scheduler(db, ())), channels=twitch, consents=TwitchConsents(db, twitch), closing=[twitch.aclose, *fans.closing, counters.aclose, short_links.aclose], db=db, vault=vault, bus=bus, pulse=Pulse(db, "test"), publisher=publisher, intake=intake,
        attempts=Attempts(MemoryCounter()), passwords=light_passwords(), csrf_secret="for tests",
        desk=Desk(channels=twitch, publisher=VipPublisher(bus)), counters=counters, short_links=short_links, key_checks=counters,
        clip_desk=ClipDesk(counters=counters, links=short_links, publisher=ClipPublisher(bus)),
    )  # fmt: skip


async def settle(db: Database) -> Cast:
    """Let everybody move in."""
    password_hash = await light_passwords().hash(PASSWORD)
    async with tenancy.everywhere(db, "the cast moves in", write=True) as session:

        async def person(name: str, *, house_owner: bool = False) -> UUID:
            email = f"{name.lower()}@example.org"
            return (await people.add(session, email=email, name=name, password_hash=password_hash, house_owner=house_owner)).id

        ada, ben, cem, mallory, nia = [await person(n, house_owner=n == "Ada") for n in ("Ada", "Ben", "Cem", "Mallory", "Nia")]
        one = await creators.add(session, name="Ada Live", zone="Europe/Berlin", owner_id=ada)
        two = await creators.add(session, name="Nia Live", zone="America/New_York", owner_id=nia)
    helpers: list[tuple[UUID, Role]] = [(ben, "moderator"), (cem, "clipper")]
    async with tenancy.inside(db, one.id, write=True) as session:
        for user_id, role in helpers:
            await members.add(session, user_id, role)
    return Cast(
        owner=Person(ada, "ada@example.org", one.id), helper=Person(ben, "ben@example.org", one.id),
        clipper=Person(cem, "cem@example.org", one.id), stranger=Person(mallory, "mallory@example.org", 0),
        neighbour=Person(nia, "nia@example.org", two.id),
    )  # fmt: skip


class Doors:
    """Makes browsers on one application; each has cookies of its own."""

    def __init__(self, app: Litestar) -> None:
        """Take the application."""
        self.app = app
        self._stack = AsyncExitStack()
        self._open = False

    async def nobody(self, address: str = "127.0.0.1", base_url: str = "http://127.0.0.1:3000", **options: Any) -> Client:
        """Open a browser in which nobody is signed in, at an address of the network."""
        if not self._open:
            self._open = True
            await self._stack.enter_async_context(self.app.lifespan())
        # Litestar's own test client begins the application anew with each browser, and gives it no address.
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False, client=(address, 40000))  # type: ignore[arg-type]
        return await self._stack.enter_async_context(Client(transport=transport, base_url=base_url, **options))

    async def of(self, person: Person) -> Client:
        """Open a browser in which somebody has signed in through the page."""
        client = await self.nobody()
        answer = await submit(client, "/signin", email=person.email, password=person.password)
        assert answer.status_code == 303, answer.text
        client.headers["x-csrftoken"] = client.cookies["csrftoken"]
        return client

    async def close(self) -> None:
        """Close all browsers."""
        await self._stack.aclose()


async def submit(client: Client, path: str, **fields: str) -> Any:
    """Open a page, fill its form and send it; does not follow where it leads."""
    page = await client.get(path, headers={"accept": "text/html"})
    token = re.search(r'name="_csrf_token" value="([^"]*)"', page.text)
    form = {**fields, "_csrf_token": token[1] if token else ""}
    return await client.post(path.split("?", maxsplit=1)[0], data=form, headers={"accept": "text/html"}, follow_redirects=False)


@pytest.fixture
async def cast(db: Database) -> Cast:
    """Everybody has moved in."""
    return await settle(db)


@pytest.fixture
def house(db: Database, tmp_path: Path) -> House:
    """Make a house with the settings of a fresh install, and a data folder of its own."""
    return make_house(db, data_dir=str(tmp_path / "data"))


_FRAMES: dict[Settings, Litestar] = {}
_NO_MATTER = ("data_dir", "cron_secret", *(one.name for one in fields(Settings) if one.name.startswith(("twitch_", "fanvue_", "llm_"))))
"""Settings that are read when somebody asks, and not when an application is framed."""


def application(house: House) -> Litestar:
    """Make the application of a house; houses with the same settings share its frame, which nobody may change."""
    if house.panel is not None or house.panels:
        return app_module.build(house)
    no_matter: dict[str, Any] = dict.fromkeys(_NO_MATTER, "")
    alike = replace(house.settings, **no_matter)
    if alike not in _FRAMES:
        _FRAMES[alike] = app_module.frame(house)
    return app_module.furnish(_FRAMES[alike], house)


@pytest.fixture
async def doors(house: House) -> AsyncIterator[Doors]:
    """Browsers on the application of the house."""
    made = Doors(application(house))
    yield made
    await made.close()
