"""Somebody is told on Discord when fan chats need them: only what was switched on, once, and nothing that a fan wrote unless it is asked for."""

from dataclasses import replace
from typing import Any, get_args

import pytest

from entourage.chats import choices, erasure, holding, kinds, schemas, wording
from entourage.chats.guard.reasons import REASONS
from entourage.chats.wording import Occasion
from entourage.kernel.errors import Invalid, Later, Never
from entourage.ports.fans import Unreachable
from tests.chats.crew import ACTOR, Crew, connect
from tests.people import Cast, Doors

pytestmark = pytest.mark.anyio
WEBHOOK = "https://discord.com/api/webhooks/1/secret"


class Board:
    """A Discord that keeps what was written, and fails when it is told to."""

    def __init__(self) -> None:
        self.written: list[tuple[str, str]] = []
        self.errors: list[Exception] = []

    async def send(self, address: str, text: str) -> None:
        if self.errors:
            raise self.errors.pop(0)
        self.written.append((address, text))


def listen(crew: Crew, language: str = "en", address: str = WEBHOOK) -> Board:
    """Put a Discord beside the crew."""

    async def discord(_: int) -> tuple[str, str]:
        return address, language

    board = Board()
    crew.desk = replace(crew.desk, notices=board, discord=discord)
    crew.enroll()
    return board


async def choose(crew: Crew, text: str = "", **more: Any) -> None:
    """Have everything told."""
    notices = {one: schemas.Notice(on=True, text=text if one == "held" else "") for one in wording.OCCASIONS}
    await crew.choose(**{"mode": "auto", "disclose": False, "notices": notices, **more})


async def refuse(crew: Crew, text: str = "I want a refund, now") -> None:
    await crew.hear(crew.chats.writes("f1", text))
    await crew.run_for(120)


async def test_nothing_is_told_before_somebody_wants_it(crew: Crew) -> None:
    board = listen(crew)
    await refuse(crew)
    assert (await crew.fan()).held_at is not None
    assert board.written == []
    assert kinds.TELL not in crew.ran


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "Robin f1 waits for you on Fanvue: they want money back or out."),
     ("de", "Robin f1 wartet auf Fanvue auf dich: es geht um Geld zurück oder eine Kündigung.")],
)  # fmt: skip
async def test_a_fan_who_waits_is_told_once_with_the_reason_and_not_their_words(crew: Crew, language: str, said: str) -> None:
    board = listen(crew, language)
    await choose(crew)
    await refuse(crew)
    await refuse(crew, "refund!! answer me")
    assert board.written == [(WEBHOOK, said)]
    assert "chats.discord.sent" in await crew.actions()


async def test_their_words_are_told_only_by_a_template_that_asks_for_them(crew: Crew) -> None:
    board = listen(crew)
    await choose(crew, "{fan}: {message} ({reason})")
    await refuse(crew, "I want a refund, now {reason}")
    assert [text for _, text in board.written] == ["Robin f1: I want a refund, now {reason} (they want money back or out)"]


async def test_nothing_is_told_of_somebody_who_was_forgotten_meanwhile(crew: Crew) -> None:
    board = listen(crew)
    board.errors = [Later("Discord asks us to slow down.", retry_after_s=30.0)]
    await choose(crew)
    await crew.hear(crew.chats.writes("f1", "I want a refund, now"))
    await crew.run_for(20)
    assert board.errors == []
    async with crew.inside() as session:
        await erasure.forget(session, "f1")
    await crew.run_for(300)
    assert board.written == []


async def test_taking_over_by_hand_is_told_to_nobody(crew: Crew) -> None:
    board = listen(crew)
    await choose(crew)
    await crew.hear(crew.chats.writes("f1", "hey"))
    async with crew.inside() as session:
        await holding.take_over(session, crew.desk, (await crew.fan()).id, actor=ACTOR)
    await crew.run_for(60)
    assert board.written == []


