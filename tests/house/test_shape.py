"""The house keeps its shape: small files, small functions, a sentence on top, honest names, and few doors between creators."""

import ast
import re
import shutil
import statistics
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "entourage"
MADE = re.compile(r"_pb2\.pyi?$|/migrations/versions/")
FILES = [path for path in sorted(SOURCE.rglob("*.py")) if not MADE.search(path.as_posix())]
HAZY = {"service", "services", "manager", "managers", "helper", "helpers", "util", "utils", "common", "base", "misc", "stuff", "core"}
CROSSINGS = {
    # Every place that reads or writes across creators, and how often: a new one is looked at twice.
    "chats/house.py": 1,
    "chats/catching_up.py": 2,
    "chats/retention.py": 2,
    "chats/rounds.py": 2,
    "clips/reports.py": 1,
    "clips/jobs.py": 2,
    "clips/rounds.py": 2,
    "cli/clips.py": 2,
    "cli/people.py": 3,
    "cli/recordings.py": 1,
    "cli/running.py": 1,
    "demo.py": 2,
    "demo_campaigns.py": 1,
    "kernel/accounts/identify.py": 3,
    "kernel/accounts/overlays.py": 1,
    "kernel/accounts/people.py": 2,
    "kernel/accounts/sessions.py": 7,
    "kernel/hearings.py": 1,
    "kernel/jobs/context.py": 2,
    "kernel/jobs/keeper.py": 4,
    "kernel/jobs/schedule.py": 3,
    "kernel/jobs/shift.py": 1,
    "kernel/jobs/worker.py": 3,
    "kernel/leases.py": 2,
    "kernel/strongbox.py": 2,
    "kernel/rotation.py": 2,
    "kernel/pulse.py": 3,
    "kernel/turns.py": 3,
    "platforms/twitch/eventsub/roster.py": 1,
    "platforms/fanvue/grant.py": 1,
    "platforms/fanvue/roster.py": 1,
    "platforms/twitch/grant.py": 1,
    "safety/nights.py": 2,
    "viewers/census.py": 1,
    "viewers/jobs.py": 4,
    "viewers/listen.py": 1,
    "vips/regulars.py": 1,
    "vips/rounds.py": 2,
    "vips/taking.py": 2,
    "web/demo.py": 2,
    "web/house_doors.py": 1,
    "web/me.py": 7,
    "web/metrics.py": 1,
    "web/pages/creators.py": 1,
    "web/welcome.py": 6,
    "wiring.py": 1,
}


def name(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Return the functions of a file with their length, without decorators and docstring."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            said = node.body[0].end_lineno - node.body[0].lineno + 1 if ast.get_docstring(node) else 0  # type: ignore[operator]
            yield f"{name(path)}:{node.name}", (node.end_lineno or 0) - node.lineno + 1 - said


def percentile(numbers: list[int], percent: int) -> float:
    return statistics.quantiles(numbers, n=100)[percent - 1]


def test_files_are_small() -> None:
    sizes = {name(path): lines(path) for path in FILES}
    numbers = [size for size in sizes.values() if size > 1]

    assert {path: size for path, size in sizes.items() if size > 400} == {}
    assert statistics.median(numbers) <= 90
    assert percentile(numbers, 90) <= 250


@pytest.mark.thorough
def test_functions_are_small() -> None:
    sizes = dict(one for path in FILES for one in functions(path))
    numbers = list(sizes.values())

    assert {function: size for function, size in sizes.items() if size > 60} == {}
    assert statistics.median(numbers) <= 10
    assert percentile(numbers, 90) <= 32


@pytest.mark.thorough
def test_every_module_opens_with_a_sentence() -> None:
    said = {name(path): (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "") for path in FILES}

    assert [path for path, sentence in said.items() if not sentence or not sentence.split("\n\n")[0].rstrip().endswith((".", ":"))] == []


def test_names_say_what_is_inside() -> None:
    parts = {part for path in FILES for part in Path(name(path)).with_suffix("").parts}
    hazy = {part for part in parts if HAZY & set(part.lower().split("_")) or re.search(r"_v\d+$", part)}

    assert hazy == set()


@pytest.mark.thorough
def test_creators_are_crossed_only_where_it_is_known() -> None:
    calls: Counter[str] = Counter()
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name):
                called = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
                if called == "everywhere":
                    calls[name(path)] += 1
                    reason = node.args[1] if len(node.args) > 1 else None
                    assert isinstance(reason, ast.Constant), f"{name(path)}:{node.lineno} gives no reason in words"

    assert dict(calls) == CROSSINGS


def tracked() -> list[Path]:
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("this is no git checkout")
    listed = subprocess.run([git, "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    return [path for text in listed.stdout.decode().split("\0") if text and (path := ROOT / text).is_file()]


def test_pins_name_no_registry() -> None:
    pinned = [*sorted((ROOT / "requirements").glob("*")), ROOT / "package-lock.json"]

    assert len(pinned) >= 3
    assert not [path.name for path in pinned[:-1] if "://" in path.read_text(encoding="utf-8")]
    for path in pinned:
        text = path.read_text(encoding="utf-8")
        named = [line for line in text.splitlines() if re.search(r"registry\.|pypi\.org|--index-url|--extra-index|\"resolved\"", line)]
        assert named == [], path.name


def test_no_file_knows_the_machine_it_was_written_on() -> None:
    place = re.compile(rb"(?<![\w.~-])/(?:root|home/\w+|work/\w+|Users/\w+)/")
    known = [path for path in tracked() if path.suffix not in {".jsonl", ".png", ".ico", ".woff2"} and path != Path(__file__)]

    assert [path.relative_to(ROOT).as_posix() for path in known if place.search(path.read_bytes())] == []
