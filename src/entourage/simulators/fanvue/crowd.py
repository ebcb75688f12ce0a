"""Company for a creator: make-believe fans with tempers and languages, who write in bursts by a seeded dice."""

import heapq
import itertools
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import get_args

from entourage.simulators.fanvue.fake import FakeFanvue
from entourage.simulators.fanvue.hindrance import Hindrance
from entourage.simulators.fanvue.lines import BURSTS, NAMES, TONGUES, Temper, Tongue
from entourage.simulators.fanvue.world import Account, Bond, Message

TEMPERS: tuple[Temper, ...] = get_args(Temper)
_TICK_S = 0.5
_TIPS = (300, 500, 1000, 2500)


@dataclass(frozen=True, slots=True)
class Habit:
    """How a temper writes: seconds between bursts and between the messages of one, and how often a reply is answered."""

    rest_s: tuple[float, float]
    typing_s: tuple[float, float]
    answers: float


HABITS: dict[Temper, Habit] = {
    "chatty": Habit((60, 240), (1, 4), 0.8),
    "shy": Habit((400, 1200), (5, 15), 0.4),
    "spender": Habit((200, 600), (2, 6), 0.6),
    "hostile": Habit((300, 900), (1, 3), 0.3),
    "sceptic": Habit((300, 800), (2, 8), 0.5),
    "refunder": Habit((400, 1000), (2, 8), 0.3),
    "schemer": Habit((400, 1000), (2, 6), 0.4),
}


@dataclass(frozen=True, slots=True)
class Guest:
    """One fan of the crowd."""

    bond: Bond
    temper: Temper
    tongue: Tongue


class Crowd:
    """Fans of one creator, who do what is due whenever `catch_up` is called; the same seed makes the same evening.

    They read what they are sent, and some answer. `guests` are by fan id.
    """

    def __init__(self, fake: FakeFanvue, creator: Account, seed: int = 1) -> None:
        """Begin with nobody, listening to what the creator writes."""
        self.guests: dict[str, Guest] = {}
        self.going = True
        self._fake = fake
        self._creator = creator
        self._dice = random.Random(seed)  # noqa: S311 - make-believe
        self._order = itertools.count()
        self._agenda: list[tuple[datetime, int, Callable[[datetime], None]]] = []
        fake.post.heard.append(self._heard)

    def invite(self, count: int, tempers: Sequence[Temper] = TEMPERS, tongues: Sequence[Tongue] = TONGUES) -> list[Guest]:
        """Let so many fans in, with tempers and languages in turn; each will write a first burst within its rest."""
        return [self._invite(tempers[one % len(tempers)], tongues[one // len(tempers) % len(tongues)]) for one in range(count)]

    def catch_up(self) -> int:
        """Let everybody do what is due by now, in the order of its time; returns how many deeds that were."""
        now, done = self._fake.time.now(), 0
        while self._agenda and self._agenda[0][0] <= now:
            due, _, act = heapq.heappop(self._agenda)
            if self.going:
                act(due)
                done += 1
        return done

    async def run(self) -> None:
        """Catch up again and again, until cancelled."""
        while True:
            self.catch_up()
            await self._fake.time.sleep(_TICK_S)

    def burst(self, guest: Guest, at: datetime | None = None) -> list[str]:
        """Let a fan begin a burst at this moment (now if none is given); returns what will be written."""
        due = at or self._fake.time.now()
        said = self._dice.choice(BURSTS[guest.temper][guest.tongue])
        for text in said:
            self._at(due, lambda at, text=text: self._write(guest, text, at))  # type: ignore[misc]
            due += timedelta(seconds=self._dice.uniform(*HABITS[guest.temper].typing_s))
        return list(said)

    def _invite(self, temper: Temper, tongue: Tongue) -> Guest:
        number = len(self.guests) + 1
        name = self._dice.choice(NAMES[tongue])
        fan = self._fake.world.account(f"{name}_{self._creator.handle}_{number}", name=name.capitalize(), tongue=tongue)
        guest = Guest(self._fake.world.bond(self._creator, fan), temper, tongue)
        self.guests[fan.id] = guest
        guest.bond.follows = True
        if temper in {"spender", "refunder"}:
            self._fake.deeds.subscribe(guest.bond)
        self._at(self._soon(0, HABITS[temper].rest_s[0]), lambda at: self._come(guest, at))
        return guest

    def _come(self, guest: Guest, at: datetime) -> None:
        """Begin a burst, pay now and then, and come again after a rest."""
        self.burst(guest, at)
        if guest.temper == "spender" and guest.bond.reachable:
            self._fake.deeds.tip(guest.bond, self._dice.choice(_TIPS))
        if guest.temper == "refunder":
            self._refund(guest)
        self._at(at + timedelta(seconds=self._dice.uniform(*HABITS[guest.temper].rest_s)), lambda due: self._come(guest, due))

    def _refund(self, guest: Guest) -> None:
        try:
            self._fake.deeds.refund(guest.bond)
        except Hindrance:
            return

    def _write(self, guest: Guest, text: str, at: datetime) -> None:
        if guest.bond.reachable:
            self._fake.post.receive(guest.bond, text, at=at)

    def _heard(self, bond: Bond, message: Message) -> None:
        guest = self.guests.get(bond.fan.id)
        if guest is None or bond.creator is not self._creator:
            return
        read_at = self._soon(2, 20)
        self._at(read_at, lambda _at: self._read(guest))
        if message.type != "BROADCAST" and self._dice.random() < HABITS[guest.temper].answers:
            self._at(read_at + timedelta(seconds=self._dice.uniform(3, 30)), lambda at: self._answer(guest, at))

    def _read(self, guest: Guest) -> None:
        self._fake.post.read_by_fan(guest.bond)

    def _answer(self, guest: Guest, at: datetime) -> None:
        self.burst(guest, at)

    def _soon(self, least_s: float, most_s: float) -> datetime:
        return self._fake.time.now() + timedelta(seconds=self._dice.uniform(least_s, most_s))

    def _at(self, due: datetime, act: Callable[[datetime], None]) -> None:
        heapq.heappush(self._agenda, (due, next(self._order), act))
