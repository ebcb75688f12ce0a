"""Company on the fake Fanvue: bursts, tempers, languages, answers, and the same evening from the same seed."""

from datetime import timedelta

import pytest

from entourage.simulators.fanvue.crowd import TEMPERS, Crowd
from entourage.simulators.fanvue.lines import BURSTS, TONGUES
from entourage.simulators.timepiece import Hourglass
from tests.fanvue import Fanvue, started

pytestmark = pytest.mark.anyio


async def evening(fanvue: Fanvue, hourglass: Hourglass, seed: int, minutes: int = 30) -> list[tuple[str, str | None]]:
    """Let seven tempers in three languages come; returns who wrote what."""
    crowd = Crowd(fanvue.fake, fanvue.creator, seed)
    crowd.invite(21)
    for _ in range(minutes * 6):
        await hourglass.turn(10)
        crowd.catch_up()
    bonds = fanvue.fake.world.of(fanvue.creator.id)
    said = [(one.at, bond.fan.handle, one.text) for bond in bonds for one in bond.messages if one.type != "TIP"]
    return [(handle, text) for _, handle, text in sorted(said, key=lambda row: (row[0], row[1]))]


def test_every_temper_speaks_every_language() -> None:
    for temper in TEMPERS:
        for tongue in TONGUES:
            assert all(text for burst in BURSTS[temper][tongue] for text in burst)


@pytest.mark.thorough
async def test_the_same_seed_makes_the_same_evening() -> None:
    evenings = []
    for seed in (7, 7, 8):
        hourglass = Hourglass()
        async with started(hourglass) as fanvue:
            evenings.append(await evening(fanvue, hourglass, seed))
    assert evenings[0] == evenings[1] != evenings[2]
    assert len(evenings[0]) > 100
    texts = {text for _, text in evenings[0]}
    assert {"are you a robot?", "bist du ein Roboter?", "¿eres un robot?"} & texts
    assert len({handle for handle, _ in evenings[0]}) == 21


async def test_chatty_fans_write_in_bursts_within_seconds_and_spenders_pay() -> None:
    hourglass = Hourglass()
    async with started(hourglass) as fanvue:
        crowd = Crowd(fanvue.fake, fanvue.creator)
        chatty, spender = crowd.invite(2, ["chatty", "spender"], ["de"])
        await hourglass.turn(300)
        crowd.catch_up()
        first = chatty.bond.messages[:4]
        assert len(first) == 4
        assert max(one.at for one in first) - min(one.at for one in first) < timedelta(seconds=15)
        assert fanvue.fake.world.till(fanvue.creator.id).spent(spender.bond.fan.id) > 999
        crowd.going = False
        await hourglass.turn(3600)
        assert crowd.catch_up() == 0


async def test_fans_read_what_they_are_sent_and_some_answer() -> None:
    hourglass = Hourglass()
    async with started(hourglass) as fanvue:
        crowd = Crowd(fanvue.fake, fanvue.creator)
        guests = crowd.invite(10, ["chatty"], ["en"])
        sent = [fanvue.fake.post.by_hand(one.bond, "hello you") for one in guests]
        await hourglass.turn(55)
        crowd.catch_up()
        assert all(one.read for one in sent)
        assert sum(len(one.bond.messages) > 1 for one in guests) >= 5
        before = len(guests[0].bond.messages)
        assert len(crowd.burst(guests[0])) in {3, 4, 5}
        await hourglass.turn(20)
        crowd.catch_up()
        assert len(guests[0].bond.messages) >= before + 3
