"""Passwords are hashed well, checked well, and unknown people take as long as known ones."""

import time

import pytest
from pwdlib.hashers.argon2 import Argon2Hasher

from entourage.kernel.accounts.passwords import Passwords
from entourage.kernel.errors import Invalid

pytestmark = pytest.mark.anyio


async def test_a_password_fits_its_own_hash_only() -> None:
    passwords = Passwords()
    stored = await passwords.hash("correct horse")
    assert stored.startswith("$argon2id$v=19$m=65536,t=3,")
    assert await passwords.verify("correct horse", stored) == (True, None)
    assert await passwords.verify("wrong horse!", stored) == (False, None)


async def test_a_weak_hash_is_made_stronger_when_the_password_was_right() -> None:
    weak = await Passwords(Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1)).hash("correct horse")
    fits, stronger = await Passwords().verify("correct horse", weak)
    assert fits
    assert stronger is not None
    assert "m=65536" in stronger


@pytest.mark.parametrize("password", ["", "too short", "x" * 257])
async def test_a_password_of_the_wrong_length_is_refused_in_words(password: str) -> None:
    with pytest.raises(Invalid) as caught:
        await Passwords().hash(password)
    assert "password" in caught.value.details


@pytest.mark.thorough
async def test_nobody_can_be_told_from_somebody_by_the_time_it_takes() -> None:
    passwords = Passwords()
    stored = await passwords.hash("correct horse")
    await passwords.verify("warm up, please", None)

    async def fastest_s(hashed: str | None) -> float:
        took = []
        for _ in range(5):
            began = time.process_time()
            await passwords.verify("wrong horse!", hashed)
            took.append(time.process_time() - began)
        return min(took)

    known_s, unknown_s = await fastest_s(stored), await fastest_s(None)
    assert 0.5 < unknown_s / known_s < 2


async def test_what_is_not_a_hash_fits_nothing() -> None:
    assert await Passwords().verify("correct horse", "plain text") == (False, None)
