"""A creator's channel on Twitch (`ports.channel.Channel`): badges, chat, people; points are in `points`.

Twitch says two things with one status: which of them it was is found out by looking, never by reading its sentences.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from http import HTTPStatus

from entourage.kernel.errors import Later
from entourage.platforms.twitch import shapes, translate
from entourage.platforms.twitch.client import Page, read
from entourage.platforms.twitch.line import chunks, repeated, surprised
from entourage.platforms.twitch.points import PointsLine
from entourage.ports.channel import Account, Given, Live, Profile, Said, Taken

_VIPS = "/channels/vips"
_MANAGE_VIPS = ("channel:manage:vips",)
_READ_VIPS = ("channel:manage:vips", "channel:read:vips")
_READ_MODERATORS = ("moderation:read", "channel:manage:moderators")
_LONGEST_TEXT = 500
_CHATTERS_A_PAGE = 1000
_TOO_EARLY = 425
_PLAIN: dict[int, Given] = {204: "given", 404: "unknown", 409: "no_slot", _TOO_EARLY: "not_unlocked"}


class TwitchChannel(PointsLine):
    """One creator's channel, reached with that creator's own consent."""

    async def vips(self) -> Sequence[Account]:
        """Return everybody who has the badge now."""
        return [translate.account(one) async for page in self._pages(_VIPS, shapes.Named, self._mine, scope=_READ_VIPS) for one in page]

    async def vips_among(self, user_ids: Collection[str]) -> frozenset[str]:
        """Say who of these has the badge now."""
        return await self._among(_VIPS, user_ids, _READ_VIPS)

    async def moderators_among(self, user_ids: Collection[str]) -> frozenset[str]:
        """Say who of these is a moderator."""
        return await self._among("/moderation/moderators", user_ids, _READ_MODERATORS)

    async def give_vip(self, user_id: str) -> Given:
        """Give the badge; raises Later with the wait when more than ten in ten seconds would be given."""
        reply = await self._call(
            "POST", _VIPS, [*self._mine, ("user_id", user_id)], scope=_MANAGE_VIPS, turn=("vip.add", self._owner.id),
            accept=[HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY, *_PLAIN],
        )  # fmt: skip
        if (given := _PLAIN.get(reply.status)) is not None:
            return given
        if reply.status == HTTPStatus.BAD_REQUEST:
            return "blocked" if await self._user([("id", user_id)]) else "unknown"
        if reply.status != HTTPStatus.UNPROCESSABLE_ENTITY:
            raise surprised(reply)
        if await self.vips_among([user_id]):
            return "already"
        if user_id == self._owner.id or not await self._may(_READ_MODERATORS) or await self.moderators_among([user_id]):
            return "moderator"
        msg = "Twitch refused a badge for a moderator or a VIP, and shows neither: it is asked again."
        raise Later(msg)

    async def take_vip(self, user_id: str) -> Taken:
        """Take the badge back; raises Later with the wait when more than ten in ten seconds would be taken."""
        reply = await self._call(
            "DELETE", _VIPS, [*self._mine, ("user_id", user_id)], scope=_MANAGE_VIPS, turn=("vip.remove", self._owner.id),
            accept=[HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY],
        )  # fmt: skip
        if reply.status == HTTPStatus.NO_CONTENT:
            return "taken"
        if reply.status == HTTPStatus.UNPROCESSABLE_ENTITY:
            return "was_none"
        if reply.status == HTTPStatus.NOT_FOUND or await self._user([("id", user_id)]) is None:
            return "unknown"
        if not await self.vips_among([user_id]):
            return "was_none"
        raise surprised(reply)

    async def say(self, text: str, *, reply_to: str = "") -> Said:
        """Write a line of at most 500 characters in the chat."""
        body = {"broadcaster_id": self._owner.id, "sender_id": self._owner.id, "message": text[:_LONGEST_TEXT]}
        if reply_to:
            body["reply_parent_message_id"] = reply_to
        refusals = (HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN, HTTPStatus.UNPROCESSABLE_ENTITY)
        reply = await self._call(
            "POST", "/chat/messages", [], body=body, accept=refusals, scope=("user:write:chat",), turn=("chat", self._owner.id)
        )
        if reply.status in refusals:
            return Said(sent=False, why=f"Twitch refused the line ({reply.status}).")
        page = read(reply, Page[shapes.Message])
        if page.data and page.data[0].is_sent:
            return Said(sent=True)
        dropped = page.data[0].drop_reason if page.data else None
        return Said(sent=False, why=(dropped and (dropped.message or dropped.code)) or "Twitch dropped the line.")

    async def announce(self, text: str) -> None:
        """Write an announcement of at most 500 characters."""
        await self._call(
            "POST", "/chat/announcements", self._as_moderator, body={"message": text[:_LONGEST_TEXT]},
            scope=("moderator:manage:announcements",), turn=("announce", self._owner.id),
        )  # fmt: skip

    async def find(self, *, user_id: str = "", login: str = "") -> Profile | None:
        """Look somebody up by id or else by login name; with neither, the owner."""
        login = login.strip().removeprefix("@").lower()
        which = ("id", user_id) if user_id else ("login", login) if login else ("id", self._owner.id)
        found = await self._user([which])
        return translate.profile(found) if found else None

    async def followed_at(self, user_id: str) -> datetime | None:
        """Say since when somebody follows; None when they do not."""
        asked = [*self._mine, ("user_id", user_id)]
        accept, scope = [HTTPStatus.BAD_REQUEST], ("moderator:read:followers",)
        found = await self._read("/channels/followers", shapes.Follower, asked, accept=accept, scope=scope)
        return next((one.followed_at for one in found if one.user_id == user_id), None)

    async def live(self) -> Live | None:
        """Return the broadcast that is going on."""
        found = await self._read("/streams", shapes.Stream, [("user_id", self._owner.id)])
        return next((translate.live(one) for one in found if one.type == "live"), None)

    async def chatters(self) -> Sequence[Account]:
        """Return everybody who is in the chat now."""
        scope = ("moderator:read:chatters",)
        pages = self._pages("/chat/chatters", shapes.Named, self._as_moderator, first=_CHATTERS_A_PAGE, scope=scope)
        return list({one.user_id: translate.account(one) async for page in pages for one in page}.values())

    async def _among(self, path: str, user_ids: Collection[str], scope: Collection[str]) -> frozenset[str]:
        found: set[str] = set()
        for chunk in chunks(user_ids):
            asked = [*self._mine, *repeated("user_id", chunk), ("first", "100")]
            found |= {one.user_id for one in await self._read(path, shapes.Named, asked, scope=scope)}
        return frozenset(found.intersection(user_ids))

    async def _user(self, which: list[tuple[str, str]]) -> shapes.User | None:
        accept = [HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND]
        return next(iter(await self._read("/users", shapes.User, which, accept=accept)), None)
