"""Structured logs: event names with key-values, secrets blotted out before they are written."""

import asyncio
import logging
import re
import sys
from collections.abc import Callable, Mapping, MutableMapping
from functools import partial
from logging.handlers import TimedRotatingFileHandler
from pathlib import Path
from typing import Any, Final

import structlog
from structlog.processors import CallsiteParameter, CallsiteParameterAdder

from entourage.kernel import cloudlog
from entourage.kernel.errors import Invalid

STYLES: Final = ("auto", "console", "json", "gcloud")
_NOISY: Final = (
    "uvicorn.access", "uvicorn.error", "alembic", "httpx2", "httpcore2", "websockets", "engineio", "socketio", "aiosqlite",
    "urllib3", "openai", "opentelemetry", "sentry_sdk.errors",
)  # fmt: skip
_DEPTH: Final = 8
_DAYS: Final = 30
_SECRET_KEY = re.compile(
    r"password|secret|token|api_?key|authorization|cookie|sign_key|signature|dsn|device_code|user_code|code_verifier|database_url|redis_url",
    re.IGNORECASE,
)
_SECRET_IN_TEXT = re.compile(
    r"((?:access_token|refresh_token|id_token|token|api_?key|apikey|password|client_secret|secret|session_id|jwtkey|device_code|user_code"
    r"|code_verifier|X-Api-Key)[\"']?\s*[=:]\s*[\"']?)[^&\s\"',}]+|([?&](?:code|state|key|sig|signature)=)[^&\s\"']+",
    re.IGNORECASE,
)
_BEARER = re.compile(r"((?:Bearer|OAuth|Basic)\s+|oauth:)[^\s\"',]+|(://[^/\s:@]*:)[^\s@/\"',]+(?=@)", re.IGNORECASE)
_IN_PATH = re.compile(r"(/(?:signin|welcome|join|demo|overlay|report|webhooks/\d+)/)[\w-]{16,}")
_KEYS = re.compile(r"\b(ent_|apify_api_|AIza)[\w-]{8,}")
"""Keys that can be told by how they begin: ours, Apify's, and Google's."""


def redact(text: str) -> str:
    """Blot out what looks like a secret inside a text: URL queries, bearer tokens, passwords in addresses, our own keys and links."""
    text = _SECRET_IN_TEXT.sub(r"\1\2***", text)
    text = _IN_PATH.sub(r"\1***", _BEARER.sub(r"\1\2***", text))
    return _KEYS.sub(r"\1***", text)


def blot(value: Any, *, depth: int = _DEPTH) -> Any:  # noqa: ANN401
    """Blot out secrets in a value and in all that it holds: under telling names whole, elsewhere inside texts."""
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, bytes):
        return redact(value.decode("utf-8", "replace"))
    if not depth:
        return "..."
    if isinstance(value, Mapping):
        return {key: "***" if _is_secret(key, one) else blot(one, depth=depth - 1) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [blot(one, depth=depth - 1) for one in value]
    return value


def _is_secret(key: object, value: object) -> bool:
    return isinstance(key, str) and not isinstance(value, bool | None) and _SECRET_KEY.search(key) is not None


def _blot(_: Any, __: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:  # noqa: ANN401
    for key, value in event.items():
        if not key.startswith("_"):  # structlog's own: the record that a line was made from
            event[key] = "***" if _is_secret(key, value) else blot(value)
    return event


def configure(level: str = "INFO", style: str = "auto", *, project: str = "", version: str = "", file: str = "", days: int = _DAYS) -> None:
    """Set up logging for the process: `style` is one of `STYLES`; `project` and `version` are for Google Cloud only.

    With `file` the lines are also written there as JSON; the file is begun anew at each midnight (UTC), and those of the last `days` are
    kept beside it. Raises Invalid when there is no such style or level, or the file cannot be written.
    """
    if style not in STYLES or level.upper() not in logging.getLevelNamesMapping():
        msg = f"ENTOURAGE_LOG_FORMAT is one of {', '.join(STYLES)}, and ENTOURAGE_LOG_LEVEL one of DEBUG, INFO, WARNING, ERROR."
        raise Invalid(msg)
    if style == "auto":
        style = "console" if sys.stderr.isatty() else "json"
    shared = _processors(where=style == "gcloud")
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    last = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_renderers(style, project, version)]
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=last))
    root = logging.getLogger()
    for old in root.handlers:
        if isinstance(old, TimedRotatingFileHandler):
            old.close()
    root.handlers[:] = [handler, *([_filed(file, days)] if file else [])]
    for one in root.handlers:
        one.addFilter(_is_trouble)
    root.setLevel(level.upper())
    for noisy in _NOISY:
        logging.getLogger(noisy).setLevel(logging.WARNING)


def _is_trouble(record: logging.LogRecord) -> bool:
    """Leave out that a connection was thrown away because whoever gave it back was cancelled: so it goes when a house ends."""
    return not (record.name.startswith("sqlalchemy.pool") and record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError))


def _filed(path: str, days: int) -> logging.Handler:
    try:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        handler = TimedRotatingFileHandler(path, when="midnight", utc=True, backupCount=max(1, days), encoding="utf-8")
    except OSError as error:
        msg = f"ENTOURAGE_LOG_FILE cannot be written: {error.strerror or 'no such place'}. Name a file in a folder that is yours."
        raise Invalid(msg) from error
    last: list[Any] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, structlog.processors.JSONRenderer()]
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=_processors(where=False), processors=last))
    return handler


Line = Mapping[str, Any]
_watchers: list[Callable[[Line], None]] = []


def watch(tell: Callable[[Line], None]) -> Callable[[], None]:
    """Let somebody see each line of level error before secrets are blotted out of it; returns how to stop that."""
    _watchers.append(tell)
    return lambda: _watchers.remove(tell)


def _show_watchers(_: Any, __: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:  # noqa: ANN401
    if event.get("level") in {"error", "critical"}:
        for tell in tuple(_watchers):
            try:
                tell(event)
            except Exception as error:  # whoever logs must not fail because somebody cannot be told
                event["not_told"] = type(error).__name__
    return event


def _processors(*, where: bool) -> list[Any]:
    source = [CallsiteParameterAdder([CallsiteParameter.PATHNAME, CallsiteParameter.LINENO, CallsiteParameter.FUNC_NAME])] if where else []
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        *source,
        structlog.processors.StackInfoRenderer(),
        _show_watchers,
        structlog.processors.format_exc_info,
        _blot,
    ]


def _renderers(style: str, project: str, version: str) -> list[Any]:
    if style == "console":
        return [structlog.dev.ConsoleRenderer()]
    render = structlog.processors.JSONRenderer()
    if style == "json":
        return [render]
    shape = partial(cloudlog.shape, project=project, version=version)
    return [lambda _, __, event: shape(event), render]


def get(name: str) -> structlog.stdlib.BoundLogger:
    """Return the logger of a module; call it with an event name and key-values."""
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger
