"""The rules of docs/rules/tiers.md."""

import pytest

from entourage.viewers import tier
from tests.written import ids, table


def standing(case: dict[str, str]) -> tier.Standing:
    return tier.Standing(int(case["coins"]), int(float(case["hours"]) * tier.HOUR_MS), int(case["visits"]))


@pytest.mark.parametrize("case", table("rules/tiers.md", "case"), ids=ids)
def test_a_tier_needs_all_three(case: dict[str, str]) -> None:
    place = tier.earned(tier.DEFAULTS, standing(case))

    assert (tier.DEFAULTS[place].name if place >= 0 else "none") == case["earned"]


def test_what_is_missing_is_named_with_what_there_is() -> None:
    lacking = tier.missing(tier.DEFAULTS[0], tier.Standing(400, 2 * tier.HOUR_MS, 12))

    assert lacking == {"coins": (400, 1000), "hours": (2, 5)}
