"""Numbers for Prometheus: what this process counted, and how the whole house stands, to whoever may see them."""

import asyncio
import hmac
import importlib.util
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, cast

from litestar import MediaType, Request, Response, get
from litestar.di import NamedDependency
from litestar.params import SkipValidation
from litestar.types import Middleware

from entourage.kernel import clock, log, metrics, pulse, tenancy
from entourage.kernel.errors import EntourageError, NotAllowed, Unavailable
from entourage.kernel.http import ANYONE, STATUS, Connection, Database
from entourage.kernel.jobs import queue
from entourage.kernel.settings import Settings, version
from entourage.viewers import census
from entourage.viewers.intake import Intake
from entourage.web.protection import is_local

if TYPE_CHECKING:
    from prometheus_client import Metric

_log = log.get(__name__)
_YOUNG_S: Final = 5.0
_PATIENCE_S: Final = 3.0
_BUCKETS: Final[list[str | float]] = [0.005, 0.025, 0.1, 0.3, 1.0, 3.0]
_UNTIMED: Final = ["^/static", "^/socket.io", "^/api/stream", "^/api/ws", "^/metrics", "^/api/webhooks"]
_JOBS: Final = ("entourage_jobs_waiting", "Jobs by state, of the whole house: the same from every process.", ("kind", "status"))
_OLDEST: Final = ("entourage_jobs_oldest_seconds", "How long the oldest job that is due has waited, of the whole house.", ("kind",))
_BEATS: Final = ("entourage_heartbeat_age_seconds", "The newest sign of life of each role, of the whole house.", ("role",))
_CREW: Final = ("entourage_processes", "Processes that gave a sign of life within the last minute, by role.", ("role",))


@dataclass(slots=True, kw_only=True)
class Meter:
    """Reads the numbers; those of the whole house at most every five seconds, however many ask."""

    db: Database
    lost: Callable[[], int]  # updates that the bus threw away
    intake: Intake
    _read_at: float = field(default=-_YOUNG_S, init=False)
    _house: list[metrics.Metric] = field(default_factory=list, init=False)
    _reading: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    async def read(self) -> list[metrics.Metric]:
        """Return all numbers; without those of the house while its database is away."""
        async with self._reading:
            if time.monotonic() - self._read_at >= _YOUNG_S:
                try:
                    async with asyncio.timeout(_PATIENCE_S):
                        self._house = [*await self._jobs(), *await self._crew(), *await self._room(), _one("entourage_up", "", 1)]
                except Exception as error:
                    _log.warning("metrics.not_read", error=type(error).__name__)
                    self._house = [_one("entourage_up", "", 0)]
                self._read_at = time.monotonic()
        lost = metrics.Counter("entourage_updates_lost_total", "Updates that somebody was too slow for.", (), {(): self.lost()})
        waits = _one("entourage_ingest_backlog", "Events queued in this process and not yet durable.", self.intake.backlog())
        return [*metrics.every(), lost, waits, *self._house]

    async def _jobs(self) -> list[metrics.Metric]:
        async with tenancy.everywhere(self.db, "count jobs for whoever runs the house") as session:
            found = await queue.depths(session)
        now = clock.now()
        states = metrics.Gauge(*_JOBS, {(one.kind, one.status): one.jobs for one in found})
        waited: metrics.Values = {(one.kind,): max(0.0, (now - one.earliest).total_seconds()) for one in found if one.status == "queued"}
        return [states, metrics.Gauge(*_OLDEST, waited)]

    async def _crew(self) -> list[metrics.Metric]:
        signs, now = (await pulse.newest(self.db)).values(), clock.wall()
        ages: metrics.Values = {(one.role,): max(0.0, (now - one.at).total_seconds()) for one in signs}
        return [metrics.Gauge(*_BEATS, ages), metrics.Gauge(*_CREW, {(one.role,): one.processes for one in signs})]

    async def _room(self) -> list[metrics.Metric]:
        visits, streams = await census.take(self.db)
        return [
            _one("entourage_open_visits", "Viewers who are here, of the whole house.", visits),
            _one("entourage_live_streams", "Streams that go on, of the whole house.", streams),
        ]


