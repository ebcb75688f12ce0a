"""Timed badges on an open page: one runs out before one's eyes, and those that were given on Twitch by hand stay or get an end."""

import asyncio
import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from typing import cast

import pytest
from playwright.sync_api import expect
from sqlalchemy import update

from entourage.kernel import clock, tenancy
from entourage.kernel.db import Database
from entourage.kernel.jobs.registry import Registry
from entourage.kernel.jobs.worker import Pace, Worker
from entourage.ports.channel import BadgeGiven
from entourage.ports.consent import Consent, Consents, Registration
from entourage.vips import intake, jobs, rounds, standing, taking
from entourage.vips.desk import Desk
from entourage.vips.tables import VipGrant
from entourage.vips.updates import Publisher
from entourage.wiring import House
from tests.looking import look_around
from tests.people import Cast
from tests.vips.stage import FakeChannel, account
from tests.web.browser.conftest import Opened, shot
from tests.web.browser.lodging import Lodging

pytestmark = pytest.mark.browser


class Agreed:
    """A platform on which the creator has agreed to all."""

    async def registration(self) -> Registration:
        return Registration("id", has_secret=True, typed=False)

    async def of(self, creator_id: int) -> Consent:
        assert creator_id
        return Consent(account=account("1"), kind="affiliate", since=clock.now())


@pytest.fixture
def channel() -> FakeChannel:
    """Her channel, on which 5 has been VIP for long."""
    channel = FakeChannel()
    channel.badges.add("5")
    return channel


@pytest.fixture
def club(tmp_path_factory: pytest.TempPathFactory, channel: FakeChannel) -> Iterator[Lodging]:
    """A house beside that channel, with a worker, and somebody who looks for badges that are due more often than usual."""

    async def furnish(_: Database, __: Cast) -> None:
        """Leave it empty."""

    def refit(house: House) -> None:
        house.desk = Desk(channels=channel, publisher=Publisher(house.bus))
        house.consents = cast("Consents", Agreed())

    async def begin(house: House) -> None:
        async def sweep() -> None:
            while True:
                await taking.sweep(house.db)
                await asyncio.sleep(0.2)

        registry = Registry()
        jobs.register(registry, house.desk)
        house.working += [Worker(house.db, registry, Pace(poll_s=0.05)).run, sweep]
        house.start_working()
        async with tenancy.inside(house.db, lodging.cast.owner.creator_id, write=True) as session:
            await rounds.ask(session)

    lodging = Lodging(tmp_path_factory.mktemp("club"), furnish, refit)
    lodging.do(begin)
    yield lodging
    lodging.close()


def ends_in(lodging: Lodging, user_id: str, seconds: float) -> None:
    """Let a badge end sooner than a hand may choose."""

    async def write(house: House) -> None:
        async with tenancy.inside(house.db, lodging.cast.owner.creator_id, write=True) as session:
            ends_at = clock.now() + timedelta(seconds=seconds)
            await session.execute(update(VipGrant).where(VipGrant.user_id == user_id).values(ends_at=ends_at, warn_at=None))

    lodging.do(write)


def test_a_badge_runs_out_before_ones_eyes(club: Lodging, channel: FakeChannel, opened: Opened) -> None:
    page = opened(club, "/vips")
    expect(page.locator("body[data-line=open]")).to_be_attached()
    page.get_by_role("button", name="Give a badge").click()
    page.get_by_label("Who").fill("login7")
    page.get_by_label("1 hour").check()
    page.get_by_role("button", name="Give the badge").click()
    row = page.locator('[data-badge="7"]')
    left = row.locator("time[data-until]")
    expect(left).to_have_text(re.compile(r"59 min|1 h|59:\d\d"))
    assert "7" in channel.badges

    ends_in(club, "7", 8)
    page.reload()
    expect(left).to_have_text(re.compile(r"^0:0\d$"))
    expect(left).to_have_class(re.compile("is-soon"))
    shown = left.inner_text()
    expect(left).not_to_have_text(shown)
    expect(row).to_have_count(0)
    assert channel.badges == {"5"}
    expect(page.locator("#vips-now")).to_contain_text("Nobody has a timed badge")


def test_a_badge_given_on_twitch_stays_or_gets_an_end(club: Lodging, channel: FakeChannel, opened: Opened) -> None:
    async def give_by_hand(house: House) -> None:
        for user_id in ("8", "9"):
            channel.badges.add(user_id)
            heard = BadgeGiven(broadcaster_id="1", at=clock.now(), user=account(user_id))
            await intake.hear(house.db, house.desk, club.cast.owner.creator_id, heard)

    page = opened(club, "/vips")
    expect(page.locator("body[data-line=open]")).to_be_attached()
    expect(page.locator(".names li")).to_have_text(["Name5"], timeout=25_000)  # who was VIP before us is known
    club.do(give_by_hand)
    strays = page.locator("[data-stray]")
    expect(strays).to_have_count(2)
    look_around(page, shot, "vips-strays")

    page.locator('[data-stray="8"]').get_by_role("button", name="Let it stay").click()
    expect(page.locator(".toast-note").last).to_have_text(re.compile("The badge of Name8 stays."))
    expect(strays).to_have_count(1)
    page.locator('[data-stray="9"]').get_by_role("button", name="Give it an end").click()
    dialog = page.locator("#vip-dialog")
    expect(dialog.get_by_role("heading")).to_have_text("An end for the badge of Name9")
    dialog.get_by_label("1 day").check()
    look_around(page, shot, "vips-end", "#vip-dialog")
    dialog.get_by_role("button", name="Set the end").click()
    expect(strays).to_have_count(0)
    expect(page.locator('[data-badge="9"] time[data-until]')).to_have_text(re.compile("h|min"))
    page.get_by_text("Permanent VIPs").click()
    expect(page.locator(".names li")).to_contain_text(["Name5", "Name8"])

    ends_in(club, "9", 0)
    expect(page.locator('[data-badge="9"]')).to_have_count(0, timeout=25_000)
    assert channel.badges == {"5", "8"}, "those without an end are not touched"


def test_a_flood_of_badges_is_drawn_once_a_second(club: Lodging, channel: FakeChannel, opened: Opened) -> None:
    """Hundreds of updates in three seconds: the pages ask seldom, go on meanwhile, and are right at the end."""
    page, other = opened(club, "/vips"), opened(club, "/vips/rewards")
    for one in (page, other):
        expect(one.locator("body[data-line=open]")).to_be_attached()

    async def flood(house: House) -> None:
        creator_id = club.cast.owner.creator_id
        async with tenancy.inside(house.db, creator_id) as session:
            meter = await standing.meter(session)
        for _ in range(300):
            house.desk.publisher.slots(creator_id, meter)
            await asyncio.sleep(0.01)
        channel.badges.add("8")
        await intake.hear(house.db, house.desk, creator_id, BadgeGiven(broadcaster_id="1", at=clock.now(), user=account("8")))

    began = [one.evaluate("performance.now()") for one in (page, other)]
    club.do(flood)
    expect(page.locator('[data-stray="8"]')).to_have_count(1)
    for one, since, path in zip((page, other), began, ("/vips/now", "/vips/rewards"), strict=True):
        fetched = "performance.getEntriesByType('resource').filter(e => new URL(e.name).pathname === '%s').map(e => e.startTime)"
        times = sorted(at - since for at in one.evaluate(fetched % path) if at > since)
        assert len(times) >= 3, (path, times)
        assert times[0] < 1500, "it was drawn while the flood went on"
        assert all(later - earlier > 900 for earlier, later in pairwise(times)), (path, times)
