"""One creator's chats on Fanvue (`ports.fans.Desk`)."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import quote

from entourage.kernel.errors import Later, Never, PlatformError
from entourage.platforms.fanvue import shapes, translate
from entourage.platforms.fanvue.client import Api, Credential, Params, read, said
from entourage.platforms.http import Reply
from entourage.ports.fans import Audience, Chat, FanList, MassMessage, Message, Owner, Spending, Uncertain, Unreachable

T = TypeVar("T")

_PAGE, _BATCH = 50, 100
_TYPING_S = 3.0
_NOBODY = "Invalid user UUID"
_GONE = (HTTPStatus.NOT_FOUND,)
_REFUSED = (HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND)


class FanvueDesk:
    """The chats of the creator to whom `credential` belongs."""

    def __init__(self, api: Api, credential: Credential, owner: Owner) -> None:
        """Take the API, in whose name it is called, and whose chats they are."""
        self._api = api
        self._credential = credential
        self._owner = owner

    @property
    def owner(self) -> Owner:
        """Whose chats they are."""
        return self._owner

    async def unread(self, *, most: int = 200) -> Sequence[Chat]:
        """Return chats with unread messages, newest first."""
        return await self._chats([("filter", "unread")], most)

    async def recent(self, *, most: int = 50) -> Sequence[Chat]:
        """Return the chats that were active last, newest first."""
        return await self._chats([], most)

    async def history(self, fan_id: str, *, most: int = 20) -> Sequence[Message]:
        """Return the newest messages of a chat, newest first, without marking them as read; none where there is no chat yet."""
        path, found = f"{_at(fan_id)}/messages", list[shapes.Message]()
        params: list[tuple[str, str]] = [("markAsRead", "false")]
        size, page = ("limit" if self._api.v1 else "size"), 1
        while len(found) < most:
            asked = [*params, (size, str(min(_PAGE, most)))] + ([] if self._api.v1 else [("page", str(page))])
            reply = await self._api.call(self._credential, "GET", path, params=asked, accept=_REFUSED, scope="read:chat")
            if reply.status == HTTPStatus.NOT_FOUND:
                break
            self._check_reachable(reply)
            got = read(reply, shapes.Page[shapes.Message])
            found += got.data
            if not got.data or self._api.v1 or not (got.pagination and got.pagination.hasMore):
                break
            page += 1
        return [translate.message(one, fan_id) for one in found[:most]]

    async def send(self, fan_id: str, text: str, *, key: str) -> str:
        """Write to a fan; returns the message's id. Raises Uncertain when it may have gone out, and Unreachable."""
        reply = await self._api.call(
            self._credential, "POST", f"{_at(fan_id)}/message", body={"text": text}, accept=_REFUSED, scope="write:chat", key=key
        )
        self._check_reachable(reply)
        return _certainly(reply, shapes.Sent).message_uuid

    async def typing(self, fan_id: str) -> None:
        """Show the fan that somebody types; never raises."""
        try:
            await self._api.call(
                self._credential, "POST", f"{_at(fan_id)}/typing", body={"isTyping": True}, accept=_REFUSED, deadline_s=_TYPING_S
            )
        except PlatformError:
            return

    async def read(self, fan_id: str) -> None:
        """Mark a chat as read."""
        await self._api.call(
            self._credential, "PATCH", _at(fan_id), body={"isRead": True}, accept=_GONE, scope="write:chat"
        )  # fmt: skip

    async def spending(self, fan_ids: Collection[str]) -> Mapping[str, Spending]:
        """Return what these fans have spent; those that Fanvue does not know are left out."""
        asked, found = list(dict.fromkeys(fan_ids)), dict[str, Spending]()
        for begin in range(0, len(asked), _BATCH):
            some = {"fanUuids": asked[begin : begin + _BATCH]}
            reply = await self._api.call(self._credential, "POST", "/insights/fans/batch", body=some, scope="read:insights")
            found |= {fan_id: translate.spending(one) for fan_id, one in read(reply, shapes.Insights).results.items()}
        return found

    async def lists(self) -> Sequence[FanList]:
        """Return the lists that a mass message can go to: Fanvue's own ones and the creator's."""
        smart = await self._api.call(self._credential, "GET", "/chats/lists/smart", scope="read:fan")
        own = await self._api.call(self._credential, "GET", "/chats/lists/custom", accept=_GONE, scope="read:fan")
        mine = _listed(own) if own.status == HTTPStatus.OK else []
        smart_ones = [translate.fan_list(one) for one in read(smart, list[shapes.FanList])]
        return [*smart_ones, *(translate.fan_list(one, own=True) for one in mine)]

    async def write_to_many(self, text: str, to: Audience, *, at: datetime | None = None, key: str) -> MassMessage:
        """Send one message to all fans of some lists, at once or at a moment; raises Uncertain (read `mass_messages` first)."""
        smart = "smartListIds" if self._api.v1 else "smartListUuids"
        body: dict[str, Any] = {
            "text": text,
            "includedLists": {smart: sorted(to.included), "customListUuids": sorted(to.own_included)},
            "excludedLists": {smart: sorted(to.excluded), "customListUuids": sorted(to.own_excluded)},
        }
        if at is not None:
            body["scheduledAt"] = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        reply = await self._api.call(self._credential, "POST", "/chats/mass-messages", body=body, scope="write:chat", key=key)
        made = _certainly(reply, shapes.MassMade)
        name = made.id or made.uuid
        if not name:
            raise Uncertain(_UNREADABLE)
        return MassMessage(
            id=name, text=text, state="sending" if at is None else "scheduled", recipients=made.recipient_count,
            created_at=made.created_at, scheduled_at=at,
        )  # fmt: skip

    async def mass_messages(self, *, most: int = 50) -> Sequence[MassMessage]:
        """Return mass messages and what came of them, newest first."""
        return [translate.mass_message(one) for one in await self._pages("/chats/mass-messages", [], shapes.Mass, most)]

    async def withdraw(self, mass_id: str) -> bool:
        """Take back a mass message that is scheduled or sent; False when there is none."""
        reply = await self._api.call(
            self._credential, "DELETE", f"/chats/mass-messages/{quote(mass_id, safe='')}", accept=_GONE, scope="write:chat"
        )
        return reply.status != HTTPStatus.NOT_FOUND

    async def _chats(self, params: Params, most: int) -> Sequence[Chat]:
        found = await self._pages("/chats", [*params, ("sortBy", "most_recent_messages")], shapes.Chat, most)
        return [translate.chat(one) for one in found]

    async def _pages(self, path: str, params: Params, kind: type[T], most: int) -> list[T]:
        """Read a list page by page, in either dialect."""
        found, page, cursor = list[T](), 1, ""
        while len(found) < most:
            place = ([("cursor", cursor)] if cursor else []) if self._api.v1 else [("page", str(page))]
            asked = [*params, ("size", str(min(_PAGE, most))), *place]
            reply = await self._api.call(self._credential, "GET", path, params=asked, scope="read:chat")
            got = read(reply, shapes.Page[kind])  # type: ignore[valid-type]
            found += got.data
            cursor, page = got.nextCursor or "", page + 1
            more = bool(cursor) if self._api.v1 else bool(got.pagination and got.pagination.hasMore)
            if not got.data or not more:
                break
        return found[:most]

    def _check_reachable(self, reply: Reply) -> None:
        """Raise Unreachable or Never for a refusal."""
        if reply.status < HTTPStatus.BAD_REQUEST:
            return
        reason = said(reply)
        if reply.status == HTTPStatus.NOT_FOUND or _NOBODY.lower() in reason.lower():
            msg = "Fanvue lets nobody write to this fan (any more): blocked, deleted or gone."
            raise Unreachable(msg)
        msg = f"Fanvue refused the message ({reply.status}): {reason}"
        raise Never(msg)


_UNREADABLE = "Fanvue took it, and its answer could not be read."


def _listed(reply: Reply) -> list[shapes.FanList]:
    """Read lists that come as a page, or bare."""
    if reply.body.lstrip().startswith(b"["):
        return read(reply, list[shapes.FanList])
    return read(reply, shapes.Page[shapes.FanList]).data


def _at(fan_id: str) -> str:
    return f"/chats/{quote(fan_id, safe='')}"


def _certainly(reply: Reply, kind: type[T]) -> T:
    try:
        return read(reply, kind)
    except Later as error:
        raise Uncertain(_UNREADABLE) from error
