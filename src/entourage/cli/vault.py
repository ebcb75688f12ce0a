"""The commands about the keys of stored secrets: make one, and seal everything again with the newest."""

import os
from pathlib import Path
from typing import Annotated

import typer
from cryptography.fernet import Fernet
from rich.table import Table

from entourage.cli.opening import briefly, console, run_now, settings_of
from entourage.kernel import rotation
from entourage.kernel.errors import Conflict
from entourage.kernel.settings import Settings
from entourage.kernel.tables import Base

app = typer.Typer(help="The keys of stored secrets: make a new one, seal everything again with it.", no_args_is_help=True)

_say = console()


@app.command("new-key")
def new_key(
    add: Annotated[bool, typer.Option("--add", help="Put it in front of the keys in the data folder instead of printing it.")] = False,  # noqa: FBT002
) -> None:
    """Print a new key; put it in front of the others, separated by a comma, and restart every process of the house."""
    key = Fernet.generate_key().decode()
    if not add:
        typer.echo(key)
        return
    settings = settings_of()
    path = _add(settings, key)
    _say.print(f"The new key is in front of the others in {path}.", soft_wrap=True, highlight=False, markup=False)
    _say.print("Restart the house, then run: entourage secrets rotate", highlight=False)


@app.command("rotate")
def rotate() -> None:
    """Seal every stored secret again with the newest key; safe while the house runs, and may be stopped and begun again."""
    settings = settings_of()
    shown = Table("where", "secrets", "sealed again", "cannot be opened")

    async def work() -> int:
        lost = 0
        async with briefly(settings) as house:
            async for told in rotation.rotate(house.db, house.vault, Base.metadata):
                shown.add_row(told.where, f"{told.found:,}", f"{told.turned:,}", f"{told.lost:,}")
                lost += told.lost
        return lost

    lost = run_now(work)
    _say.print(shown)
    if lost:
        _say.print(f"[bold red]{lost:,} cannot be opened:[/] the key they were sealed with is missing. Keep the old keys, or connect anew.")
        raise typer.Exit(1)
    _say.print("Every secret has the newest key. Once every process knows it, the older keys can be removed (ten minutes later).")


def _add(settings: Settings, key: str) -> Path:
    """Write a key in front of those of the data folder, whole or not at all; raises Conflict when they are set from outside."""
    if settings.secret_keys.strip():
        msg = "The keys are set from outside (ENTOURAGE_SECRET_KEYS): put the new one in front of them there."
        raise Conflict(msg)
    path = settings.data_path / "secret.key"
    before = path.read_text(encoding="utf-8").split() if path.exists() else []
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fd = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(fd, "w", encoding="utf-8") as file:
        file.write("\n".join([key, *before]) + "\n")
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    return path
