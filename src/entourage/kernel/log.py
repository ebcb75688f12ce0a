"""Structured logs: event names with key-values, secrets blotted out before they are written."""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog

_SECRET_KEY = re.compile(r"password|secret|token|api_?key|authorization|cookie|sign_key|signature", re.IGNORECASE)
_SECRET_IN_TEXT = re.compile(
    r"((?:access_token|refresh_token|token|api_?key|apikey|password|secret|session_id|jwtkey|X-Api-Key)[\"']?\s*[=:]\s*[\"']?)[^&\s\"',}]+",
    re.IGNORECASE,
)
_BEARER = re.compile(r"(Bearer\s+)[^\s\"',]+|(://[^/\s:@]+:)[^\s@/\"',]+(?=@)", re.IGNORECASE)


def redact(text: str) -> str:
    """Blot out what looks like a secret inside a text (URL queries, bearer tokens, passwords in addresses)."""
    return _BEARER.sub(r"\1\2***", _SECRET_IN_TEXT.sub(r"\1***", text))


def _blot(_: Any, __: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:  # noqa: ANN401
    for key, value in event.items():
        if _SECRET_KEY.search(key):
            event[key] = "***"
        elif isinstance(value, str):
            event[key] = redact(value)
    return event


def configure(level: str = "INFO", style: str = "auto") -> None:
    """Set up logging for the process: `style` is console, json or auto."""
    as_json = style == "json" or (style == "auto" and not sys.stderr.isatty())
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        _blot,
    ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    renderer: Any = structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer()
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for noisy in ("uvicorn.access", "uvicorn.error", "alembic", "httpx2", "httpcore2", "websockets", "engineio", "socketio", "aiosqlite"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def get(name: str) -> structlog.stdlib.BoundLogger:
    """Return the logger of a module; call it with an event name and key-values."""
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger
