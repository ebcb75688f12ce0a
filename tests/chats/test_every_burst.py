"""Random evenings of everything at once: bursts, repeats, wrong orders, hands, stops, crashes, failures; and what must hold after each.

No burst gets two replies, none is left without an answer or a person, nothing that may have been sent is sent again before the chat was
read, and nothing goes out by itself while somebody minds.
"""

import random
from collections import Counter
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import select

from entourage.chats import answers, catching_up, choices, holding, replies, shown
from entourage.chats.tables import ChatFan, ChatMessage, ChatMonth, ChatReply
from entourage.kernel import tenancy
from entourage.kernel.errors import EntourageError
from entourage.ports.fans import AnyTold, Uncertain, Written
from entourage.ports.model import Refused
from tests.chats.crew import ACTOR, Crash, Crew, connect
from tests.chats.room import FakeChats, busy, renamed

pytestmark = pytest.mark.anyio

STEPS = 200
FANS = ("f1", "f2", "f3")
SAID = (
    "hey you",
    "how was your day?",
    "I love that picture of yours",
    "what are you doing tonight?",
    "still there my dear?",
    "tell me more about it",
)
DEEDS = "take back back back off auto auto auto draft none none stop go go go go approve approve approve reject write anew"
RARELY = ("I want a refund", "are you a real person?", "I'm 15 btw")


class Watched(FakeChats):
    """Chats that look at every send: whether it was allowed, and whether the chat was read if an earlier one may have worked."""

    def __init__(self) -> None:
        super().__init__()
        self.doubtful: set[str] = set()
        self.look: Callable[[str], Awaitable[None]] | None = None

    async def history(self, fan_id: str, *, most: int = 20):  # type: ignore[no-untyped-def] # noqa: ANN201
        found = await super().history(fan_id, most=most)
        self.doubtful = {key for key in self.doubtful if not key.startswith(f"{fan_id}/")}
        return found

    async def send(self, fan_id: str, text: str, *, key: str) -> str:
        assert f"{fan_id}/{key}" not in self.doubtful, "sent again without a look into the chat"
        if self.look is not None:
            await self.look(key)
        try:
            return await super().send(fan_id, text, key=key)
        except (Uncertain, Crash):
            self.doubtful.add(f"{fan_id}/{key}")
            raise


class Evening:
    """One evening by the dice."""

    def __init__(self, crew: Crew, dice: random.Random) -> None:
        self.crew, self.dice = crew, dice
        self.chats = Watched()
        self.chats.look = self.look
        self.mail: list[AnyTold] = []
        self.by_hand: set[str] = set()
        self.echoed = 0

    async def look(self, key: str) -> None:
        """See at the moment of a send whether it may be."""
        async with tenancy.inside(self.crew.db, self.crew.creator_id) as session:
            row = await session.get_one(ChatReply, int(key.removeprefix("reply-")))
            fan = await session.get_one(ChatFan, row.fan)
            assert (row.state, row.sending_at is not None) == ("approved", True)
            if row.by == replies.AUTO:
                held = fan.held_at is not None and not (row.purpose == "honest" and set(fan.held_why) <= {"real"})
                settings, stopped = await choices.read(session), await choices.stopped(session)
                assert shown.effective(fan, settings, stopped=stopped, held=held) == "auto"

    def trouble(self, moment: str, call: str) -> BaseException | None:
        chance = self.dice.random()
        if call == "send" and chance < 0.08:
            return Uncertain("Nobody answered.")
        if call == "send" and moment == "before" and chance < 0.14:
            return busy(self.dice.choice([None, 5.0, 40.0]))
        if call == "ask" and chance < 0.08:
            return busy() if self.dice.random() < 0.8 else Refused("I'd rather not.")
        return Crash() if chance > 0.96 else None

    async def act(self) -> None:
        """Let something happen."""
        fan_id, deed = self.dice.choice(FANS), self.dice.random()
        if deed < 0.34:
            text = self.dice.choice(SAID if self.dice.random() < 0.97 else RARELY)
            self.mail.append(self.chats.writes(fan_id, text))
        elif deed < 0.37:
            told = self.chats.by_hand(fan_id, f"my own words, {len(self.by_hand)} of them")
            self.by_hand.add(told.message.id)
            self.mail.append(told)
        elif deed < 0.39 and self.mail and isinstance(last := self.mail[-1], Written) and last.message.side == "fan":
            self.mail.append(self.chats.deletes(last))
        elif deed < 0.62:
            await self.deliver()
        elif deed < 0.68:
            await self.decide(fan_id)
        elif deed < 0.72:
            async with self.crew.inside() as session:
                await catching_up.ask(session)
            await self.crew.round()
        else:
            await self.crew.run_for(self.dice.choice([0.5, 2, 5, 9, 20, 60]))

    async def deliver(self) -> None:
        """Bring some of what the platform tells: in any order, some of it twice, some without its text, some never."""
        self.mail += self.chats.echoes[self.echoed :]
        self.echoed = len(self.chats.echoes)
        for _ in range(self.dice.randint(1, 4)):
            if not self.mail:
                return
            told = self.mail[self.dice.randrange(len(self.mail))]
            luck = self.dice.random()
            if luck < 0.8:
                self.mail.remove(told)
            if luck < 0.06 and isinstance(told, Written):
                continue  # lost: only a look into the chats finds it
            if luck > 0.95 and isinstance(told, Written):
                told = renamed(told, text=None)
            await self.crew.hear(told)

    async def decide(self, fan_id: str) -> None:
        async with self.crew.inside() as session:
            fan = (await session.scalars(select(ChatFan).where(ChatFan.fan_id == fan_id))).one_or_none()
            if fan is None:
                return
            row = await replies.open_of(session, fan.id)
        deed = self.dice.choice(DEEDS.split())
        try:
            async with self.crew.inside() as session:
                await self._decide(session, deed, fan.id, None if row is None else row.id)
        except EntourageError:
            pass  # a person is told that it cannot be

    async def _decide(self, session, deed: str, fan: int, row: int | None) -> None:  # type: ignore[no-untyped-def] # noqa: ANN001
        desk = self.crew.desk
        modes = {"off": "off", "auto": "auto", "draft": "draft", "none": None}
        if deed == "take":
            await holding.take_over(session, desk, fan, actor=ACTOR)
        elif deed == "back":
            await holding.hand_back(session, desk, fan, actor=ACTOR)
        elif deed in modes:
            await holding.set_mode(session, desk, fan, modes[deed], actor=ACTOR)  # type: ignore[arg-type]
        elif deed == "stop":
            await choices.stop(session, ACTOR)
        elif deed == "go":
            await choices.go_on(session, ACTOR)
        elif deed == "write":
            await answers.write_by_hand(session, desk, fan, f"a word of mine, {self.dice.random()}", actor=ACTOR)
        elif deed == "anew":
            await answers.regenerate(session, desk, fan, actor=ACTOR)
        elif row is not None and deed == "approve":
            await answers.approve(session, desk, row, actor=ACTOR)
        elif row is not None:
            await answers.reject(session, desk, row, actor=ACTOR)

    async def end(self) -> None:
        """Let everything work again, and enough time pass."""
        self.chats.trouble = lambda _moment, _call: None
        async with self.crew.inside() as session:
            await choices.go_on(session, ACTOR)
        self.mail += self.chats.echoes[self.echoed :]
        await self.crew.hear(*self.mail)
        for _ in range(3):
            async with self.crew.inside() as session:
                await catching_up.ask(session)
            await self.crew.run_for(1900)
            await self.crew.round()
        await self.crew.run_for(120)


