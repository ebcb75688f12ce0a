"""All measurements one after another, and a table of what came out: `python -m benchmarks [--quick]`.

Quick leaves out the million, and does everything fewer times; its figures are good for a look, not for a comparison.
"""

import argparse
import platform
import statistics
import sys
import time

from rich.console import Console
from rich.table import Table

from benchmarks import decode, figures, ground, ingest, memory, reads, sockets, sweep
from benchmarks.figures import Figure

_PARTS = {"ingest": ingest, "reads": reads, "sweep": sweep, "memory": memory, "sockets": sockets}
_QUICK: dict[str, list[str]] = {
    "ingest": ["--events", "10000", "--people", "2000", "--rounds", "3"],
    "reads": ["--sizes", "10000,100000", "--calls", "60", "--longest", "3"],
    "sweep": ["--sweeps", "5"],
    "memory": ["--seconds", "5", "--rows", "100000"],
    "sockets": ["--seconds", "5"],
}


def decoding(*, quick: bool, seed: int) -> list[Figure]:
    """Decode for a while and return the summary."""
    packed = decode.make_frames(200 if quick else 1_000, seed, 0)
    speed = statistics.median(decode.rounds(packed, 1.0 if quick else 5.0))
    print(f"decode: {speed:,.0f} messages/s (gzip frames of {decode.PER_FRAME} recorded messages to events, one core, seed {seed})")
    return [Figure("decode", f"{speed:,.0f} messages/s", ">= 40,000", speed >= 40_000)]


def unrest() -> float:
    """Return how long 99 of 100 runs of a millisecond's work take at most: what others on this machine do to every figure."""
    took = []
    for _ in range(1_000):
        began = time.perf_counter()
        sum(range(40_000))
        took.append(time.perf_counter() - began)
    return figures.percentile(took, 0.99) / figures.percentile(took, 0.1)


def table(summary: list[Figure]) -> Table:
    """Lay the summary out."""
    shown = Table(title="summary", title_justify="left")
    for heading in ("what", "measured", "goal", ""):
        shown.add_column(heading)
    for figure in summary:
        mark = "" if not figure.goal else "[green]met[/green]" if figure.met else "[red]missed[/red]"
        shown.add_row(figure.what, figure.value, figure.goal, mark)
    return shown


def main() -> None:
    """Run everything chosen."""
    parser = ground.options(__doc__)
    parser.add_argument("--quick", action="store_true", help="a few minutes instead of half an hour")
    parser.add_argument("--parts", default=",".join(["decode", *_PARTS]), help="which measurements, with commas")
    chosen: argparse.Namespace = parser.parse_args()
    parts = ground.listed(chosen.parts)
    print(f"Python {platform.python_version()}, {platform.system()} {platform.machine()}, {platform.processor() or 'unnamed processor'}")
    print(f"unrest of this machine: a millisecond's work takes up to {unrest():.1f} times as long as it should (p99)")
    summary = decoding(quick=chosen.quick, seed=chosen.seed) if "decode" in parts else []
    passed_on = ["--engines", chosen.engines, "--seed", str(chosen.seed)]
    with ground.prepared(chosen.folder) as engines:
        for name, part in _PARTS.items():
            if name in parts:
                print(f"\n{name}")
                summary += part.run(engines, part.options().parse_args(passed_on + (_QUICK[name] if chosen.quick else [])))
                sys.stdout.flush()
    Console(width=170).print(table(summary))


if __name__ == "__main__":
    main()
