"""A call of our own, as Fanvue would make it, to see whether calls arrive (`ports.fan_consent.Trials`)."""

from http import HTTPStatus

import msgspec

from entourage.kernel import clock, ids
from entourage.kernel.errors import Conflict, EntourageError, PlatformError
from entourage.platforms.fanvue import signature
from entourage.platforms.fanvue.hook import FanvueHook
from entourage.platforms.fanvue.house import Fanvue
from entourage.platforms.fanvue.told import TRIAL
from entourage.platforms.http import Client
from entourage.ports.fan_consent import Trial

_DEADLINE_S = 8.0


class FanvueTrials:
    """Calls the house's own address, and the door behind it when nobody answers there."""

    def __init__(self, fanvue: Fanvue, hook: FanvueHook, *, http: Client | None = None) -> None:
        """Take the parts."""
        self._fanvue = fanvue
        self._hook = hook
        self._http = http or Client("This house's address", deadline_s=_DEADLINE_S, attempts=1, max_bytes=2**16)

    async def ring(self, creator_id: int, *, address: str) -> Trial:
        """Send a signed test to an address of ours; raises Conflict without a signing secret, and SignInAgain."""
        secrets = await self._fanvue.apps.webhook_secrets()
        if not secrets:
            msg = "There is no signing secret yet: copy it from Fanvue's page of the app."
            raise Conflict(msg)
        owner = (await self._fanvue.tokens.grant(creator_id)).owner
        event = {"id": f"trial:{ids.new()}", "type": TRIAL, "timestamp": clock.now(), "data": {"creator": {"uuid": owner.id}}}
        body = msgspec.json.encode(event)
        headers = {signature.HEADER: signature.sign(secrets[0], body, clock.wall().timestamp()), "content-type": "application/json"}
        problem, status = await self._knock(address, headers, body)
        if not problem:
            return Trial(way="address", status=status)
        try:
            await self._hook.receive(headers, body)
        except EntourageError as error:
            return Trial(way="nowhere", status=status, problem=f"{problem} {error.message}")
        return Trial(way="inside", status=status, problem=problem)

    async def _knock(self, address: str, headers: dict[str, str], body: bytes) -> tuple[str, int]:
        """Return what was wrong with the address, and its status (0: nobody answered)."""
        try:
            reply = await self._http.call("POST", address, accept=range(300, 600), repeat=False, content=body, headers=headers)
        except PlatformError as error:
            return error.message, 0
        if reply.status == HTTPStatus.OK:
            return "", reply.status
        return f"The address answered {reply.status}: does it lead to this house?", reply.status

    async def aclose(self) -> None:
        """Close all connections."""
        await self._http.aclose()