async def test_a_new_sign_in_is_asked_for_once(crew: Crew) -> None:
    await connect(crew.db, crew.creator_id)
    board = listen(crew)
    await choose(crew)
    crew.chats.signed_in = False
    for _ in range(3):
        await crew.round()
    assert [text for _, text in board.written] == [wording.TEXTS["en"]["sign_in"]]


async def test_a_budget_that_is_used_up_is_told_once_a_month_and_not_for_each_fan(crew: Crew) -> None:
    board = listen(crew)
    await choose(crew, month_micro=1)
    await crew.hear(crew.chats.writes("f1"), crew.chats.writes("f2"), crew.chats.writes("f3"))
    await crew.run_for(120)
    assert [text for _, text in board.written] == [wording.TEXTS["en"]["budget"]]
    crew.hands.push(31 * 86_400)
    await crew.hear(crew.chats.writes("f4"))
    await crew.run_for(120)
    assert [text for _, text in board.written] == [wording.TEXTS["en"]["budget"]] * 2


@pytest.mark.parametrize("error", [Unreachable("This fan cannot be reached."), Never("Fanvue refused it.")])
async def test_a_reply_that_failed_for_good_is_told(crew: Crew, error: Never) -> None:
    board = listen(crew)
    await choose(crew)
    crew.chats.trouble = lambda moment, call: error if (moment, call) == ("before", "send") else None
    await crew.hear(crew.chats.writes("f1"))
    await crew.run_for(120)
    assert await crew.states() == ["failed"]
    assert [text for _, text in board.written] == ["A reply to Robin f1 could not be sent. Look at it in the chats."]


async def test_discord_is_waited_for_and_an_address_that_is_gone_is_noted(crew: Crew) -> None:
    board = listen(crew)
    board.errors = [Later("slow down", retry_after_s=5.0), Never("This Discord webhook was deleted.")]
    await choose(crew)
    await refuse(crew)
    assert (board.written, board.errors) == ([], [])
    assert "chats.discord.unsent" in await crew.actions()


async def test_placeholders_that_nobody_knows_are_refused(crew: Crew) -> None:
    async with crew.inside() as session:
        settings = schemas.Settings(notices={"held": schemas.Notice(text="{user}"), "budget": schemas.Notice(text="x" * 501)})
        with pytest.raises(Invalid) as error:
            await choices.write(session, settings, ACTOR)
    assert error.value.details == {
        "notices.held": "There is no {user}; there are fan, reason, message.",
        "notices.budget": "At most 500 characters.",
    }


def test_every_occasion_and_reason_has_words_in_both_languages() -> None:
    for language in ("en", "de"):
        assert set(wording.TEXTS[language]) == set(get_args(Occasion))
        for occasion in wording.OCCASIONS:
            assert wording.sample(occasion, "", language).endswith(".")
    for reason in REASONS:
        assert wording.reasons([reason], "en") != wording.reasons(["handoff"], "en"), reason
        assert wording.reasons([reason], "de") != wording.reasons([reason], "en"), reason


async def test_a_template_is_tried_over_rest_and_chosen_on_the_page(doors: Doors, cast: Cast) -> None:
    browser = await doors.of(cast.owner)
    way = "/api/chats/notices/preview"
    assert (await browser.post(way, json={"say": "held"})).json()["data"] == "Mia waits for you on Fanvue: they want to meet."
    assert (await browser.post(way, json={"say": "held", "text": "{fan}!"})).json()["data"] == "Mia!"
    assert (await browser.post(way, json={"say": "budget", "text": "{fan}!"})).status_code == 400
    page = (await browser.get("/chats/settings", headers={"accept": "text/html"})).text
    assert "No address yet" in page
    assert 'data-path="notices.held.on">' in page
    assert (await browser.put("/api/chats/settings", json={"notices": {"held": {"on": True}}})).status_code == 200
    assert 'data-path="notices.held.on" checked>' in (await browser.get("/chats/settings", headers={"accept": "text/html"})).text
