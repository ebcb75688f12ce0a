"""Every page and list of clips over HTTP, as a manager, a clipper and a client open them: 10,000 clips in three campaigns over 30 days.

Clips have thirty readings each; what they earned is in the ledger, and part of it was paid. Measured one after another, from the request
to the last byte, at a running house. Run with `python -m benchmarks.clip_pages`.
"""

import argparse
import random
import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import httpx2
from rich.console import Console
from rich.table import Table
from sqlalchemy import select

from benchmarks import clip_stock, figures, ground
from benchmarks.figures import Calls, Figure
from benchmarks.house import move_in, running, signed_in
from entourage.clips import reports
from entourage.clips.tables import ClipBatch, ClipCampaign, ClipSubmission
from entourage.kernel import tenancy
from entourage.kernel.tables import User
from entourage.web import pages

_CREATOR, _WARM = 1, 2
_PAGE_MS = 150
_HTML, _PART, _JSON = {"Accept": "text/html"}, {"HX-Request": "true"}, {"Accept": "application/json"}


@dataclass(frozen=True)
class Known:
    """What addresses are made of."""

    campaigns: list[int]
    clips: list[int]
    mine: list[int]
    batches: list[int]
    clipper: str
    token: str


@dataclass
class Opened(Calls):
    """How long one address took."""

    who: str
    name: str
    paths: list[str]
    headers: dict[str, str]


def everything(known: Known, dice: random.Random) -> Iterator[Opened]:
    """List what managers, clippers and clients open."""
    one, some, own = str(known.campaigns[0]), dice.sample(known.clips, 12), dice.sample(known.mine, min(8, len(known.mine)))
    campaign, queue = f"/clips/campaigns/{one}", "/clips/review"
    whole = [
        "/clips", "/clips/campaigns/new", campaign, f"{campaign}?status=PENDING", f"{campaign}?q=moment+number+77",
        f"{campaign}?flagged=true", f"{campaign}/edit", f"{campaign}/outlook", queue, f"{queue}?campaign={one}", f"{queue}/all",
        f"{queue}/all?campaign={one}", "/clips/payouts", f"/clips/payouts/{known.batches[0]}", "/clips/clippers",
        f"/clips/clippers/{known.clipper}", "/clips/counting", "/clips/settings", "/clips/waiting",
    ]  # fmt: skip
    yield from (Opened("manager", path, [path], _HTML) for path in whole)
    yield Opened("manager", "/clips/clips/{clip}", [f"/clips/clips/{clip}" for clip in some], _HTML)
    parts = [
        "/clips",
        campaign,
        f"{campaign}?after={known.clips[len(known.clips) // 2]}",
        f"{queue}?after={some[0]}",
        f"{queue}/all?after={some[0]}",
    ]
    yield from (Opened("manager", f"part of {path}", [path], _PART) for path in parts)
    admin, room = "/api/admin/submissions", "/api/clips"
    lists = [
        admin, f"{admin}?status=PENDING", f"{admin}?search=moment+number+77", f"{admin}?campaignId={one}&limit=200&offset=2000",
        "/api/admin/campaigns/analytics", f"/api/admin/campaigns/analytics?campaignId={one}", f"/api/admin/campaigns/{one}/forecast",
        f"{room}/campaigns", f"{room}/campaigns/{one}", f"{room}/campaigns/{one}/report", f"{room}/leaderboard",
        f"{room}/leaderboard?by=earned", f"{room}/views?days=30", f"{room}/forecasts", f"{room}/flags", f"{room}/balances",
        f"{room}/batches", f"{room}/batches/{known.batches[0]}", f"{room}/clippers", f"{room}/clippers/{known.clipper}/statement",
        f"{room}/runs", f"{room}/meter",
    ]  # fmt: skip
    yield from (Opened("manager", path, [path], _JSON) for path in lists)
    for name in ("statement", "words", "flags"):
        yield Opened("manager", f"{room}/submissions/{{clip}}/{name}", [f"{room}/submissions/{clip}/{name}" for clip in some], _JSON)
    for name in ("readings", "days"):
        yield Opened("manager", f"{room}/{{clip}}/{name}", [f"{room}/{clip}/{name}" for clip in some], _JSON)
    yield Opened("manager", f"{admin}/{{clip}}/course", [f"{admin}/{clip}/course" for clip in some], _JSON)
    mine = ["/clips/mine", "/clips/open", "/clips/mine/payout", "/clips/mine/welcome/3", "/clips/mine/statement.csv"]
    yield from (Opened("clipper", path, [path], _HTML) for path in mine)
    yield from (Opened("clipper", path, [path], _PART) for path in ("/clips/mine/list", "/clips/mine/money"))
    yield Opened("clipper", "/clips/mine/{clip}", [f"/clips/mine/{clip}" for clip in own], _HTML)
    yield Opened("clipper", "/clips/mine/{clip}/row", [f"/clips/mine/{clip}/row" for clip in own], _PART)
    own_lists = ["submissions", "campaigns", "statement", "me", "me/access"]
    yield from (Opened("clipper", f"/api/clippers/{path}", [f"/api/clippers/{path}"], _JSON) for path in own_lists)
    yield Opened("clipper", "/api/clippers/submissions/{clip}", [f"/api/clippers/submissions/{clip}" for clip in own], _JSON)
    yield Opened("clipper", "/api/clippers/submissions/{clip}/course", [f"/api/clippers/submissions/{clip}/course" for clip in own], _JSON)
    yield Opened("client", "/report/{token}", [f"/report/{known.token}"], _HTML)


