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
WORDS = [b"https://p16-webcast.example/img/", b"pm_mt_msg", b"webcast_aweme", b"{0:user} joined"]
HIGH_BIT = 0x80
ARRIVAL = translate.Arrival(1_700_000_000_000)


def make_frames(count: int, seed: int, extra: int) -> list[bytes]:
    """Pack recorded messages, in shuffled order but with their recorded mix, into `count` gzip frames.

    `extra` bytes of a field that nobody reads are added to each message: the recording is reduced to the fields that
    are read, while messages on the real wire average 2 to 5.6 kB.
    """
    lines = [json.loads(line) for line in RECORDED.read_text(encoding="utf-8").splitlines()]
    dice = random.Random(seed)
    messages = [(line["method"], base64.b64decode(line["payload"]) + padding(extra, dice)) for line in lines]
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


def padding(size: int, dice: random.Random) -> bytes:
    """Make field 1000 with `size` bytes that compress about as well as the rest of a real message."""
    if not size:
        return b""
    text = b"".join(dice.choice(WORDS) + dice.randbytes(8) for _ in range(size // 16))[:size].ljust(size, b" ")
    return varint(1000 << 3 | 2) + varint(size) + text


def varint(number: int) -> bytes:
    """Write a number as protobuf does."""
    made = bytearray()
    while number >= HIGH_BIT:
        made.append(number & 127 | HIGH_BIT)
        number >>= 7
    made.append(number)
    return bytes(made)


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


def measure(options: argparse.Namespace, extra: int) -> None:
    """Measure one size of message and print its figures."""
    packed = make_frames(options.frames, options.seed, extra)
    size = sum(map(len, packed)) / len(packed)
    before = rss_mib()
    speeds = list(rounds(packed, options.seconds))
    print(
        f"decode: {statistics.median(speeds):,.0f} messages/s (median of {len(speeds)} rounds, "
        f"worst {min(speeds):,.0f}, best {max(speeds):,.0f})"
    )
    print(
        f"  workload: {options.frames:,} gzip frames of {PER_FRAME} recorded messages (+ {extra:,} bytes each that nobody"
        f" reads), {size:,.0f} bytes a frame, seed {options.seed}; frame -> gunzip -> events, one core, not stored"
    )
    print(f"  memory: {rss_mib():.1f} MiB resident at most, {rss_mib() - before:.1f} MiB of it while decoding")


def main() -> None:
    """Run the benchmark and print its figures."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=5.0)
    options.add_argument("--frames", type=int, default=1_000)
    options.add_argument("--seed", type=int, default=42)
    chosen = options.parse_args()
    for extra in (0, 3_000):
        measure(chosen, extra)
    print(
        f"engine: protobuf {google.protobuf.__version__} ({api_implementation.Type()}), "
        f"Python {platform.python_version()}, {platform.machine()}"
    )


if __name__ == "__main__":
    main()
