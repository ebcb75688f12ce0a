"""The rules of docs/rules/heatmap.md."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from entourage.kernel import clock
from entourage.viewers.hours import Week
from tests.written import ids, table


@pytest.mark.parametrize("case", table("rules/heatmap.md", "case"), ids=ids)
def test_a_moment_belongs_to_an_hour_of_the_creators_week(case: dict[str, str]) -> None:
    moment = datetime.fromisoformat(case["moment (UTC)"]).replace(tzinfo=UTC)

    cell = Week(ZoneInfo(case["zone"])).cell(clock.to_ms(moment))

    assert divmod(cell, 24) == (int(case["day"]), int(case["hour"]))
