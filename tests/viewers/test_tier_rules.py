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


@pytest.mark.parametrize("case", table("rules/tiers.md", "seat"), ids=lambda case: ", ".join(case.values()))
def test_where_somebody_sits_after_the_tiers_were_changed(case: dict[str, str]) -> None:
    names = ["Bronze", "Silver", "Gold"]
    yes = {name: value in {"yes", "on"} for name, value in case.items()}
    terms = tier.Terms(raising=yes["promotion"], lowering=yes["take back"], ceilings={"Opal": names.index("Bronze")})
    seat = tier.Seat(named(case["seat"]), held=yes["held by hand"], blocked=yes["blocked"], linked=yes["linked"])
    place = names.index(case["earned now"]) if case["earned now"] != "none" else -1

    after = tier.decide(names, terms, seat, place)

    assert (after.tier, after.held) == (named(case["seat after"]), yes["held after"])
    assert tier.decide(names, terms, after, place) == after, "whoever has been settled stays where they are"


def named(written: str) -> str | None:
    return None if written == "none" else written
