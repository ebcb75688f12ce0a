"""The log: secrets never reach it, and Google Cloud reads it by its own names."""

import asyncio
import io
import json
import logging
import sys
from collections.abc import Iterator
from logging.handlers import TimedRotatingFileHandler
from pathlib import Path
from typing import Any

import pytest
import structlog

from entourage.kernel import log
from entourage.kernel.errors import Invalid

CANARY = "c4n4ry-0123456789abcdef"


@pytest.fixture
def quiet() -> Iterator[None]:
    """Leave the log as it was."""
    yield
    structlog.contextvars.clear_contextvars()
    logging.getLogger().handlers[:] = []
    logging.getLogger().setLevel(logging.WARNING)


def lines_of(style: str, **options: Any) -> tuple[structlog.stdlib.BoundLogger, io.StringIO]:
    """Set up the log in a style; returns a logger and where it writes."""
    log.configure("DEBUG", style, **options)
    text, handler = io.StringIO(), logging.getLogger().handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(text)
    return structlog.stdlib.get_logger("tests"), text


def failure(message: str) -> ConnectionError:
    """Make an error that was really raised, with its traceback."""
    try:
        raise ConnectionError(message)  # noqa: TRY301 - its traceback is what is wanted
    except ConnectionError as error:
        return error


@pytest.mark.parametrize(
    "text",
    [
        f"https://id.twitch.tv/oauth2/token?client_id=abc&client_secret={CANARY}&grant_type=refresh_token",
        f"GET /api/auth/callback?code={CANARY}&scope=chat",
        f"/api/auth/callback?scope=chat&state={CANARY}",
        f"Authorization: Bearer {CANARY}",
        f"authorization: OAuth {CANARY}",
        f"PASS oauth:{CANARY}",
        f"postgresql://house:{CANARY}@db/entourage",
        f"redis://:{CANARY}@cache/0",
        f'{{"access_token": "{CANARY}", "expires_in": 14400}}',
        f"{{'refresh_token': '{CANARY}'}}",
        f"device_code={CANARY}",
        f"X-Api-Key: {CANARY}",
        f"the key ent_{CANARY} was refused",
        f"http://localhost:3000/welcome/{CANARY}",
        f"GET /overlay/{CANARY} HTTP/1.1",
        f"https://tiktok.example/sign?room=1&sig={CANARY}",
        f"ENTOURAGE_DATABASE_URL password={CANARY} host=db",
    ],
)
def test_no_text_brings_a_secret_along(text: str) -> None:
    said = log.redact(text)
    assert CANARY not in said
    assert "***" in said


@pytest.mark.parametrize(
    "harmless", ["GET /api/viewer-profiles?sortBy=coins&limit=20", "viewer 42 has 3 tokens left to spend", "/overlay/", "state=live"]
)
def test_what_is_no_secret_stays_as_it_is(harmless: str) -> None:
    assert log.redact(harmless) == harmless


@pytest.mark.parametrize("style", ["json", "console", "gcloud"])
@pytest.mark.usefixtures("quiet")
def test_secrets_are_blotted_out_however_deep_they_lie_and_whoever_logs(style: str) -> None:
    logger, text = lines_of(style)
    logger.error(
        "call.failed",
        exc_info=failure(f"refused: Bearer {CANARY}"),
        client_secret=CANARY,
        headers={"Authorization": f"Bearer {CANARY}", "nested": [{"cookie": CANARY, "deep": ({"token": CANARY},)}]},
        url=f"https://api.example/x?access_token={CANARY}",
        raw=f"token={CANARY}".encode(),
        count=3,
    )
    logging.getLogger("somebody.else").error("they said %s", f"refresh_token={CANARY}", exc_info=ValueError(f"password={CANARY}"))
    said = text.getvalue()
    assert "call.failed" in said
    assert "they said" in said
    assert CANARY not in said


