"""When one room causes something in another: coming up to a tier brings a badge."""

import pytest

from entourage import automations
from entourage.kernel import tenancy
from entourage.kernel.db import Database
from entourage.viewers import tiers
from entourage.vips import rulebook, schemas
from entourage.vips.rule import Terms
from tests import make
from tests.vips.conftest import Crew
from tests.vips.stage import FakeChannel

pytestmark = pytest.mark.anyio


async def test_whoever_comes_up_to_a_tier_gets_the_badge_that_a_rule_gives_for_it(
    crew: Crew, channel: FakeChannel, db: Database, creator_id: int
) -> None:
    async with tenancy.inside(db, creator_id, write=True) as session:
        await rulebook.put(session, schemas.RuleRow(source="tier", tier="Gold", terms=Terms(duration_s=3600)), "user:ada")
        people = [make.viewer(n, platform="twitch", user_id=f"7{n}") for n in range(3)]
        tiktok = make.viewer(9)
        session.add_all([*people, tiktok])
        await session.flush()
        people[2].linked_to = tiktok.id

    async def come_up(viewer_id: int, tier: str) -> int:
        async with tenancy.inside(db, creator_id, write=True) as session:
            await tiers.set_by_hand(session, str(viewer_id), tier, "user:ada")
        async with tenancy.inside(db, creator_id, write=True) as session:
            return await automations.thank(session)

    assert await come_up(people[0].id, "Gold") == 0  # of before the first look
    assert await come_up(people[1].id, "Silver") == 1
    assert await come_up(people[1].id, "Gold") == 1
    assert await come_up(tiktok.id, "Gold") == 1
    assert await come_up(people[1].id, "Bronze") == 0
    await crew.settle_down()

    assert channel.badges == {"71", "72"}
    assert {(one.source, one.tier, one.state) for one in await crew.claims()} == {("tier", "Silver", "passed"), ("tier", "Gold", "granted")}
    assert await automations.loyalty(db, creator_id, "72") == "Gold"
    assert await automations.loyalty(db, creator_id, "999") is None
