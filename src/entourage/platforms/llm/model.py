"""A language model behind any address that speaks OpenAI's API (`ports.model.Model`), with OpenAI's own library.

Servers differ in what they know: how an answer is held to a shape, and what the longest answer is called. What one does not
know is tried once, remembered, and left out from then on. The library is heavy, so it is loaded at the first question.
"""

import asyncio
import importlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import urlsplit

from entourage.kernel import log, metrics
from entourage.kernel.errors import Later, Never
from entourage.platforms.http import wait_asked
from entourage.ports.model import Answered, Asked, Refused, Unheard

if TYPE_CHECKING:
    from openai import APIStatusError, AsyncOpenAI

_UNSET = "No language model is set up yet: ENTOURAGE_LLM_BASE_URL and ENTOURAGE_LLM_MODEL say which one."
_SHAPES = ("json_schema", "json_object", "text")
_LIMITS = ("max_tokens", "max_completion_tokens")
_LETTERS_PER_TOKEN = 3
_LONGEST_SAID = 200
_TOO_MANY, _SERVER = 429, 500
_MISREAD = frozenset({400, 404, 422, 501})
_log = log.get(__name__)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a model is, what it is called, and how long it may take, in seconds."""

    url: str
    name: str
    key: str = ""
    deadline_s: float = 60.0

    def __repr__(self) -> str:
        """Leave the key out."""
        return f"Place({self.url!r}, {self.name!r})"


class OpenAIModel:
    """Asks one model; one for a process, because it remembers what the server knows."""

    def __init__(self, place: Place) -> None:
        """Take where it is; nothing is connected before the first question."""
        self._place = place
        self._host = urlsplit(place.url).hostname or place.url
        self._client: AsyncOpenAI | None = None
        self._shape = 0
        self._limit = 1 if self._host == "api.openai.com" else 0
        self._swapped = False

    @property
    def name(self) -> str:
        """The model's name, or nothing when none is set up."""
        return self._place.name if self._place.url else ""

    async def ask(self, asked: Asked) -> Answered:
        """Ask once, with a deadline; raises Later, Refused or Never."""
        if not self.name:
            raise Never(_UNSET)
        client = await self._open()
        for _ in range(len(_SHAPES) * len(_LIMITS)):
            began, status = time.perf_counter(), "0"
            try:
                async with asyncio.timeout(self._place.deadline_s):
                    found = await client.chat.completions.create(**self._question(asked))
                status = "200"
                return _answer(found, asked)
            except Exception as error:
                status = str(getattr(error, "status_code", 0) or 0)
                if not self._learn(error):
                    self._explain(error)
            finally:
                metrics.CALLS.add("model", status)
                metrics.CALL_SECONDS.see(time.perf_counter() - began, "model")
        msg = f"The language model at {self._host} understands no question of ours."
        raise Never(msg)

    async def aclose(self) -> None:
        """Close all connections."""
        if self._client is not None:
            await self._client.close()
            self._client = None

    async def _open(self) -> "AsyncOpenAI":
        if self._client is None:
            library = await asyncio.to_thread(importlib.import_module, "openai")
            if self._client is None:
                self._client = library.AsyncOpenAI(
                    base_url=self._place.url, api_key=self._place.key or "none", timeout=self._place.deadline_s, max_retries=0
                )
        return self._client

    def _question(self, asked: Asked) -> dict[str, Any]:
        shape, messages = _SHAPES[self._shape], [dict(one) for one in asked.messages]
        question: dict[str, Any] = {"model": self._place.name, "messages": messages, _LIMITS[self._limit]: asked.longest}
        if shape == "json_schema":
            held = {"name": "answer", "strict": True, "schema": dict(asked.schema)}
            question["response_format"] = {"type": shape, "json_schema": held}
        elif shape == "json_object":
            question["response_format"] = {"type": shape}
        if shape != "json_schema" and not any("json" in one["content"].lower() for one in messages):
            messages.insert(0, {"role": "system", "content": f"Answer with one JSON object of these fields: {_fields(asked.schema)}."})
        return question

    def _learn(self, error: Exception) -> bool:
        """Take in what the server does not know; True when the question is worth asking in another way."""
        if getattr(error, "status_code", 0) not in _MISREAD:
            return False
        said = _said(error).lower()
        if _LIMITS[self._limit] in said and not self._swapped:
            self._limit, self._swapped = 1 - self._limit, True
            return True
        if self._shape < len(_SHAPES) - 1 and any(word in said for word in ("response_format", "json_schema", "json_object", "schema")):
            self._shape += 1
            _log.info("model.shape_not_known", host=self._host, next=_SHAPES[self._shape])
            return True
        return False

    def _explain(self, error: Exception) -> NoReturn:
        """Raise what an error means, in words; the key is in none of them."""
        library = importlib.import_module("openai")
        if isinstance(error, Later | Never):
            raise error
        if isinstance(error, TimeoutError | library.APITimeoutError):
            msg = f"The language model did not answer within {self._place.deadline_s:g} seconds."
            raise Unheard(msg) from None
        if isinstance(error, library.APIStatusError):
            self._explain_status(error)
        if isinstance(error, library.APIConnectionError):
            msg = f"The language model at {self._host} could not be reached."
            raise (Later if type(error.__cause__).__name__ == "ConnectError" else Unheard)(msg) from None
        if isinstance(error, library.OpenAIError | ValueError):
            msg = "The language model answered with something that we do not understand."
            raise Unheard(msg) from None
        raise error

    def _explain_status(self, error: "APIStatusError") -> NoReturn:
        status, code = error.status_code, str(getattr(error, "code", "") or "")
        wait_s = wait_asked({name.lower(): value for name, value in error.response.headers.items()})
        if code == "insufficient_quota":
            msg = f"The account at {self._host} has no money left: top it up there, or set another key (ENTOURAGE_LLM_API_KEY)."
            raise Never(msg) from None
        if status == _TOO_MANY:
            msg = "The language model asks us to slow down (429)."
            raise Later(msg, retry_after_s=wait_s) from None
        if status >= _SERVER or status in {408, 409, 425}:
            msg = f"The language model has a problem of its own ({status})."
            raise Later(msg, retry_after_s=wait_s) from None
        if status in {401, 403}:
            msg = f"The language model at {self._host} refuses the key ({status}): check ENTOURAGE_LLM_API_KEY."
            raise Never(msg) from None
        if status == 404:  # noqa: PLR2004 - no such model, or no such address
            msg = f"There is no model {self._place.name!r} at {self._host}: check ENTOURAGE_LLM_MODEL and ENTOURAGE_LLM_BASE_URL."
            raise Never(msg) from None
        if "content_filter" in code or "content_policy" in code:
            msg = "The language model would not read this (its filter)."
            raise Refused(msg) from None
        said = log.redact(_said(error))
        said = said.replace(self._place.key, "***") if self._place.key else said
        msg = f"The language model refused the question ({status}): {said[:_LONGEST_SAID]}"
        raise Never(msg) from None


def _answer(found: Any, asked: Asked) -> Answered:  # noqa: ANN401 - a completion in the library's shape
    if not found.choices:
        msg = "The language model gave no answer."
        raise Later(msg)
    choice = found.choices[0]
    if choice.message.refusal or choice.finish_reason == "content_filter":
        msg = "The language model would not answer this."
        raise Refused(msg)
    text, used = choice.message.content or "", found.usage
    details = used.prompt_tokens_details if used else None
    return Answered(
        text=text,
        model=found.model or "",
        # Who does not count is counted for, rather too high than too low.
        read=used.prompt_tokens if used else _tokens("".join(one["content"] for one in asked.messages)),
        written=used.completion_tokens if used else _tokens(text),
        cached=(details.cached_tokens or 0) if details else 0,
        cut=choice.finish_reason == "length",
    )


def _tokens(text: str) -> int:
    return -(-len(text) // _LETTERS_PER_TOKEN)


def _fields(schema: Mapping[str, Any]) -> str:
    return ", ".join(schema.get("properties", {})) or "any"


def _said(error: Exception) -> str:
    return " ".join(str(getattr(error, "message", "") or error).split())
