"""Typing a part of a name finds its bearer, in whatever script, and never anything else."""

import random
import string

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import insert

from entourage.kernel import tenancy
from entourage.kernel.db import Database
from entourage.viewers import fold, listing, search
from entourage.viewers.tables import Total, Viewer
from tests.make import NAMES, viewer

pytestmark = pytest.mark.anyio

CROWD = [
    ("anna.b", "Änna Bérgström"), ("zoe_1", "Zoë ☀️"), ("strasse", "Große Straße"), ("oerjan", "Ørjan Ødegård"), ("istanbul", "İstanbul ÇAĞLAR"),
    ("fancy", "𝐀𝐧𝐧𝐚 𝓛𝓸𝓿𝓮"), ("wide", "Ａｎｎａ"), ("emoji", "Mo 🍞🍞🍞 backt"), ("rtl", "عمر خالد"), ("hebrew", "\u202bשלום\u202c"), ("kana", "ゆきちゃん"),
    ("percent", "100% Anna_1"), ("under_score", "snake_case_name"), ("quote", "Rock 'n' \"Roll\""), ("sql", "'; DROP TABLE viewers; --"),
    ("fts", "anna NEAR bob AND NOT (cat*)"), ("star", "**STAR**"), ("colon", "handle:anna"), ("hyphen", "anna-lena"), ("dash", "-anna"),
    ("back", "C:\\temp\\anna"), ("caret", "^anna$"), ("tab", "anna b"), ("long", "x" * 190 + "anna"), ("papa.joe", "Papa Joe"),
]  # fmt: skip

FINDS: dict[str, set[str]] = {
    "ANNA": {"anna.b", "fancy", "wide", "percent", "fts", "colon", "hyphen", "dash", "back", "caret", "tab", "long"},
    "änna": {"anna.b", "fancy", "wide", "percent", "fts", "colon", "hyphen", "dash", "back", "caret", "tab", "long"},
    "bergstrom": {"anna.b"}, "BERGSTRÖM": {"anna.b"}, "zoë": {"zoe_1"}, "ZOE": {"zoe_1"}, "straße": {"strasse"}, "STRASSE": {"strasse"},
    "grosse": {"strasse"}, "ørjan": {"oerjan"}, "orjan": {"oerjan"}, "odegard": {"oerjan"}, "İSTANBUL": {"istanbul"}, "caglar": {"istanbul"},
    "love": {"fancy"}, "𝓛𝓸𝓿𝓮": {"fancy"}, "🍞🍞🍞": {"emoji"}, "خالد": {"rtl"}, "שלום": {"hebrew"}, "\u202eשלום": {"hebrew"}, "きちゃ": {"kana"},
    "100%": {"percent"}, "%": set(), "_": set(), "%%%": set(), "___": set(), "a%a": set(), "an_a": set(), "anna_": {"percent"},
    "e_case": {"under_score"}, 'roll"': {"quote"}, '"roll"': {"quote"}, "'n'": {"quote"}, '"""': set(), "drop table": {"sql"}, "';": set(),
    "drop tables": set(), "near": {"fts"}, "anna NEAR bob": {"fts"}, "anna OR bergstrom": set(), "NOT anna": {"fts"}, "cat*": {"fts"}, "(cat": {"fts"},
    "ann*": set(), "*star*": {"star"}, "search_text:anna": set(), "handle:anna": {"colon"}, "anna-lena": {"hyphen"}, "-anna": {"dash"},
    "\\temp\\": {"back"}, "^anna": {"caret"}, "anna lena": {"hyphen"}, "lena anna": {"hyphen"}, "anna b": {"anna.b", "fts", "tab", "back"},
    "papa j": {"papa.joe"}, "papa jo": {"papa.joe"}, "joe pa": {"papa.joe"}, "p": {"papa.joe", "percent"}, "pa": {"papa.joe"}, "P j": {"papa.joe"},
    "an": {"anna.b"}, "jo": set(), "zo": {"zoe_1"}, "nobody": set(), "annaanna": set(), "xxxxxxxxxx": {"long"}, " ": {handle for handle, _ in CROWD},
    "\t\n": {handle for handle, _ in CROWD}, "\u0301": {handle for handle, _ in CROWD}, "\u200b": {handle for handle, _ in CROWD},
}  # fmt: skip


async def settle(db: Database, creator_id: int, crowd: list[tuple[str, str]]) -> None:
    rows = [
        {c.key: getattr(one, c.key) for c in Viewer.__table__.columns if getattr(one, c.key, None) is not None}
        for one in (viewer(n, handle=handle, name=name, search_text=fold.of_viewer(handle, name)) for n, (handle, name) in enumerate(crowd))
    ]
    async with tenancy.inside(db, creator_id, write=True) as session:
        await session.execute(insert(Viewer), [row | {"creator_id": creator_id} for row in rows])
        session.add(Total(viewers=len(rows)))


async def found(db: Database, creator_id: int, typed: str, **more: object) -> list[str]:
    async with tenancy.inside(db, creator_id) as session:
        page = await listing.page(session, listing.Query(search=typed, limit=200, **more))  # type: ignore[arg-type]
    return [row.tiktok_username for row in page.rows]


async def test_whoever_is_meant_is_found_and_nobody_else(db: Database, creator_id: int) -> None:
    await settle(db, creator_id, CROWD)

    wrong = {typed: (set(met), wanted) for typed, wanted in FINDS.items() if set(met := await found(db, creator_id, typed)) != wanted}
    assert wrong == {}


@pytest.mark.thorough
async def test_every_part_of_every_name_finds_its_bearer(db: Database, creator_id: int) -> None:
    crowd = CROWD + list(NAMES)
    await settle(db, creator_id, crowd)
    dice = random.Random(5)
    for handle, name in crowd:
        text = fold.of_viewer(handle, name)
        for _ in range(4):
            start = dice.randrange(len(text))
            typed = text[start : start + dice.randint(3, 9)]
            if any(len(word) > 2 for word in typed.split()):
                assert handle in await found(db, creator_id, typed.upper()), (typed, text)


async def test_garbage_finds_nobody_and_breaks_nothing(db: Database, creator_id: int) -> None:
    await settle(db, creator_id, CROWD)
    dice = random.Random(8)
    odd = string.punctuation + "\x00\x01\u202e\u0301🍞ßøİé" + "ab "
    for _ in range(120):
        typed = "".join(dice.choice(odd) for _ in range(dice.randint(1, 12)))
        words = search.split(typed)
        wanted = [
            handle
            for handle, name in CROWD
            if all(word in fold.of_viewer(handle, name) for word in words.long + words.beside)
            and all(fold.of_viewer(handle, name).startswith(word) for word in words.short)
        ]
        assert set(await found(db, creator_id, typed)) == set(wanted), repr(typed)


@given(st.text(max_size=120))
@example("a " * 60)
@example("\x00")
def test_anything_typed_becomes_at_most_six_folded_words(typed: str) -> None:
    words = search.split(typed)
    every = words.long + words.short + words.beside

    assert len(every) <= 6
    assert all(word == fold.fold(word) and " " not in word and word for word in every)
    assert not (words.long and words.short)
    assert bool(words) == bool(every)