async def check(evening: Evening) -> None:
    """See that everything was answered once, or that somebody knows of it."""
    crew, chats = evening.crew, evening.chats
    sent = Counter(key for _, _, key in chats.sent)
    assert not [key for key, number in sent.items() if number > 1]
    async with tenancy.inside(crew.db, crew.creator_id) as session:
        fans = {one.id: one for one in await session.scalars(select(ChatFan))}
        rows = (await session.scalars(select(ChatReply).order_by(ChatReply.id))).all()
        stored = {one.message_id: one for one in await session.scalars(select(ChatMessage))}
        settings = await choices.read(session)
        month = (await session.scalars(select(ChatMonth))).one_or_none()
    assert {f"reply-{one.id}" for one in rows if one.state == "sent"} == set(sent)
    for fan in fans.values():
        told = [one.answers or 0 for one in rows if one.fan == fan.id and one.state == "sent" and one.purpose in {"reply", "honest"}]
        assert told == sorted(set(told)), "one burst, two replies"
        left = [one for one in rows if one.fan == fan.id and one.state in {"drafted", "checked", "failed"}]
        nobody = fan.burst_at is not None and fan.held_at is None and not left
        assert not nobody or shown.effective(fan, settings, stopped=False) == "off", (fan.fan_id, fan.burst_at)
        assert not [one for one in rows if one.fan == fan.id and one.state == "approved"]
    for fan_id, said in chats.said.items():
        ours = {text for to, text, _ in chats.sent if to == fan_id}
        for message in said:
            by = stored[message.id].by
            assert (by == "fan") == (message.side == "fan")
            assert message.side == "fan" or (by == "hand") == (message.id in evening.by_hand), (by, message.text in ours)
    assert month is None or month.reserved_micro == 0


@pytest.mark.thorough
@pytest.mark.parametrize("seed", range(3))
async def test_every_burst_of_an_evening_is_answered_once_or_a_person_knows(crew: Crew, seed: int) -> None:
    await connect(crew.db, crew.creator_id)
    dice = random.Random(seed)
    await crew.choose(mode="auto", delay=seed % 2 == 0, most_in_a_row=50, pause_s=300, disclose=seed % 3 == 0, calls_a_minute=60)
    evening = Evening(crew, dice)
    crew.desk = type(crew.desk)(platform=evening.chats, model=crew.model, publisher=crew.desk.publisher)
    crew.enroll()
    evening.chats.trouble = crew.model.trouble = evening.trouble
    for _ in range(STEPS):
        await evening.act()
    crew.model.trouble = lambda _moment, _call: None
    await evening.end()

    await check(evening)
    assert evening.chats.sent
