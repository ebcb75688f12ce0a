"""The command line: `entourage run` and everything else one can ask of a house from a shell."""

import sys
from typing import Annotated

import typer
from rich.console import Console

from entourage.cli import clips, imports, people, recordings, running, safety, vault
from entourage.kernel.errors import EntourageError
from entourage.web.health import version

app = typer.Typer(
    name="entourage",
    help="Entourage: know who is in the room. An audience manager for live creators, on your own computer.",
    epilog="Settings are environment variables: ENTOURAGE_PORT, ENTOURAGE_DATA_DIR, ... (docs/settings.md lists them all).",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("run", rich_help_panel="Open the house")(running.run)
app.command("demo", rich_help_panel="Open the house")(running.demo)
app.command("web", rich_help_panel="In several processes")(running.web)
app.command("listen", rich_help_panel="In several processes")(running.listen)
app.command("worker", rich_help_panel="In several processes")(running.worker)
app.command("migrate", rich_help_panel="Look after it")(running.migrate)
app.command("health", rich_help_panel="Look after it")(running.health)
app.command("backup", rich_help_panel="Look after it")(safety.make)
app.command("backups", rich_help_panel="Look after it")(safety.list_all)
app.command("restore", rich_help_panel="Look after it")(safety.restore)
app.command("doctor", rich_help_panel="Look after it")(safety.examine)
app.add_typer(clips.app, name="clips", rich_help_panel="Look after it")
app.add_typer(people.app, name="user", rich_help_panel="Look after it")
app.add_typer(vault.app, name="secrets", rich_help_panel="Look after it")
recordings.app.command("file")(imports.file)
recordings.app.command("list")(imports.list_all)
recordings.app.command("undo")(imports.undo)
recordings.app.command("link")(imports.link)
recordings.app.command("failed")(imports.failed)
app.add_typer(recordings.app, name="import", rich_help_panel="Look after it")


def _show_version(asked: bool) -> None:  # noqa: FBT001 - Typer calls it so
    if asked:
        typer.echo(f"Entourage {version()}")
        raise typer.Exit


@app.callback()
def options(
    _: Annotated[bool, typer.Option("--version", help="Show the version.", callback=_show_version, is_eager=True)] = False,  # noqa: FBT002
) -> None:
    """Hold the options of the program itself."""


def main() -> None:
    """Run the command line; what goes wrong is said in a sentence, and the process ends with 1."""
    try:
        app()
    except EntourageError as error:
        Console(stderr=True).print(f"[bold red]Error:[/] {error.message}", soft_wrap=True, highlight=False)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
