"""The German of the pages: every sentence has one, with the same blanks, and no English stands outside the catalogue."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po
from jinja2 import Environment

from entourage.kernel import http
from entourage.web import i18n, words

WEB = Path(words.__file__).parent
BABEL = Path(__file__).parents[2] / "babel.cfg"
SPOKEN_ATTRIBUTES = {"title", "alt", "placeholder", "aria-label", "data-said", "data-sure"}
# Names, keys and commands are the same in every language; "house" is a class of the body.
SAME_EVERYWHERE = {
    "Entourage",
    "TikTok LIVE",
    "TikFinity",
    "Twitch",
    "Euler",
    "Esc",
    "Ctrl K",
    "house",
    "entourage import recording FILE --speed 10x",
    "entourage doctor",
    "entourage doctor --repair",
    "entourage restore FILE",
    "overlay/••••••••",
}
BLANK = re.compile(r"%\(\w+\)0?\d?[sd]|\{\w+\}")


def said_in_sources() -> set[str | tuple[str, ...]]:
    with BABEL.open() as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    keywords = {**DEFAULT_KEYWORDS, "_n": None, "_nn": (1, 2)}
    found = extract_from_dir(WEB, methods, options, keywords=keywords)
    return {message if isinstance(message, str) else tuple(message) for _, _, message, _, _ in found}


def german() -> Catalog:
    with (WEB / "locale/de/LC_MESSAGES/entourage.po").open("rb") as file:
        return read_po(file, locale="de")


def messages() -> list[Message]:
    return [message for message in german() if message.id]


def forms(text: str | tuple[str, ...] | list[str] | None) -> list[str]:
    return [text] if isinstance(text, str) else list(text or ())


@pytest.mark.thorough
def test_every_sentence_of_the_pages_has_a_german_one_and_no_german_one_is_left_over() -> None:
    known = {message.id if isinstance(message.id, str) else tuple(message.id) for message in messages()}
    assert known == said_in_sources()
    assert len(known) > 200


def test_every_german_sentence_is_said_with_the_blanks_of_the_english_one() -> None:
    for message in messages():
        english, said = forms(message.id), forms(message.string)
        assert not message.fuzzy, message.id
        assert len(said) == len(english), message.id
        for one in said:
            assert one.strip(), message.id
            # The form for one thing may say "one" instead of the number.
            assert sorted(BLANK.findall(one)) in [sorted(BLANK.findall(text)) for text in english], message.id
        assert sorted(BLANK.findall(said[-1])) == sorted(BLANK.findall(english[-1])), message.id


def test_a_page_speaks_german_after_a_build_and_before_one() -> None:
    i18n.speak(i18n.Voice("de", "de"))
    try:
        assert i18n.gettext("Tonight") == "Heute"
        assert i18n.ngettext("in %(n)s day", "in %(n)s days", 2) == "in %(n)s Tagen"
        assert words.for_browser()["{n} coin"] == ["{n} Coin", "{n} Coins"]
    finally:
        i18n.speak(i18n.Voice())


def test_the_words_of_the_scripts_are_those_that_they_are_given() -> None:
    scripts = "\n".join(path.read_text() for path in sorted((WEB / "static/js").glob("*.js")))
    said = set(re.findall(r'\bt\("([^"]+)"', scripts))
    counted = set(re.findall(r'\btn\("([^"]+)", "([^"]+)"', scripts))
    # What `gift ?? t(...)` and the like hold is found, too; a call without a literal would be missed, so there is none.
    assert len(re.findall(r"\btn?\(", scripts)) == len(re.findall(r'\btn?\("', scripts))
    assert said == set(words.SENTENCES)
    assert counted == set(words.PLURALS)


def test_the_titles_of_errors_are_those_of_the_kernel() -> None:
    assert {*http._TITLES.values(), "This did not work"} == set(words.TITLES)


class Spoken(HTMLParser):
    """Gathers what a reader would see or hear of a page: text, and attributes that are read out."""

    def __init__(self) -> None:
        """Begin with nothing heard."""
        super().__init__()
        self.said: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in {"script", "style"}
        self.said += [value for name, value in attrs if name in SPOKEN_ATTRIBUTES and value]

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in {"script", "style"}

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.said.append(data)


def fixed_text(path: Path) -> Iterator[str]:
    """Yield the words of a template that are not said by an expression."""
    kinds = Environment().lex(path.read_text())  # noqa: S701 - nothing is rendered
    page = Spoken()
    page.feed("".join(text if kind == "data" else "\0" if kind == "variable_begin" else "" for _, kind, text in kinds))
    for said in page.said:
        for part in said.replace("@", " ").split("\0"):
            text = part.strip(" \n·…×,:/–()%")
            if re.search(r"[A-Za-z]{2}", text) and text not in SAME_EVERYWHERE:
                yield text


@pytest.mark.parametrize("path", sorted((WEB / "templates").rglob("*.html")), ids=lambda path: path.name)
def test_a_template_has_no_words_outside_the_catalogue(path: Path) -> None:
    assert list(fixed_text(path)) == []


def test_no_sentence_hides_inside_another_string_where_it_is_not_found() -> None:
    hidden = re.compile(r"""\bf(['"]).*\{_n?n?\(""")
    found = [f"{path.name}: {line.strip()}" for path in WEB.rglob("*.py") for line in path.read_text().splitlines() if hidden.search(line)]
    assert found == []
