"""Several processes on one queue: every job exactly once, lanes in order and never side by side, deaths survived."""

import asyncio
import os
import signal
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

import entourage
from tests.kernel.jobs.conftest import House

pytestmark = [pytest.mark.anyio, pytest.mark.thorough]

ROOT = Path(__file__).parents[3]
SOURCE = Path(entourage.__path__[0]).parent


@dataclass(frozen=True)
class Run:
    """One run of one job, from the log."""

    pid: int
    job_id: int
    lane: str
    attempt: int
    start_ns: int
    end_ns: int | None


class Crew:
    """Worker processes, and what they did."""

    def __init__(self, url: str, log: Path) -> None:
        """Hire nobody yet."""
        self.url = url
        self.log = log
        self.members: list[subprocess.Popen[str]] = []

    def hire(self, tasks: int = 2, lease_s: float = 20) -> subprocess.Popen[str]:
        """Start a process; it is ready when this returns."""
        command = [sys.executable, "-m", "tests.kernel.jobs.crew", self.url, str(self.log), str(tasks), str(lease_s)]
        env = {**os.environ, "PYTHONPATH": f"{SOURCE}:{ROOT}"}
        member = subprocess.Popen(command, cwd=ROOT, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.members.append(member)
        return member

    async def ready(self) -> None:
        """Wait until all that were hired work."""
        for member in self.members:
            if member.poll() is not None:
                continue
            assert member.stdout is not None
            assert (await asyncio.to_thread(member.stdout.readline)).strip() == "ready"

    def dismiss(self) -> None:
        """Let all stop in order; fails when one ended badly."""
        for member in self.members:
            if member.poll() is None:
                member.communicate(timeout=20)
                assert member.returncode == 0

    def runs(self) -> list[Run]:
        """Read what the log tells, in the order of starts."""
        lines = [line.split() for line in self.log.read_text().splitlines()]
        ends = {(line[2], line[4]): int(line[5]) for line in lines if line[0] == "end"}
        return [
            Run(int(pid), int(job_id), lane, int(attempt), int(ns), ends.get((job_id, attempt)))
            for mark, pid, job_id, lane, attempt, ns in lines
            if mark == "start"
        ]


@pytest.fixture
def crew(database_url: str, tmp_path: Path) -> Iterator[Crew]:
    """Nobody hired yet."""
    with ExitStack() as stack:
        hired = Crew(database_url, tmp_path / "crew.log")

        def end_all() -> None:
            for member in hired.members:
                if member.poll() is None:
                    member.kill()
                member.wait()
                for pipe in (member.stdin, member.stdout):
                    if pipe is not None:
                        pipe.close()

        stack.callback(end_all)
        yield hired


@pytest.mark.timeout(120)
async def test_two_processes_do_every_job_once_and_keep_lanes_in_order(house: House, crew: Crew) -> None:
    lanes = [f"fan{n % 40}" for n in range(400)]
    await house.ask_many([(lane, {"lane": lane, "s": 0.001}) for lane in lanes], kind="toil")
    crew.hire()
    crew.hire()
    await crew.ready()
    await house.ask_many([(lane, {"lane": lane}) for lane in lanes[:200]], kind="toil", creator=8)
    rows = await house.settled(60)
    crew.dismiss()
    runs = crew.runs()
    assert {job.status for job in rows} == {"done"}
    assert {job.attempts for job in rows} == {1}
    assert Counter(run.job_id for run in runs) == Counter({job.id: 1 for job in rows})
    assert len({run.pid for run in runs}) == 2
    by_lane: dict[tuple[str, int], list[Run]] = defaultdict(list)
    owner = {job.id: job.creator_id or 0 for job in rows}
    for run in runs:
        by_lane[run.lane, owner[run.job_id]].append(run)
    assert len(by_lane) == 80
    for line in by_lane.values():
        assert [run.job_id for run in line] == sorted(run.job_id for run in line), "a lane out of order"
        for before, after in pairwise(line):
            assert before.end_ns is not None
            assert before.end_ns <= after.start_ns, "two jobs of a lane at once"


@pytest.mark.timeout(120)
async def test_jobs_of_a_killed_process_are_done_by_another(house: House, crew: Crew) -> None:
    await house.ask_many([(None, {"s": 0.1})] * 4 + [("fan", {"s": 60})], kind="toil")
    await house.ask_many([("fan", {})], kind="toil")
    victim = crew.hire(tasks=3, lease_s=1.5)
    await crew.ready()
    rows = await house.until(lambda rows: sum(job.status == "done" for job in rows) == 4 and rows[4].status == "running", 30)
    victim.send_signal(signal.SIGKILL)
    victim.wait()
    assert [job.status for job in rows] == ["done"] * 4 + ["running", "queued"]
    await house.replace_payload(rows[4].id, {})
    crew.hire(tasks=2, lease_s=1.5)
    await crew.ready()
    rows = await house.settled(30)
    crew.dismiss()
    assert [(job.status, job.attempts) for job in rows] == [("done", 1)] * 4 + [("done", 2), ("done", 1)]
    runs = crew.runs()
    assert [run.end_ns is None for run in runs if run.job_id == rows[4].id] == [True, False]
    assert max(runs, key=lambda run: run.start_ns).job_id == rows[5].id, "its lane waited for it"
