"""The commands about counting views: when it runs, how it stands, and whether one address can be read."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Annotated

import typer
from rich.table import Table

from entourage.cli.opening import briefly, console, run_now, settings_of
from entourage.cli.recordings import creator_called
from entourage.clips import campaigns, choices, jobs, kinds, planning, rounds, runs, trying
from entourage.clips.desk import Desk
from entourage.clips.schemas import Settings
from entourage.kernel import clock, pulse, tenancy
from entourage.kernel.accounts import creators
from entourage.kernel.errors import Unavailable
from entourage.kernel.jobs import queue
from entourage.kernel.tables import Creator
from entourage.ports.views import Platform
from entourage.wiring import House

app = typer.Typer(help="Clips whose views are counted: the schedule, how it stands, and a try.", no_args_is_help=True)

_WHOSE = typer.Option(help="Which creator, by name; needed when there are several.")
_ALIVE_S = 60.0
_MICRO = 1_000_000


@app.command("schedule")
def schedule(
    now: Annotated[bool, typer.Option("--now", help="Ask for a round at once, for whatever is due.")] = False,  # noqa: FBT002
) -> None:
    """Say when views are counted: the schedule is part of the house, and needs no cron beside it."""
    settings = settings_of()

    async def work() -> list[str]:
        async with briefly(settings) as house:
            asked = await rounds.ask_all(house.db) if now else None
            return await _schedule(house, asked)

    _print(run_now(work))


@app.command("status")
def status(creator: Annotated[str | None, _WHOSE] = None) -> None:
    """Say how counting stands: campaigns, what is due, runs, what the month cost, who counts where, and problems in words."""
    settings = settings_of()

    async def work() -> Table:
        table = Table("Creator", "", "How it stands", show_lines=False)
        async with briefly(settings) as house:
            async with tenancy.everywhere(house.db, "show how counting stands on the command line") as session:
                everybody = await creators.every(session)
            chosen = [one for one in everybody if creator is None or one.name.casefold() == creator.casefold()]
            for one in chosen or [await creator_called(house.db, creator)]:
                await _status(house, one, table)
        return table

    console().print(run_now(work))


@app.command("test")
def attempt(
    url: Annotated[str, typer.Argument(help="A video's address, in any form.")],
    creator: Annotated[str | None, _WHOSE] = None,
) -> None:
    """Read one address now, without storing its views; it costs one result where a provider takes money."""
    settings = settings_of()

    async def work() -> trying.Tried:
        async with briefly(settings) as house:
            return await trying.read(house.db, _desk(house), (await creator_called(house.db, creator)).id, url)

    tried = run_now(work)
    counts = {"views": tried.views, "likes": tried.likes, "comments": tried.comments, "shares": tried.shares}
    lines = [f"{tried.platform} {tried.video_id}: {tried.outcome}" + (f" ({tried.detail})" if tried.detail else "")]
    lines += [f"  {name:<9}{number:,}" for name, number in counts.items() if number is not None]
    lines += [f"  {name:<9}{said}" for name, said in (("author", tried.author), ("title", tried.title)) if said]
    cost = "from the last five minutes, for nothing" if tried.cached else f"for ${tried.cost_micro / _MICRO:.4f}"
    _print([*lines, f"  read by {tried.provider}, {cost}"])
    if tried.outcome != "ok":
        raise typer.Exit(1)


async def _schedule(house: House, asked: int | None) -> list[str]:
    ticking = jobs.SCHEDULES[0]
    async with tenancy.everywhere(house.db, "show when clips were counted last") as session:
        newest = (await queue.newest(session, [kinds.ROUNDS])).get(kinds.ROUNDS)
    working = (await pulse.newest(house.db)).get("work")
    alive = working is not None and (clock.wall() - working.at).total_seconds() < _ALIVE_S
    lines = [
        "Views are counted by the house itself: every minute it plans what is due, each clip by how it grows (30 minutes at the least)."
    ]
    if alive:
        following = ticking.next_after(clock.now())
        lines.append(f"It is running. Last look: {_at(newest.run_at if newest else None)}; next: {_at(following)}.")
    else:
        lines.append(f"Nobody works in this house just now (last look: {_at(newest.run_at if newest else None)}). Start it: entourage run.")
    if asked is not None:
        lines.append(f"Asked for a round at {asked} creator{'' if asked == 1 else 's'} with something due." if asked else "Nothing is due.")
    lines.append("Without a house that runs all the time, a scheduler outside may call /api/cron/work (docs/settings.md).")
    return lines


async def _status(house: House, creator: Creator, table: Table) -> None:
    counters = await planning.counters_of(_desk(house), creator.id)
    async with tenancy.inside(house.db, creator.id) as session:
        settings = await choices.read(session)
        meter, failing = await runs.meter(session, settings.month_micro), await runs.failing(session)
        due, following = await planning.due(session)
        newest, open_clips = await runs.newest(session), await runs.open_clips(session)
        found = await campaigns.rows(session)
    states = Counter(one.state.lower() for one in found)
    said = ", ".join(f"{number} {state}" for state, number in sorted(states.items()))
    table.add_row(creator.name, "campaigns", said or "none")
    table.add_row("", "due now", f"{due:,} clips; the next one after that: {_at(following)}")
    table.add_row("", "being read", f"{len(open_clips):,} clips")
    last = "none yet" if newest is None else f"{_at(newest.finished_at)}: {newest.good} of {newest.asked} read by {newest.provider}"
    table.add_row("", "last run", last)
    most = "no limit" if meter.most_micro is None else f"at most ${meter.most_micro / _MICRO:.2f}"
    held = f" (and ${meter.reserved_micro / _MICRO:.2f} held back for open runs)" if meter.reserved_micro else ""
    table.add_row("", f"cost in {meter.month}", f"${meter.spent_micro / _MICRO:.2f} for {meter.readings:,} readings{held}; {most}")
    table.add_row("", "who counts", ", ".join(f"{platform}: {one.name}" for platform, one in counters.items()) or "nobody")
    wanted: set[Platform] = {platform for one in found if one.state == "ACTIVE" for platform in one.platforms}
    for problem in _problems(settings, meter, failing, wanted, counters):
        table.add_row("", "[red]problem[/]", problem)


def _problems(
    settings: Settings, meter: runs.Meter, failing: Mapping[str, runs.Failing], wanted: set[Platform], counters: Collection[Platform]
) -> Iterator[str]:
    if not settings.counting:
        yield "Counting is switched off in the settings of clips."
    if meter.left_micro == 0:
        yield "The money that counting may cost this month is spent; it goes on next month, or when you raise the limit."
    for platform in sorted(wanted - set(counters)):
        yield f"Nobody counts on {kinds.NAMES[platform]}: set up a key, or enter views by hand."
    for provider, one in failing.items():
        again = "" if one.rests_until is None else f" Next try: {_at(max(one.rests_until, clock.now()))}."
        yield f"{provider} failed {one.times} time{'' if one.times == 1 else 's'} in a row: {one.trouble}{again}"


def _desk(house: House) -> Desk:
    if house.clip_desk is None:
        msg = "Nobody answers for clips in this house."
        raise Unavailable(msg)
    return house.clip_desk


def _at(moment: datetime | None) -> str:
    return "never" if moment is None else f"{moment:%Y-%m-%d %H:%M} UTC"


def _print(lines: list[str]) -> None:
    for line in lines:
        console().print(line, highlight=False, markup=False, soft_wrap=True)
