"""The desk of Helix: whose token it is, whether it is enough, and what is asked for."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import msgspec
from litestar import Request

from entourage.simulators.twitch.limits import Bucket
from entourage.simulators.twitch.oauth.tokens import Access, Tokens
from entourage.simulators.twitch.refusal import Refusal

Asked = Request[Any, Any, Any]
Who = Literal["user", "app", "either"]
T = TypeVar("T")

RATE = "twitch.rate"
"""Where in a request's state its Ratelimit headers stand."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request that was let in."""

    request: Asked
    access: Access

    @property
    def user_id(self) -> str:
        """Whose token it is; empty for a program's own."""
        return self.access.user_id or ""

    def must(self, name: str) -> str:
        """Return a parameter of the address; raises a 400 when it is missing."""
        value: str = self.request.query_params.get(name, "")
        if not value:
            raise Refusal(400, f'Missing required parameter "{name}"')
        return value

    def may(self, name: str, default: str = "") -> str:
        """Return a parameter of the address, or the default."""
        value: str = self.request.query_params.get(name, default)
        return value

    def many(self, name: str, most: int) -> list[str]:
        """Return a parameter that may stand several times; raises a 400 for more than `most`."""
        values: list[str] = self.request.query_params.getall(name, [])
        if len(values) > most:
            raise Refusal(400, f'The parameter "{name}" may stand at most {most} times.')
        return values

    def first(self, *, usual: int = 20, most: int = 100) -> int:
        """Return how many a page shall hold; raises a 400 for none or too many."""
        text = self.may("first") or str(usual)
        if not text.isdecimal() or not 1 <= int(text) <= most:
            raise Refusal(400, f'The parameter "first" was malformed: the value must be between 1 and {most}')
        return int(text)

    async def body(self, kind: type[T]) -> T:
        """Read the JSON body; raises a 400 saying what is wrong with it."""
        try:
            return msgspec.json.decode(await self.request.body() or b"{}", type=kind)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise Refusal(400, f"The request body is not valid: {error}") from None

    def of(self, name: str = "broadcaster_id", *, status: int = 401) -> str:
        """Return the parameter that must name the token's own user."""
        value = self.must(name)
        if value != self.user_id:
            raise Refusal(status, f"The ID in {name} must match the user ID found in the request's OAuth token.")
        return value


class Desk:
    """Lets requests in: token, client id, points, scopes."""

    def __init__(self, tokens: Tokens, bucket: Bucket) -> None:
        """Look at the tokens as they are at each request."""
        self._tokens = tokens
        self._bucket = bucket

    def admit(self, request: Asked, scopes: Collection[str] = (), *, who: Who = "user") -> Call:
        """Let a request in that has one of these scopes; raises a 401 or a 429."""
        request.scope["state"][RATE] = self._bucket.full()
        kind, _, value = request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or not value:
            raise Refusal(401, "OAuth token is missing")
        client_id = request.headers.get("client-id", "")
        if not client_id:
            raise Refusal(401, "Client ID is missing")
        access = self._tokens.look(value)
        if access.client_id != client_id:
            raise Refusal(401, "Client ID and OAuth token do not match")
        self._take_point(request, access)
        if who == "app" and access.user_id is not None:
            raise Refusal(401, "Must provide an app access token.")
        if who == "user" and access.user_id is None:
            raise Refusal(401, "Missing User OAUTH Token")
        if access.user_id is not None and scopes and not set(scopes) & set(access.scopes):
            raise Refusal(401, f"Missing scope: {' or '.join(scopes)}")
        return Call(request, access)

    def consented(self, client_id: str, user_id: str, scope: str) -> bool:
        """Say whether a user has granted a scope to a program, whoever's token is used."""
        return scope in self._tokens.consents.get((client_id, user_id), ())

    def knows(self, client_id: str, user_id: str) -> bool:
        """Say whether a user has let a program in at all."""
        return (client_id, user_id) in self._tokens.consents

    def scopes(self, client_id: str, user_id: str) -> list[str]:
        """Return what a user has granted to a program."""
        return list(self._tokens.consents.get((client_id, user_id), ()))

    def _take_point(self, request: Asked, access: Access) -> None:
        try:
            request.scope["state"][RATE] = self._bucket.take((access.client_id, access.user_id))
        except Refusal as refused:
            request.scope["state"][RATE] = refused.extra.pop("headers")
            raise
