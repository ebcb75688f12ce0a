"""Forms: what is typed never stands in an address, unless it is a filter; and a filter may be sent as it stands."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from entourage.kernel import clock
from entourage.kernel.db import Database
from entourage.web import words
from tests.clips.studio import Hands, Studio
from tests.people import Cast, Doors

HTML = {"accept": "text/html"}
TEMPLATES = Path(words.__file__).parent / "templates"
SENT_BY_SCRIPTS = re.compile(r"\b(data-(how|send|do|wizard-form|rewrite|fact-form|compose|reject|trial)|hx-(post|put|patch|delete))=")


def _forms(text: str) -> list[str]:
    """Return the opening tags of a template's forms; attributes may hold what looks like an end."""
    return re.findall(r"""<form\b(?:"[^"]*"|'[^']*'|[^>"'])*>""", text)


def test_a_form_that_a_script_sends_is_not_sent_without_it() -> None:
    found = [(path.name, form) for path in TEMPLATES.rglob("*.html") for form in _forms(path.read_text(encoding="utf-8"))]
    assert len(found) > 70
    assert [(name, form[:80]) for name, form in found if SENT_BY_SCRIPTS.search(form) and 'method="dialog"' not in form] == []


class _Form(HTMLParser):
    """What a browser sends when the first form of a page with an address of its own is sent as it stands."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.address, self.fields, self._inside, self._select = "", dict[str, str](), False, ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self._inside = not self.address and given.get("method", "get") == "get" and bool(given.get("action"))
            self.address = self.address or (given.get("action") or "" if self._inside else "")
        elif self._inside and (name := given.get("name")):
            if tag == "select":
                self._select = name
            elif given.get("type") not in {"checkbox", "radio"} or "checked" in given:
                self.fields[name] = given.get("value") or ""
        elif self._inside and tag == "option" and self._select and ("selected" in given or self._select not in self.fields):
            self.fields[self._select] = given.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False


@pytest.mark.anyio
async def test_a_filter_that_is_sent_as_it_stands_shows_everything(doors: Doors, cast: Cast, db: Database) -> None:
    studio = Studio(db, cast.owner.creator_id, Hands(clock.now()))
    campaign, browser = await studio.campaign(), await doors.of(cast.owner)
    for path in (f"/clips/campaigns/{campaign}", "/chats/jobs", "/vips/activity"):
        form = _Form((await browser.get(path, headers=HTML)).text)
        assert (form.address, bool(form.fields)) == (path, True)
        assert (await browser.get(path, params=form.fields, headers=HTML)).status_code == 200, form.fields
