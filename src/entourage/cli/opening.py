"""How commands open the house: its settings, its log, its database in the newest shape, and closing it again."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, TypeVar

from rich.console import Console

from entourage import migrations
from entourage.kernel import log
from entourage.kernel.errors import EntourageError, Unavailable
from entourage.kernel.settings import Settings
from entourage.safety import backup
from entourage.web.health import version
from entourage.wiring import House, open_house

T = TypeVar("T")
_PAPER = 160  # columns


def console() -> Console:
    """Return where commands speak: as wide as the terminal, and wide enough for every table in a file or a pipe."""
    return Console(width=None if sys.stdout.isatty() else _PAPER)


def settings_of(**changes: Any) -> Settings:  # noqa: ANN401 - whatever types the settings have
    """Read the settings, changed by the options that were given (None leaves a setting as it is)."""
    return replace(Settings.read(), **{name: value for name, value in changes.items() if value is not None})


def configure_log(settings: Settings) -> None:
    """Set up the log as the settings say; raises Invalid naming what it does not know."""
    log.configure(
        settings.log_level, settings.log_format, project=settings.gcloud_project, version=version(),
        file=settings.log_file, days=settings.log_days,
    )  # fmt: skip


def run_now(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run asynchronous work to its end, on uvloop where there is one."""
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        return runner.run(work())


@asynccontextmanager
async def briefly(settings: Settings) -> AsyncIterator[House]:
    """Open the house for one errand, quietly, with its database in the newest shape."""
    configure_log(replace(settings, log_level="WARNING", log_file=""))  # the file is the house's, who may be writing to it
    house = open_house(settings)
    try:
        await renew(house)
        yield house
    finally:
        await house.close()


async def renew(house: House, newest: str | None = None) -> tuple[str | None, str | None]:
    """Bring the house's database to the newest shape, after a backup of one that has another shape than `newest` already.

    Returns the shape before and after. Raises Unavailable, before anything was changed, when the backup cannot be made.
    """
    settings, url = house.settings, house.db.url
    current = await asyncio.to_thread(migrations.current_at, url)
    try:
        await asyncio.to_thread(backup.before_migration, settings, current, newest or migrations.newest(), version=version())
    except EntourageError as error:
        why = "This version changes the database and backs it up first; ENTOURAGE_BACKUP_KEEP=0 goes without. Nothing was changed."
        msg = f"{error.message} {why}"
        raise Unavailable(msg) from error
    return await migrations.upgrade(house.db)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    if sys.platform == "win32":
        return None
    import uvloop

    return uvloop.new_event_loop
