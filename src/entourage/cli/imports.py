"""The commands that take viewers over from other programs: look at a file, import it, list, undo, link, and the failed rows."""

import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Column, Table

from entourage.cli.opening import briefly, console, run_now, settings_of
from entourage.cli.recordings import creator_called
from entourage.kernel import tenancy
from entourage.kernel.errors import Invalid
from entourage.viewers.imports import formats, history, joining, plan, taking, undoing
from entourage.wiring import House

_say = console()
_ACTOR = "the command line"
_COUNTED = (
    ("new", "people who are new here"),
    ("matched", "people who are known and would change"),
    ("pending", "names that wait until they are first seen"),
    ("unchanged", "lines that change nothing"),
    ("rejected", "lines that cannot be used"),
)
_Creator = Annotated[str | None, typer.Option(help="Whose viewers they are, by name; needed when there are several creators.")]
_Number = Annotated[int, typer.Argument(help="The number of the import, as `entourage import list` shows it.")]


def file(  # noqa: PLR0913 - what a command takes
    path: Annotated[
        Path, typer.Argument(metavar="FILE", help="What another program exported.", exists=True, dir_okay=False, readable=True)
    ],
    form: Annotated[str, typer.Option("--format", help=f"Found out by itself, or one of: {', '.join(formats.FORMATS)}.")] = "",
    platform: Annotated[str, typer.Option(help="Where these people are from, if the file does not say: tiktok, twitch, youtube.")] = "",
    mapping: Annotated[list[str] | None, typer.Option("--map", help="COLUMN=FIELD, as often as needed; replaces the guesses.")] = None,
    rules: Annotated[list[str] | None, typer.Option("--rule", help="FIELD=set, add or larger, as often as needed.")] = None,
    creator: _Creator = None,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen; nothing is written.")] = False,
) -> None:
    """Take viewers over from another program; the same file twice changes nothing, and it can be undone whole."""
    wanted = taking.Wanted(form, platform, pairs(mapping) if mapping else None, pairs(rules or []))
    run_now(lambda: _bring(path, wanted, creator, dry_run=dry_run))


def list_all(creator: _Creator = None) -> None:
    """List what was imported, newest first."""

    async def show() -> None:
        async with _opened(creator) as (house, creator_id), tenancy.inside(house.db, creator_id) as session:
            found = await history.listed(session)
        table = Table("No.", Column("File", no_wrap=True), "From", "When", "State", "Lines", "New", "Changed", "Waiting", "Failed")
        for one in found:
            c = one.counts
            counts = (f"{n:,}" for n in (c.rows, c.new, c.matched, c.pending, c.rejected))
            table.add_row(str(one.id), one.name, one.known_as, one.created_at[:16].replace("T", " "), one.state, *counts)
        _say.print(table if found else "Nothing was imported yet.")

    run_now(show)


def undo(number: _Number, creator: _Creator = None) -> None:
    """Take an import back whole; what was changed by hand or seen since stays."""

    async def take_back() -> None:
        async with _opened(creator) as (house, creator_id):
            async with tenancy.inside(house.db, creator_id) as session:
                past = await history.one(session, number)
            await undoing.begin(house.db, creator_id, number, _ACTOR)
            with _bar("Undoing", past.counts.new + past.counts.matched) as tell:
                await undoing.finish(house.db, creator_id, number, tell)
        _say.print(f"Import {number} was undone: {past.name}.", highlight=False, markup=False)

    run_now(take_back)


def link(number: _Number, creator: _Creator = None) -> None:
    """Link people of the file who have accounts on several platforms, as far as these are known here."""

    async def join() -> None:
        async with _opened(creator) as (house, creator_id):
            await joining.begin(house.db, creator_id, number, _ACTOR)
            with _say.status("Linking …"):
                await joining.finish(house.db, creator_id, number, _ACTOR)
            async with tenancy.inside(house.db, creator_id) as session:
                past = await history.one(session, number)
        _say.print(f"{past.joined:,} of {past.links:,} people are linked; {past.unseen:,} have some not seen here yet.", highlight=False)

    run_now(join)


