"""Notices by Discord webhook: one message each, at the pace that Discord tells, pinging nobody."""

import asyncio
from collections.abc import Sequence

from entourage.kernel.errors import Invalid, Later, Never, SignInAgain
from entourage.platforms.http import Client, Reply, wait_asked

BASES = ("https://discord.com/api/webhooks/", "https://discordapp.com/api/webhooks/")
_LONGEST = 2000
_TOO_MANY, _NOT_FOUND, _FORBIDDEN, _UNAUTHORIZED = 429, 404, 403, 401
_DEADLINE_S = 10.0
_PATIENCE_S = 5.0


class DiscordWebhooks:
    """Writes to webhooks (`ports.notices.Notices`); whoever is over the limit is told when to come back."""

    def __init__(self, http: Client | None = None, *, bases: Sequence[str] = BASES) -> None:
        """Take the client; addresses elsewhere than below `bases` are refused."""
        self._http = http or Client("Discord", deadline_s=_DEADLINE_S, attempts=1)
        self._bases = tuple(bases)
        self._free_at: dict[str, float] = {}

    async def send(self, address: str, text: str) -> None:
        """Write one notice; raises Invalid for an address that is none, Later with the wait asked for, or Never."""
        if not address.startswith(self._bases):
            msg = "This is no address of a Discord webhook."
            raise Invalid(msg)
        await self._wait(address)
        body = {"content": text[:_LONGEST], "allowed_mentions": {"parse": []}}
        try:
            reply = await self._http.call(
                "POST", address, json=body, accept=[_TOO_MANY, _NOT_FOUND, _FORBIDDEN, _UNAUTHORIZED], repeat=False
            )
        except SignInAgain as error:
            raise Never(error.message) from None
        self._learn(address, reply)
        if reply.status == _TOO_MANY:
            msg = "Discord asks us to slow down."
            raise Later(msg, retry_after_s=_asked(reply))
        if reply.status in {_NOT_FOUND, _FORBIDDEN, _UNAUTHORIZED}:
            msg = "This Discord webhook was deleted; make a new one and save its address again."
            raise Never(msg)

    async def aclose(self) -> None:
        """Close all connections."""
        await self._http.aclose()

    async def _wait(self, address: str) -> None:
        wait_s = self._free_at.pop(address, 0.0) - asyncio.get_running_loop().time()
        if wait_s > _PATIENCE_S:
            self._free_at[address] = asyncio.get_running_loop().time() + wait_s
            msg = "Discord asks us to slow down."
            raise Later(msg, retry_after_s=wait_s)
        if wait_s > 0:
            await asyncio.sleep(wait_s)

    def _learn(self, address: str, reply: Reply) -> None:
        wait_s = _asked(reply) if reply.status == _TOO_MANY else 0.0
        if reply.headers.get("x-ratelimit-remaining") == "0":
            try:
                wait_s = float(reply.headers["x-ratelimit-reset-after"])
            except (KeyError, ValueError):
                wait_s = max(wait_s, 1.0)
        if wait_s > 0:
            self._free_at[address] = asyncio.get_running_loop().time() + wait_s


def _asked(reply: Reply) -> float:
    return wait_asked({"retry-after": reply.headers.get("retry-after", "")}) or 1.0
