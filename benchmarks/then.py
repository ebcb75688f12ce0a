"""The house's command line at the moment of the benchmark's audience, so that its tonight is tonight: `python -m benchmarks.then run`."""

from datetime import UTC, datetime, timedelta
from time import monotonic

from benchmarks.crowd import NOW_MS
from entourage import cli
from entourage.kernel import clock


def set_clock() -> None:
    """Let the house's clock go on from that moment."""
    began = monotonic()
    moment = datetime.fromtimestamp(NOW_MS / 1000, UTC)
    clock.set_source(lambda: moment + timedelta(seconds=monotonic() - began))


if __name__ == "__main__":
    set_clock()
    cli.main()
