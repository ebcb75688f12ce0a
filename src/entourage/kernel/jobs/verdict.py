"""What becomes of a job whose handler has ended: done, another try, or a dead letter with its reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from entourage.kernel import clock, log
from entourage.kernel.errors import EntourageError, Later, Never, TooMany
from entourage.kernel.jobs import outcome
from entourage.kernel.jobs.backoff import Backoff
from entourage.kernel.jobs.rows import Claim
from entourage.kernel.tenancy import CreatorSession

_log = log.get(__name__)


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one try ended: `wait_s` is the time until the next one, for `again`."""

    claim: Claim
    end: Literal["done", "again", "dead"]
    why: str = ""
    wait_s: float = 0.0


class UnknownKind(Never):
    """Nobody here handles jobs of this kind."""

    def __init__(self, kind: str) -> None:
        """Name the kind."""
        super().__init__(f"Nothing here handles jobs of kind {kind!r}. Is this worker older than what asked for the job?")


class TookTooLong(Later):
    """A handler was cancelled at its deadline."""

    def __init__(self, timeout_s: float) -> None:
        """Name the deadline, in seconds."""
        super().__init__(f"It took longer than {timeout_s:g} s and was stopped.")


def judge(claim: Claim, error: Exception | None, backoff: Backoff, dice: float) -> Verdict | None:
    """Decide by how a try ended; None when the job is no longer ours to decide about.

    `Never` is final at once, everything else after the last try; `Later` and `TooMany` may ask for a longer wait.
    """
    if error is None:
        return Verdict(claim, "done")
    if isinstance(error, outcome.Lost):
        _log.warning("job.lost", id=claim.id, kind=claim.kind, attempt=claim.attempt)
        return None
    if not isinstance(error, EntourageError):
        _log.error("job.failed", id=claim.id, kind=claim.kind, attempt=claim.attempt, exc_info=error)
    why = error.message if isinstance(error, EntourageError) else f"{type(error).__name__}: {error}"
    if isinstance(error, Never) or claim.attempt >= claim.max_attempts:
        _log.error("job.dead", id=claim.id, kind=claim.kind, attempt=claim.attempt, why=why)
        return Verdict(claim, "dead", why)
    asked_s = error.retry_after_s if isinstance(error, Later | TooMany) else None
    wait_s = backoff.delay_s(claim.attempt, dice, at_least_s=asked_s)
    _log.warning("job.again", id=claim.id, kind=claim.kind, attempt=claim.attempt, wait_s=round(wait_s, 1), why=why)
    return Verdict(claim, "again", why, wait_s)


def give_back(claim: Claim) -> Verdict:
    """Let somebody else do a job that was cut short because its worker stops."""
    if claim.attempt >= claim.max_attempts:
        return Verdict(claim, "dead", "The worker was stopped in the middle of the last try.")
    return Verdict(claim, "again", "The worker was stopped in the middle of it.")


async def settle(session: CreatorSession, ended: Sequence[Verdict]) -> None:
    """Write down how tries ended; those that another worker has taken over meanwhile are left as they are."""
    done = [one.claim for one in ended if one.end == "done"]
    kept = await outcome.finish(session, done)
    lost = [claim.id for claim in done if claim not in kept]
    for one in ended:
        if one.end == "again":
            mine = await outcome.requeue(session, one.claim, at=clock.now() + timedelta(seconds=one.wait_s), why=one.why)
        elif one.end == "dead":
            mine = await outcome.bury(session, one.claim, why=one.why)
        else:
            continue
        if not mine:
            lost.append(one.claim.id)
    if lost:
        _log.warning("jobs.lost", ids=lost)
