"""How long the event loop of a whole house is ever blocked while a flood of events passes its intake.

Everything that `entourage run` does is in one process and on one loop, as always: web server, intake, updates, sockets,
worker. Socket.IO clients and somebody who leafs through pages and lists sit in another process. Events come in as a feed
hands them over, so decoding is not in it. Run with `python -m benchmarks.blockage`.
"""

import asyncio
import contextlib
import socket
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from itertools import cycle, islice
from pathlib import Path

import httpx2
import msgspec
import uvicorn

from benchmarks import figures, ground
from benchmarks.events import evening
from benchmarks.house import Running
from benchmarks.sockets import Client
from entourage import app
from entourage.kernel import clock, tenancy
from entourage.kernel.accounts import keys
from entourage.kernel.accounts.roles import KEY_SCOPES
from entourage.kernel.settings import Settings
from entourage.ports import live
from entourage.wiring import House, open_house

EVERY_S = 0.02
PATHS = (
    "/api/viewer-profiles?limit=50", "/api/viewer-profiles?search=viewer&limit=50", "/api/viewer-profiles/stats/summary",
    "/api/viewer-profiles/leaderboard?type=watchtime", "/api/viewer-profiles/heatmap/global", "/api/viewer-profiles/tonight",
    "/api/viewer-profiles/1", "/api/viewer-profiles/feed", "/api/viewer-profiles/sessions/active",
)  # fmt: skip


class Watch:
    """Ticks every millisecond, and tells time that this process used from time in which the machine let others run."""

    def __init__(self) -> None:
        """Begin with nothing missed."""
        self.gaps: list[float] = []
        self.own: list[float] = []

    async def run(self) -> None:
        """Tick until cancelled."""
        last, used = time.perf_counter(), time.process_time()
        while True:
            await asyncio.sleep(figures.TICK_S)
            now, using = time.perf_counter(), time.process_time()
            gap = max(0.0, now - last - figures.TICK_S)
            self.gaps.append(gap * 1000)
            self.own.append(min(gap, using - used) * 1000)
            last, used = now, using

    def __str__(self) -> str:
        """Say it."""
        gaps, own = (
            f"{max(times):.1f} ms (p99.9 {figures.percentile(times, 0.999):.1f}, p99 {figures.percentile(times, 0.99):.1f})"
            for times in (self.gaps, self.own)
        )
        return f"loop blocked at most {gaps}, by work of this process {own}"


class _Server(uvicorn.Server):
    """Uvicorn without signal handlers."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def opened(address: str, folder: Path) -> AsyncIterator[tuple[House, str]]:
    """Open a whole house in this process, on a free port."""
    taken = socket.create_server(("127.0.0.1", 0))
    port = taken.getsockname()[1]
    plain = address.replace("+aiosqlite", "").replace("+psycopg", "")
    house = open_house(replace(Settings(), data_dir=str(folder), database_url=plain, port=port))
    config = uvicorn.Config(app.build(house), log_config=None, access_log=False, ws="websockets-sansio", timeout_graceful_shutdown=1)
    server = _Server(config)
    house.start_serving()
    house.start_listening()
    house.start_working()
    serving = asyncio.create_task(server.serve(sockets=[taken]))
    try:
        while not server.started:
            await asyncio.sleep(0.01)
        yield house, f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await serving
        await house.close()


async def pour(house: House, creator_id: int, events: Sequence[live.LiveEvent], rate: int) -> float:
    """Hand events to the intake at a rate, and return how many events per second became durable."""
    began, size = time.perf_counter(), round(rate * EVERY_S)
    for number, start in enumerate(range(0, len(events), size)):
        await asyncio.sleep(max(0.0, began + number * EVERY_S - time.perf_counter()))
        now = clock.now_ms()
        await house.intake.put(creator_id, [msgspec.structs.replace(e, at_ms=now) for e in events[start : start + size]])
    while house.intake.backlog():
        await asyncio.sleep(0.005)
    return len(events) / (time.perf_counter() - began)


@asynccontextmanager
async def audience(url: str, key: str, clients: int) -> AsyncIterator[None]:
    """Let clients listen and somebody leaf through the pages, in a process of their own."""
    command = [sys.executable, "-m", "benchmarks.blockage", "--audience", url, key, str(clients)]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    try:
        if process.stdout is None or await process.stdout.readline() != b"here\n":
            msg = "The audience did not come."
            raise RuntimeError(msg)
        yield
    finally:
        process.kill()
        await process.wait()


async def be_audience(url: str, key: str, clients: int) -> None:
    """Listen on sockets and ask one question after the other, until killed."""
    house = Running(url, 0, key)
    crowd = [Client(house) for _ in range(clients)]
    tasks = [asyncio.create_task(one.run()) for one in crowd]
    await asyncio.gather(*(one.ready.wait() for one in crowd))
    print("here", flush=True)
    async with httpx2.AsyncClient(base_url=url, headers=house.headers, timeout=30) as client:
        for path in cycle(PATHS):
            await client.get(path)
            await asyncio.sleep(0.05)
    await asyncio.gather(*tasks)


async def measure(engines: ground.Ground, engine: str, rate: int, seconds: float, clients: int, seed: int) -> str:
    """Measure one engine; returns the sentence that says it."""
    address = engines.fresh(engine, "blockage")
    creator_id = ground.add_creator(address)
    events = list(evening(int(rate * seconds), 5_000, seed=seed))
    with tempfile.TemporaryDirectory() as folder:
        async with opened(address, Path(folder)) as (house, url):
            async with tenancy.inside(house.db, creator_id, write=True) as session:
                _, key = await keys.make(session, name="benchmark", scopes=KEY_SCOPES, holds=KEY_SCOPES, made_by=None)
            async with audience(url, key, clients):
                warm = list(islice(evening(rate, 500, seed=seed + 1, room="warm"), rate))
                await pour(house, creator_id, warm, rate)  # the first batches open connections and fill memories
                watch = Watch()
                async with figures.beside(watch.run()):
                    speed = await pour(house, creator_id, events, rate)
    return f"{speed:,.0f} events/s for {seconds:g} s, {clients} Socket.IO clients, about 15 questions/s: {watch}"


def main() -> None:
    """Run the benchmark and print its figures."""
    if sys.argv[1:2] == ["--audience"]:
        url, key, clients = sys.argv[2:5]
        asyncio.run(be_audience(url, key, int(clients)))
        return
    parser = ground.options(__doc__)
    parser.add_argument("--rate", type=int, default=5_000, help="events per second")
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--clients", type=int, default=3)
    chosen = parser.parse_args()
    with ground.prepared(chosen.folder) as engines:
        for engine in ground.listed(chosen.engines):
            said = ground.run(partial(measure, engines, engine, chosen.rate, chosen.seconds, chosen.clients, chosen.seed))
            print(f"{said}; {engines.durability(engine)}")


if __name__ == "__main__":
    main()