def unmeasured(asked: list[Opened]) -> list[str]:
    """Name the pages of clips that none of these addresses opens."""
    opened = {path.partition("?")[0] for one in asked for path in one.paths}
    paths = sorted({route.path for route in pages.ROUTER.routes if "GET" in getattr(route, "methods", ()) and "/clips" in route.path})
    return [path for path in paths if not any(re.fullmatch(re.sub(r"\{[^}]*\}", "[^/]+", path), one) for one in opened)]


async def open_all(address: str, chosen: argparse.Namespace) -> list[Opened]:
    """Open everything at a running house, some times each round."""
    email, password = await move_in(address, _CREATOR)
    known = await _know(address)
    asked = [one for one in everything(known, random.Random(chosen.seed)) if chosen.only in one.name]
    if left_out := unmeasured(asked):
        print(f"  pages that are not measured: {', '.join(left_out)}")
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        house = await stack.enter_async_context(running(address, _CREATOR, folder))
        clients = {
            "manager": await stack.enter_async_context(signed_in(house, email, password)),
            "clipper": await stack.enter_async_context(signed_in(house, clip_stock.CLIPPER, clip_stock.PASSWORD)),
            "client": await stack.enter_async_context(httpx2.AsyncClient(base_url=house.url, timeout=120)),
        }
        for _ in range(chosen.rounds):
            for one in asked:
                before = figures.busy_ms(house.pid)
                one.rounds.append(await _open(clients[one.who], one, chosen.calls // chosen.rounds))
                one.busy_ms += figures.busy_ms(house.pid) - before
    return asked


async def _open(client: httpx2.AsyncClient, one: Opened, calls: int) -> list[float]:
    took: list[float] = []
    for number in range(calls + _WARM):
        path = one.paths[number % len(one.paths)]
        began = time.perf_counter()
        answer = await client.get(path, headers=one.headers)
        ended = time.perf_counter()
        if answer.status_code == 429:  # a public door opens sixty times a minute
            break
        if answer.status_code != 200:
            msg = f"{path} answered {answer.status_code}: {answer.text[:500]}"
            raise RuntimeError(msg)
        one.calls += 1
        one.bytes = max(one.bytes, len(answer.content))
        if number >= _WARM:
            took.append((ended - began) * 1000)
        if sum(took) > 10_000:
            break
    return took


async def _know(address: str) -> Known:
    """Look up what addresses are made of, and make a link for a client."""
    async with ground.opened(address) as db:
        async with tenancy.everywhere(db, "a benchmark's clipper") as session:
            cem = await session.scalar(select(User.id).where(User.email == clip_stock.CLIPPER))
        async with tenancy.inside(db, _CREATOR, write=True) as session:
            ids = {
                table: list(await session.scalars(select(table.id).order_by(table.id)))
                for table in (ClipCampaign, ClipBatch, ClipSubmission)
            }
            mine = list(await session.scalars(select(ClipSubmission.id).where(ClipSubmission.user_id == cem)))
            _, token = await reports.make(session, ids[ClipCampaign][0], f"Acme {time.time_ns()}", names=True, actor="user:ada")
    return Known(ids[ClipCampaign], ids[ClipSubmission], mine, ids[ClipBatch], str(cem), token)


def run(engines: ground.Ground, chosen: argparse.Namespace) -> list[Figure]:
    """Fill what is not filled yet, measure, print the figures, and return the summary."""
    summary: list[Figure] = []
    for engine in ground.listed(chosen.engines):
        fill = partial(clip_stock.fill, clips=chosen.clips, clippers_=chosen.clippers, seed=chosen.seed)
        began = time.perf_counter()
        address = engines.kept(engine, f"clip_stock_{chosen.clips}_{chosen.clippers}_{chosen.seed}", fill)
        print(f"{engine}: {engines.durability(engine)}; filled or found in {time.perf_counter() - began:.0f} s")
        print(f"  {ground.run(partial(clip_stock.sizes, address, _CREATOR))}")
        summary.append(_figure(engine, ground.run(partial(open_all, address, chosen)), chosen))
    return summary


def _figure(engine: str, done: list[Opened], chosen: argparse.Namespace) -> Figure:
    shown = Table(title=f"clips over HTTP, {engine}: ms, p50 and the p95 of the quietest round", title_justify="left")
    for heading in ("who", "what", "p50", "p95", "processor", "KiB"):
        shown.add_column(heading, justify="left" if heading in {"who", "what"} else "right", no_wrap=True)
    for one in sorted(done, key=lambda one: -one.p95):
        p95 = f"[red]{one.p95:.1f}[/red]" if one.p95 > _PAGE_MS else f"{one.p95:.1f}"
        shown.add_row(one.who, one.name, f"{one.of_all(0.5):.1f}", p95, f"{one.busy:.0f}", f"{one.bytes / 1024:.0f}")
        if one.p95 < _PAGE_MS / 5 and not chosen.all:
            break
    Console(width=150).print(shown)
    late, slowest = [one for one in done if one.p95 > _PAGE_MS], max(done, key=lambda one: one.p95)
    value = f"{len(done) - len(late)} of {len(done)} within; slowest: {slowest.name}, {slowest.p95:.0f} ms"
    return Figure(f"clips, {engine}", value, f"p95 < {_PAGE_MS} ms", not late)


def options() -> argparse.ArgumentParser:
    """Return the command line."""
    parser = ground.options(__doc__)
    parser.add_argument("--clips", type=int, default=10_000, help="thirty readings each")
    parser.add_argument("--clippers", type=int, default=100, help="who handed them in")
    parser.add_argument("--calls", type=int, default=60, help="how often each is opened")
    parser.add_argument("--rounds", type=int, default=3, help="in how many rounds")
    parser.add_argument("--only", default="", help="only what has this in its name")
    parser.add_argument("--all", action="store_true", help="show everything, not only what is past a fifth of the goal")
    return parser


def main() -> None:
    """Run the benchmark and print its figures."""
    ground.report(run, options())


if __name__ == "__main__":
    main()
