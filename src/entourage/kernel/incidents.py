"""Errors told to the operator's Sentry, where there is one: what went wrong and where in our code, never whom it concerned.

Only an operator who sets ENTOURAGE_SENTRY_DSN has any of this; Sentry's library is imported then and not before. Of a line
of our log at level error goes out: its name, the traceback without local variables, and the words of `_TAGS`. Secrets,
addresses, e-mails and handles are blotted out of every text first.
"""

import re
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, cast

from entourage.kernel import log
from entourage.kernel.errors import Invalid
from entourage.kernel.settings import Settings, version

if TYPE_CHECKING:
    from sentry_sdk import Client

_TAGS: Final = (
    "logger",
    "job_kind",
    "kind",
    "route",
    "method",
    "request_id",
    "incident",
    "work",
    "source",
    "platform",
    "status",
    "attempt",
)
_DROPPED: Final = ("user", "request", "server_name", "breadcrumbs", "modules")
_OWN: Final = ("sentry_sdk", "urllib3", "opentelemetry")
_DEPTH: Final = 20
_LAST_WORD_S: Final = 2.0
_PERSONAL: Final = (
    (re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+"), "(e-mail)"),
    (re.compile(r"\b(?:\d{1,3}\.){3}\d{1,3}\b|\b(?:[0-9a-f]{1,4}:){3,7}[0-9a-f]{1,4}\b", re.IGNORECASE), "(address)"),
    (re.compile(r"(?<![\w/])@[\w.]{2,30}"), "(handle)"),
)


def begin(settings: Settings) -> Callable[[], None]:
    """Begin to tell errors, if there is somebody to tell; returns what ends it and sends what waits, within two seconds.

    Raises Invalid when Sentry's library is missing or the DSN is none.
    """
    if not settings.sentry_dsn:
        return lambda: None
    client = _client(settings)
    stop = log.watch(_Teller(client).tell)

    def end() -> None:
        stop()
        client.close(timeout=_LAST_WORD_S)

    return end


def clean(event: Any, _: object = None) -> Any:  # noqa: ANN401 - Sentry's shape, with or without its library
    """Take out of an event whatever is secret or says who somebody is; the last thing that happens before it is sent."""
    for name in _DROPPED:
        event.pop(name, None)
    return _without_people(log.blot(event, depth=_DEPTH))


def _client(settings: Settings) -> "Client":
    try:
        import sentry_sdk
    except ImportError as error:
        msg = "ENTOURAGE_SENTRY_DSN needs the extra `entourage[sentry]`: install it, or unset the DSN."
        raise Invalid(msg) from error
    try:
        return sentry_sdk.Client(
            dsn=settings.sentry_dsn,
            environment=settings.sentry_environment,
            release=f"entourage@{version()}",
            before_send=clean,
            include_local_variables=False,
            max_breadcrumbs=0,
            server_name="",
            default_integrations=False,
            auto_enabling_integrations=False,
            auto_session_tracking=False,
            send_client_reports=False,
        )
    except ValueError as error:
        msg = "ENTOURAGE_SENTRY_DSN is not the DSN of a Sentry project: https://KEY@HOST/NUMBER."
        raise Invalid(msg) from error


class _Teller:
    """Turns lines of the log into Sentry's events."""

    def __init__(self, client: "Client") -> None:
        self._client = client

    def tell(self, line: Mapping[str, Any]) -> None:
        from sentry_sdk.utils import event_from_exception

        if str(line.get("logger", "")).startswith(_OWN):
            return
        error, event, hint = _error_of(line), cast("Any", {}), cast("Any", {})
        if error is not None:
            event, hint = event_from_exception(error, client_options=self._client.options)
        event |= {
            "level": "error",
            "logger": str(line.get("logger", "")),
            "transaction": str(line.get("route") or line.get("job_kind") or line.get("work") or line["event"]),
            "tags": {"event": str(line["event"])} | {name: str(line[name]) for name in _TAGS if line.get(name) is not None},
        }
        if error is None:
            event["message"] = str(line["event"])
        self._client.capture_event(event, hint)


def _error_of(line: Mapping[str, Any]) -> BaseException | None:
    given = line.get("exc_info")
    if isinstance(given, BaseException):
        return given
    if isinstance(given, tuple):
        return given[1] if isinstance(given[1], BaseException) else None
    return sys.exc_info()[1] if given else None


def _without_people(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, str):
        for pattern, instead in _PERSONAL:
            value = pattern.sub(instead, value)
        return value
    if isinstance(value, dict):
        return {key: _without_people(one) for key, one in value.items()}
    return [_without_people(one) for one in value] if isinstance(value, list) else value
