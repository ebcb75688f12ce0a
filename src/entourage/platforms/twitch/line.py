"""The line to one channel: every call in the name of its owner, about the owner's channel."""

from collections.abc import AsyncIterator, Collection, Iterable, Iterator
from http import HTTPStatus
from itertools import islice
from typing import Any, TypeVar

from entourage.kernel.errors import Never, SignInAgain
from entourage.platforms.http import Reply
from entourage.platforms.twitch.client import Helix, Page, Params, read
from entourage.platforms.twitch.tokens import Credential
from entourage.ports.channel import Account

T = TypeVar("T")


class Line:
    """What all that we ask of a channel has in common."""

    def __init__(self, helix: Helix, credential: Credential, owner: Account) -> None:
        """Belong to a channel; `credential` is its owner's."""
        self._helix = helix
        self._credential = credential
        self._owner = owner

    @property
    def owner(self) -> Account:
        """Whose channel it is."""
        return self._owner

    @property
    def _mine(self) -> Params:
        return [("broadcaster_id", self._owner.id)]

    @property
    def _as_moderator(self) -> Params:
        return [*self._mine, ("moderator_id", self._owner.id)]

    async def _may(self, scope: Collection[str]) -> bool:
        """Say whether one of these scopes was granted."""
        granted = (await self._credential.bearer()).scopes
        return granted is None or not granted.isdisjoint(scope)

    async def _call(self, method: str, path: str, params: Params, *, accept: Collection[int] = (), **options: Any) -> Reply:  # noqa: ANN401
        """Make a call; a 403 that nobody expects says that the owner's consent does not cover it."""
        reply = await self._helix.call(self._credential, method, path, params=params, accept={*accept, HTTPStatus.FORBIDDEN}, **options)
        if reply.status == HTTPStatus.FORBIDDEN and HTTPStatus.FORBIDDEN not in accept:
            msg = "Twitch does not let this sign-in do that on the channel (403). Sign in again in the settings."
            raise SignInAgain(msg)
        return reply

    async def _read(self, path: str, kind: type[T], params: Params, **options: Any) -> list[T]:  # noqa: ANN401
        """Read a list that has one page."""
        reply = await self._call("GET", path, params, **options)
        return read(reply, Page[kind]).data if reply.status == HTTPStatus.OK else []  # type: ignore[valid-type]

    def _pages(self, path: str, kind: type[T], params: Params, **options: Any) -> AsyncIterator[list[T]]:  # noqa: ANN401
        return self._helix.pages(self._credential, path, kind, params=params, **options)


def repeated(name: str, values: Iterable[str]) -> list[tuple[str, str]]:
    """Return a parameter that is a list as Twitch takes it: once for each value."""
    return [(name, value) for value in values]


def chunks(values: Collection[str], most: int = 100) -> Iterator[list[str]]:
    """Cut ids, each once and none empty, into lists of at most `most`."""
    left = iter(dict.fromkeys(value for value in values if value))
    while chunk := list(islice(left, most)):
        yield chunk


def surprised(reply: Reply) -> Never:
    """Return the error for an answer that Twitch does not describe."""
    return Never(f"Twitch refused the request ({reply.status}).")
