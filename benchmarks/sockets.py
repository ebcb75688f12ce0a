"""How long it takes from an event's arrival at the house to a Socket.IO client that hears of it.

A running house in a process of its own; events come in over `POST /api/ingest/events`; a client on a websocket reads
the feed. Measured from before the request is sent to the receipt of `live:feed` with the line in it, so the batch, its
durable commit, the bus and both ways over the wire are in it. Run with `python -m benchmarks.sockets`.
"""

import argparse
import asyncio
import contextlib
import tempfile
import time
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from socketio import packet
from websockets.asyncio.client import ClientConnection, connect

from benchmarks import figures, ground
from benchmarks.figures import Figure
from benchmarks.house import Running, running
from benchmarks.load import Load

RATES = (200, 1_000)
_MESSAGE, _PING = "4", "2"


@dataclass
class Client:
    """A Socket.IO client that notes when each line of the feed came, and counts all events by name."""

    house: Running
    heard_at: dict[str, float] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    ready: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Connect and listen until cancelled."""
        address = self.house.url.replace("http://", "ws://") + "/socket.io/?EIO=4&transport=websocket"
        async with connect(address, max_size=None, compression=None) as wire:
            await wire.recv()  # what the server offers
            hello: Any = packet.Packet(packet.CONNECT, data={"key": self.house.key})
            await wire.send(_MESSAGE + hello.encode())
            await self._listen(wire)

    async def _listen(self, wire: ClientConnection) -> None:
        async for raw in wire:
            now = time.perf_counter()
            text = raw if isinstance(raw, str) else raw.decode()
            if text == _PING:
                await wire.send("3")
            elif text.startswith(_MESSAGE):
                self._take(packet.Packet(encoded_packet=text[1:]), now)

    def _take(self, said: Any, now: float) -> None:  # noqa: ANN401 - the library has no types
        if said.packet_type == packet.CONNECT:
            self.ready.set()
        elif said.packet_type == packet.CONNECT_ERROR:
            msg = f"The house refused the client: {said.data}"
            raise RuntimeError(msg)
        elif said.packet_type == packet.EVENT:
            name, payload = said.data
            self.counts[name] = self.counts.get(name, 0) + 1
            if name == "live:feed":
                for item in payload["items"]:
                    if item["kind"] == "comment":
                        self.heard_at.setdefault(item["text"], now)


@dataclass(frozen=True)
class Result:
    """What one rate gave."""

    rate: int
    seconds: float
    load: Load
    client: Client
    others: int

    def at(self, part: float) -> float:
        """Return a percentile of the waits in milliseconds."""
        return figures.percentile(self.waits, part)

    @property
    def waits(self) -> list[float]:
        """How long each line that was shown took, in milliseconds."""
        heard = self.client.heard_at
        return [(heard[line] - sent) * 1000 for line, sent in self.load.sent_at.items() if line in heard]

    def report(self) -> str:
        """Say it in lines."""
        told = ", ".join(f"{name} {count / self.seconds:.0f}/s" for name, count in sorted(self.client.counts.items()))
        answered = figures.percentile(self.load.answers, 0.95)
        return (
            f"event -> Socket.IO client at {self.rate:,} events/s: p50 {self.at(0.5):.0f} ms, p95 {self.at(0.95):.0f} ms,"
            f" p99 {self.at(0.99):.0f} ms\n"
            f"  {self.load.stored:,} stored, {self.load.failed} requests failed; {len(self.waits):,} of {len(self.load.sent_at):,}"
            f" chat lines shown (a flood shows its newest lines); answers to the source p95 {answered:.0f} ms\n"
            f"  {1 + self.others} clients, each told {told}"
        )


async def measure(house: Running, rate: int, seconds: float, others: int, first: int = 0) -> Result:
    """Send at a rate for so long while clients listen."""
    load, client = Load(house, rate, first=first), Client(house)
    crowd = [Client(house) for _ in range(others)]
    tasks = [asyncio.create_task(each.run()) for each in (client, *crowd)]
    async with asyncio.timeout(20):
        await asyncio.gather(*(each.ready.wait() for each in (client, *crowd)))
    await load.run(seconds)
    await asyncio.sleep(1)
    for task in tasks:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
    return Result(rate, seconds, load, client, others)


async def _measure_at(address: str, creator_id: int, rate: int, chosen: argparse.Namespace) -> Result:
    with tempfile.TemporaryDirectory() as folder:
        async with running(address, creator_id, Path(folder)) as house:
            await measure(house, rate, 2, 0)  # the first requests open connections and fill memories
            return await measure(house, rate, chosen.seconds, chosen.clients - 1, first=1_000_000)


def run(engines: ground.Ground, chosen: argparse.Namespace) -> list[Figure]:
    """Measure every rate, print the figures, and return the summary."""
    summary = []
    engine = chosen.socket_engine
    print(f"workload: events of 2,000 people, a bundle every 20 ms for {chosen.seconds:g} s; {engines.durability(engine)}")
    for rate in map(int, ground.listed(chosen.rates)):
        address = engines.fresh(engine, f"sockets_{rate}")
        creator_id = ground.add_creator(address)
        result: Result = ground.run(partial(_measure_at, address, creator_id, rate, chosen))
        print(result.report())
        value = f"p50 {result.at(0.5):.0f} ms, p95 {result.at(0.95):.0f} ms"
        summary.append(Figure(f"event -> Socket.IO client at {rate:,}/s", value, "p95 <= 100 ms", result.at(0.95) <= 100))
    return summary


def options() -> argparse.ArgumentParser:
    """Return the command line."""
    parser = ground.options(__doc__)
    parser.add_argument("--socket-engine", default="sqlite", help="the engine of the running house")
    parser.add_argument("--rates", default=",".join(map(str, RATES)), help="events per second")
    parser.add_argument("--seconds", type=float, default=15.0)
    parser.add_argument("--clients", type=int, default=3)
    return parser


def main() -> None:
    """Run the benchmark and print its figures."""
    chosen = options().parse_args()
    with ground.prepared(chosen.folder) as engines:
        run(engines, chosen)


if __name__ == "__main__":
    main()
