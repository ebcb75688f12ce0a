"""The tables of docs/rules/flags.md, and what holds for any readings."""

from datetime import UTC, datetime, timedelta
from typing import get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from entourage.clips import suspicion
from entourage.clips.suspicion import Facts, Seen, Suspicion
from tests.written import table

PAGE = "rules/flags.md"
POSTED = datetime(2026, 11, 1, tzinfo=UTC)
DEADLINE = POSTED + timedelta(hours=240)


def row(case: dict[str, str]) -> str:
    return ", ".join(case.values())


def seen(cell: str) -> list[Seen]:
    found = []
    for n, one in enumerate([] if cell == "none" else cell.split()):
        at, views, likes = one.split(":")
        found.append(Seen(at=POSTED + timedelta(hours=float(at)), views=int(views), likes=None if likes == "-" else int(likes), id=n))
    return found


def names(found: list[Suspicion]) -> set[str]:
    return {one.code + ("!" if one.severity == "grave" else "") for one in found}


def wanted(cell: str) -> set[str]:
    return set() if cell == "none" else set(cell.split(", "))


@pytest.mark.parametrize("case", table(PAGE, "readings"), ids=row)
def test_counts_that_make_one_doubt(case: dict[str, str]) -> None:
    assert names(suspicion.about(seen(case["readings"]), Facts(posted_at=POSTED))) == wanted(case["flags"])


@pytest.mark.parametrize("case", table(PAGE, "known"), ids=row)
def test_facts_that_make_one_doubt(case: dict[str, str]) -> None:
    known = {part.split(maxsplit=1)[0]: part.split(maxsplit=1)[1] for part in case["known"].split(", ")}
    facts = Facts(
        starts=POSTED,
        deadline=DEADLINE,
        posted_at=POSTED + timedelta(hours=float(known["posted"])) if "posted" in known else None,
        author=known.get("author", "").removeprefix("none"),
        handles=frozenset(known.get("handles", "none").split()) - {"none"},
        elsewhere=int(known.get("elsewhere", 0)),
        duration_s=int(known["seconds"]) if "seconds" in known else None,
    )

    assert names(suspicion.about([], facts)) == wanted(case["flags"])


def test_every_flag_is_written_down() -> None:
    assert {case["flag"].strip("`") for case in table(PAGE, "flag")} == set(get_args(suspicion.Code))


def test_a_doubt_carries_the_numbers_it_rests_on() -> None:
    [found] = suspicion.about(seen("24:100000:5000 48:60000:3000"), Facts(posted_at=POSTED))

    assert found.evidence == {"most": 100_000, "views": 60_000, "lost_percent": 40.0, "readings": [0, 1]}


READ = st.lists(
    st.builds(
        Seen,
        at=st.integers(0, 700).map(lambda hours: POSTED + timedelta(hours=hours)),
        views=st.integers(0, 10**7),
        likes=st.none() | st.integers(0, 10**6),
        comments=st.none() | st.integers(0, 10**5),
        shares=st.none() | st.integers(0, 10**5),
    ),
    max_size=12,
)


@given(READ, st.none() | st.just(POSTED))
def test_any_readings_can_be_looked_at_and_evidence_can_be_kept(read: list[Seen], posted: datetime | None) -> None:
    found = suspicion.about(read, Facts(posted_at=posted, starts=POSTED, deadline=DEADLINE))

    assert len({one.code for one in found}) == len(found)
    assert all(msgspec.json.decode(msgspec.json.encode(one.evidence)) == one.evidence for one in found)


@given(st.integers(100, 10**7), st.floats(0.2, 2.5), st.floats(0.01, 0.2), st.integers(4, 30))
def test_an_honest_clip_that_fades_raises_no_doubt(views: int, shape: float, liked: float, readings: int) -> None:
    ages = [2.0 * 1.22**n for n in range(readings)]
    counts = [int(views * (1 - (1 + age / 10) ** -shape)) for age in ages]
    read = [
        Seen(at=POSTED + timedelta(hours=age), views=rounded(count), likes=rounded(int(count * liked)))
        for age, count in zip(ages, counts, strict=True)
    ]

    for until in range(1, len(read) + 1):
        assert suspicion.about(read[:until], Facts(posted_at=POSTED)) == []


def rounded(count: int) -> int:
    step = 10 ** (len(str(count)) - 3) if count >= 10_000 else 1
    return count // step * step
