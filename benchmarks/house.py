"""A house that really runs, in a process of its own, for what can only be measured from outside."""

import re
import secrets
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

from benchmarks import ground
from benchmarks.processes import Processes
from entourage.kernel import tenancy
from entourage.kernel.accounts import keys, members, people
from entourage.kernel.accounts.passwords import Passwords
from entourage.kernel.accounts.roles import KEY_SCOPES


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
    key = await _make_key(address, creator_id)
    async with Processes(address, folder, {"house": module}) as house:
        yield Running(house.url, house.pid("house"), key)


async def _make_key(address: str, creator_id: int) -> str:
    async with ground.opened(address) as db, tenancy.inside(db, creator_id, write=True) as session:
        _, token = await keys.make(session, name="benchmark", scopes=KEY_SCOPES, holds=KEY_SCOPES, made_by=None)
    return token


async def move_in(address: str, creator_id: int) -> tuple[str, str]:
    """Let an owner move in who can sign in with a password; returns e-mail and password."""
    email, password = f"ada-{time.time_ns()}@example.org", secrets.token_urlsafe(12)
    async with ground.opened(address) as db:
        password_hash = await Passwords().hash(password)
        async with tenancy.everywhere(db, "a benchmark's owner", write=True) as session:
            user_id = (await people.add(session, email=email, name="Ada", password_hash=password_hash, house_owner=True)).id
        async with tenancy.inside(db, creator_id, write=True) as session:
            await members.add(session, user_id, "owner")
    return email, password


@asynccontextmanager
async def signed_in(house: Running, email: str, password: str) -> AsyncIterator[httpx2.AsyncClient]:
    """Sign in through the page, as a browser does."""
    async with httpx2.AsyncClient(base_url=house.url, timeout=120, follow_redirects=False) as client:
        page = await client.get("/signin", headers={"Accept": "text/html"})
        token = re.search(r'name="_csrf_token" value="([^"]*)"', page.text)
        form = {"email": email, "password": password, "_csrf_token": token[1] if token else ""}
        answer = await client.post("/signin", data=form)
        if answer.status_code != 303:
            msg = f"Signing in was answered with {answer.status_code}: {answer.text[:300]}"
            raise RuntimeError(msg)
        client.headers["x-csrftoken"] = client.cookies["csrftoken"]
        yield client
