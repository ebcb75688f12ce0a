"""What timed VIPs come to: by week how many, for how many points, how many come back, and what was refused why."""

from collections import Counter
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import select

from entourage.kernel import clock
from entourage.kernel.tenancy import CreatorSession
from entourage.vips.tables import VipClaim

_TOP = 20


class Week(msgspec.Struct):
    """One week by the creator's clock, from its Monday: first badges, renewals, refunds, and the points that were kept."""

    begins: str
    badges: int = 0
    renewals: int = 0
    refunds: int = 0
    points: int = 0


class Regular(msgspec.Struct):
    """Somebody who had badges: how often, for how many points and seconds (`seconds` without those until a stream's end)."""

    user_id: str
    name: str
    times: int
    points: int
    seconds: int


class Analytics(msgspec.Struct):
    """The weeks, oldest first, and all of them together; `returned` are people who came back for more."""

    weeks: list[Week]
    people: int
    returned: int
    points: int
    sources: dict[str, int]
    reasons: dict[str, int]
    regulars: list[Regular]


async def read(session: CreatorSession, zone: str, weeks: int) -> Analytics:
    """Add up the last weeks, this one included."""
    here = ZoneInfo(zone)
    today = clock.now().astimezone(here).replace(hour=0, minute=0, second=0, microsecond=0)
    monday = today - timedelta(days=today.weekday())
    begins = [monday - timedelta(weeks=back) for back in range(weeks - 1, -1, -1)]
    table = {f"{day:%Y-%m-%d}": Week(f"{day:%Y-%m-%d}") for day in begins}
    columns = (
        VipClaim.asked_at, VipClaim.user_id, VipClaim.name, VipClaim.source, VipClaim.amount, VipClaim.given_s, VipClaim.state,
        VipClaim.reason, VipClaim.redemption_id,
    )  # fmt: skip
    chosen = select(*columns).where(VipClaim.asked_at >= begins[0]).where(VipClaim.state.in_(("granted", "refused"))).order_by(VipClaim.id)
    people: dict[str, Regular] = {}
    sources, reasons = Counter[str](), Counter[str]()
    for at, user_id, name, source, amount, given_s, state, reason, redemption_id in await session.execute(chosen):
        week = table.get(_monday(at, here))
        if week is None:
            continue
        points = amount if redemption_id else 0
        if state == "refused":
            reasons[reason] += 1
            week.refunds += redemption_id is not None
            continue
        who = people.setdefault(user_id, Regular(user_id, name, 0, 0, 0))
        week.renewals += who.times > 0
        week.badges += who.times == 0
        week.points += points
        sources[source] += 1
        who.name, who.times, who.points, who.seconds = name, who.times + 1, who.points + points, who.seconds + (given_s or 0)
    ranked = sorted(people.values(), key=lambda one: (-one.times, -one.points, one.user_id))
    returned = sum(one.times > 1 for one in ranked)
    return Analytics(
        weeks=list(table.values()), people=len(people), returned=returned, points=sum(one.points for one in ranked), sources=dict(sources),
        reasons=dict(reasons.most_common()), regulars=[one for one in ranked if one.name][:_TOP],
    )  # fmt: skip


def _monday(at: datetime, here: ZoneInfo) -> str:
    day = at.astimezone(here).date()
    return f"{day - timedelta(days=day.weekday()):%Y-%m-%d}"
