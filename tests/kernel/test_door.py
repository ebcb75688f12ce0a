"""Writers queue at a door: whoever is in a hurry waits for one other at most, and nobody waits for ever."""

import asyncio

import pytest

from entourage.kernel.door import Door

pytestmark = pytest.mark.anyio


async def _pass(door: Door, name: str, order: list[str], *, hurried: bool = False) -> None:
    async with door.through(hurried=hurried):
        order.append(name)
        await asyncio.sleep(0)


async def test_who_is_in_a_hurry_goes_first_and_every_second_time_somebody_else() -> None:
    door, order = Door(), list[str]()
    async with door.through():
        tasks = [asyncio.create_task(_pass(door, f"slow {n}", order)) for n in range(3)]
        tasks += [asyncio.create_task(_pass(door, f"fast {n}", order, hurried=True)) for n in range(3)]
        await asyncio.sleep(0)
    await asyncio.gather(*tasks)
    assert order == ["fast 0", "slow 0", "fast 1", "slow 1", "fast 2", "slow 2"]


async def test_who_gives_up_waiting_holds_up_nobody() -> None:
    door, order = Door(), list[str]()
    async with door.through():
        gone = [asyncio.create_task(_pass(door, "gone", order, hurried=one)) for one in (True, False)]
        stays = asyncio.create_task(_pass(door, "stays", order))
        await asyncio.sleep(0)
        gone[0].cancel()
    gone[1].cancel()  # let in, and cancelled before it notices
    await asyncio.gather(*gone, return_exceptions=True)
    await asyncio.wait_for(stays, 5)
    async with asyncio.timeout(5), door.through():
        assert order == ["stays"]


async def test_only_one_is_inside_and_an_error_opens_the_door_again() -> None:
    door, inside, most = Door(), 0, 0

    async def enter(number: int) -> None:
        nonlocal inside, most
        async with door.through(hurried=number % 3 == 0):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)
            inside -= 1
            if number % 7 == 0:
                raise ValueError

    await asyncio.gather(*(enter(number) for number in range(200)), return_exceptions=True)
    assert (inside, most) == (0, 1)
