"""Pulling the plug while fans are answered on the real wire: each burst gets one reply, however often the house dies."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from entourage import migrations
from entourage.chats import choices, schemas
from entourage.chats.tables import ChatFan, ChatReply
from entourage.kernel import clock, secrets, tenancy
from entourage.kernel.db import Database
from entourage.kernel.secrets import Vault
from entourage.kernel.tables import Creator, Job, Lease
from entourage.platforms.fanvue import grant as grants
from entourage.simulators.fanvue.faults import SEND, Fault
from entourage.simulators.llm import turns
from entourage.simulators.llm.fake import FakeModel
from tests import free
from tests.fanvue import CLIENT_ID, CLIENT_SECRET, WEBHOOK_SECRET, Fanvue, started
from tests.flows.nursery import opened
from tests.flows.processes import Commands
from tests.people import KEY
from tests.platforms.fanvue.connecting import a_grant

pytestmark = [pytest.mark.anyio, pytest.mark.thorough, pytest.mark.timeout(280)]

LIVES, FANS_A_LIFE = 5, 12
ANSWER = {"reply": "So good to hear from you, tell me all about your day", "action": "send", "language": "en", "confidence": 95}


@dataclass
class Night:
    """One creator's night: her chats on the make-believe platform, her house's database, and a model."""

    fanvue: Fanvue
    model: FakeModel
    db: Database
    creator_id: int

    async def bury(self) -> None:
        """Let the leases of the dead be over, for which a house would wait half a minute."""
        gone = clock.now() - timedelta(seconds=1)
        async with tenancy.everywhere(self.db, "a test", write=True) as session:
            await session.execute(update(Job).where(Job.status == "running").values(lease_until=gone))
            await session.execute(update(Lease).values(until=gone))

    async def states(self) -> Counter[str]:
        async with tenancy.inside(self.db, self.creator_id) as session:
            return Counter((await session.scalars(select(ChatReply.state))).all())

    async def waiting(self) -> int:
        async with tenancy.inside(self.db, self.creator_id) as session:
            return await session.scalar(select(func.count()).select_from(ChatFan).where(ChatFan.burst_at.is_not(None))) or 0


@asynccontextmanager
async def night(folder: Path) -> AsyncIterator[tuple[Night, Commands]]:
    """Begin a night in a new SQLite file."""
    secrets.use(Vault([KEY]))
    async with started() as fanvue, FakeModel() as model:
        model.always, model.latency_s = turns.answer(ANSWER), 0.2
        port = free.port()
        fanvue.listen(f"http://127.0.0.1:{port}/fanvue-webhook")
        commands = Commands(
            folder, secret_keys=KEY, port=str(port), log_format="json", fanvue_api_url=fanvue.fake.api_url,
            fanvue_auth_url=fanvue.fake.auth_url, fanvue_client_id=CLIENT_ID, fanvue_client_secret=CLIENT_SECRET,
            fanvue_webhook_secret=WEBHOOK_SECRET, llm_base_url=model.base_url, llm_model=model.name,
        )  # fmt: skip
        db = Database(f"sqlite+aiosqlite:///{folder / 'data' / 'entourage.db'}")
        await migrations.upgrade(db)
        async with tenancy.everywhere(db, "a test's creator", write=True) as session:
            creator = Creator(name="Nova", zone="Europe/Berlin", created_at=clock.now())
            session.add(creator)
            await session.flush()
        async with tenancy.inside(db, creator.id, write=True) as session:
            await grants.begin(session, a_grant(fanvue.token, fanvue.creator.id))
            await choices.write(session, schemas.Settings(mode="auto", delay=False, quiet_s=6, calls_a_minute=120), "user:ada")
        yield Night(fanvue, model, db, creator.id), commands
        await db.close()


async def test_however_often_the_plug_is_pulled_each_burst_gets_one_reply(tmp_path: Path) -> None:
    async with night(tmp_path) as (tonight, commands):
        fake, dice = tonight.fanvue.fake, random.Random(7)
        fake.front.latency_ms = 120  # so that a plug is pulled while something is being sent
        fans: list[str] = []
        with opened(tmp_path, commands.environ) as lives:
            for life in range(LIVES):
                lives.start()
                fake.faults.put(Fault(dice.choice(["lost", "cut", "gateway"]), path=SEND), times=1)
                for number in range(FANS_A_LIFE):
                    fans.append(f"fan{life}x{number}")
                    tonight.fanvue.says(fans[-1], "hey you", "how was your day?")
                    await asyncio.sleep(0.1)
                before = fake.front.count(path="/message")
                async with asyncio.timeout(40):
                    while fake.front.count(path="/message") == before:
                        await asyncio.sleep(0.005)
                await asyncio.sleep(dice.uniform(0.0, 0.9))
                await asyncio.to_thread(lives.kill)
                await tonight.bury()
            lives.start()
            async with asyncio.timeout(150):
                while (await tonight.states())["sent"] < len(fans) or await tonight.waiting():
                    await asyncio.sleep(0.5)
            await asyncio.to_thread(lives.kill)

        sent = Counter({handle: len(tonight.fanvue.sent(handle)) for handle in fans})
        assert sent == Counter(dict.fromkeys(fans, 1))
        assert (await tonight.states()).keys() <= {"sent", "superseded"}
        async with tenancy.everywhere(tonight.db, "a test") as session:
            assert await session.scalar(select(func.count()).select_from(Job).where(Job.attempts > 1)), "no plug was pulled in the middle"