@pytest.mark.usefixtures("quiet")
def test_google_cloud_finds_severity_time_trace_source_request_and_stack() -> None:
    logger, text = lines_of("gcloud", project="my-project", version="1.2.3")
    structlog.contextvars.bind_contextvars(trace="a" * 32, span="b" * 16, sampled=True, request_id="r-1", method="GET", route="/api/me")
    logger.warning("slow.answer", status=200, took_ms=1234.5)
    logger.error("request.failed", incident="abc", exc_info=failure("it broke"))
    logging.getLogger("library").info("hello")
    slow, failed, hello = [json.loads(line) for line in text.getvalue().splitlines()]
    assert (slow["severity"], slow["message"], slow["request_id"]) == ("WARNING", "slow.answer", "r-1")
    assert slow["time"].endswith("Z")
    assert slow["logging.googleapis.com/trace"] == f"projects/my-project/traces/{'a' * 32}"
    assert (slow["logging.googleapis.com/spanId"], slow["logging.googleapis.com/trace_sampled"]) == ("b" * 16, True)
    assert slow["httpRequest"] == {"requestMethod": "GET", "requestUrl": "/api/me", "status": 200, "latency": "1.234500s"}
    source = slow["logging.googleapis.com/sourceLocation"]
    assert source["file"].endswith("test_log.py")
    assert source["function"] == "test_google_cloud_finds_severity_time_trace_source_request_and_stack"
    assert source["line"].isdigit()
    assert failed["severity"] == "ERROR"
    assert "ConnectionError: it broke" in failed["stack_trace"]
    assert failed["serviceContext"] == {"service": "entourage", "version": "1.2.3"}
    assert hello["logging.googleapis.com/labels"] == {"logger": "library"}
    assert not {"level", "event", "timestamp", "trace", "method", "exception"} & (slow.keys() | failed.keys() | hello.keys())


@pytest.mark.usefixtures("quiet")
def test_a_trace_without_a_project_is_still_written() -> None:
    logger, text = lines_of("gcloud")
    logger.info("x", trace="a" * 32)
    line: dict[str, Any] = json.loads(text.getvalue())
    assert line["logging.googleapis.com/trace"] == "a" * 32
    assert "httpRequest" not in line


@pytest.mark.parametrize(("level", "style"), [("LOUD", "json"), ("INFO", "xml")])
def test_a_style_or_level_that_is_not_there_is_refused_by_name(level: str, style: str) -> None:
    with pytest.raises(Invalid, match="ENTOURAGE_LOG_FORMAT"):
        log.configure(level, style)


@pytest.mark.usefixtures("quiet")
def test_auto_writes_json_where_nobody_looks() -> None:
    assert not sys.stderr.isatty()
    logger, text = lines_of("auto")
    logger.info("x")
    assert json.loads(text.getvalue())["event"] == "x"


@pytest.mark.usefixtures("quiet")
def test_a_file_is_kept_beside_without_secrets_and_begun_anew_at_midnight(tmp_path: Path) -> None:
    path = tmp_path / "logs" / "house.log"
    log.configure("INFO", "json", file=str(path), days=2)
    filed = logging.getLogger().handlers[1]
    assert isinstance(filed, TimedRotatingFileHandler)
    for day in range(4):
        log.get("tests").info("counted", day=day, key=f"apify_api_{CANARY}", where=f"/report/{CANARY}{CANARY}")
        filed.rolloverAt = 0
    kept = sorted(tmp_path.glob("logs/house.log*"))
    assert len(kept) <= 3
    assert json.loads(path.read_text())["event"] == "counted"
    assert not any(CANARY in one.read_text() for one in kept)
    filed.close()


@pytest.mark.usefixtures("quiet")
def test_a_file_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(Invalid, match="ENTOURAGE_LOG_FILE"):
        log.configure("INFO", "json", file=str(tmp_path / "taken" / "house.log"))


@pytest.mark.usefixtures("quiet")
def test_a_connection_that_goes_with_a_cancelled_task_is_no_trouble() -> None:
    _, text = lines_of("json")
    pool = logging.getLogger("sqlalchemy.pool.impl.AsyncAdaptedQueuePool")
    for error in (asyncio.CancelledError(), failure("the server is away")):
        pool.error("Exception during reset or similar", exc_info=error)
    logging.getLogger("somebody").error("It was stopped.", exc_info=asyncio.CancelledError())

    lines = [json.loads(line) for line in text.getvalue().splitlines()]
    assert [line["event"] for line in lines] == ["Exception during reset or similar", "It was stopped."]
    assert "the server is away" in lines[0]["exception"]
