"""Only what is switched on is asked for on the platform."""

import pytest

from entourage.kernel import clock, tenancy
from entourage.kernel.db import Database
from entourage.vips import choices, needs, schemas
from entourage.vips.rule import Terms
from entourage.vips.tables import VipReward, VipRule
from tests.people import Cast

pytestmark = pytest.mark.anyio
PLAIN = {"vips", "moderators", "chat", "commands"}


async def test_rules_rewards_and_settings_say_what_is_needed(db: Database, cast: Cast) -> None:
    async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
        assert await needs.features(session) == PLAIN
        await choices.write(session, schemas.Settings(commands=False, lines={"granted": schemas.Line(announce=True)}), "user:ada")
        assert await needs.features(session) == PLAIN - {"commands"} | {"announcements"}
        now, terms = clock.now(), schemas.as_dict(Terms(follow_days=7))
        session.add(VipRule(source="gift", least=5, on=True, terms=terms, updated_at=now))
        session.add(VipRule(source="bits", least=100, on=False, terms=terms, updated_at=now))
        shown = {"reward_id": "r1", "state": "on", "trouble": "", "shape": {}, "created_at": now}
        session.add(VipReward(**shown, terms=schemas.as_dict(Terms()), updated_at=now))
        await session.flush()
        assert await needs.features(session) == PLAIN - {"commands"} | {"announcements", "subs", "follows", "points"}
