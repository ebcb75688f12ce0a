"""Passwords: argon2id, hashed and checked in a thread, two at a time (each takes 64 MiB for some 50 ms)."""

from functools import cache, partial

from anyio import CapacityLimiter, to_thread
from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher

from entourage.kernel.errors import Invalid

SHORTEST = 10
LONGEST = 256

_limiter = CapacityLimiter(2)


class Passwords:
    """Hashes and checks passwords with one strength; tests use a lighter one."""

    def __init__(self, hasher: Argon2Hasher | None = None) -> None:
        """Take the hasher; the default is argon2id as RFC 9106 recommends for little memory (64 MiB, 3 passes)."""
        self._hash = PasswordHash((hasher or Argon2Hasher(),))

    async def hash(self, password: str) -> str:
        """Hash a new password; raises Invalid when it is too short or too long."""
        check_length(password)
        return await to_thread.run_sync(self._hash.hash, password, limiter=_limiter)

    async def verify(self, password: str, stored: str | None) -> tuple[bool, str | None]:
        """Check a password; returns whether it fits, and a stronger hash to store when there is one.

        With nothing stored (nobody has this e-mail) it takes as long as with a wrong password.
        """
        if len(password) > LONGEST:
            password = ""
        return await to_thread.run_sync(partial(self._verify, password, stored), limiter=_limiter)

    def _verify(self, password: str, stored: str | None) -> tuple[bool, str | None]:
        if stored is None:
            self._hash.verify(password, self._nobodys())
            return False, None
        try:
            return self._hash.verify_and_update(password, stored)
        except UnknownHashError:
            return False, None

    @cache  # noqa: B019 - one object for the life of the process
    def _nobodys(self) -> str:
        return self._hash.hash("nobody has this password")


def check_length(password: str) -> None:
    """Raise Invalid for a password that is too short to be safe or too long to be meant."""
    if not SHORTEST <= len(password) <= LONGEST:
        msg = f"A password has {SHORTEST} to {LONGEST} characters."
        raise Invalid(msg, details={"password": msg})
