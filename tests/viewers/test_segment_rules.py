"""The rules of docs/rules/segments.md."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from entourage.kernel.errors import Invalid
from entourage.viewers import segment
from entourage.viewers.segment import Condition
from tests.written import table


@pytest.mark.parametrize("case", table("rules/segments.md", "field"), ids=lambda row: " ".join(row.values()))
def test_a_condition_is_kept_or_refused(case: dict[str, str]) -> None:
    said = {"field": case["field"], "op": case["op"], "value": msgspec.json.decode(case["value"])}
    if case["kept"] == "refused":
        with pytest.raises(Invalid) as refused:
            segment.check([{"field": "coins", "op": "at_least", "value": 1}, said])
        [place] = refused.value.details
        assert place.startswith("conditions.1.")
    else:
        [kept] = segment.check([said])
        wanted = msgspec.json.decode(case["kept"])
        assert (kept.field, kept.op, kept.value, type(kept.value)) == (case["field"], case["op"], wanted, type(wanted))


def test_every_field_is_in_the_table_and_every_op_is_asked_somewhere() -> None:
    rows = table("rules/segments.md", "field")
    assert {row["field"] for row in rows if row["kept"] != "refused"} == set(segment.FIELDS)
    kept = {(segment.FIELDS[row["field"]], row["op"]) for row in rows if row["kept"] != "refused"}
    assert kept == {(kind, op) for kind, ops in segment.OPS.items() for op in ops}


def test_a_segment_has_one_to_twelve_conditions_each_once() -> None:
    for bad in ([], [Condition("coins", "at_least", n) for n in range(13)]):
        with pytest.raises(Invalid) as refused:
            segment.check(bad)
        assert list(refused.value.details) == ["conditions"]
    twice = [Condition("tag", "is", "cats"), Condition("tag", "is", " cats ")]
    assert segment.check(twice) == (Condition("tag", "is", "cats"),)


_ANYTHING = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=60), st.lists(st.integers(), max_size=2))


@given(st.dictionaries(st.sampled_from(["field", "op", "value", "more"]), _ANYTHING | st.sampled_from([*segment.FIELDS, "is", "at_least"])))
def test_whatever_is_sent_is_kept_in_its_one_form_or_refused_in_a_sentence(said: dict[str, Any]) -> None:
    try:
        kept = segment.check([said])
    except Invalid as refused:
        assert refused.message.endswith(".")
    else:
        assert segment.check(kept) == kept
