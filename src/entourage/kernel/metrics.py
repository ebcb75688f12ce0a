"""What is counted while a process runs, for whoever watches it: plain numbers in memory, cheap in the busiest place.

Names and kinds are Prometheus's own (counters end in `_total`, times are in seconds); `web.metrics` writes them down.
Labels are words of ours with few values: kinds of jobs, platforms, outcomes. Never a person, a creator or an address.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

Labels = tuple[str, ...]
Values = dict[Labels, float]


@dataclass(slots=True, eq=False)
class Counter:
    """Something that only grows."""

    name: str
    about: str
    labels: Labels
    values: Values = field(default_factory=dict)

    def add(self, *labels: str, by: float = 1) -> None:
        """Count; `labels` in the order of the names."""
        if by:
            self.values[labels] = self.values.get(labels, 0) + by


@dataclass(slots=True, eq=False)
class Gauge:
    """Something that is so much at this moment."""

    name: str
    about: str
    labels: Labels
    values: Values = field(default_factory=dict)

    def put(self, value: float, *labels: str) -> None:
        """Note how much it is now."""
        self.values[labels] = value

    def add(self, *labels: str, by: float) -> None:
        """Change it by so much."""
        self.values[labels] = self.values.get(labels, 0) + by


@dataclass(slots=True, eq=False)
class Summary:
    """How often something took time, and how long all of it together, in seconds."""

    name: str
    about: str
    labels: Labels
    values: dict[Labels, tuple[int, float]] = field(default_factory=dict)

    def see(self, seconds: float, *labels: str) -> None:
        """Note that it happened once and took so long."""
        times, together = self.values.get(labels, (0, 0.0))
        self.values[labels] = times + 1, together + seconds


Metric = Counter | Gauge | Summary
Outcome = Literal["counted", "repeated", "noted", "refused"]

EVENTS = Counter("entourage_ingest_events_total", "Events of live streams, by what became of them.", ("platform", "outcome"))
BATCHES = Summary("entourage_ingest_batch_seconds", "Storing one batch of events, with waiting for the database.", ())
JOBS = Counter("entourage_jobs_total", "Tries of jobs: done, again (tried later), dead (given up), lost (taken over).", ("kind", "outcome"))
JOB_SECONDS = Summary("entourage_job_duration_seconds", "One try of a job.", ("kind",))
DELIVERIES = Counter("entourage_deliveries_total", "What platforms told us: new, known already, or refused.", ("source", "outcome"))
CALLS = Counter("entourage_platform_calls_total", "Calls to platforms, by status; 0 for no answer.", ("platform", "status"))
CALL_SECONDS = Summary("entourage_platform_call_duration_seconds", "One call to a platform.", ("platform",))
LINES = Gauge("entourage_live_connections", "Screens and programs that follow live.", ("transport",))


def every() -> Iterator[Metric]:
    """Return all that is counted in this process."""
    return iter((EVENTS, BATCHES, JOBS, JOB_SECONDS, DELIVERIES, CALLS, CALL_SECONDS, LINES))
