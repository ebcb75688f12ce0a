"""A language model over the wire: asked once, in the shape that it knows, and every way in which it does not answer."""

import io
import traceback
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx2
import pytest

from entourage.kernel.errors import EntourageError, Later, Never
from entourage.platforms.llm.model import OpenAIModel, Place
from entourage.ports.model import Asked, Model, Refused
from entourage.simulators.llm import turns
from entourage.simulators.llm.fake import FakeModel
from tests.llm import model

__all__ = ["model"]
pytestmark = pytest.mark.anyio

KEY = "sk-hush-hush-hush-0001"
SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["reply", "action"],
    "properties": {"reply": {"type": "string"}, "action": {"type": "string", "enum": ["send", "handoff"]}},
}
ASKED = Asked(messages=[{"role": "system", "content": "You are Nova."}, {"role": "user", "content": "hey, how are you?"}], schema=SCHEMA)


Of = Callable[..., OpenAIModel]


@pytest.fixture
async def of(model: FakeModel) -> AsyncIterator[Of]:
    """Make models that are closed in the end; without an address they are the make-believe one."""
    made: list[OpenAIModel] = []

    def make(*, url: str = "", name: str = "", deadline_s: float = 5.0) -> OpenAIModel:
        made.append(OpenAIModel(Place(url or model.base_url, name or model.name, KEY, deadline_s)))
        return made[-1]

    yield make
    for one in made:
        await one.aclose()


async def test_an_answer_comes_in_the_shape_that_was_asked_for_and_is_counted(model: FakeModel, of: Of) -> None:
    port: Model = of()
    answered = await port.ask(ASKED)
    assert '"reply":' in answered.text
    assert (answered.model, port.name, answered.cut) == (model.name, model.name, False)
    assert answered.read > 5 < answered.written
    [asked] = model.asked
    assert (asked.kind, asked.schema, asked.max_tokens) == ("json_schema", SCHEMA, 700)


async def test_without_an_address_it_is_not_set_up() -> None:
    port = OpenAIModel(Place("", ""))
    assert port.name == ""
    with pytest.raises(Never, match="No language model is set up"):
        await port.ask(ASKED)


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("turn", "kind", "said"),
    [
        (turns.REFUSE, Refused, "would not answer"),
        (turns.fail(500), Later, r"problem of its own \(500\)"),
        (turns.fail(503), Later, "503"),
        (turns.fail(403), Never, "refuses the key"),
        (turns.fail(400), Never, r"refused the question \(400\)"),
        (turns.HANG, Later, "did not answer within 0.5 seconds"),
    ],
)
async def test_what_goes_wrong_is_said_in_words(model: FakeModel, of: Of, turn: turns.Turn, kind: type[EntourageError], said: str) -> None:
    model.next(turn)
    with pytest.raises(kind, match=said):
        await of(deadline_s=0.5 if turn is turns.HANG else 10).ask(ASKED)
    assert len(model.asked) == 1  # nobody asks again behind our back


async def test_too_many_questions_are_told_when_to_come_again(model: FakeModel, of: Of) -> None:
    model.next(turns.limited(7))
    with pytest.raises(Later) as told:
        await of().ask(ASKED)
    assert told.value.retry_after_s == 7


async def test_an_answer_that_was_cut_off_or_is_empty_is_handed_on_as_it_is(model: FakeModel, of: Of) -> None:
    model.next(turns.CUT_SHORT, turns.EMPTY, turns.GARBLE)
    port = of()
    assert (await port.ask(ASKED)).cut
    assert (await port.ask(ASKED)).text == ""
    assert (await port.ask(ASKED)).text.startswith("{")


async def test_a_wrong_key_and_an_unknown_model_say_what_to_set(model: FakeModel, of: Of) -> None:
    with pytest.raises(Never, match=r"no model 'other' .* check ENTOURAGE_LLM_MODEL"):
        await of(name="other").ask(ASKED)
    model.key = "another"
    with pytest.raises(Never, match="check ENTOURAGE_LLM_API_KEY"):
        await of().ask(ASKED)


async def test_nobody_there_is_a_reason_to_come_later(of: Of) -> None:
    with pytest.raises(Later, match=r"127\.0\.0\.1 could not be reached"):
        await of(url="http://127.0.0.1:9/v1").ask(ASKED)


async def test_the_key_is_in_no_log_and_no_error(model: FakeModel, of: Of, written: io.StringIO) -> None:
    model.key = "another"
    model.next(turns.fail(500))
    port, told = of(), list[str]()
    for _ in range(2):
        try:
            await port.ask(ASKED)
        except EntourageError as error:
            told += [error.message, repr(error), "".join(traceback.format_exception(error))]
        model.key = KEY
    told += [written.getvalue(), repr(port._place)]
    assert len(told) == 8
    assert not any(KEY in text for text in told)


@pytest.mark.parametrize(
    ("unknown", "kinds"),
    [
        (("json_schema",), ["json_schema", "json_object", "json_object"]),
        (("json_schema", "json_object"), ["json_schema", "json_object", "text", "text"]),
        (("max_tokens",), ["json_schema", "json_schema", "json_schema"]),
    ],
)
async def test_what_a_server_does_not_know_is_tried_once_and_remembered(of: Of, unknown: tuple[str, ...], kinds: list[str]) -> None:
    seen: list[dict[str, Any]] = []

    async def answer(request: httpx2.Request) -> httpx2.Response:
        body = httpx2.Response(200, content=request.content).json()
        seen.append(body)
        shape = body.get("response_format", {}).get("type", "")
        if wrong := next((one for one in unknown if one in body or one == shape), ""):
            named = wrong if wrong in body else "response_format"
            return httpx2.Response(400, json={"error": {"message": f"Unsupported: '{named}' ({wrong}). Use another.", "type": "invalid"}})
        choice = {"index": 0, "message": {"role": "assistant", "content": '{"reply": "hi"}'}, "finish_reason": "stop"}
        return httpx2.Response(200, json={"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]})

    port = of(url="https://model.example/v1")
    client = await port._open()
    await client._client.aclose()
    client._client = httpx2.AsyncClient(transport=httpx2.MockTransport(answer), base_url="https://model.example/v1/")
    for _ in range(2):
        answered = await port.ask(ASKED)
        assert (answered.text, answered.read > 0, answered.written > 0) == ('{"reply": "hi"}', True, True)
    assert [one.get("response_format", {}).get("type", "text") for one in seen] == kinds
    assert all("json" in str(one["messages"]).lower() for one in seen if one.get("response_format", {}).get("type") != "json_schema")
