"""Errors reach the operator's Sentry over the wire, without secrets and without people; and nobody else's."""

import io
import json
import logging
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

pytest.importorskip("sentry_sdk")

from entourage.kernel import incidents, log
from entourage.kernel.errors import Invalid
from entourage.kernel.settings import Settings
from tests.endpoint import Endpoint, taking

KEY = "0123456789abcdef0123456789abcdef"
CANARY = "c4n4ry-0123456789abcdef"
NAME, EMAIL, ADDRESS = "zorra", "zorra@example.org", "192.0.2.7"


@pytest.fixture
def sentry() -> Iterator[Endpoint]:
    """Take what is told."""
    with taking() as endpoint:
        yield endpoint


def settings_for(sentry: Endpoint) -> Settings:
    return replace(Settings(), sentry_dsn=f"http://{KEY}@127.0.0.1:{sentry.port}/42", sentry_environment="test")


def events(sentry: Endpoint, number: int = 1) -> list[dict[str, Any]]:
    """Return what came, taken out of its envelopes."""
    return [json.loads(body.split(b"\n")[2]) for _, _, body in sentry.wait(number)]


def break_down(secret: str) -> None:
    password = secret
    msg = f"viewer @{NAME}.draws ({EMAIL}, {ADDRESS}) sent token={password}"
    raise RuntimeError(msg)


@pytest.mark.thorough
def test_an_error_arrives_with_its_traceback_and_without_secrets_or_people(sentry: Endpoint, written: io.StringIO) -> None:
    end = incidents.begin(settings_for(sentry))
    try:
        break_down(CANARY)
    except RuntimeError:
        log.get("entourage.tests").exception(
            "request.failed",
            route="/api/me",
            method="GET",
            request_id="r-1",
            incident="abc",
            email=EMAIL,
            client_secret=CANARY,
        )
    end()
    [(path, headers, body)] = sentry.wait()
    assert path == "/api/42/envelope/"
    assert KEY in headers["x-sentry-auth"]
    [event] = events(sentry)
    [error] = event["exception"]["values"]
    assert (error["type"], error["value"]) == ("RuntimeError", "viewer (handle) ((e-mail), (address)) sent token=***")
    assert [frame["function"] for frame in error["stacktrace"]["frames"]][-1] == "break_down"
    assert not any("vars" in frame for frame in error["stacktrace"]["frames"])
    tags = {
        "event": "request.failed",
        "logger": "entourage.tests",
        "route": "/api/me",
        "method": "GET",
        "request_id": "r-1",
        "incident": "abc",
    }
    assert event["tags"] == tags
    assert (event["level"], event["environment"], event["transaction"]) == ("error", "test", "/api/me")
    assert not {"user", "request", "server_name", "breadcrumbs", "modules", "extra"} & event.keys()
    for gone in (CANARY, NAME, ADDRESS):
        assert gone not in body.decode()
    assert "request.failed" in written.getvalue()


@pytest.mark.thorough
def test_an_error_without_exception_is_told_by_its_name_and_lesser_lines_are_not(sentry: Endpoint, written: io.StringIO) -> None:
    end = incidents.begin(settings_for(sentry))
    log.get("entourage.tests").error("job.dead", kind="vips.give", why=f"{EMAIL} is no viewer")
    log.get("entourage.tests").warning("job.again", kind="vips.give")
    logging.getLogger("sentry_sdk.errors").error("cannot reach %s", "them")
    end()
    [event] = events(sentry)
    assert (event["message"], event["tags"]["kind"]) == ("job.dead", "vips.give")
    assert NAME not in str(event)
    log.get("entourage.tests").error("after.the.end")
    assert len(sentry.came) == 1
    del written


@pytest.mark.thorough
def test_errors_of_libraries_are_told_too(sentry: Endpoint, written: io.StringIO) -> None:
    end = incidents.begin(settings_for(sentry))
    logging.getLogger("some.library").error("it broke with %s", f"token={CANARY}", exc_info=ValueError(f"password={CANARY}"))
    end()
    [event] = events(sentry)
    assert event["exception"]["values"][0]["type"] == "ValueError"
    assert CANARY not in str(event)
    del written


@pytest.mark.thorough
def test_a_sentry_that_is_away_disturbs_nobody(written: io.StringIO) -> None:
    with taking() as gone:
        settings = settings_for(gone)
    end = incidents.begin(settings)
    log.get("entourage.tests").error("lost", exc_info=ValueError("x"))
    end()
    assert "lost" in written.getvalue()


def test_without_a_dsn_nothing_is_begun_and_a_bad_one_is_refused_in_a_sentence() -> None:
    incidents.begin(Settings())()
    for bad in ("nonsense", "https://nokey.example.org/1", f"https://{KEY}@example.org/"):
        with pytest.raises(Invalid, match="ENTOURAGE_SENTRY_DSN") as raised:
            incidents.begin(replace(Settings(), sentry_dsn=bad))
        assert KEY not in str(raised.value)


@pytest.mark.thorough
def test_the_library_is_imported_only_where_it_is_wanted() -> None:
    import subprocess

    code = "import sys, entourage.cli; sys.exit(any(name in sys.modules for name in ('sentry_sdk', 'prometheus_client')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
