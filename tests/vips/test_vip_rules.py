"""The rules of docs/rules/vips.md."""

from datetime import UTC, datetime, timedelta

import pytest

from entourage.vips import duration, pace, rule, schemas, slots, states, telling, wording
from entourage.vips.duration import Span
from entourage.vips.rule import Facts, Rule, Terms
from tests.written import table

NOW = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)
DAY = timedelta(days=1)
PAGE = "rules/vips.md"
RULES = [
    Rule("rule:1", "sub", 1000, "", Terms(duration_s=7 * 86_400)),
    Rule("rule:2", "sub", 3000, "", Terms(duration_s=60 * 86_400)),
    Rule("rule:3", "gift", 5, "", Terms(duration_s=30 * 86_400)),
    Rule("rule:4", "bits", 500, "", Terms(duration_s=3 * 86_400)),
    Rule("rule:5", "cost", 10_000, "", Terms(duration_s=90 * 86_400)),
    Rule("rule:6", "tier", 0, "Gold", Terms(duration_s=14 * 86_400)),
]


def row(case: dict[str, str]) -> str:
    return ", ".join(case.values())


def number(written: str) -> int | None:
    return None if written in {"none", "never", "stream"} else int(written)


def span(written: str, unit: timedelta) -> Span:
    parts = written.split(" or ")
    fixed = next((int(part) for part in parts if part != "stream"), None)
    return Span(None if fixed is None else NOW + fixed * unit, "stream" in parts)


def ago(written: str) -> datetime | None:
    return None if written in {"never", "unknown", "none"} else NOW - timedelta(days=int(written))


@pytest.mark.parametrize("case", table(PAGE, "grant"), ids=row)
def test_a_grant_takes_only_the_states_that_may_follow(case: dict[str, str]) -> None:
    after = set() if case["may become"] == "nothing" else set(case["may become"].split(", "))

    assert {new for new in states.GRANT if states.may_follow(states.GRANT, case["grant"], new)} == after


@pytest.mark.parametrize("case", table(PAGE, "again"), ids=row)
def test_what_a_further_claim_adds(case: dict[str, str]) -> None:
    hour = timedelta(hours=1)
    add, cap = number(case["adds"]), number(case["cap"])
    mode: duration.Again = {"extend": "extend", "replace": "replace", "stack": "stack"}[case["again"]]  # type: ignore[assignment]

    after = duration.add(mode, NOW, span(case["lasts"], hour), None if add is None else add * 3600, None if cap is None else cap * 3600)

    assert after == (None if case["lasts then"] == "refused" else span(case["lasts then"], hour))


@pytest.mark.parametrize("case", table(PAGE, "span"), ids=row)
def test_when_a_badge_ends(case: dict[str, str]) -> None:
    minute = timedelta(minutes=1)
    since = None if case["channel"] == "never seen" else NOW + int(case["since"]) * minute

    end = duration.ends_at(span(case["span"], minute), NOW, live=case["channel"] == "live", since=since, grace_s=600)

    assert end == (None if case["ends"] == "open" else NOW + int(case["ends"]) * minute)


@pytest.mark.parametrize("case", table(PAGE, "permanent"), ids=row)
def test_how_full_the_house_is(case: dict[str, str]) -> None:
    meter = slots.read(int(case["permanent"]), int(case["temporary"]), typed=number(case["typed"]), learned=number(case["learned"]))

    assert (meter.limit, meter.free) == (number(case["limit"]), number(case["free"]))


@pytest.mark.parametrize("case", table(PAGE, "began"), ids=row)
def test_ten_in_ten_seconds(case: dict[str, str]) -> None:
    begun = [NOW - timedelta(seconds=int(one)) for one in case["began"].split() if one != "none"]

    assert pace.room(NOW, begun) == int(case["more"])
    assert pace.next_at(NOW, begun) == NOW + timedelta(seconds=int(case["room in"]))


@pytest.mark.parametrize("case", table(PAGE, "source"), ids=row)
def test_which_rule_applies(case: dict[str, str]) -> None:
    found = rule.choose(case["source"], int(case["amount"]), case["tier"], RULES)
    days = number(case["days"])

    assert (found.terms.duration_s if found else None) == (None if days is None else days * 86_400)


@pytest.mark.parametrize("case", table(PAGE, "asked"), ids=row)
def test_conditions(case: dict[str, str]) -> None:
    kind, _, value = case["asked"].partition(" ")
    terms = Terms(
        follow_days=int(value) if kind == "follow" else 0,
        once_days=int(value) if kind == "once" else 0,
        tiers=[value] if kind == "tier" else [],
    )
    unknown = {name for name, cell in (("followed", "followed"), ("loyalty", "tier")) if case[cell] == "unknown"}
    loyalty = None if case["tier"] in {"none", "unknown"} else case["tier"]
    facts = Facts(ago(case["followed"]), ago(case["last given"]), loyalty, frozenset({"followed", "loyalty"} - unknown))

    assert rule.unmet(terms, facts, NOW) == ("" if case["verdict"] == "met" else case["verdict"])


@pytest.mark.parametrize("case", table(PAGE, "template"), ids=row)
def test_templates_are_filled(case: dict[str, str]) -> None:
    values = {"user": "Mia", "duration": wording.time_left(183_600), "reason": wording.reason("full")}

    assert wording.fill(case["template"], values) == case["says"]


@pytest.mark.parametrize("case", table(PAGE, "seconds"), ids=row)
def test_a_time_is_said_in_its_two_biggest_units(case: dict[str, str]) -> None:
    seconds = number(case["seconds"])

    assert (wording.time_left(seconds), wording.time_left(seconds, "de")) == (case["says"], case["sagt"])


@pytest.mark.parametrize("language", ["en", "de"])
def test_what_is_said_fits_how_a_badge_ends(language: wording.Language) -> None:
    ends, given, prolonged = ("ends", "given", "prolonged") if language == "en" else ("endet", "vergeben", "verlängert")
    moments = {"time": (None, NOW + 2 * DAY), "stream": (NOW, None), "later": (NOW + 2 * DAY, None)}
    cases = table(PAGE, ends)
    assert {case[ends] for case in cases} == set(moments)
    for case in cases:
        end, left = duration.stays(NOW, *moments[case[ends]])
        values = {"user": "Mia", "duration": wording.time_left(left, language), "time_left": wording.time_left(left, language)}
        said = [telling.line(schemas.Settings(language=language), say, end=end).text for say in ("granted", "extended")]

        assert end == case[ends]
        assert [wording.fill(text, values) for text in said] == [case[given], case[prolonged]]


def test_a_name_brings_in_no_placeholder_and_no_line_is_too_long() -> None:
    assert wording.fill("{user} is here", {"user": "{channel}", "channel": "secret"}) == "{channel} is here"
    assert len(wording.fill("{user}" * 9, {"user": "x" * 100})) == 500
    assert wording.strange("{user} {usr} {time_left}") == ["usr"]


def test_the_oldest_temporary_badge_goes_first() -> None:
    badges = [(1, NOW), (2, NOW - timedelta(hours=1)), (3, NOW - timedelta(minutes=1))]

    assert slots.oldest(badges) == 2
    assert slots.oldest([]) is None


def test_a_warning_is_for_badges_that_last_long_enough() -> None:
    assert duration.warn_at(NOW, NOW + timedelta(hours=5), 3600) == NOW + timedelta(hours=4)
    assert duration.warn_at(NOW, NOW + timedelta(hours=1), 3600) is None
    assert duration.warn_at(NOW, None, 3600) is None
