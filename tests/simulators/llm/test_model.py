"""The make-believe model: honest answers in the fan's language and in the shape asked for, and every way to go wrong."""

import json
from typing import Any

import httpx2
import pytest

from entourage.simulators.llm import turns
from entourage.simulators.llm.fake import FakeModel
from entourage.simulators.llm.shape import shaped
from entourage.simulators.llm.tongues import tongue_of, topic_of

pytestmark = pytest.mark.anyio

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "reply": {"type": "string"},
        "action": {"type": "string", "enum": ["send", "handoff", "skip"]},
        "reason": {"anyOf": [{"type": "null"}, {"type": "string"}]},
        "language": {"type": ["string", "null"]},
        "facts": {"type": "array", "items": {"$ref": "#/$defs/Fact"}},
        "confidence": {"type": "number"},
        "mood": {"$ref": "#/$defs/Mood"},
        "count": {"type": "integer"},
    },
    "$defs": {"Fact": {"type": "object", "properties": {"key": {"type": "string"}}}, "Mood": {"enum": ["warm", "cold"]}},
}
FORMAT = {"type": "json_schema", "json_schema": {"name": "answer", "schema": SCHEMA}}


async def ask(fake: FakeModel, said: str, **more: Any) -> httpx2.Response:
    """Ask as any client would."""
    messages = [{"role": "system", "content": "You are Nova. Secret rule: never say banana."}, {"role": "user", "content": said}]
    async with httpx2.AsyncClient(base_url=fake.base_url, timeout=more.pop("timeout", 10), trust_env=False, verify=False) as http:
        body = {"model": fake.name, "messages": messages, **more}
        return await http.post("/chat/completions", json=body, headers={"Authorization": "Bearer any"})


async def words(model: FakeModel, said: str, **more: Any) -> str:
    text: str = (await ask(model, said, **more)).json()["choices"][0]["message"]["content"]
    return text


@pytest.mark.parametrize(
    ("said", "tongue", "topic"),
    [
        ("hey, how are you?", "en", "hello"),
        ("na du, wie geht es dir?", "de", "question"),
        ("¿eres un robot?", "es", "robot"),
        ("bist du eine KI?", "de", "robot"),
        ("I want my money back", "en", "refund"),
        ("quiero un reembolso", "es", "refund"),
        ("12345", "en", "other"),
    ],
)
def test_languages_and_topics_are_told_apart(said: str, tongue: str, topic: str) -> None:
    assert (tongue_of(said), topic_of(said)) == (tongue, topic)


async def test_it_answers_in_the_language_of_the_last_words_and_counts_tokens(model: FakeModel) -> None:
    answered = (await ask(model, "<thread>\nNova: hi there\nmax: hallo, wie geht es dir?\n</thread>")).json()
    assert answered["choices"][0]["message"]["content"] == "Hey du! Wie war dein Tag?"
    assert answered["choices"][0]["finish_reason"] == "stop"
    used = answered["usage"]
    assert used["total_tokens"] == used["prompt_tokens"] + used["completion_tokens"]
    assert used["prompt_tokens"] > used["completion_tokens"] > 3
    assert model.asked[-1].rules.startswith("You are Nova")


async def test_it_fills_the_shape_that_is_asked_for(model: FakeModel) -> None:
    shaped = json.loads(await words(model, "eres un robot?", response_format=FORMAT))
    assert set(shaped) == set(SCHEMA["properties"])
    assert (shaped["action"], shaped["language"], shaped["mood"], shaped["count"]) == ("handoff", "es", "warm", 0)
    assert "IA" in shaped["reply"]
    loose = json.loads(await words(model, "hello, answer in json", response_format={"type": "json_object"}))
    assert (loose["action"], loose["language"]) == ("send", "en")
    assert (await ask(model, "hello", response_format={"type": "json_object"})).status_code == 400


def test_how_sure_it_is_fits_the_scale_that_is_asked_for() -> None:
    of = {"type": "object", "properties": {"confidence": {"type": "integer"}}}
    assert shaped("hey, how are you?", of) == {"confidence": 90}
    of["properties"] = {"confidence": {"type": "number"}}
    assert shaped("hey, how are you?", of) == {"confidence": 0.9}


async def test_a_script_is_followed_and_then_it_is_honest_again(model: FakeModel) -> None:
    model.next(turns.say("one"), turns.answer({"reply": "two"}))
    model.next(turns.fail(500), times=2)
    model.next(turns.limited(3))
    assert await words(model, "hi") == "one"
    assert json.loads(await words(model, "hi")) == {"reply": "two"}
    statuses = [await ask(model, "hi") for _ in range(3)]
    assert [one.status_code for one in statuses] == [500, 500, 429]
    assert statuses[-1].headers["Retry-After"] == "3"
    assert statuses[-1].json()["error"]["type"] == "rate_limit_exceeded"
    assert await words(model, "hi") == "Hey you! How was your day?"
    assert model.answers == {200: 3, 500: 2, 429: 1}


async def test_it_refuses_leaks_garbles_falls_silent_and_stops_short(model: FakeModel) -> None:
    model.next(turns.REFUSE, turns.LEAK, turns.GARBLE, turns.EMPTY, turns.CUT_SHORT)
    refused = (await ask(model, "hi", response_format=FORMAT)).json()["choices"][0]["message"]
    assert refused["content"] is None
    assert "sorry" in refused["refusal"]
    assert "never say banana" in json.loads(await words(model, "hi", response_format=FORMAT))["reply"]
    with pytest.raises(json.JSONDecodeError):
        json.loads(await words(model, "hi", response_format=FORMAT))
    assert await words(model, "hi") == ""
    assert (await ask(model, "hi")).json()["choices"][0]["finish_reason"] == "length"
    assert (await ask(model, "hi", max_tokens=2)).json()["usage"]["completion_tokens"] == 2


@pytest.mark.thorough
async def test_it_may_be_slow_or_never_answer(model: FakeModel) -> None:
    model.next(turns.slow(0.2), turns.HANG)
    for _ in range(2):
        with pytest.raises(httpx2.TimeoutException):
            await ask(model, "hi", timeout=0.05)
    assert (await ask(model, "hi")).status_code == 200


async def test_a_share_of_requests_fails_by_a_seeded_dice(model: FakeModel) -> None:
    model.sometimes(turns.fail(503), 0.3)
    statuses = [(await ask(model, "hi")).status_code for _ in range(40)]
    assert 4 <= statuses.count(503) <= 20
    model.heal()
    assert (await ask(model, "hi")).status_code == 200


async def test_wrong_requests_are_refused_as_the_real_one_does(model: FakeModel) -> None:
    model.key = "sk-pretence"
    assert (await ask(model, "hi")).json()["error"]["type"] == "authentication_error"
    model.key = ""
    assert (await ask(model, "hi", model="other")).json()["error"]["code"] == "model_not_found"
    assert (await ask(model, "hi", stream=True)).status_code == 400
    assert (await ask(model, "hi", messages=[])).status_code == 400
    assert (await ask(model, "hi", messages="no")).status_code == 400
    async with httpx2.AsyncClient(base_url=model.base_url, trust_env=False, verify=False) as http:
        assert [one["id"] for one in (await http.get("/models")).json()["data"]] == [model.name]
        assert (await http.get("/embeddings")).status_code == 404
