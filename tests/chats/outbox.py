"""A make-believe platform for messages to many and for what fans spent, that fails before or after what it does, and a worker beside it."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from entourage.chats import broadcasting, kinds, looking_up, notice
from entourage.chats.desk import Desk
from entourage.chats.updates import Publisher
from entourage.kernel import clock, tenancy
from entourage.kernel.bus.memory import MemoryBus
from entourage.kernel.db import Database
from entourage.kernel.errors import EntourageError, SignInAgain
from entourage.kernel.jobs import claims, outcome, verdict
from entourage.kernel.jobs.backoff import Backoff
from entourage.kernel.jobs.context import JobContext
from entourage.ports.fans import Audience, Chat, Desks, FanList, MassMessage, Message, Owner, Spending
from entourage.ports.model import Answered, Asked

Step = Callable[[Desk, JobContext], Awaitable[None]]


class Crash(BaseException):
    """The process dies here."""


class Outbox:
    """One creator's chats, as far as messages to many go; `trouble` says before and after each call by its name whether it fails."""

    owner = Owner(id="ada", handle="ada", name="Ada")

    def __init__(self) -> None:
        self.sent: list[MassMessage] = []
        self.spent: dict[str, Spending] = {}
        self.asked: list[list[str]] = []
        self.told: list[tuple[Audience, str]] = []
        self.lists_of = [FanList(id="subscribers", name="Subscribers", fans=450), FanList(id="muted", name="Muted", fans=20)]
        self.trouble: Callable[[str, str], BaseException | None] = lambda _moment, _call: None
        self.signed_in = True

    async def of(self, creator_id: int) -> "Outbox":
        if not self.signed_in or not creator_id:
            msg = "Connect Fanvue again."
            raise SignInAgain(msg)
        return self

    def _maybe(self, moment: str, call: str) -> None:
        if error := self.trouble(moment, call):
            raise error

    async def write_to_many(self, text: str, to: Audience, *, at: datetime | None = None, key: str) -> MassMessage:
        self._maybe("before", "write_to_many")
        self.told.append((to, key))
        made = MassMessage(
            id=f"mass{len(self.sent)}", text=text, state="scheduled" if at else "sent", recipients=450, created_at=None if at else clock.now(),
            scheduled_at=at,
        )  # fmt: skip
        self.sent.append(made)
        self._maybe("after", "write_to_many")
        return made

    async def mass_messages(self, *, most: int = 50) -> Sequence[MassMessage]:
        self._maybe("before", "mass_messages")
        return self.sent[::-1][:most]

    async def withdraw(self, mass_id: str) -> bool:
        self._maybe("before", "withdraw")
        left = [one for one in self.sent if one.id != mass_id]
        found, self.sent = len(left) < len(self.sent), left
        return found

    async def spending(self, fan_ids: Collection[str]) -> Mapping[str, Spending]:
        self._maybe("before", "spending")
        self.asked.append(sorted(fan_ids))
        return {one: self.spent[one] for one in fan_ids if one in self.spent}

    async def lists(self) -> Sequence[FanList]:
        return self.lists_of

    async def unread(self, *, most: int = 200) -> Sequence[Chat]:
        raise NotImplementedError

    async def recent(self, *, most: int = 50) -> Sequence[Chat]:
        raise NotImplementedError

    async def history(self, fan_id: str, *, most: int = 20) -> Sequence[Message]:
        raise NotImplementedError

    async def send(self, fan_id: str, text: str, *, key: str) -> str:
        raise NotImplementedError

    async def typing(self, fan_id: str) -> None:
        raise NotImplementedError

    async def read(self, fan_id: str) -> None:
        raise NotImplementedError


class Mute:
    """A model that nobody set up."""

    name = ""

    async def ask(self, asked: Asked) -> Answered:
        raise NotImplementedError


class Hand:
    """Works off the jobs of messages to many, one at a time and by the house's clock; a crash leaves a job to whoever comes next."""

    steps: Mapping[str, Step] = {
        kinds.BROADCAST: broadcasting.send,
        kinds.RESULTS: broadcasting.read_results,
        kinds.WITHDRAW: broadcasting.withdraw,
        kinds.LOOK_UP: looking_up.look,
        kinds.TELL: notice.tell,
    }

    def __init__(self, db: Database, outbox: Desks, **more: Any) -> None:
        self.db, self.outbox, self.ran, self.crashes = db, outbox, list[str](), 0
        self.desk = Desk(platform=outbox, model=Mute(), publisher=Publisher(MemoryBus()), **more)

    async def work(self, most: int = 50) -> None:
        """Do all that is due now."""
        for _ in range(most):
            async with tenancy.everywhere(self.db, "a test's worker", write=True) as session:
                waiting = await claims.find_waiting(session)
                taken = await claims.take(session, claims.Turns(), waiting, slots=1, lease_s=-1.0)
            if not taken:
                return
            for claim in taken:
                await self._do(claim, partial(self.steps[claim.kind], self.desk))

    async def _do(self, claim: Any, step: Callable[[JobContext], Awaitable[None]]) -> None:
        self.ran.append(claim.kind)
        error: Exception | None = None
        try:
            await step(JobContext(self.db, claim))
        except Crash:
            self.crashes += 1
            async with tenancy.everywhere(self.db, "a test's keeper", write=True) as session:
                for lost in await outcome.find_expired(session):
                    await outcome.recover(session, lost)
            return
        except EntourageError as failed:
            error = failed
        ended = verdict.judge(claim, error, Backoff(first_s=1.0, longest_s=60.0), 0.5)
        assert ended is not None
        async with tenancy.everywhere(self.db, "a test's worker", write=True) as session:
            await verdict.settle(session, [ended])
