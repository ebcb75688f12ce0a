"""Traces for OpenTelemetry, where the operator named a collector: how long a request took, by the template of its address.

Litestar's own plugin makes the spans. They leave through an exporter that lets only the attributes of `_KEPT` pass, so
that no address, header, name of a browser or person goes along. The library is imported when it is asked for.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, cast

from entourage.kernel import log
from entourage.kernel.errors import Invalid
from entourage.kernel.settings import Settings, version

if TYPE_CHECKING:
    from litestar.plugins.opentelemetry import OpenTelemetryPlugin
    from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter

_KEPT: Final = frozenset({
    "http.method", "http.request.method", "http.route", "http.status_code", "http.response.status_code", "http.scheme", "url.scheme",
    "http.flavor", "network.protocol.version", "error.type", "entourage.request_id",
})  # fmt: skip
_UNTRACED: Final = ["^/static", "^/socket.io", "^/api/health", "^/metrics"]
_DEADLINE_S: Final = 5
_MOST_PERCENT: Final = 100


class Traces:
    """The traces of one web process."""

    def __init__(self, provider: "TracerProvider", plugin: "OpenTelemetryPlugin") -> None:
        """Take where spans are made, and what makes them of requests."""
        self._provider = provider
        self.plugin = plugin

    def name(self, method: str, route: str, request_id: str) -> dict[str, object]:
        """Name the span of this request; returns its trace for the log, or nothing where there is none."""
        from opentelemetry import trace

        span = trace.get_current_span()
        context = span.get_span_context()
        if not context.is_valid:
            return {}
        span.update_name(f"{method} {route}")
        span.set_attribute("http.route", route)
        span.set_attribute("entourage.request_id", request_id)
        return {"trace": f"{context.trace_id:032x}", "span": f"{context.span_id:016x}", "sampled": bool(context.trace_flags.sampled)}

    def end(self) -> None:
        """Send what waits, and stop; may take some seconds."""
        self._provider.shutdown()


def begin(settings: Settings, exporter: "SpanExporter | None" = None) -> Traces | None:
    """Begin to trace when there is a collector (or an `exporter` for tests); None when there is not.

    Raises Invalid when OpenTelemetry's library is missing, or a setting makes no sense.
    """
    if not settings.otel_url and exporter is None:
        return None
    if not 0 <= settings.otel_percent <= _MOST_PERCENT:
        msg = "ENTOURAGE_OTEL_PERCENT is a number from 0 to 100."
        raise Invalid(msg)
    try:
        from litestar.plugins.opentelemetry import OpenTelemetryConfig, OpenTelemetryPlugin
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
        from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
    except ImportError as error:
        msg = "ENTOURAGE_OTEL_URL needs the extra `entourage[otel]`: install it, or unset the address."
        raise Invalid(msg) from error
    provider = TracerProvider(
        resource=Resource({"service.name": "entourage", "service.version": version()}),
        sampler=ParentBased(TraceIdRatioBased(settings.otel_percent / _MOST_PERCENT)),
        shutdown_on_exit=False,
    )
    provider.add_span_processor(BatchSpanProcessor(cast("Any", _Discreet(exporter or _to_collector(settings)))))
    config = OpenTelemetryConfig(
        tracer_provider=provider, scope_span_details_extractor=_nameless, exclude=_UNTRACED, exclude_spans=["receive", "send"]
    )
    return Traces(provider, OpenTelemetryPlugin(config))


def _nameless(scope: Any) -> tuple[str, dict[str, Any]]:  # noqa: ANN401 - any kind of scope
    """Name a span before its route is known: never by its address."""
    return str(scope.get("method", scope.get("type", ""))), {}


def _to_collector(settings: Settings) -> "SpanExporter":
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    headers = dict(part.strip().split("=", 1) for part in settings.otel_headers.split(",") if "=" in part)
    exporter: SpanExporter = OTLPSpanExporter(f"{settings.otel_url.rstrip('/')}/v1/traces", headers=headers, timeout=_DEADLINE_S)
    return exporter


class _Discreet:
    """An exporter that passes on spans without what they could tell of people."""

    def __init__(self, onward: "SpanExporter") -> None:
        self._onward = onward

    def export(self, spans: "Sequence[ReadableSpan]") -> Any:  # noqa: ANN401 - what the exporter says
        return self._onward.export([_without_people(span) for span in spans])

    def shutdown(self) -> None:
        self._onward.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return bool(self._onward.force_flush(timeout_millis))


def _without_people(span: "ReadableSpan") -> "ReadableSpan":
    from opentelemetry.sdk.trace import Event, ReadableSpan
    from opentelemetry.trace import Status

    return ReadableSpan(
        name=span.name,
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes={name: value for name, value in (span.attributes or {}).items() if name in _KEPT},
        events=[
            Event(one.name, {name: log.blot(value) for name, value in (one.attributes or {}).items()}, one.timestamp) for one in span.events
        ],
        links=span.links,
        kind=span.kind,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )
