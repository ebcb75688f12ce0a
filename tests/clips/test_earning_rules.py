"""The tables of docs/rules/earnings.md, and what holds for any clips."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from entourage.clips import earning
from entourage.clips.earning import Claim, Share, Terms
from entourage.clips.split import largest_remainder
from tests.written import table

PAGE = "rules/earnings.md"
CENT = 10_000
"""Micro-units in a cent."""


def row(case: dict[str, str]) -> str:
    return ", ".join(case.values())


def whole(cell: str) -> int | None:
    return None if cell == "none" else int(cell)


def numbers(cell: str) -> list[int]:
    return [int(one.rstrip("!")) for one in cell.split()]


@pytest.mark.parametrize("case", table(PAGE, "views"), ids=row)
def test_what_one_clip_has_earned(case: dict[str, str]) -> None:
    terms = Terms(
        rate_micro=int(case["rate"]) * CENT,
        min_views=int(case["min views"]),
        clip_least=int(case["least"]),
        clip_most=whole(case["most"]),
        from_submission=case["first reading"] != "0",
    )
    claim = Claim(
        clip=1,
        clipper="mia",
        views=90000 if case["views"] == "rejected" else int(case["views"]),
        stands=case["views"] != "rejected",
        baseline=int(case["first reading"]),
        posted=int(case["posted"]),
        fixed=whole(case["set by hand"]),
    )

    [share] = earning.targets({1: terms}, [claim], int(case["funds"]))

    assert (share.target, share.post) == (int(case["earned"]), int(case["post"]))
    cuts = ", ".join(step.code for step in share.steps if step.code not in {"counted", "rate", "fixed"})
    assert (cuts or "nothing") == case["cut by"]


@pytest.mark.parametrize("case", table(PAGE, "currency"), ids=row)
def test_views_become_minor_units_of_any_currency(case: dict[str, str]) -> None:
    rate = int(Fraction(case["rate in units"]) * 1_000_000)

    assert earning.worth(int(case["views"]), rate, digits=int(case["decimals"])) == int(case["worth in minor units"])


@pytest.mark.parametrize("case", table(PAGE, "cap"), ids=row)
def test_clips_of_one_clipper_keep_within_the_cap(case: dict[str, str]) -> None:
    terms = Terms(rate_micro=1_000 * CENT, clipper_most=whole(case["cap"]))
    claims = [
        Claim(
            clip=n,
            clipper="mia",
            views=int(cell.rstrip("!")),
            stands=True,
            posted=posted,
            fixed=int(cell[:-1]) if cell.endswith("!") else None,
        )
        for n, (cell, posted) in enumerate(zip(case["worth"].split(), numbers(case["posted"]), strict=True))
    ]

    assert [share.target for share in earning.targets(dict.fromkeys(range(len(claims)), terms), claims, 10_000)] == numbers(case["earned"])


@pytest.mark.parametrize("case", table(PAGE, "new"), ids=row)
def test_too_little_money_is_shared_fairly(case: dict[str, str]) -> None:
    claims = [Claim(clip=n, clipper=f"clipper {n}", views=100 + new, stands=True, posted=100) for n, new in enumerate(numbers(case["new"]))]
    terms = dict.fromkeys(range(len(claims)), Terms(rate_micro=1_000 * CENT))

    assert [share.post for share in earning.targets(terms, claims, int(case["funds"]))] == numbers(case["posted now"])


@pytest.mark.parametrize("case", table(PAGE, "total"), ids=row)
def test_a_sum_is_shared_out_whole(case: dict[str, str]) -> None:
    assert largest_remainder(int(case["total"]), numbers(case["weights"])) == numbers(case["parts"])


@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**9), max_size=20))
def test_no_unit_is_lost_and_nobody_is_a_whole_unit_off(total: int, weights: list[int]) -> None:
    parts = largest_remainder(total, weights)

    assert sum(parts) == (total if sum(weights) else 0)
    for part, weight in zip(parts, weights, strict=True):
        assert not sum(weights) or abs(Fraction(total * weight, sum(weights)) - part) < 1


TERMS = st.builds(
    Terms,
    rate_micro=st.integers(0, 3_000_000),
    min_views=st.sampled_from([0, 0, 1_000, 50_000]),
    clip_least=st.sampled_from([0, 0, 100, 5_000]),
    clip_most=st.sampled_from([None, 500, 20_000]),
    clipper_most=st.sampled_from([None, 700, 900, 30_000]),
    from_submission=st.booleans(),
)
CLAIMS = st.lists(
    st.builds(
        Claim,
        clip=st.integers(1, 40),
        clipper=st.sampled_from(["mia", "ben", "zoe"]),
        views=st.integers(0, 3_000_000),
        stands=st.sampled_from([True, True, True, False]),
        posted=st.sampled_from([0, 0, 120, 4_000]),
        baseline=st.integers(0, 20_000),
        fixed=st.sampled_from([None, None, None, 0, 650]),
    ),
    max_size=12,
    unique_by=lambda claim: claim.clip,
)
BOOK = st.fixed_dictionaries(dict.fromkeys(range(1, 41), TERMS))
LEFT = st.integers(0, 100_000)


def after(claims: list[Claim], shares: list[Share], **more_views: int) -> list[Claim]:
    posted = {share.clip: share.target for share in shares}
    return [replace(claim, posted=posted[claim.clip], views=claim.views + more_views.get(str(claim.clip), 0)) for claim in claims]


@pytest.mark.thorough
@given(BOOK, CLAIMS, LEFT)
def test_a_round_never_takes_more_than_the_funds_hold(terms: dict[int, Terms], claims: list[Claim], left: int) -> None:
    shares = earning.targets(terms, claims, left)

    assert sum(max(0, share.post) for share in shares) <= left
    assert all(share.target >= 0 for share in shares)
    assert [share.clip for share in shares] == sorted(claim.clip for claim in claims)
    posted = {claim.clip: claim.posted for claim in claims}
    assert all(share.target - posted[share.clip] == share.post for share in shares)


@pytest.mark.thorough
@given(BOOK, CLAIMS, LEFT)
def test_a_second_round_posts_nothing(terms: dict[int, Terms], claims: list[Claim], left: int) -> None:
    shares = earning.targets(terms, claims, left)
    rest = left - sum(max(0, share.post) for share in shares)

    assert [share.post for share in earning.targets(terms, after(claims, shares), rest)] == [0] * len(claims)


@pytest.mark.thorough
@given(BOOK, CLAIMS, LEFT, st.randoms(use_true_random=False))
def test_the_order_of_clips_changes_nothing(terms: dict[int, Terms], claims: list[Claim], left: int, dice: object) -> None:
    shuffled = list(claims)
    dice.shuffle(shuffled)  # type: ignore[attr-defined]

    assert earning.targets(terms, shuffled, left) == earning.targets(terms, claims, left)


@pytest.mark.thorough
@given(BOOK, CLAIMS, LEFT, st.integers(1, 500_000), st.integers(0, 11))
def test_more_views_never_earn_a_clip_less(terms: dict[int, Terms], claims: list[Claim], left: int, more: int, which: int) -> None:
    if not claims:
        return
    clip = claims[which % len(claims)].clip
    grown = [replace(claim, views=claim.views + more) if claim.clip == clip else claim for claim in claims]

    before = {share.clip: share.target for share in earning.targets(terms, claims, left)}
    assert {share.clip: share.target for share in earning.targets(terms, grown, left)}[clip] >= before[clip]


@pytest.mark.thorough
@given(BOOK, CLAIMS, LEFT)
def test_steps_tell_the_whole_way_to_the_sum(terms: dict[int, Terms], claims: list[Claim], left: int) -> None:
    for share in earning.targets(terms, claims, left):
        assert share.steps[0].code == "counted"
        assert share.steps[-1].amount == share.target
        codes = [step.code for step in share.steps]
        assert len(codes) == len(set(codes))


@pytest.mark.thorough
@given(BOOK, CLAIMS, st.lists(st.tuples(st.integers(0, 11), st.integers(0, 400_000)), max_size=6), LEFT)
def test_nobody_is_over_their_cap_after_any_rounds(
    terms: dict[int, Terms], claims: list[Claim], growth: list[tuple[int, int]], left: int
) -> None:
    cap = 5_000
    capped = {n: replace(one, clipper_most=cap) for n, one in terms.items()}
    claims = [replace(claim, fixed=None, posted=0) for claim in claims]
    for which, more in [(0, 0), *growth]:
        clip = str(claims[which % len(claims)].clip) if claims else ""
        before = {claim.clip: claim.posted for claim in claims}
        shares = earning.targets(capped, claims, left)
        assert all(share.post >= 0 for share in shares), "growth takes nothing from anybody"
        assert sum(share.target - before[share.clip] for share in shares) <= left
        claims = after(claims, shares, **{clip: more})
        for name in ("mia", "ben", "zoe"):
            assert sum(claim.posted for claim in claims if claim.clipper == name) <= cap


@pytest.mark.thorough
@given(BOOK, CLAIMS)
def test_a_clip_alone_earns_what_it_earns_among_others_where_neither_caps_nor_pot_are_tight(
    terms: dict[int, Terms], claims: list[Claim]
) -> None:
    free = {clip: replace(one, clipper_most=None) for clip, one in terms.items()}
    shares = {share.clip: share.target for share in earning.targets(free, claims, 10**12)}

    assert shares == {claim.clip: earning.alone(claim, free[claim.clip], claim.views) for claim in claims}


@pytest.mark.thorough
@given(BOOK, CLAIMS, LEFT, st.integers(0, 9_000))
def test_what_a_clipper_owes_is_made_up_for_first_and_costs_nobody_else_anything(
    terms: dict[int, Terms], claims: list[Claim], left: int, debt: int
) -> None:
    owed = {"mia": debt}
    shares = earning.targets(terms, claims, left, owed=owed)
    of = {claim.clip: claim.clipper for claim in claims}

    assert sum(max(0, share.post) for share in shares) <= left + debt
    assert sum(max(0, share.post) for share in shares if of[share.clip] != "mia") <= left
    given_to_mia = sum(max(0, share.post) for share in shares if of[share.clip] == "mia")
    rest = left - sum(max(0, share.post) for share in shares) + min(debt, given_to_mia)
    again = earning.targets(terms, after(claims, shares), rest, owed={"mia": debt - min(debt, given_to_mia)})
    assert [share.post for share in again] == [0] * len(claims)
