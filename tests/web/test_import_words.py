"""Every field that a column may hold is spoken of, in one group, with rules that there are."""

import pytest

from entourage.viewers.imports.mapping import IDENTITY, TARGETS
from entourage.viewers.imports.rules import FIELDS, RULES
from entourage.web import i18n, import_words


def test_every_field_stands_in_one_group_under_its_name() -> None:
    listed = [target for group in import_words.GROUPS.values() for target in group]
    assert sorted(listed) == sorted(TARGETS)
    assert {*TARGETS, *FIELDS} <= import_words.TARGET_WORDS.keys()


@pytest.mark.parametrize("target", TARGETS)
def test_rules_are_offered_for_what_can_meet_something(target: str) -> None:
    offered = [rule for rule, _ in import_words.rules_of(target)]
    field = FIELDS.get(target.partition(":")[0])
    assert set(offered) <= set(RULES)
    assert bool(offered) == (field is not None)
    assert field is None or field.rule in offered, "the usual one is among them"
    assert not (target in IDENTITY and offered)


def test_values_are_written_for_people() -> None:
    i18n.speak(i18n.Voice("en", "en-GB"))
    said = [
        ("watch_ms", 7_260_000),
        ("coins", 12_345),
        ("first_seen_ms", 1_763_233_200_000),
        ("favorite", True),
        ("tags", ["a", "b"]),
        ("notes", ""),
        ("coins", None),
    ]
    assert [import_words.value(*one) for one in said] == ["2 h 1 min", "12,345", "15 Nov 2025", "yes", "a, b", "–", "–"]


@pytest.mark.parametrize(
    ("said", "german"),
    [
        ("Minuten: 'viele' is no number.", "Minuten: 'viele' ist keine Zahl."),
        ("There is no name.", "Es fehlt der Name."),
        ("Tag: -3 is less than nothing.", "Tag: -3 ist weniger als nichts."),
        (
            "The line has 6 cells, but there are 4 columns; perhaps a comma is not in quotes.",
            "Die Zeile hat 6 Zellen, aber es gibt 4 Spalten; vielleicht steht ein Komma nicht in Anführungszeichen.",
        ),
        (
            "Geb: '31.02.1990' is no birthday. A birthday is written YYYY-MM-DD, or --MM-DD without a year.",
            "Geb: '31.02.1990' ist kein Geburtstag. Ein Geburtstag schreibt sich JJJJ-MM-TT, oder --MM-TT ohne Jahr.",
        ),
        (
            "Kennung: The id 7.1e18 was rounded by another program, so it is nobody's any more. Export it as text.",
            "Kennung: Die Kennung 7.1e18 wurde von einem anderen Programm gerundet und gehört nun niemandem mehr. Exportiere sie als Text.",
        ),
        ("Something nobody has translated: yet.", "Something nobody has translated: yet."),
        ("100%: 'x' is no date.", "100%: 'x' ist kein Datum."),
        ("", ""),
    ],
)
def test_reasons_are_said_in_the_readers_language(said: str, german: str) -> None:
    i18n.speak(i18n.Voice("de", "de"))
    try:
        assert import_words.reason(said) == german
    finally:
        i18n.speak(i18n.Voice())
