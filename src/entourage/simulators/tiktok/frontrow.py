"""The buttons of the panel that make people do something: a front row who chat, tap, give, come in and are renamed."""

import random
from dataclasses import replace
from typing import Annotated, Literal

from msgspec import Meta, Struct

from entourage.kernel.errors import Invalid
from entourage.simulators.tiktok import acts, deeds, gifts, people, streaks
from entourage.simulators.tiktok.room import Room

PeopleActs = Literal["chat", "like", "gift", "streak", "follow", "share", "join", "raid", "subscribe", "rename"]
RoomActs = Literal[
    "pause", "resume", "end", "offline", "replay", "duplicate",
    "drop", "gap", "close", "silent", "garbage", "undecodable", "unknown",
]  # fmt: skip
SiteActs = Literal["live", "evening", "hold", "go_on", "speed", "sign", "page", "socket", "heal"]

_RAIDERS = 50


class Press(Struct, frozen=True, forbid_unknown_fields=True):
    """One press of a button, with what is set beside it."""

    act: PeopleActs | RoomActs | SiteActs
    text: Annotated[str, Meta(max_length=150)] = ""
    gift: Annotated[str, Meta(max_length=40)] = "Rose"
    count: Annotated[int, Meta(ge=1, le=5000)] = 1
    ended: bool = True
    speed: Annotated[float, Meta(gt=0, le=3600)] = 1.0
    status: Annotated[int, Meta(ge=200, le=599)] = 429
    seconds: Annotated[int, Meta(ge=1, le=3600)] = 60
    seed: Annotated[int, Meta(ge=0, le=2**31)] = 42


class FrontRow:
    """The people whom the buttons move; the same front row as in an evening with the same seed."""

    def __init__(self, seed: int) -> None:
        """Invite them."""
        self._dice = random.Random(seed + 1)  # noqa: S311 - make-believe
        self._cast = people.crowd(random.Random(seed), people.FRONT_ROW)  # noqa: S311 - make-believe

    async def do(self, room: Room, press: Press) -> str:
        """Let one of them do it, in this room; returns what happened in a sentence. Raises Invalid for no such gift."""
        who = self._dice.choice(self._cast)
        match press.act:
            case "chat":
                said = press.text or deeds.line(self._dice, who.language)
                await room.send(acts.Chat(who, said, who.language))
            case "like":
                await room.send(acts.Like(who, min(press.count, 15)))
            case "follow":
                await room.send(acts.Follow(who))
            case "share":
                await room.send(acts.Share(who))
            case "subscribe":
                await room.send(acts.Subscribe(who, press.count))
            case "join":
                await room.send(acts.Join(who, room.watching + 1), _one_more(room))
            case "raid":
                return await self._raid(room)
            case "rename":
                return await self._rename(room, who)
            case _:
                return await self._give(room, who, press)
        return f"@{who.handle}: {press.act}"

    async def _give(self, room: Room, who: acts.Guest, press: Press) -> str:
        kind = gifts.named(press.gift)
        if kind is None:
            msg = f"There is no gift called “{press.gift}”."
            raise Invalid(msg)
        group_ms = room.now_ms() - room.broadcast.start_ms
        if kind.type is not acts.GiftType.STREAK:
            await room.send(acts.Gift(who, kind))
            return f"@{who.handle} gave {kind.name} ({kind.coins} coins)"
        counts = range(1, press.count + 1) if press.act == "streak" else (press.count,)
        frames = [one.act for one in streaks.steady(who, kind, tuple(counts), group_ms)]
        for frame in frames if press.ended else frames[:-1]:
            await room.send(frame)
        ending = "" if press.ended else ", and the end frame never came"
        return f"@{who.handle} gave {press.count} x {kind.name} ({press.count * kind.coins} coins){ending}"

    async def _raid(self, room: Room) -> str:
        for number, guest in enumerate(people.crowd(self._dice, _RAIDERS), start=1):
            await room.send(acts.Join(guest, room.watching + number))
        await room.send(acts.Watching(room.watching + _RAIDERS, room.visitors + _RAIDERS))
        return f"{_RAIDERS} people came in at once"

    async def _rename(self, room: Room, who: acts.Guest) -> str:
        renamed = replace(who, handle=f"{who.handle.split('.r')[0][:18]}.r{self._dice.randrange(1000)}")
        self._cast[self._cast.index(who)] = renamed
        await room.send(acts.Chat(renamed, "new name, same me", renamed.language))
        return f"@{who.handle} is now @{renamed.handle}"


def _one_more(room: Room) -> acts.Watching:
    return acts.Watching(room.watching + 1, room.visitors + 1)
