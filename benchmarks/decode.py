"""How many TikTok messages a second become events: gzip frames of ten recorded messages, on one core.

No socket, no database: PushFrame -> gunzip -> FetchResult -> canonical events. Run with `python -m benchmarks.decode`.
"""

import argparse
import base64
import gzip
import json
import platform
import random
import resource
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import google.protobuf
from google.protobuf.internal import api_implementation

from entourage.platforms.tiktok import frames, translate
from entourage.platforms.tiktok import schema_pb2 as wire

RECORDED = Path(__file__).parents[1] / "tests/platforms/tiktok/recorded/payloads.jsonl"
PER_FRAME = 10
ARRIVAL = translate.Arrival(1_700_000_000_000)


def make_frames(count: int, seed: int) -> list[bytes]:
    """Pack recorded messages, in shuffled order but with their recorded mix, into `count` gzip frames."""
    lines = [json.loads(line) for line in RECORDED.read_text(encoding="utf-8").splitlines()]
    messages = [(line["method"], base64.b64decode(line["payload"])) for line in lines]
    dice = random.Random(seed)  # noqa: S311 - a workload, not a secret
    made = []
    for number in range(count):
        bundle = wire.FetchResult(need_ack=True, internal_ext="x", cursor=str(number))
        for method, payload in dice.sample(messages, PER_FRAME):
            bundle.messages.add(method=method, payload=payload, msg_id=dice.getrandbits(62))
        frame = wire.PushFrame(
            log_id=number + 1,
            payload_encoding="pb",
            payload_type="msg",
            payload=gzip.compress(bundle.SerializeToString(), 6),
        )
        frame.headers.add(key="compress_type", value="gzip")
        made.append(frame.SerializeToString())
    return made


def rounds(packed: list[bytes], seconds: float) -> Iterator[float]:
    """Decode all frames again and again for about `seconds`; yields messages per second of each round."""
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        began = time.perf_counter()
        done = 0
        for raw in packed:
            frame = frames.open_frame(raw)
            if frame is not None and frame.bundle is not None:
                done += len(translate.translate_all(frame.bundle.messages, ARRIVAL))
        yield done / (time.perf_counter() - began)


def rss_mib() -> float:
    """Return the highest resident memory so far in MiB."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (2**20 if sys.platform == "darwin" else 2**10)


def main() -> None:
    """Run the benchmark and print its figures."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=10.0)
    options.add_argument("--frames", type=int, default=2_000)
    options.add_argument("--seed", type=int, default=42)
    chosen = options.parse_args()
    packed = make_frames(chosen.frames, chosen.seed)
    size = sum(map(len, packed)) / len(packed)
    before = rss_mib()
    speeds = list(rounds(packed, chosen.seconds))
    print(
        f"decode: {statistics.median(speeds):,.0f} messages/s (median of {len(speeds)} rounds, "
        f"worst {min(speeds):,.0f}, best {max(speeds):,.0f})"
    )
    print(
        f"  workload: {chosen.frames:,} gzip frames of {PER_FRAME} recorded messages, {size:,.0f} bytes a frame, "
        f"seed {chosen.seed}; frame -> gunzip -> canonical events, one core, nothing stored"
    )
    print(f"  memory: {rss_mib():.1f} MiB resident at most, {rss_mib() - before:.1f} MiB of it while decoding")
    print(
        f"  engine: protobuf {google.protobuf.__version__} ({api_implementation.Type()}), "
        f"Python {platform.python_version()}, {platform.machine()}"
    )


if __name__ == "__main__":
    main()
