"""A house that really runs, in a process of its own, for what can only be measured from outside."""

import asyncio
import os
import socket
import subprocess
import sys
import urllib.request
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError

from benchmarks import ground
from entourage.kernel import tenancy
from entourage.kernel.accounts import keys
from entourage.kernel.accounts.roles import KEY_SCOPES

_READY_S = 60.0


@dataclass(frozen=True)
class Running:
    """A running house: where it answers, its process, and a key that may do everything a key may."""

    url: str
    pid: int
    key: str

    @property
    def headers(self) -> dict[str, str]:
        """The headers of a request by the key."""
        return {"Authorization": f"Bearer {self.key}"}


@asynccontextmanager
async def running(address: str, creator_id: int, folder: Path, module: Sequence[str] = ("entourage", "run")) -> AsyncIterator[Running]:
    """Run `entourage run`, or another module with its arguments, on a database with all tables, until the context ends."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    data = folder / "data"
    data.mkdir(exist_ok=True)
    plain = address.replace("+aiosqlite", "").replace("+psycopg", "")
    environ = os.environ | {
        "ENTOURAGE_DATA_DIR": str(data),
        "ENTOURAGE_DATABASE_URL": plain,
        "ENTOURAGE_PORT": str(port),
        "ENTOURAGE_LOG_LEVEL": "WARNING",
    }
    key = await _make_key(address, creator_id)
    with (folder / "house.log").open("wb") as log:
        command = [sys.executable, "-m", *module]
        process = subprocess.Popen(command, env=environ, stdout=log, stderr=subprocess.STDOUT)  # noqa: ASYNC220
    try:
        url = f"http://127.0.0.1:{port}"
        await _ready(url, process, folder / "house.log")
        yield Running(url, process.pid, key)
    finally:
        process.terminate()
        await asyncio.to_thread(process.wait, 20)


async def _make_key(address: str, creator_id: int) -> str:
    async with ground.opened(address) as db, tenancy.inside(db, creator_id, write=True) as session:
        _, token = await keys.make(session, name="benchmark", scopes=KEY_SCOPES, holds=KEY_SCOPES, made_by=None)
    return token


async def _ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    give_up = asyncio.get_running_loop().time() + _READY_S
    while asyncio.get_running_loop().time() < give_up:
        if process.poll() is not None:
            said = await asyncio.to_thread(log.read_text, encoding="utf-8", errors="replace")
            msg = f"The house did not open:\n{said[-2000:]}"
            raise RuntimeError(msg)
        if await asyncio.to_thread(_answers, url):
            return
        await asyncio.sleep(0.2)
    msg = f"The house did not answer within {_READY_S:.0f} s."
    raise RuntimeError(msg)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/api/health/ready", timeout=2):  # noqa: S310 - our own address
            return True
    except (URLError, OSError):
        return False