Numbers = NamedDependency[SkipValidation[Meter]]


def plain(_: Request[Any, Any, Any], error: EntourageError) -> Response[str]:
    """Answer an error of ours as a program reads it."""
    return Response(f"{error.message}\n", status_code=STATUS[error.kind], media_type=MediaType.TEXT)


@get(
    "/metrics",
    opt={**ANYONE, "exclude_from_auth": True, "skip_session": True, "uncompressed": True},
    include_in_schema=False,
    exception_handlers={EntourageError: plain},
)
async def show_metrics(request: Request[Any, Any, Any], settings: NamedDependency[Settings], meter: Numbers) -> Response[bytes]:
    """Tell the numbers to who holds the token, or without one to programs of this computer."""
    check(request, settings)
    if not installed():
        msg = "The numbers need the extra `entourage[metrics]`: install it and start anew."
        raise Unavailable(msg)
    from prometheus_client import CONTENT_TYPE_LATEST

    return Response(written(await meter.read()), media_type=CONTENT_TYPE_LATEST)


def check(connection: Connection, settings: Settings) -> None:
    """Raise NotAllowed for whoever may not see the numbers."""
    if settings.metrics_token:
        scheme, _, token = connection.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and hmac.compare_digest(token.strip().encode(), settings.metrics_token.encode()):
            return
        msg = "The numbers are for who sends ENTOURAGE_METRICS_TOKEN as a bearer token."
        raise NotAllowed(msg)
    if not is_local(connection):
        msg = "Without ENTOURAGE_METRICS_TOKEN the numbers are only for programs of this computer."
        raise NotAllowed(msg)


def installed() -> bool:
    """Say whether Prometheus's library is here."""
    return importlib.util.find_spec("prometheus_client") is not None


def middleware() -> list[Middleware]:
    """Return what counts and times requests, if the library is here: by the template of an address, never the address."""
    if not installed():
        return []
    from litestar.plugins.prometheus import PrometheusConfig

    return [
        PrometheusConfig(
            app_name="entourage", prefix="entourage_http", group_path=True, exclude_unhandled_paths=True, buckets=_BUCKETS, exclude=_UNTIMED
        ).middleware
    ]


def written(found: Iterable[metrics.Metric]) -> bytes:
    """Write numbers down as Prometheus reads them, with those that its own library keeps of requests and the process."""
    from prometheus_client import REGISTRY, CollectorRegistry, generate_latest

    ours = CollectorRegistry(auto_describe=False)
    ours.register(cast("Any", _Ours([*found, _info()])))
    text: bytes = generate_latest(ours) + generate_latest(REGISTRY)
    return text


@dataclass(frozen=True, slots=True, eq=False)
class _Ours:
    found: list[metrics.Metric]

    def collect(self) -> Iterator["Metric"]:
        yield from map(_family, self.found)


def _family(metric: metrics.Metric) -> "Metric":
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, SummaryMetricFamily

    if isinstance(metric, metrics.Summary):
        summary = SummaryMetricFamily(metric.name, metric.about, labels=metric.labels)
        for labels, (times, seconds) in sorted(metric.values.items()):
            summary.add_metric(labels, count_value=times, sum_value=seconds)
        return summary
    kind = CounterMetricFamily if isinstance(metric, metrics.Counter) else GaugeMetricFamily
    family = kind(metric.name, metric.about, labels=metric.labels)
    for labels, value in sorted(metric.values.items()):
        family.add_metric(labels, value)
    return family


def _info() -> metrics.Gauge:
    return metrics.Gauge("entourage_info", "Which version this is.", ("version",), {(version(),): 1})


def _one(name: str, about: str, value: float) -> metrics.Gauge:
    return metrics.Gauge(name, about or "Whether the database answered.", (), {(): value})
