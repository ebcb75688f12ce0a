"""Who redeemed and subscribed afterwards: counted all, named the newest."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert

from entourage.kernel import clock, tenancy
from entourage.kernel.db import Database
from entourage.vips import converts
from entourage.vips.tables import VipClaim
from tests.people import Cast

pytestmark = pytest.mark.anyio
T0 = datetime(2026, 11, 1, tzinfo=UTC)


def claim(
    creator_id: int, key: str, source: str, user: int, minutes: int, *, name: str | None = None, tier: int = 1000
) -> dict[str, object]:
    at = T0 + timedelta(minutes=minutes)
    return {
        "creator_id": creator_id, "key": key, "source": source, "user_id": str(user), "login": "", "name": f"Name{user}" if name is None else name,
        "amount": tier, "tier": "", "rule": "", "given_s": 60, "until_stream_end": False, "state": "granted", "reason": "", "unsettled": False,
        "settled": "fulfilled", "stuck": "", "by": "x", "asked_at": at, "received_at": at, "updated_at": at,
    }  # fmt: skip


async def test_all_are_counted_and_the_newest_named(db: Database, cast: Cast) -> None:
    mine, theirs = cast.owner.creator_id, cast.neighbour.creator_id
    rows = [claim(mine, f"r{user}", "redemption", user, user) for user in range(300)]
    rows += [claim(mine, f"again{user}", "redemption", user, 5_000 + user) for user in range(100)]
    rows += [claim(mine, f"s{user}", "sub", user, 1_000 + user, tier=2000) for user in range(250)]
    rows += [claim(mine, f"early{user}", "sub", user, -10) for user in range(10)]  # who had subscribed before
    rows += [claim(mine, f"other{user}", "sub", user, 1) for user in range(900, 1_000)]  # who never redeemed
    rows += [claim(theirs, f"{source}{user}", source, user, at) for user in range(5) for source, at in (("redemption", 0), ("sub", 9_000))]
    for row in rows:
        if row["user_id"] == "249":
            row["name"] = ""  # forgotten
    async with tenancy.everywhere(db, "a test", write=True) as session:
        await session.execute(insert(VipClaim), rows)

    async with tenancy.inside(db, mine) as session:
        found = await converts.read(session)
    assert (found.redeemers, found.subscribed) == (300, 240)
    assert [one.name for one in found.newest] == [f"Name{user}" for user in range(248, 228, -1)]
    first = found.newest[0]
    assert (first.user_id, first.tier) == ("248", 2000)
    assert (first.redeemed_at, first.subscribed_at) == tuple(
        clock.iso(clock.to_ms(T0 + timedelta(minutes=minutes))) for minutes in (248, 1_248)
    )
    async with tenancy.inside(db, theirs) as session:
        assert (await converts.read(session)).subscribed == 5
