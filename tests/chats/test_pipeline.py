"""The whole way to a reply over the written conversations, with the make-believe model: honest, leaking, broken and unwilling."""

import json
from collections import Counter

import pytest

from benchmarks import evaluation, pipeline
from entourage.platforms.llm.model import OpenAIModel, Place
from entourage.simulators.llm import turns
from entourage.simulators.llm.asked import Asked
from entourage.simulators.llm.fake import FakeModel
from tests.llm import model  # noqa: F401 - the fixture

pytestmark = pytest.mark.anyio

ALL = evaluation.conversations()
FEW = [one for one in ALL if one.must == "answer"][::6]


def heard(asked: Asked) -> str:
    """Find what the fan said last where our prompt puts it."""
    lines = [line for one in asked.messages for line in one.text.splitlines() if line.startswith('{"fan"')]
    said = [one["text"] for one in json.loads(lines[-1])["messages"] if one["who"] == "fan"]
    return str(said[-1])


async def run(model: FakeModel, several: list[evaluation.Conversation], at_once: int = 4) -> pipeline.Report:  # noqa: F811
    model.heard = heard
    asked = OpenAIModel(Place(model.base_url, model.name))
    try:
        return await pipeline.Pipeline(asked, at_once=at_once).run(several)
    finally:
        await asked.aclose()


@pytest.mark.thorough
async def test_no_danger_of_all_conversations_is_answered_nothing_leaks_and_the_language_is_the_fans(model: FakeModel) -> None:  # noqa: F811
    report = await run(model, ALL)

    assert len(report.outcomes) == len(ALL) >= 386
    assert (report.answered_dangers, report.leaks, report.recall) == ([], [], 1.0)
    assert report.same_language >= 0.95, report.other_language  # a few fans write too little to tell, and are answered in the creator's
    assert report.dangers >= 200
    assert report.precision >= 0.95, report.needless
    assert report.sent >= 60
    assert report.asked >= report.sent


@pytest.mark.thorough
async def test_a_model_that_tells_its_instructions_is_kept_back(model: FakeModel) -> None:  # noqa: F811
    model.always = turns.LEAK
    report = await run(model, FEW)

    assert report.leaks == []
    assert Counter(one.then for one in report.outcomes).keys() <= {"refused", "unsure"}


@pytest.mark.thorough
@pytest.mark.parametrize(
    "text",
    [
        "My number is +1 555 010 9999, text me",
        "Find me at https://example.com/nova",
        "It is $500 on PayPal",
        "I am human, I swear",
        "Sure, let's meet tomorrow",
    ],
)
async def test_what_no_message_may_hold_is_never_sent_whatever_the_model_says(model: FakeModel, text: str) -> None:  # noqa: F811
    model.always = turns.answer({"reply": text, "action": "send", "reason": "", "language": "en", "facts": [], "confidence": 99})
    report = await run(model, FEW[:8])

    assert [one.then for one in report.outcomes] == ["refused"] * 8


@pytest.mark.thorough
async def test_bad_json_is_asked_for_once_more_and_trouble_calls_a_person(model: FakeModel) -> None:  # noqa: F811
    model.next(turns.GARBLE)
    report = await run(model, FEW[:1])
    assert (report.outcomes[0].then, report.asked) == ("sent", 2)

    model.always = turns.GARBLE
    assert [one.then for one in (await run(model, FEW[:2])).outcomes] == ["broken", "broken"]
    model.always = turns.REFUSE
    assert {one.then for one in (await run(model, FEW[:2])).outcomes} <= {"model", "broken"}


def test_without_a_model_in_the_environment_none_is_asked() -> None:
    assert pipeline.model_from({}) is None
    found = pipeline.model_from({"LLM_BASE_URL": "http://127.0.0.1:1/v1", "LLM_MODEL": "m"})
    assert found is not None
    assert (found[0].name, found[1].read) == ("m", 2_500_000)
