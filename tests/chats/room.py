"""Make-believe chats and a make-believe model in memory, that fail before or after what they do."""

import json
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import datetime

import msgspec

from entourage.kernel import clock
from entourage.kernel.errors import Later, SignInAgain
from entourage.ports.fans import (
    Audience,
    Chat,
    Fan,
    FanList,
    MassMessage,
    Message,
    Origin,
    Owner,
    Spending,
    Unreachable,
    Unwritten,
    Written,
)  # fmt: skip
from entourage.ports.model import Answered, Asked

Trouble = Callable[[str, str], BaseException | None]
"""Says before (`before`) and after (`after`) each call by its name whether it fails."""


def no_trouble(_moment: str, _call: str) -> BaseException | None:
    return None


def fan(fan_id: str) -> Fan:
    return Fan(id=fan_id, handle=f"handle_{fan_id}", name=f"Robin {fan_id}")


class FakeChats:
    """One creator's chats: what everybody wrote, in order, and every call that was made."""

    def __init__(self) -> None:
        self.owner = Owner(id="ada", handle="ada", name="Ada")
        self.said: dict[str, list[Message]] = {}
        self.sent: list[tuple[str, str, str]] = []  # fan, text, key: what is in the chats because of us
        self.calls: list[tuple[str, str]] = []  # name of the call, and about whom
        self.echoes: list[Written] = []
        self.blocked: set[str] = set()
        self.spent: dict[str, Spending] = {}
        self.trouble: Trouble = no_trouble
        self.signed_in = True
        self.unread_of: dict[str, int] = {}
        self._count = 0

    async def of(self, creator_id: int) -> "FakeChats":
        assert creator_id
        if not self.signed_in:
            msg = "Connect Fanvue again."
            raise SignInAgain(msg)
        return self

    def writes(
        self, fan_id: str, text: str | None = "hey, how was your day?", *, media: bool = False, origin: Origin = "person"
    ) -> Written:
        """Let a fan write, and return what the platform tells of it."""
        self.unread_of[fan_id] = self.unread_of.get(fan_id, 0) + 1
        return self._say(fan_id, Message(id=self._id(), side="fan", text=text, at=clock.now(), media=media, origin=origin))

    def by_hand(self, fan_id: str, text: str = "me again", origin: Origin = "person") -> Written:
        """Let the creator write on the platform itself."""
        self.unread_of[fan_id] = 0
        return self._say(fan_id, Message(id=self._id(), side="creator", text=text, at=clock.now(), origin=origin))

    def deletes(self, told: Written) -> Unwritten:
        self.said[told.fan.id] = [one for one in self.said[told.fan.id] if one.id != told.message.id]
        return Unwritten(owner_id="ada", at=clock.now(), fan=told.fan, message_id=told.message.id)

    def texts(self, fan_id: str) -> list[str]:
        """Return what we sent to a fan."""
        return [text for to, text, _ in self.sent if to == fan_id]

    def _id(self) -> str:
        self._count += 1
        return f"m{self._count}"

    def _say(self, fan_id: str, message: Message) -> Written:
        self.said.setdefault(fan_id, []).append(message)
        return Written(owner_id="ada", at=message.at, fan=fan(fan_id), message=message)

    def _begin(self, call: str, about: str = "") -> None:
        if not self.signed_in:
            msg = "Connect Fanvue again."
            raise SignInAgain(msg)
        self.calls.append((call, about))
        if error := self.trouble("before", call):
            raise error

    def _end(self, call: str) -> None:
        if error := self.trouble("after", call):
            raise error

    async def unread(self, *, most: int = 200) -> Sequence[Chat]:
        self._begin("unread")
        return [one for one in await self.recent(most=most) if one.unread]

    async def recent(self, *, most: int = 50) -> Sequence[Chat]:
        self._begin("recent")
        chats = [
            Chat(fan=fan(one), unread=self.unread_of.get(one, 0), newest_at=said[-1].at, newest_id=said[-1].id)
            for one, said in self.said.items()
            if said
        ]
        return sorted(chats, key=lambda one: one.newest_at or clock.now(), reverse=True)[:most]

    async def history(self, fan_id: str, *, most: int = 20) -> Sequence[Message]:
        self._begin("history", fan_id)
        if fan_id in self.blocked:
            msg = "This fan cannot be reached."
            raise Unreachable(msg)
        return self.said.get(fan_id, [])[::-1][:most]

    async def send(self, fan_id: str, text: str, *, key: str) -> str:
        self._begin("send", key)
        if fan_id in self.blocked:
            msg = "This fan cannot be reached."
            raise Unreachable(msg)
        message = Message(id=self._id(), side="creator", text=text, at=clock.now())
        self.sent.append((fan_id, text, key))
        self.echoes.append(self._say(fan_id, message))
        self._end("send")
        return message.id

    async def typing(self, fan_id: str) -> None:
        self.calls.append(("typing", fan_id))

    async def read(self, fan_id: str) -> None:
        self._begin("read", fan_id)

    async def spending(self, fan_ids: Collection[str]) -> Mapping[str, Spending]:
        self._begin("spending")
        return {one: self.spent[one] for one in fan_ids if one in self.spent}

    async def lists(self) -> Sequence[FanList]:
        raise NotImplementedError

    async def write_to_many(self, text: str, to: Audience, *, at: datetime | None = None, key: str) -> MassMessage:
        raise NotImplementedError

    async def mass_messages(self, *, most: int = 50) -> Sequence[MassMessage]:
        raise NotImplementedError

    async def withdraw(self, mass_id: str) -> bool:
        raise NotImplementedError


WORDS = [
    "amber",
    "birch",
    "cedar",
    "daisy",
    "elder",
    "fern",
    "ginger",
    "hazel",
    "iris",
    "jasmine",
    "kelp",
    "lily",
    "maple",
    "nettle",
    "olive",
    "poppy",
    "quince",
    "rose",
    "sage",
    "tulip",
]


class FakeModel:
    """Answers as it was told to, or kindly and never twice the same."""

    def __init__(self) -> None:
        self.name = "make-believe"
        self.asked: list[Asked] = []
        self.next: list[str | Exception] = []
        self.trouble: Trouble = no_trouble
        self.meanwhile: Callable[[], Awaitable[None]] | None = None  # what happens while it thinks

    def will_say(self, reply: str, **more: object) -> None:
        self.next.append(answer(reply, **more))

    async def ask(self, asked: Asked) -> Answered:
        self.asked.append(asked)
        if error := self.trouble("before", "ask"):
            raise error
        if self.meanwhile is not None:
            await self.meanwhile()
        said = self.next.pop(0) if self.next else answer(self._kind())
        if isinstance(said, Exception):
            raise said
        return Answered(text=said, model=self.name, read=900, written=60)

    def _kind(self) -> str:
        count = len(self.asked)
        return f"It is so good to hear from you, I was just out in the {WORDS[count // 20 % 20]} and {WORDS[count % 20]} garden"


def answer(reply: str, **more: object) -> str:
    return json.dumps({"reply": reply, "action": "send", "reason": "", "language": "en", "facts": [], "confidence": 90, **more})


def busy(wait_s: float | None = None) -> Later:
    return Later("The platform is busy.", retry_after_s=wait_s)


def renamed(told: Written, **changes: object) -> Written:
    """Return the same event with a message that differs."""
    return msgspec.structs.replace(told, message=msgspec.structs.replace(told.message, **changes))
