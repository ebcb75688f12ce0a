"""Keys of stored secrets from the command line: one is made, everything is sealed again, the old one goes."""

import asyncio
import logging
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from typer.testing import CliRunner, Result

from entourage.cli import app
from entourage.kernel import secrets, strongbox
from entourage.kernel.db import Database
from entourage.kernel.errors import Conflict
from entourage.kernel.secrets import Vault


@pytest.fixture(autouse=True)
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite_template: Path) -> Iterator[Path]:
    for name in ("ENTOURAGE_DATABASE_URL", "ENTOURAGE_SECRET_KEYS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ENTOURAGE_DATA_DIR", str(tmp_path))
    shutil.copy(sqlite_template, tmp_path / "entourage.db")
    yield tmp_path
    logging.getLogger().handlers[:] = []


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def stored(house: Path, *keys: str, put: str | None = None) -> str | None:
    """Put a secret into the house, or read it, with these keys."""

    async def work() -> str | None:
        secrets.use(Vault(list(keys)))
        db = Database(f"sqlite+aiosqlite:///{house / 'entourage.db'}")
        try:
            if put is not None:
                await strongbox.put(db, "a secret", put)
            return await strongbox.read(db, "a secret")
        finally:
            await db.close()

    return asyncio.run(work())


def test_a_new_key_is_printed_and_one_of_the_data_folder_is_put_in_front(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = Fernet.generate_key().decode()
    (house / "secret.key").write_text(old)
    stored(house, old, put="hush")
    printed = run("secrets", "new-key")
    assert len(Fernet(printed.output.strip())._signing_key) == 16
    assert run("secrets", "new-key", "--add").exit_code == 0
    new, kept = (house / "secret.key").read_text().split()
    assert kept == old
    assert (house / "secret.key").stat().st_mode & 0o777 == 0o600
    told = run("secrets", "rotate")
    assert (told.exit_code, "house_secrets.value" in told.output, "hush" in told.output) == (0, True, False)
    assert stored(house, new) == "hush"
    monkeypatch.setenv("ENTOURAGE_SECRET_KEYS", f"{new},{old}")
    assert isinstance(run("secrets", "new-key", "--add").exception, Conflict)


def test_what_no_key_opens_ends_with_a_1(house: Path) -> None:
    stored(house, Fernet.generate_key().decode(), put="hush")
    told = run("secrets", "rotate")
    assert told.exit_code == 1
    assert "cannot be opened" in told.output
