"""The desk of the API: whose token it is, which version is asked for, how often, and whether it may."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec
from litestar import Request

from entourage.simulators.fanvue.limits import Bucket
from entourage.simulators.fanvue.oauth.tokens import Access, Tokens
from entourage.simulators.fanvue.refusal import Refusal
from entourage.simulators.fanvue.world import Account, Bond, World

Asked = Request[Any, Any, Any]
T = TypeVar("T")

VERSION = "2025-06-26"
RATE = "fanvue.rate"
"""Where in a request's state its rate headers stand."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request that was let in, and the creator in whose name it comes."""

    request: Asked
    access: Access
    me: Account
    world: World

    def may(self, name: str, default: str = "") -> str:
        """Return a parameter of the address, or the default."""
        value: str = self.request.query_params.get(name, default)
        return value

    def many(self, name: str) -> list[str]:
        """Return a parameter that may stand several times."""
        values: list[str] = self.request.query_params.getall(name, [])
        return values

    def number(self, name: str, usual: int, most: int) -> int:
        """Return a whole number from 1; raises a 400."""
        text = self.may(name) or str(usual)
        if not text.isdecimal() or not 1 <= int(text) <= most:
            raise Refusal(400, "Validation failed", errors=[{"path": [name], "message": f"must be between 1 and {most}"}])
        return int(text)

    def sized(self, usual: int = 15) -> tuple[int, int]:
        """Return the number and size of the page that is asked for."""
        return self.number("page", 1, 100_000), self.number("size", usual, 50)

    async def body(self, kind: type[T]) -> T:
        """Read the JSON body; raises a 400 saying what is wrong with it."""
        try:
            return msgspec.json.decode(await self.request.body() or b"{}", type=kind)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise Refusal(400, "Validation failed", errors=[{"message": str(error)}]) from None

    def bond(self, fan_id: str) -> Bond:
        """Return the chat with a fan; raises a 404 when there is none."""
        found = self.world.known(self.me.id, fan_id)
        if found is None or found.opened_at is None:
            raise Refusal(404, "Chat not found")
        return found


class Desk:
    """Lets requests in: token, version, rate, scopes. `versions` are spoken, `sunset` names the next of those that are no more.

    `before` is called before each request is answered.
    """

    def __init__(self, world: World, tokens: Tokens, bucket: Bucket) -> None:
        """Look at the tokens as they are at each request."""
        self.versions = {VERSION}
        self.sunset: dict[str, str] = {"2024-12-01": VERSION}
        self.before: Callable[[], None] = lambda: None
        self._world = world
        self._tokens = tokens
        self._bucket = bucket

    def admit(self, request: Asked, *scopes: str) -> Call:
        """Let a request in that has all of these scopes; raises a 400, 401, 403, 410 or 429."""
        self._check_version(request.headers.get("x-fanvue-api-version", ""))
        kind, _, value = request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or not value:
            raise Refusal(401, "Unauthorized")
        access = self._tokens.look(value)
        try:
            request.scope["state"][RATE] = self._bucket.take((access.client_id, access.user_id))
        except Refusal as refused:
            request.scope["state"][RATE] = refused.headers
            raise
        _check_scopes(scopes, access.scopes)
        self.before()
        return Call(request, access, self._world.accounts[access.user_id], self._world)

    def _check_version(self, asked: str) -> None:
        if asked in self.sunset:
            raise Refusal(410, "Gone", message=f"API version {asked} is no longer available.", nextVersion=self.sunset[asked])
        if asked not in self.versions:
            raise Refusal(400, "Missing or unsupported X-Fanvue-API-Version header")


def _check_scopes(wanted: Collection[str], granted: Collection[str]) -> None:
    missing = [one for one in wanted if one not in granted]
    if missing:
        raise Refusal(403, f"Insufficient scope: {' '.join(missing)}")
