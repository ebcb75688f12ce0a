"""What a creator chooses for chats: kept, refused field by field, stopped and gone on."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from entourage.chats import choices, disclosure, limits, schemas
from entourage.chats.guard import outgoing
from entourage.chats.language import Language
from entourage.chats.quiet import is_quiet
from entourage.kernel import audit, tenancy
from entourage.kernel.db import Database
from entourage.kernel.errors import Invalid
from entourage.kernel.money import Money
from tests.people import Cast

ACTOR = "user:ada"
WRONG: list[tuple[dict[str, Any], str]] = [
    ({"quiet_from": "25:00", "quiet_until": "08:00"}, "quiet_from"),
    ({"quiet_from": "8:00", "quiet_until": "09:00"}, "quiet_from"),
    ({"quiet_from": "23:00"}, "quiet_until"),
    ({"quiet_until": "07:00"}, "quiet_from"),
    ({"quiet_s": 5}, "quiet_s"),
    ({"quiet_s": 11}, "quiet_s"),
    ({"most_in_a_row": 0}, "most_in_a_row"),
    ({"least_confidence": 101}, "least_confidence"),
    ({"pause_s": -1}, "pause_s"),
    ({"month_micro": -1}, "month_micro"),
    ({"calls_a_minute": 0}, "calls_a_minute"),
    ({"follow_up_h": 721}, "follow_up_h"),
    ({"disclosure": {"en": "I am a real person, promise."}}, "disclosure.en"),
    ({"disclosure": {"en": "No AI helps me here."}}, "disclosure.en"),
    ({"disclosure": {"de": "Hier schreibt keine KI."}}, "disclosure.de"),
    ({"disclosure": {"de": "Ich bin ein echter Mensch, keine KI."}}, "disclosure.de"),
    ({"disclosure": {"es": "Aquí no hay ninguna IA."}}, "disclosure.es"),
    ({"disclosure": {"en": "Hey, nice to see you here!"}}, "disclosure.en"),
    ({"disclosure": {"en": "An AI helps me, see www.example.com."}}, "disclosure.en"),
    ({"disclosure": {"fr": "Une IA m'aide."}}, "disclosure.fr"),
    ({"disclosure": {"en": "An AI helps. " * 40}}, "disclosure.en"),
    ({"honest": {"en": "It's really me typing, not a bot."}}, "honest.en"),
    ({"own_words": ["(a|b"]}, "own_words"),
    ({"own_words": ["x" * 61]}, "own_words"),
]
WRONG_VOICE: list[tuple[dict[str, Any], str]] = [
    ({"name": "n" * 81}, "name"),
    ({"persona": "p" * 2001}, "persona"),
    ({"style": "s" * 2001}, "style"),
    ({"rules": ["r"] * 41}, "rules"),
    ({"never": ["n" * 301]}, "never"),
    ({"prices": ["Custom video: fifty"]}, "prices"),
    ({"examples": [("hi", "hello")] * 13}, "examples"),
    ({"examples": [("hi", "")]}, "examples"),
    ({"handles": ["no spaces here"]}, "handles"),
    ({"longest": 39}, "longest"),
    ({"longest": 2001}, "longest"),
]


def _said(words: Mapping[Language, str]) -> dict[str, str]:
    return dict(words.items())


@pytest.mark.parametrize(("changes", "field"), WRONG)
def test_a_setting_that_cannot_be_is_named_with_a_sentence(changes: dict[str, Any], field: str) -> None:
    found = limits.of_settings(schemas.Settings(**changes))
    assert list(found) == [field]
    assert found[field].endswith((".", "not."))


@pytest.mark.parametrize(("changes", "field"), WRONG_VOICE)
def test_a_voice_that_cannot_be_is_named_with_a_sentence(changes: dict[str, Any], field: str) -> None:
    assert list(limits.of_voice(schemas.Voice(**changes))) == [field]


def test_the_usual_wordings_and_fair_ones_of_ones_own_may_be_used() -> None:
    usual = schemas.Settings(
        disclosure=_said(disclosure.FIRST), honest=_said(disclosure.HONEST), own_words=["tattoo", "Omas Haus", "don't"]
    )
    assert limits.of_settings(usual) == {}
    own = {
        "en": "Heads up: an AI assistant drafts some of my replies.",
        "de": "Kurz gesagt: Eine KI hilft mir beim Schreiben.",
        "es": "Aviso: me ayuda un programa.",
    }
    assert limits.of_settings(schemas.Settings(disclosure=own, honest=own)) == {}


def test_prices_of_a_voice_are_the_prices_that_a_reply_may_name() -> None:
    voice = schemas.Voice(prices=["Custom video: $50", "Chat hour 1.200,50 €"], handles=["ada_live"], longest=100)
    terms = choices.terms(voice, language="en", secret="")
    assert terms.prices == {Money(5000, "USD"), Money(120_050, "EUR")}
    assert terms.longest == 150
    assert outgoing.judge("A custom video is $50, love.", terms) == {}
    assert "price" in outgoing.judge("A custom video is $40, love.", terms)
    assert outgoing.judge("Tag me as @ada_live there", terms) == {}


def test_quiet_hours_are_read_in_the_creators_zone() -> None:
    assert choices.hours(schemas.Settings(), "Europe/Berlin") is None
    assert choices.hours(schemas.Settings(quiet_from="08:00", quiet_until="08:00"), "Europe/Berlin") is None
    night = choices.hours(schemas.Settings(quiet_from="23:30", quiet_until="07:00"), "Europe/Berlin")
    assert night is not None
    assert is_quiet(datetime(2026, 11, 20, 23, 0, tzinfo=UTC), night)
    assert not is_quiet(datetime(2026, 11, 20, 6, 30, tzinfo=UTC), night)


def test_without_a_delay_a_reply_goes_out_at_once() -> None:
    assert choices.hand(schemas.Settings(delay=False)).most_s == 0
    assert choices.hand(schemas.Settings()).least_s > 0
    assert choices.patience(schemas.Settings(quiet_s=10)).quiet.total_seconds() == 10


@pytest.mark.anyio
async def test_settings_and_voice_are_kept_for_one_creator_and_the_audit_log_holds_no_word_of_them(db: Database, cast: Cast) -> None:
    ada, nia = cast.owner.creator_id, cast.neighbour.creator_id
    wording = {"en": "An AI helps me out.", "de": "  "}
    async with tenancy.inside(db, ada, write=True) as session:
        assert await choices.read(session) == schemas.Settings()
        assert (await choices.voice(session)).name == "Ada Live"
        await choices.write(session, schemas.Settings(mode="auto", disclosure=wording, own_words=[" secretword ", ""]), ACTOR)
        await choices.write_voice(
            session, schemas.Voice(persona="Loves foxgloves.", rules=["Say hi", " "], examples=[("a", "b"), ("", " ")]), ACTOR
        )
    async with tenancy.inside(db, ada) as session:
        kept, voice = await choices.read(session), await choices.voice(session)
        entries = await audit.page(session, action="chats")
    assert (kept.mode, kept.disclosure, kept.own_words) == ("auto", {"en": "An AI helps me out."}, ["secretword"])
    assert (voice.persona, voice.rules, voice.examples, voice.name) == ("Loves foxgloves.", ["Say hi"], [("a", "b")], "Ada Live")
    assert [entry.action for entry in entries] == ["chats.voice.set", "chats.settings.set"]
    assert entries[1].meta == {"changed": ["mode", "disclosure", "own_words"], "mode": "auto", "disclose": True}
    assert not any(word in str(entry.meta) for entry in entries for word in ("foxgloves", "secretword", "helps"))
    async with tenancy.inside(db, nia) as session:
        assert await choices.read(session) == schemas.Settings()


@pytest.mark.anyio
async def test_what_cannot_be_is_not_kept(db: Database, cast: Cast) -> None:
    async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
        with pytest.raises(Invalid) as refused:
            await choices.write(session, schemas.Settings(quiet_s=60, least_confidence=-1), ACTOR)
        with pytest.raises(Invalid) as refused_too:
            await choices.write_voice(session, schemas.Voice(longest=5), ACTOR)
    assert set(refused.value.details) == {"quiet_s", "least_confidence"}
    assert set(refused_too.value.details) == {"longest"}
    async with tenancy.inside(db, cast.owner.creator_id) as session:
        assert await choices.read(session) == schemas.Settings()


@pytest.mark.anyio
async def test_everything_stops_at_one_press_and_goes_on_at_the_next(db: Database, cast: Cast) -> None:
    async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
        assert not await choices.stopped(session)
        await choices.stop(session, ACTOR)
        await choices.stop(session, "user:ben")
        stop = await choices.stop_of(session)
        assert stop is not None
        assert stop.by == ACTOR
    async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
        assert await choices.stopped(session)
        await choices.go_on(session, ACTOR)
        await choices.go_on(session, ACTOR)
        assert not await choices.stopped(session)
        assert [entry.action for entry in await audit.page(session, action="chats")] == ["chats.go_on", "chats.stop"]


@pytest.mark.anyio
async def test_the_wizard_goes_on_where_it_was_left(db: Database, cast: Cast) -> None:
    async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
        assert await choices.step(session) == 1
        await choices.set_step(session, 5)
    async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
        assert await choices.step(session) == 5
        await choices.set_step(session, 99)
        assert await choices.step(session) == 7
