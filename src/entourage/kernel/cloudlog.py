"""The shape in which Google Cloud Logging reads a line: its own names for severity, time, trace, source and request.

Names: cloud.google.com/logging/docs/structured-logging and .../agent/logging/configuration#special-fields. A line with a
stack trace is one that Error Reporting groups by itself.
"""

from collections.abc import Mapping, MutableMapping
from typing import Any, Final

_PREFIX: Final = "logging.googleapis.com/"
_SEVERITIES: Final = {"debug": "DEBUG", "info": "INFO", "warning": "WARNING", "error": "ERROR", "critical": "CRITICAL"}
_REQUEST: Final = {"method": "requestMethod", "route": "requestUrl", "status": "status"}
_REPORTED: Final = "type.googleapis.com/google.devtools.clouderrorreporting.v1beta1.ReportedErrorEvent"


def shape(event: MutableMapping[str, Any], *, project: str = "", version: str = "") -> Mapping[str, Any]:
    """Turn an event of our log into a line for Google Cloud; `project` makes its trace a link."""
    line: dict[str, Any] = {
        "severity": _SEVERITIES.get(str(event.pop("level", "info")), "DEFAULT"),
        "message": str(event.pop("event", "")),
        "time": event.pop("timestamp", None),
    }
    if trace := event.pop("trace", None):
        line[f"{_PREFIX}trace"] = f"projects/{project}/traces/{trace}" if project else trace
    if span := event.pop("span", None):
        line[f"{_PREFIX}spanId"] = span
    if (sampled := event.pop("sampled", None)) is not None:
        line[f"{_PREFIX}trace_sampled"] = bool(sampled)
    line |= _source(event)
    if "method" in event and "route" in event:
        line["httpRequest"] = _request(event)
    if exception := event.pop("exception", None):
        line |= {"stack_trace": exception, "@type": _REPORTED, "serviceContext": {"service": "entourage", "version": version}}
    if logger := event.pop("logger", None):
        line[f"{_PREFIX}labels"] = {"logger": str(logger)}
    return {**line, **event}


def _source(event: MutableMapping[str, Any]) -> dict[str, Any]:
    file, line, function = (event.pop(name, None) for name in ("pathname", "lineno", "func_name"))
    if file is None:
        return {}
    return {f"{_PREFIX}sourceLocation": {"file": str(file), "line": str(line), "function": str(function)}}


def _request(event: MutableMapping[str, Any]) -> dict[str, Any]:
    said = {theirs: event.pop(ours) for ours, theirs in _REQUEST.items() if ours in event}
    if (took_ms := event.pop("took_ms", None)) is not None:
        said["latency"] = f"{took_ms / 1000:.6f}s"
    return said
