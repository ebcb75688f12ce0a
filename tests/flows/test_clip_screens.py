"""What is told of clips reaches whom it is about: a clipper's screens hear of their own clips and money, and of nothing else."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from entourage.clips import schemas
from entourage.clips.updates import Publisher
from entourage.kernel import clock, tenancy
from entourage.kernel.accounts import members, people
from entourage.web.standing import CHECK_S
from tests.flows.houses import Open, cookies_of
from tests.flows.screens import opened
from tests.people import PASSWORD, Cast, Person, light_passwords

pytestmark = [pytest.mark.anyio, pytest.mark.thorough, pytest.mark.timeout(60)]


def clip_of(user_id: UUID, number: int) -> schemas.ClipRow:
    """Make a clip as updates carry it."""
    now = clock.now()
    return schemas.ClipRow(
        id=number, campaign=1, campaign_title="Launch", user_id=user_id, clipper="Cem", platform="tiktok", video_id=str(number),
        url="https://www.tiktok.com/@cem/video/1", title="", author="cem", state="APPROVED", reason="", views=1200 + number, latest=1200,
        likes=3,
        fixed=None,
        media_url="", comments=None, shares=None, earned=120, currency="USD", flags=[], appealed=False, removed=False, posted_at=None,
        submitted_at=now - timedelta(days=1), read_at=now, next_read_at=None,
    )  # fmt: skip


async def another_clipper(place: Open, cast: Cast) -> Person:
    """Let Dua clip for Ada too."""
    password_hash = await light_passwords().hash(PASSWORD)
    async with tenancy.inside(place.house.db, cast.owner.creator_id, write=True) as session:
        user = await people.add(session, email="dua@example.org", name="Dua", password_hash=password_hash)
        await members.add(session, user.id, "clipper")
    return Person(user.id, "dua@example.org", cast.owner.creator_id)


async def test_a_clipper_hears_of_their_own_clips_and_money_and_of_nothing_else(open_house: Open, cast: Cast) -> None:
    dua = await another_clipper(open_house, cast)
    house, creator = open_house.house, cast.owner.creator_id
    tell = Publisher(house.bus)
    async with (
        open_house.browser(cast.clipper) as cem, open_house.browser(dua) as her, open_house.browser(cast.owner) as ada,
        open_house.browser(cast.helper) as ben,
        opened(open_house.url, cookie=cookies_of(cem), origin=open_house.url) as mine,
        opened(open_house.url, cookie=cookies_of(her), origin=open_house.url) as hers,
        opened(open_house.url, cookie=cookies_of(ada), origin=open_house.url) as staff,
        opened(open_house.url, cookie=cookies_of(ben), origin=open_house.url) as moderator,
    ):  # fmt: skip
        answer = await ada.post(
            "/api/ingest/events",
            json=[{"event": "join", "room": "1", "msg_id": "1", "at_ms": clock.now_ms(), "person": {"user_id": "7", "handle": "lena"}}],
        )
        assert answer.is_success, answer.text
        tell.campaign(creator, 1)
        tell.counting(creator)
        tell.clip(cast.neighbour.creator_id, clip_of(cast.clipper.id, 9))  # clipping for somebody else is told there
        tell.clip(creator, clip_of(dua.id, 2))
        tell.money(creator, dua.id)
        tell.clip(creator, clip_of(cast.clipper.id, 1))
        tell.money(creator, cast.clipper.id)
        assert (await mine.hear("clip:money"))["user_id"] == str(cast.clipper.id)
        assert (await hers.hear("clip:money"))["user_id"] == str(dua.id)
        await staff.until(lambda one: len(one.of("clip:money")) == 2)
        await moderator.hear("viewer:new")
        assert [name for name, _ in mine.heard] == ["clip:updated", "clip:money"]
        assert [one["clip"]["id"] for one in mine.of("clip:updated")] == [1]
        assert [one["clip"]["id"] for one in hers.of("clip:updated")] == [2]
        assert [one["clip"]["id"] for one in staff.of("clip:updated")] == [2, 1]
        assert {"clip:campaign", "clip:counting"} <= {name for name, _ in staff.heard}
        assert "lena" not in mine.raw + hers.raw
        assert [name for name, _ in moderator.heard if name.startswith("clip:")] == []

        for event, asked in (("viewer-profiles:get", "lena"), ("viewer-profiles:update", {"username": "lena", "updates": {"notes": "x"}})):
            assert (await mine.ask(event, asked))["success"] is False
        assert (await cem.get("/api/stream")).status_code == 403

        async with tenancy.inside(house.db, creator, write=True) as session:
            await members.remove(session, cast.clipper.id, by="owner")
        await mine.until(lambda one: one.gone, within_s=CHECK_S + 15)
        heard = len(mine.heard)
        tell.clip(creator, clip_of(cast.clipper.id, 3))
        await staff.hear("clip:updated", lambda one: one["clip"]["id"] == 3)
        await asyncio.sleep(0.1)
        assert len(mine.heard) == heard
