"""The commands that keep what is known safe: back it up, put it back, and count it again."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Column, Table

from entourage.cli.opening import briefly, configure_log, console, run_now, settings_of
from entourage.kernel.settings import Settings
from entourage.safety import archive, backup, doctor
from entourage.safety.doctor import Findings, Found, Report
from entourage.web.health import version

_say = console()

_KEY_IS_NOT_INSIDE = (
    "The key that opens stored secrets is not in it: keep {where} somewhere else, or connect platforms anew after a restore."
)


def make(
    to: Annotated[Path | None, typer.Option("--to", help="File to write instead of one in the folder of backups.", dir_okay=False)] = None,
) -> None:
    """Back up the database while the house goes on, and prove that the copy is whole."""
    settings = settings_of()
    _quietly(settings)
    with _bar() as progress:
        path, manifest = backup.make(settings, to=to, version=version(), progress=progress)
    rows = sum(manifest.counts.values())
    _say.print(
        f"Backed up {rows:,} rows in {len(manifest.counts)} tables: {path} ({_megabytes(path.stat().st_size)})",
        soft_wrap=True,
        highlight=False,
    )
    where = "ENTOURAGE_SECRET_KEYS" if settings.secret_keys else str(settings.data_path / "secret.key")
    _say.print(_KEY_IS_NOT_INSIDE.format(where=where), soft_wrap=True, highlight=False)


def restore(file: Annotated[Path, typer.Argument(help="A backup made by `entourage backup` or by night.", dir_okay=False)]) -> None:
    """Put a backup in the database's place; the database of before is kept beside it."""
    settings = settings_of()
    _quietly(settings)
    with _bar() as progress:
        manifest, kept = backup.restore(settings, file, progress=progress)
    _say.print(f"Restored the database as it was at {manifest.made_at}.", highlight=False)
    if kept:
        _say.print(f"The one of before is kept as {kept}", soft_wrap=True, highlight=False, markup=False)


def examine(
    repair: Annotated[bool, typer.Option("--repair", help="Write the recounted values, after making a backup.")] = False,  # noqa: FBT002
    file: Annotated[Path | None, typer.Option("--backup", help="Try this backup instead of the newest one.", dir_okay=False)] = None,
) -> None:
    """Check the database, try the newest backup, and count everything again in both; ends with 1 when something differs."""
    settings = settings_of()
    _quietly(settings)
    with _bar() as progress:
        report = doctor.examine(settings, file=file, progress=progress)
    _show("The database", report.live)
    _show_backup(report)
    if repair and not report.live.well and not report.live.broken:
        report = _repair(settings)
    if not report.well:
        raise typer.Exit(1)
    _say.print("[bold green]All is well.[/]")


def _repair(settings: Settings) -> Report:
    with _bar() as progress:
        path, _ = backup.make(settings, "repair", version=version(), progress=progress)
    _say.print(f"Backed up first: {path}", soft_wrap=True, highlight=False)

    async def work() -> tuple[int, int]:
        async with briefly(settings) as house:
            return await doctor.mend(settings, house.db)

    mended, beyond = run_now(work)
    _say.print(f"Mended {_some(mended, 'counter')}.", highlight=False)
    if beyond:
        _say.print(f"{beyond:,} histories belong to viewers who are not there; a backup may still have them.", highlight=False)
    with _bar() as progress:
        # A backup made before the repair has the old numbers, so a new one takes its place as the newest.
        backup.make(settings, "repair", version=version(), progress=progress)
        report = doctor.examine(settings, progress=progress)
    _show("The database, after the repair", report.live)
    return report


def _show(title: str, findings: Findings) -> None:
    for sentence in findings.broken:
        _say.print(f"[bold red]{title} is broken:[/] {escape(sentence)}", soft_wrap=True, highlight=False)
    for one in findings.creators:
        words = "zero differences" if not one.differing else f"[bold red]{_some(one.differing, 'difference')}[/]"
        _say.print(f"{title}: {one.viewers:,} viewers of {escape(one.creator)} counted again, {words}.", highlight=False)
        if not one.week_compared:
            _say.print("  The week's pattern was switched off for a while and is not compared.")
        if one.clips:
            said = "zero differences" if not one.clips_differing else f"[bold red]{_some(one.clips_differing, 'difference')}[/]"
            _say.print(f"{title}: {_some(one.clips, 'clip')} of {escape(one.creator)} counted again, {said}.", highlight=False)
        if one.clips_shown:
            _say.print(_of_clips(one))
        if one.shown:
            table = Table("What", "Who", "Counter", "Kept", "Recounted")
            for each in one.shown:
                who = each.handle or (f"stream {each.stream_id}" if each.stream_id else "")
                if each.viewer_id is not None:
                    who = f"{each.handle} (viewer {each.viewer_id})".strip()
                place = "" if each.cell is None else f" day {each.cell // 24}, hour {each.cell % 24}"
                kept = "missing" if each.kept is None else str(each.kept)
                table.add_row(each.what, escape(who), each.counter + place, escape(kept), escape(str(each.counted)))
            _say.print(table)
            if one.differing > len(one.shown):
                _say.print(f"  and {one.differing - len(one.shown):,} more.")


def _of_clips(found: Found) -> Table:
    table = Table("What", "Id", "Counter", "Kept", "Recounted")
    for each in found.clips_shown:
        table.add_row(each.what, str(each.id), each.counter, escape(str(each.kept)), escape(str(each.counted)))
    return table


def _show_backup(report: Report) -> None:
    if report.backup is None:
        _say.print("There is no backup yet. `entourage backup` makes one.")
        return
    _show(f"The backup {report.archive}", report.backup)
    if report.backup.broken and report.trusted:
        _say.print(f"The newest backup that restores is {report.trusted}", soft_wrap=True, highlight=False, markup=False)
    elif report.backup.broken:
        _say.print("[bold red]No backup could be restored.[/] Make one now: entourage backup")


def list_all() -> None:
    """List the backups there are, newest first."""
    settings = settings_of()
    table = Table(Column("Backup", no_wrap=True), "Made at", "Why", "Size", "Rows")
    for one in archive.kept(settings.backup_path):
        rows = f"{sum(one.manifest.counts.values()):,}" if one.manifest else "damaged"
        table.add_row(one.name, one.made_at, one.reason, _megabytes(one.size), rows)
    _say.print(f"Folder: {settings.backup_path}", soft_wrap=True, highlight=False, markup=False)
    _say.print(table)


def _quietly(settings: Settings) -> None:
    configure_log(replace(settings, log_level="WARNING"))


@contextmanager
def _bar() -> Iterator[archive.Progress]:
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=_say, transient=True) as bar:
        task = bar.add_task("", total=1.0)
        yield lambda doing, share: bar.update(task, description=doing.capitalize(), completed=share)


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.1f} MB"


def _some(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
