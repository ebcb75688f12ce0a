"""The commands that bring something in: recordings of live streams."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from entourage.cli.opening import briefly, run_now, settings_of
from entourage.kernel import tenancy
from entourage.kernel.accounts import creators
from entourage.kernel.db import Database
from entourage.kernel.errors import Conflict, Invalid, NotFound
from entourage.kernel.settings import Settings
from entourage.kernel.tables import Creator
from entourage.viewers import replay
from entourage.viewers.replay import Played
from entourage.wiring import recording as read_recording

app = typer.Typer(help="Bring in what was recorded elsewhere.", no_args_is_help=True)

_say = Console()


@app.command("recording")
def recording(
    file: Annotated[Path, typer.Argument(help="A JSONL recording of a live stream.", exists=True, dir_okay=False, readable=True)],
    speed: Annotated[str, typer.Option(help="1x keeps its pace, 10x is ten times as fast, max does not wait at all.")] = "max",
    creator: Annotated[str | None, typer.Option(help="Whose stream it was, by name; needed when there are several creators.")] = None,
) -> None:
    """Play a recorded live stream into the viewers' profiles; playing it again changes nothing."""
    settings, pace = settings_of(), read_speed(speed)
    played, reasons = run_now(lambda: _play(settings, file, file.stat().st_size, speed=pace, name=creator))
    _say.print(f"{played.lines:,} lines: {played.counted:,} events counted, {played.repeated:,} known already, {played.refused:,} refused.")
    for reason in reasons:
        _say.print(f"  {reason}", highlight=False, markup=False)


def read_speed(text: str) -> float | None:
    """Read `10x`, `0.5` or `max` (None); raises Invalid."""
    if text.strip().lower() == "max":
        return None
    try:
        speed = float(text.strip().lower().removesuffix("x"))
    except ValueError:
        speed = 0.0
    if not 0 < speed < float("inf"):
        msg = f"A speed is like 1x, 10x or max, not {text!r}."
        raise Invalid(msg)
    return speed


async def _play(settings: Settings, file: Path, size: int, *, speed: float | None, name: str | None) -> tuple[Played, list[str]]:
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    async with briefly(settings) as house:
        whose = await creator_called(house.db, name)
        lines, tally = read_recording(file)
        with Progress(*columns, console=_say) as bar:
            task = bar.add_task(f"{file.name} → {whose.name}", total=size)
            played = await replay.play(
                house.db, house.intake, whose.id, lines, speed=speed, progress=lambda _: bar.update(task, completed=tally.bytes_read)
            )
            bar.update(task, completed=tally.bytes_read)
    played.lines, played.refused = tally.lines, played.refused + tally.refused
    return played, tally.reasons


async def creator_called(db: Database, name: str | None) -> Creator:
    """Return the creator of a name, or the only one; raises NotFound and Conflict with what there is."""
    async with tenancy.everywhere(db, "whose recording is this") as session:
        here = await creators.every(session)
    found = [one for one in here if name is None or one.name.casefold() == name.casefold()]
    if len(found) == 1:
        return found[0]
    if not here:
        msg = "There is no creator yet. Start with `entourage run` and open the link it prints."
        raise NotFound(msg)
    names = ", ".join(one.name for one in here)
    msg = f"Say whose this is with --creator: {names}." if name is None else f"There is no creator called {name}; there are: {names}."
    raise Conflict(msg)
