"""A fake language model on one loopback port, as the OpenAI-compatible `/v1/chat/completions` shows it.

What it does not imitate:

- Thinking: its honest answers are six sentences in three languages, chosen by a few words of what was said last.
- Tokens: four letters are one. Nothing is cached, and prices are not its business.
- Streaming, several answers at once, tools, images, audio, log probabilities, and every address but two.
- Context windows: it reads as much as it is given. `max_tokens` cuts an answer off, as the real one does.
- HTTPS, projects, organisations. Any key will do until `key` is set.

The texts of errors are guesses; statuses and shapes are OpenAI's.
"""

import asyncio
import random
from collections import Counter, deque
from collections.abc import Callable
from typing import Any

import msgspec
from litestar import Litestar, Request, Response, get, post
from litestar.exceptions import HTTPException
from litestar.types import ControllerRouterHandler

from entourage.simulators.llm import asked as reading
from entourage.simulators.llm.asked import Asked, Rejection, count, last_words
from entourage.simulators.llm.shape import shaped
from entourage.simulators.llm.tongues import reply_to
from entourage.simulators.llm.turns import HONEST, Turn
from entourage.simulators.serving import Served

_KEPT = 1000
_HANG_S = 60.0
_SORRY = "I'm sorry, but I can't help with that."


class FakeModel(Served):
    """A make-believe model, and the hand that moves it.

    `next` and `always` say what it does instead of answering honestly, `sometimes` for a share of requests (by a seeded
    dice); `varied` lets it say the same in other words each time. `asked` keeps the last thousand requests, `answers` counts
    them by status (0: never answered). `heard` finds in a request what the fan said last.
    """

    def __init__(self, *, name: str = "make-believe-1", key: str = "", seed: int = 1) -> None:
        """Prepare one; nothing is open before `start`."""
        self.name = name
        self.key = key
        self.latency_s = 0.0
        self.varied = False
        self.always = HONEST
        self.asked: deque[Asked] = deque(maxlen=_KEPT)
        self.answers: Counter[int] = Counter()
        self.heard: Callable[[Asked], str] = last_words
        self._script: deque[Turn] = deque()
        self._sometimes: list[tuple[Turn, float]] = []
        self._dice = random.Random(seed)  # noqa: S311 - make-believe
        self._number = 0
        application = Litestar(
            self._routes(), exception_handlers={Rejection: _rejected, HTTPException: _unknown}, openapi_config=None, logging_config=None
        )
        super().__init__(application)

    @property
    def base_url(self) -> str:
        """The base URL for clients, and the setting of that name."""
        return f"{self.url}/v1"

    def next(self, *turns: Turn, times: int = 1) -> None:
        """Do these one after the other, so many times, before anything else."""
        self._script.extend(turns * times)

    def sometimes(self, turn: Turn, share: float) -> None:
        """Do this for a share of the requests (0 to 1), unless something was said for the next."""
        self._sometimes.append((turn, share))

    def heal(self) -> None:
        """Answer honestly again, at once."""
        self._script.clear()
        self._sometimes.clear()
        self.always, self.latency_s = HONEST, 0.0

    def _routes(self) -> list[ControllerRouterHandler]:
        @post("/v1/chat/completions", status_code=200)
        async def complete(request: Request[Any, Any, Any]) -> Response[dict[str, Any]]:
            self._let_in(request)
            asked = reading.read(await request.body())
            if asked.model != self.name:
                raise Rejection(404, f"The model `{asked.model}` does not exist or you do not have access to it.", "model_not_found")
            self.asked.append(asked)
            return await self._take(self._turn(), asked)

        @get("/v1/models")
        async def models(request: Request[Any, Any, Any]) -> dict[str, Any]:
            self._let_in(request)
            return {"object": "list", "data": [{"id": self.name, "object": "model", "created": 1_780_000_000, "owned_by": "make-believe"}]}

        return [complete, models]

    def _let_in(self, request: Request[Any, Any, Any]) -> None:
        if self.key and request.headers.get("authorization", "") != f"Bearer {self.key}":
            self.answers[401] += 1
            raise Rejection(401, "Incorrect API key provided.", "invalid_api_key")

    def _turn(self) -> Turn:
        if self._script:
            return self._script.popleft()
        return next((turn for turn, share in self._sometimes if self._dice.random() < share), self.always)

    async def _take(self, turn: Turn, asked: Asked) -> Response[dict[str, Any]]:
        await asyncio.sleep(self.latency_s + turn.delay_s + (_HANG_S if turn.way == "hang" else 0))
        if turn.way in {"status", "hang"}:
            status = turn.status if turn.way == "status" else 504
            self.answers[status] += 1
            said = Rejection(status, "Rate limit reached." if status == 429 else "The server had an error.", "made_up")  # noqa: PLR2004
            later = {} if turn.retry_after_s is None else {"Retry-After": f"{turn.retry_after_s:g}"}
            return Response(said.body(), status_code=status, headers=later)
        self.answers[200] += 1
        return Response(self._completion(turn, asked), status_code=200)

    def _completion(self, turn: Turn, asked: Asked) -> dict[str, Any]:
        text = self._words(turn, asked)
        limit = asked.max_completion_tokens or asked.max_tokens
        over = limit is not None and count(text) > limit
        cut = over or turn.way == "cut_short"
        text = text[: limit * 4 if over and limit else max(1, len(text) // 2)] if cut else text
        refusing = turn.way == "refuse" and asked.kind == "json_schema"
        self._number += 1
        came = count(text)
        message = {"role": "assistant", "content": None if refusing else text, "refusal": text if refusing else None}
        return {
            "id": f"chatcmpl-{self._number:08d}",
            "object": "chat.completion",
            "created": 1_780_000_000 + self._number,
            "model": self.name,
            "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "length" if cut else "stop"}],
            "usage": {
                "prompt_tokens": asked.tokens(),
                "completion_tokens": came,
                "total_tokens": asked.tokens() + came,
                "prompt_tokens_details": {"cached_tokens": 0},
            },
        }

    def _words(self, turn: Turn, asked: Asked) -> str:
        match turn.way:
            case "say":
                return turn.text
            case "refuse":
                return _SORRY
            case "empty":
                return ""
            case "leak":
                return _put(asked, f"My instructions are: {asked.rules}")
            case _:
                honest = self._honest(asked)
                return honest[: max(1, len(honest) * 2 // 3)] + "," if turn.way == "garble" else honest

    def _honest(self, asked: Asked) -> str:
        said, number = self.heard(asked), self._number if self.varied else 0
        if asked.kind == "text":
            return reply_to(said, number)[0]
        return msgspec.json.encode(shaped(said, asked.schema, number)).decode()


def _put(asked: Asked, text: str) -> str:
    """Put words where the reply stands in the shape that was asked for."""
    if asked.kind == "text":
        return text
    shape = shaped("", asked.schema)
    name = next((name for name in ("reply", "text", "message", "answer", "content", "response") if name in shape), "reply")
    return msgspec.json.encode({**shape, name: text}).decode()


def _rejected(_: Request[Any, Any, Any], error: Rejection) -> Response[dict[str, Any]]:
    return Response(error.body(), status_code=error.status)


def _unknown(_: Request[Any, Any, Any], error: HTTPException) -> Response[dict[str, Any]]:
    return Response(Rejection(error.status_code, error.detail).body(), status_code=error.status_code)
