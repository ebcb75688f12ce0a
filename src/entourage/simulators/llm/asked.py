"""A request to the make-believe model: read, checked, and counted in tokens."""

import math
import re
from typing import Any

import msgspec
from msgspec import Struct

_SPEAKER = re.compile(r"^\s*[\w .'-]{1,40}:\s+")
_MARKUP = re.compile(r"</?[\w.-]+[^<>]*>")
_LETTERS_PER_TOKEN = 4
_TOKENS_PER_MESSAGE = 4


class Rejection(Exception):
    """A request that the model's house refuses: status, message, and the `code` in its body."""

    def __init__(self, status: int, message: str, code: str = "invalid_request_error") -> None:
        """Keep what goes into the answer."""
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code

    def body(self) -> dict[str, Any]:
        """Write it as OpenAI does."""
        kind = {401: "authentication_error", 429: "rate_limit_exceeded"}.get(self.status, self.code)
        return {"error": {"message": self.message, "type": kind, "param": None, "code": self.code}}


class Spoken(Struct, frozen=True):
    """One message of a conversation; content is a text, or parts of which the texts count."""

    role: str
    content: str | list[dict[str, Any]] | None = None

    @property
    def text(self) -> str:
        """The words alone."""
        if isinstance(self.content, list):
            return "\n".join(str(part.get("text", "")) for part in self.content)
        return self.content or ""


class Asked(Struct, frozen=True):
    """What was asked for; fields that nobody here reads are let by."""

    model: str
    messages: list[Spoken]
    response_format: dict[str, Any] | None = None
    max_tokens: int | None = None
    max_completion_tokens: int | None = None
    stream: bool = False
    n: int = 1

    @property
    def kind(self) -> str:
        """`text`, `json_object` or `json_schema`."""
        return str((self.response_format or {}).get("type", "text"))

    @property
    def schema(self) -> dict[str, Any] | None:
        """The schema that the answer has to fit."""
        found = ((self.response_format or {}).get("json_schema") or {}).get("schema")
        return found if isinstance(found, dict) else None

    @property
    def rules(self) -> str:
        """What the system told the model."""
        return "\n\n".join(one.text for one in self.messages if one.role in {"system", "developer"})

    def tokens(self) -> int:
        """Count roughly what went in: a token is four letters, and each message costs a few more."""
        return sum(count(one.text) + _TOKENS_PER_MESSAGE for one in self.messages)


def read(body: bytes) -> Asked:
    """Read a request; raises a Rejection with 400."""
    try:
        asked = msgspec.json.decode(body, type=Asked)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Rejection(400, f"We could not parse the body of your request: {error}") from None
    if not asked.messages:
        raise Rejection(400, "Invalid 'messages': empty array. Expected an array with minimum length 1.")
    if asked.stream or asked.n != 1:
        raise Rejection(400, "This model answers once and not in a stream.")
    if asked.kind not in {"text", "json_object", "json_schema"} or (asked.kind == "json_schema" and asked.schema is None):
        raise Rejection(400, "Invalid value for 'response_format'.")
    if asked.kind == "json_object" and not any("json" in one.text.casefold() for one in asked.messages):
        raise Rejection(400, "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.")
    return asked


def last_words(asked: Asked) -> str:
    """Return what the fan said last: the last line of the last user message, without markup and the name before it."""
    text = next((one.text for one in reversed(asked.messages) if one.role == "user"), "")
    lines = [line.strip() for line in _MARKUP.sub("\n", text).splitlines() if line.strip()]
    return _SPEAKER.sub("", lines[-1]) if lines else ""


def count(text: str) -> int:
    """Count the tokens of a text, roughly."""
    return math.ceil(len(text) / _LETTERS_PER_TOKEN)
