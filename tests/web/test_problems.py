"""What goes wrong is told in the reader's language: every sentence of an error is known, and said again in German."""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import entourage
from entourage.kernel.accounts import creators, passwords, people
from entourage.kernel.errors import EntourageError
from entourage.web import i18n, retelling
from entourage.web.problems import PROBLEMS
from tests.people import Cast, Doors

HOUSE = Path(entourage.__file__).parent
BLANK = re.compile(r"\{\w*\}")
RAISED = {"Conflict", "Invalid", "NotAllowed", "NotFound", "SignInNeeded", "TooLarge", "TooMany", "Unavailable", "Unreadable", "_refuse"}
GATHERED = {"wrong", "problems", "details"}
# Only a terminal, the log or another program is told: how the house was set up, and what a program asked of itself.
UNTOLD = {
    "kernel/settings.py", "kernel/secrets.py", "kernel/tenancy.py", "kernel/jobs/queue.py", "kernel/log.py", "kernel/incidents.py",
    "kernel/desk.py", "web/traces.py", "web/metrics.py",
}  # fmt: skip


@pytest.fixture
def in_german() -> Iterator[None]:
    i18n.speak(i18n.Voice("de", "de"))
    yield
    i18n.speak(i18n.Voice())


def templates(node: ast.expr | None, known: dict[str, ast.expr]) -> list[str]:
    """Read a sentence with `{}` for what is filled in; nothing for what is no sentence."""
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.JoinedStr(values=values):
            return ["".join(str(one.value) if isinstance(one, ast.Constant) else "{}" for one in values)]
        case ast.IfExp(body=body, orelse=orelse):
            return templates(body, known) + templates(orelse, known)
        case ast.BinOp(left=left, right=right):
            return [a + b for a in templates(left, known) for b in templates(right, known) or ["{}"]]
        case ast.Name(id=name) if name in known:
            return templates(known[name], {})
    return []


def said_by(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text())
    constants = {one.target.id: one.value for one in tree.body if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)}
    constants |= {one.targets[0].id: one.value for one in tree.body if isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Name)}
    for scope in [tree, *(node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))]:
        known: dict[str, ast.expr] = {name: value for name, value in constants.items() if value}
        for node in sorted((one for one in ast.walk(scope) if hasattr(one, "lineno")), key=lambda one: one.lineno):
            if isinstance(node, ast.Assign):
                match node.targets[0]:
                    case ast.Name(id=name):
                        known[name] = node.value
                    case ast.Subscript(value=ast.Name(id=name)) if name in GATHERED:
                        yield from templates(node.value, known)
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in RAISED:
                for argument in node.args:
                    yield from templates(argument, known)


def said_anywhere() -> dict[str, str]:
    said: dict[str, str] = {}
    for folder in ("kernel", "viewers", "vips", "chats", "clips", "web"):
        for path in sorted((HOUSE / folder).rglob("*.py")):
            place = path.relative_to(HOUSE).as_posix()
            if place not in UNTOLD and not place.endswith("_jobs.py"):
                said |= {text: place for text in said_by(path) if " " in BLANK.sub("", text).strip()}
    return said


@pytest.mark.thorough
def test_every_sentence_of_an_error_is_known() -> None:
    known = {BLANK.sub("{}", text) for text in PROBLEMS}
    said = said_anywhere()
    assert len(said) > 100
    assert {text: place for text, place in said.items() if BLANK.sub("{}", text) not in known} == {}


def test_no_sentence_is_known_twice() -> None:
    shapes = [BLANK.sub("{}", text) for text in PROBLEMS]
    assert len(shapes) == len(set(shapes))


@pytest.mark.parametrize(
    ("refused", "sentence"),
    [
        (lambda: people.read_email("ada"), "Das sieht nicht nach einer E-Mail-Adresse aus."),
        (lambda: people.read_name(""), "Ein Name hat 1 bis 100 Zeichen, ohne Zeilenumbruch."),
        (lambda: passwords.check_length("short"), "Ein Passwort hat 10 bis 256 Zeichen."),
        (lambda: creators.read_zone("Berlin"), "Eine Zeitzone heißt zum Beispiel Europe/Berlin."),
    ],
)
def test_what_the_kernel_says_at_the_doors_is_said_in_german(refused: Callable[[], object], sentence: str, in_german: None) -> None:
    with pytest.raises(EntourageError) as error:
        refused()
    assert retelling.retell(error.value.message) == sentence


def test_the_sentence_that_says_most_is_told_and_what_fills_its_blanks_is_told_too(in_german: None) -> None:
    told = retelling.retell("None of the 3 lines can be used. Line 2: 'x' is no date.")
    assert told == "Keine der 3 Zeilen ist brauchbar. Zeile 2: 'x' ist kein Datum."
    assert retelling.retell("There is no viewer '{name} %s'.") == "Einen Zuschauer '{name} %s' gibt es nicht."
    assert retelling.retell("Nobody has said this.") == "Nobody has said this."


@pytest.mark.anyio
async def test_a_person_is_answered_in_their_language_and_a_key_in_english(doors: Doors, cast: Cast) -> None:
    owner = await doors.of(cast.owner)
    key = (await owner.post("/api/keys", json={"name": "a program", "scopes": ["viewers.read"]})).json()["key"]
    program = await doors.nobody(headers={"authorization": f"Bearer {key}"})
    asked = {"Accept-Language": "de"}
    assert (await owner.get("/api/viewer-profiles/nobody", headers=asked)).json()["detail"] == "Einen Zuschauer 'nobody' gibt es nicht."
    assert (await program.get("/api/viewer-profiles/nobody", headers=asked)).json()["detail"] == "There is no viewer 'nobody'."
