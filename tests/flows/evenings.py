"""One creator's evening with timed VIPs: her channel on a fake Twitch on the wire, her house's database, and her viewers."""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path

import msgspec
from sqlalchemy import select, update

from entourage import migrations
from entourage.kernel import clock, secrets, tenancy
from entourage.kernel.db import Database
from entourage.kernel.secrets import Vault
from entourage.kernel.tables import AuditEntry, Creator, Job, Lease
from entourage.platforms.twitch import grant as grants
from entourage.platforms.twitch.grant import Grant
from entourage.ports.channel import RewardShape
from entourage.simulators.twitch.hindrance import Hindrance
from entourage.vips import choices, schemas
from entourage.vips.rule import Terms
from entourage.vips.tables import VipClaim, VipGrant, VipReward
from tests import free
from tests.flows.processes import Commands
from tests.people import KEY
from tests.twitch import CLIENT_ID, SCOPES, Twitch, started

LASTS_S = 3
"""For so long a redeemed badge lasts."""

VIEWERS = [f"viewer_{number}" for number in range(9)]


class Evening:
    """An evening; `dice` decide what happens."""

    def __init__(self, twitch: Twitch, db: Database, creator_id: int, seed: int) -> None:
        self.twitch, self.db, self.creator_id = twitch, db, creator_id
        self.reward = twitch.reward()
        self.dice = random.Random(seed)

    async def furnish(self, chosen: schemas.Settings) -> None:
        """Connect the channel, and have a reward whose badges last for seconds."""
        channel, token = self.twitch.channel, self.twitch.token
        soon = clock.now() + timedelta(seconds=token["expires_in"])
        grant = Grant(
            access_token=token["access_token"], refresh_token=token["refresh_token"], expires_at=soon, scopes=SCOPES, client_id=CLIENT_ID,
            user_id=channel.id, login=channel.person.login, name=channel.person.name, kind="affiliate", since=clock.now(),
        )  # fmt: skip
        async with tenancy.inside(self.db, self.creator_id, write=True) as session:
            await grants.begin(session, grant)
            await choices.write(session, chosen, "user:ada")
            shape = msgspec.to_builtins(RewardShape(title=self.reward.title, cost=self.reward.cost))
            terms = msgspec.to_builtins(Terms(duration_s=LASTS_S))
            now = clock.now()
            session.add(
                VipReward(
                    reward_id=self.reward.id, state="on", full=False, trouble="", shape=shape, terms=terms, created_at=now, updated_at=now
                )
            )

    def redeem(self, how_many: int = 1) -> None:
        """Let so many viewers redeem, if the reward is not paused."""
        for login in self.dice.sample(VIEWERS, how_many):
            with suppress(Hindrance):
                self.twitch.redeem(self.reward, login)

    async def claims(self) -> dict[str, VipClaim]:
        """Return the claims by their redemption."""
        async with tenancy.inside(self.db, self.creator_id) as session:
            return {one.redemption_id or "": one for one in await session.scalars(select(VipClaim))}

    async def grants(self) -> list[VipGrant]:
        """Return all badges of ours."""
        async with tenancy.inside(self.db, self.creator_id) as session:
            return list(await session.scalars(select(VipGrant).order_by(VipGrant.id)))

    async def audited(self) -> list[AuditEntry]:
        """Return the audit log, oldest first."""
        async with tenancy.inside(self.db, self.creator_id) as session:
            return list(await session.scalars(select(AuditEntry).order_by(AuditEntry.id)))

    async def bury(self) -> None:
        """Let the leases of the dead be over, for which a house would wait half a minute."""
        gone = clock.now() - timedelta(seconds=1)
        async with tenancy.everywhere(self.db, "a test", write=True) as session:
            await session.execute(update(Job).where(Job.status == "running").values(lease_until=gone))
            await session.execute(update(Lease).values(until=gone))

    async def left(self) -> str:
        """Tell what is not over, for whoever reads why a test failed."""
        async with tenancy.everywhere(self.db, "a test") as session:
            columns = (Job.kind, Job.lane, Job.status, Job.run_at, Job.attempts, Job.lease_until, Job.error)
            jobs = [str(tuple(row)) for row in await session.execute(select(*columns).where(Job.status != "done"))]
        claims = [
            f"{one.key} {one.state} {one.reason} unsettled={one.unsettled}" for one in (await self.claims()).values() if one.unsettled
        ]
        grants = [f"grant {one.id} {one.state} {one.trouble}" for one in await self.grants() if one.state not in {"ended", "refused"}]
        waiting = [f"{one.id} waits" for one in self.twitch.channel.redemptions.values() if one.status == "UNFULFILLED"]
        return "\n".join([f"at {clock.now()}", *jobs, *claims, *grants, *waiting])

    async def over(self) -> bool:
        """Say whether every redemption was settled and every timed badge is gone."""
        out = [one for one in await self.grants() if one.state in {"granting", "active", "expiring"}]
        waiting = [one for one in self.twitch.channel.redemptions.values() if one.status == "UNFULFILLED"]
        return not out and not waiting and all(not one.unsettled for one in (await self.claims()).values())


@asynccontextmanager
async def evening(
    folder: Path, *, url: str = "", seed: int = 5, chosen: schemas.Settings, **more: str
) -> AsyncIterator[tuple[Evening, Commands]]:
    """Begin an evening, in the database at `url` or a new SQLite file; `more` are settings of the house."""
    secrets.use(Vault([KEY]))
    async with started() as twitch:
        settings = {**twitch.settings(), **({"database_url": url} if url else {}), **more}
        commands = Commands(folder, secret_keys=KEY, port=str(free.port()), log_format="json", **settings)
        db = Database(url or f"sqlite+aiosqlite:///{folder / 'data' / 'entourage.db'}")
        await migrations.upgrade(db)
        async with tenancy.everywhere(db, "a test's creator", write=True) as session:
            creator = Creator(name="Nova", zone="Europe/Berlin", created_at=clock.now())
            session.add(creator)
            await session.flush()
        made = Evening(twitch, db, creator.id, seed)
        await made.furnish(chosen)
        yield made, commands
        await db.close()
