"""How long Twitch waits for its 204: signed webhooks at a steady rate into a house that stores each with its job.

A running web process of its own; deliveries come in over HTTP as Twitch sends them, each a redemption under an id of its
own, to the owner of one channel. Measured from before the request is sent to its answer, so the signature, the commit
(shared by those that come together) and both ways over the wire are in it. Nobody acts on the jobs meanwhile. Run with
`python -m benchmarks.webhooks`.
"""

import argparse
import asyncio
import hashlib
import hmac
import os
import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import httpx2
import msgspec

from benchmarks import figures, ground
from benchmarks.figures import Figure
from benchmarks.house import running
from entourage.kernel import secrets, tenancy
from entourage.kernel.db import Database
from entourage.kernel.secrets import Vault
from entourage.platforms.twitch import grant as grants
from entourage.platforms.twitch.grant import Grant

GOAL_MS = 50.0
_SECRET = "a secret of a benchmark"  # noqa: S105 - signs nothing but this
_KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
_CHANNEL = "1337"
_PATH = "/api/webhooks/eventsub"
_KIND = "channel.channel_points_custom_reward_redemption.add"


@dataclass
class Caller:
    """Calls as Twitch does, at a steady rate, however long the answers take."""

    url: str
    rate: int
    answers: list[float] = field(default_factory=list)
    failed: int = 0

    async def run(self, seconds: float) -> None:
        """Call for so long, then wait for the answers."""
        waiting: set[asyncio.Task[None]] = set()
        async with httpx2.AsyncClient(base_url=self.url, limits=httpx2.Limits(max_connections=128), timeout=30, trust_env=False) as client:
            began = time.perf_counter()
            for number in range(int(seconds * self.rate)):
                await asyncio.sleep(max(0.0, began + number / self.rate - time.perf_counter()))
                task = asyncio.create_task(self._call(client, number))
                waiting.add(task)
                task.add_done_callback(waiting.discard)
            await asyncio.gather(*waiting)

    async def _call(self, client: httpx2.AsyncClient, number: int) -> None:
        body = msgspec.json.encode(_redemption(number))
        headers = _headers(f"m-{time.time_ns()}-{number}", body)
        began = time.perf_counter()
        answer = await client.post(_PATH, content=body, headers=headers)
        self.answers.append((time.perf_counter() - began) * 1000)
        self.failed += answer.status_code != 204


def _redemption(number: int) -> dict[str, object]:
    user = {"user_id": str(4_000_000 + number % 5_000), "user_login": f"viewer{number % 5_000}", "user_name": f"Viewer{number % 5_000}"}
    whose = {"broadcaster_user_id": _CHANNEL, "broadcaster_user_login": "nova", "broadcaster_user_name": "Nova"}
    reward = {"id": "92af127c-7326-4483-a52b-b0da0be61c01", "title": "VIP for a day", "cost": 5000, "prompt": ""}
    event = {"id": f"r-{number}", **user, **whose, "user_input": "", "status": "unfulfilled", "reward": reward}
    subscription = {
        "id": "s",
        "type": _KIND,
        "version": "1",
        "status": "enabled",
        "cost": 0,
        "condition": {"broadcaster_user_id": _CHANNEL},
    }
    return {"subscription": subscription, "event": {**event, "redeemed_at": datetime.now(UTC).isoformat()}}


def _headers(message_id: str, body: bytes) -> dict[str, str]:
    stamp = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    mac = hmac.new(_SECRET.encode(), message_id.encode() + stamp.encode() + body, hashlib.sha256).hexdigest()
    prefix = "Twitch-Eventsub-Message"
    return {
        f"{prefix}-Id": message_id, f"{prefix}-Timestamp": stamp, f"{prefix}-Type": "notification", f"{prefix}-Signature": f"sha256={mac}",
        "Content-Type": "application/json",
    }  # fmt: skip


async def _consent(address: str, creator_id: int) -> None:
    """Connect the creator to the channel, with tokens that nobody uses."""
    secrets.use(Vault([_KEY]))
    now = datetime.now(UTC)
    grant = Grant(
        access_token="none", refresh_token="none", expires_at=now + timedelta(days=1), scopes=(), client_id="none",  # noqa: S106
        user_id=_CHANNEL, login="nova", name="Nova", since=now,
    )  # fmt: skip
    db = Database(address)
    async with tenancy.inside(db, creator_id, write=True) as session:
        await grants.begin(session, grant)
    await db.close()


async def _measure(address: str, creator_id: int, chosen: argparse.Namespace) -> Caller:
    await _consent(address, creator_id)
    with tempfile.TemporaryDirectory() as folder:
        async with running(address, creator_id, Path(folder), ("entourage", "web")) as house:
            await Caller(house.url, 50).run(1.0)  # the first requests open connections and fill memories
            caller = Caller(house.url, chosen.rate)
            await caller.run(chosen.seconds)
    return caller


def run(engines: ground.Ground, chosen: argparse.Namespace) -> list[Figure]:
    """Measure every engine, print the figures, and return the summary."""
    os.environ |= {"ENTOURAGE_TWITCH_WEBHOOK_SECRET": _SECRET, "ENTOURAGE_SECRET_KEYS": _KEY}
    summary = []
    for engine in ground.listed(chosen.engines):
        address = engines.fresh(engine, "webhooks")
        caller: Caller = ground.run(partial(_measure, address, ground.add_creator(address), chosen))
        p50, p99 = (figures.percentile(caller.answers, part) for part in (0.5, 0.99))
        value = f"p50 {p50:.0f} ms, p99 {p99:.0f} ms, {caller.failed} of {len(caller.answers):,} failed"
        print(f"webhooks, {engine}: {chosen.rate}/s for {chosen.seconds:g} s: {value} ({engines.durability(engine)})")
        summary.append(
            Figure(f"webhook -> 204 at {chosen.rate}/s, {engine}", value, f"p99 <= {GOAL_MS:g} ms", p99 <= GOAL_MS and not caller.failed)
        )
    return summary


def options() -> argparse.ArgumentParser:
    """Return the command line."""
    parser = ground.options(__doc__)
    parser.add_argument("--rate", type=int, default=500, help="deliveries per second")
    parser.add_argument("--seconds", type=float, default=15.0)
    return parser


def main() -> None:
    """Run the benchmark and print its figures."""
    chosen = options().parse_args()
    with ground.prepared(chosen.folder) as engines:
        run(engines, chosen)


if __name__ == "__main__":
    main()
