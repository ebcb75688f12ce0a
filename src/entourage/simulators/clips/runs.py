"""Runs of Apify's actors: begun, waited for, ended one way or another, and the datasets that they leave behind.

A run has no life of its own: how it stands follows from the time, and what it found was there at the moment of its end.
"""

import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from entourage.simulators.clips.faults import End, Mood
from entourage.simulators.clips.refusal import ApifyRefusal
from entourage.simulators.timepiece import Timepiece

_NAME = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_KEPT = 20_000
_AFTER_S = 0.01
"""Whoever waits for the end of a run looks a moment after it, for clocks and sleep do not agree to the microsecond."""
_PART: dict[End, float] = {"SUCCEEDED": 1.0, "TIMED-OUT": 0.5, "ABORTED": 0.3, "FAILED": 0.0}


@dataclass(slots=True)
class Account:
    """Somebody with an API token: a plan with a credit in US dollars, and what was used of it."""

    id: str
    name: str
    plan: str = "FREE"
    credit_usd: float = 5.0
    used_usd: float = 0.0
    concurrent: int = 25
    barred: bool = False


@dataclass(frozen=True, slots=True)
class Actor:
    """An actor: what it answers for an input at a moment, how many results that asks for, and what 1,000 of them cost."""

    name: str
    price_usd: float
    wanted: Callable[[dict[str, Any]], int]
    find: Callable[[dict[str, Any], datetime, random.Random], list[dict[str, Any]]]
    check: Callable[[dict[str, Any]], str]


@dataclass(slots=True)
class Run:
    """A run; `items` are None until somebody looks after its end."""

    id: str
    actor: Actor
    account: Account
    asked: dict[str, Any]
    started_at: datetime
    ready_until: datetime
    ends_at: datetime
    end: End
    message: str
    most: int | None
    most_usd: float | None
    dataset_id: str
    items: list[dict[str, Any]] | None = None
    cost_usd: float = 0.0


class Machines:
    """Everything that runs or ran. `mood` is how the actors do."""

    def __init__(self, time: Timepiece, seed: int = 1) -> None:
        """Begin with empty machines."""
        self.mood = Mood()
        self.runs: dict[str, Run] = {}
        self.datasets: dict[str, Run] = {}
        self.started = 0
        self._time = time
        self._seed = seed
        self._order: deque[Run] = deque()
        self._open: deque[Run] = deque()

    def start(self, actor: Actor, account: Account, asked: dict[str, Any], *, most: int | None, most_usd: float | None) -> Run:
        """Begin a run; raises what Apify says when it cannot be."""
        self._check(actor, account, asked, most, most_usd)
        now, mood = self._time.now(), self.mood
        self.started += 1
        end, message = mood.ends.popleft() if mood.ends else ("SUCCEEDED", "")
        ready = now + timedelta(seconds=mood.ready_s)
        ends = ready + timedelta(seconds=mood.run_s + mood.item_s * actor.wanted(asked))
        dice = random.Random(f"{self._seed}:run:{self.started}")  # noqa: S311 - make-believe
        run = Run(
            id=_named(dice), actor=actor, account=account, asked=asked, started_at=now, ready_until=ready, ends_at=ends, end=end,
            message=message, most=most, most_usd=most_usd, dataset_id=_named(dice),
        )  # fmt: skip
        self.runs[run.id] = self.datasets[run.dataset_id] = run
        self._order.append(run)
        self._open.append(run)
        if len(self._order) > _KEPT:
            old = self._order.popleft()
            self.runs.pop(old.id, None)
            self.datasets.pop(old.dataset_id, None)
        self.settle()
        return run

    def status(self, run: Run) -> str:
        """Say how a run stands now, settling it when it is over."""
        now = self._time.now()
        if now >= run.ends_at:
            self._settle(run)
            return run.end
        return "READY" if now < run.ready_until else "RUNNING"

    async def wait(self, run: Run, seconds: float) -> None:
        """Wait for the end of a run, at most so long."""
        left = (run.ends_at - self._time.now()).total_seconds()
        if left > 0 and seconds > 0:
            await self._time.sleep(min(left + _AFTER_S, seconds))

    def settle(self) -> None:
        """Let every run that is over be over."""
        now = self._time.now()
        for _ in range(len(self._open)):
            run = self._open.popleft()
            if run.items is None and now < run.ends_at:
                self._open.append(run)
            else:
                self._settle(run)

    def abort(self, run: Run) -> None:
        """Stop a run where it stands."""
        now = self._time.now()
        if now < run.ends_at:
            run.end, run.ends_at, run.message = "ABORTED", now, "Actor was aborted by user."
            self._settle(run)

    def _settle(self, run: Run) -> None:
        if run.items is not None:
            return
        dice = random.Random(f"{self._seed}:{run.id}")  # noqa: S311 - make-believe
        found = run.actor.find(run.asked, run.ends_at, dice)
        each = run.actor.price_usd / 1_000
        room = len(found) if run.most is None else run.most
        if run.most_usd is not None:
            room = min(room, int(run.most_usd / each + 1e-9))
        if room < len(found):
            run.message = run.message or f"The maximum of {room} results was reached."
        run.items = found[: min(room, int(len(found) * _PART[run.end]))]
        run.cost_usd = round(len(run.items) * each, 6)
        run.account.used_usd += run.cost_usd

    def _check(self, actor: Actor, account: Account, asked: dict[str, Any], most: int | None, most_usd: float | None) -> None:
        self.settle()
        if account.barred:
            raise ApifyRefusal(
                403, "insufficient-permissions", "Insufficient permissions for the Actor. Make sure you're passing a correct API token."
            )
        if most is not None and most < 1:
            raise ApifyRefusal(400, "max-items-must-be-greater-than-zero", "Maximum number of items must be greater than zero.")
        if most_usd is not None and most_usd < actor.price_usd / 1_000 - 1e-9:
            least = f"{actor.price_usd / 1_000:.6f}"
            raise ApifyRefusal(400, "max-total-charge-usd-below-minimum", f"The maximum total charge must be at least ${least}.")
        if wrong := actor.check(asked):
            raise ApifyRefusal(400, "invalid-input", f"Input is not valid: {wrong}")
        if account.used_usd >= account.credit_usd:
            said = "By launching this job you will exceed your remaining usage. Please upgrade your subscription."
            raise ApifyRefusal(402, "not-enough-usage-to-run-paid-actor", said)
        if sum(one.account is account for one in self._open) >= account.concurrent:
            raise ApifyRefusal(402, "concurrent-runs-limit-exceeded", f"You reached the limit of {account.concurrent} concurrent runs.")


def _named(dice: random.Random) -> str:
    return "".join(dice.choice(_NAME) for _ in range(17))