def failed(number: _Number, creator: _Creator = None) -> None:
    """Write the lines that could not be used, with reasons, as CSV to the standard output."""

    async def write() -> None:
        async with _opened(creator) as (house, creator_id):
            async with tenancy.inside(house.db, creator_id) as session:
                await history.one(session, number)
            async for part in history.stream_rejected(house.db, creator_id, number):
                sys.stdout.buffer.write(part)
        sys.stdout.buffer.flush()

    run_now(write)


def pairs(given: list[str]) -> dict[str, str]:
    """Read NAME=VALUE options; raises Invalid."""
    found: dict[str, str] = {}
    for one in given:
        name, sign, value = one.rpartition("=")
        if not sign or not name.strip():
            msg = f"Write NAME=VALUE, not {one!r}."
            raise Invalid(msg)
        found[name.strip()] = value.strip()
    return found


@asynccontextmanager
async def _opened(creator: str | None) -> AsyncIterator[tuple[House, int]]:
    async with briefly(settings_of()) as house:
        yield house, (await creator_called(house.db, creator)).id


async def _bring(path: Path, wanted: taking.Wanted, creator: str | None, *, dry_run: bool) -> None:
    opened = taking.open_file(path, wanted)
    async with _opened(creator) as (house, creator_id):
        with _say.status("Looking at every line …"):
            seen = await plan.preview(house.db, creator_id, opened)
        _show(seen)
        if dry_run:
            _say.print("This was a dry run: nothing was written. Without --dry-run it is taken over.")
            return
        with _say.status("Reading …"):
            import_id = await taking.take(house.db, creator_id, opened, path.name, _ACTOR)
        with _bar("Taking over", seen.counts.rows - seen.counts.rejected) as tell:
            await taking.finish(house.db, creator_id, import_id, tell)
        async with tenancy.inside(house.db, creator_id) as session:
            past = await history.one(session, import_id)
    _say.print(f"Done. Import {import_id}: {_counted(past.counts)}.", highlight=False)
    _say.print(f"To take it back: entourage import undo {import_id}", highlight=False)
    if past.counts.rejected:
        _say.print(f"The lines that could not be used: entourage import failed {import_id} > failed.csv", highlight=False)


def _show(seen: plan.Preview) -> None:
    """Say what a file is and what it would do."""
    _say.print(f"{seen.known_as} ({seen.kind}), people of {seen.platform}.", highlight=False, markup=False)
    for column, target in seen.mapping.items():
        rule = seen.rules.get(target.partition(":")[0])
        _say.print(f"  {column} → {target}" + (f" ({rule})" if rule else ""), highlight=False, markup=False)
    for note in seen.notes:
        _say.print(f"  {note}", highlight=False, markup=False, style="yellow")
    _say.print(f"{seen.counts.rows:,} lines.", highlight=False)
    for name, words in _COUNTED:
        _say.print(f"  {getattr(seen.counts, name):>9,} {words}", highlight=False)
    for sample in seen.samples[:5]:
        changes = ", ".join(f"{one.field} {_short(one.before)} → {_short(one.after)}" for one in sample.changes)
        _say.print(f"  line {sample.line}: {sample.handle or sample.user_id}: {sample.outcome}. {changes}", highlight=False, markup=False)
    for refusal in seen.refusals[:5]:
        _say.print(f"  line {refusal.line}: {refusal.reason}", highlight=False, markup=False, style="red")
    if seen.already:
        _say.print(seen.already, highlight=False, style="yellow")


def _counted(counts: history.Counts) -> str:
    parts = {
        "new": counts.new,
        "changed": counts.matched,
        "waiting": counts.pending,
        "unchanged": counts.unchanged,
        "failed": counts.rejected,
    }
    return ", ".join(f"{count:,} {words}" for words, count in parts.items())


def _short(value: Any) -> str:  # noqa: ANN401 - the value of any field
    return "nothing" if value in (None, "", []) else str(value)[:40]


@contextmanager
def _bar(words: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show a progress bar over so many lines; gives the function that is told how many were done."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=_say) as bar:
        task = bar.add_task(words, total=total)
        yield lambda done: bar.advance(task, done)
