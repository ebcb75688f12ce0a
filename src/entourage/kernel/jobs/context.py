"""What a handler is given: its job, the database, and a place to note its progress."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from entourage.kernel import tenancy
from entourage.kernel.db import Database
from entourage.kernel.jobs import outcome
from entourage.kernel.jobs.rows import Claim
from entourage.kernel.tenancy import CreatorSession


def _keep(_away: bool) -> None:  # noqa: FBT001 - what it is told
    """Hold on: nobody counts hands."""


@dataclass(frozen=True, slots=True)
class JobContext:
    """One try at one job."""

    db: Database
    claim: Claim
    lend: Callable[[bool], None] = _keep

    @property
    def job_id(self) -> int:
        """The job's id: the same over all tries, good as an idempotency key."""
        return self.claim.id

    @property
    def kind(self) -> str:
        """The kind of job."""
        return self.claim.kind

    @property
    def payload(self) -> dict[str, Any]:
        """What the job was given when it was asked for."""
        return self.claim.payload

    @property
    def creator_id(self) -> int | None:
        """Whose job it is; None for the house's own."""
        return self.claim.creator_id

    @property
    def attempt(self) -> int:
        """Which try this is, from 1."""
        return self.claim.attempt

    @property
    def last(self) -> bool:
        """Whether there will be no further try."""
        return self.claim.attempt >= self.claim.max_attempts

    @property
    def step(self) -> dict[str, Any]:
        """What this and earlier tries noted: step to value."""
        return self.claim.step

    @contextmanager
    def away(self) -> Iterator[None]:
        """While somebody outside is waited for, the worker may begin other jobs: a job that only waits fills none of its places."""
        self.lend(True)
        try:
            yield
        finally:
            self.lend(False)

    async def note(self, step: str, value: Any = True, *, session: CreatorSession | None = None) -> None:  # noqa: ANN401, FBT002
        """Write down that a step is reached (`value` is any JSON), so that the next try knows.

        With `session` it is written in that transaction, together with the step's own effects; a handler that has a
        writing session open must pass it, or it would wait for itself on SQLite. Raises `outcome.Lost` when another
        worker has taken over; the step must then not go on.
        """
        progress = {**self.claim.step, step: value}
        if session is not None:
            await outcome.note(session, self.claim, progress)
        else:
            async with tenancy.everywhere(self.db, "note a job's progress", write=True) as own:
                await outcome.note(own, self.claim, progress)
        self.claim.step[step] = value

    async def still_mine(self) -> bool:
        """Say whether no other worker has taken over: ask right before an effect that cannot be undone."""
        async with tenancy.everywhere(self.db, "check a job's lease") as session:
            return await outcome.is_mine(session, self.claim)
