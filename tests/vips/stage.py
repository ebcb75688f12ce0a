"""A make-believe channel in memory, with the answers of docs/rules/vips.md, that fails before or after what it does."""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from entourage.kernel import clock
from entourage.kernel.errors import Later, SignInAgain
from entourage.ports.channel import (
    Account,
    Given,
    Live,
    Profile,
    Redemption,
    RedemptionStatus,
    Reward,
    RewardShape,
    Said,
    Settled,
    Taken,
)  # fmt: skip

WINDOW = timedelta(seconds=10)
Trouble = Callable[[str, str], Exception | None]
"""Says before (`before`) and after (`after`) each call by its name whether it fails."""


def account(user_id: str) -> Account:
    return Account(user_id, f"login{user_id}", f"Name{user_id}")


def no_trouble(_moment: str, _call: str) -> Exception | None:
    return None


class FakeChannel:
    """One channel: who has which badge, what was redeemed, and what was said."""

    def __init__(self, slots: int = 100) -> None:
        self.account = Account("1", "ada", "Ada")
        self.badges: set[str] = set()
        self.moderators: set[str] = set()
        self.blocked: set[str] = set()
        self.slots = slots
        self.made: dict[str, Reward] = {}
        self.queue: dict[str, Redemption] = {}
        self.followers: dict[str, datetime] = {}
        self.said: list[str] = []
        self.silent = False
        self.on_air: Live | None = None
        self.trouble: Trouble = no_trouble
        self.signed_in = True
        self.calls: list[tuple[datetime, str, str]] = []
        self.limited = 0
        self._began: dict[str, list[datetime]] = defaultdict(list)

    async def of(self, creator_id: int) -> "FakeChannel":
        assert creator_id
        if not self.signed_in:
            msg = "Sign in with Twitch again."
            raise SignInAgain(msg)
        return self

    @property
    def owner(self) -> Account:
        return self.account

    def _fail(self, moment: str, call: str) -> None:
        if (error := self.trouble(moment, call)) is not None:
            raise error

    def _call(self, call: str, about: str = "") -> None:
        if not self.signed_in:
            msg = "Sign in with Twitch again."
            raise SignInAgain(msg)
        self._fail("before", call)
        self.calls.append((clock.now(), call, about))

    def _pace(self, call: str) -> None:
        now = clock.now()
        self._began[call] = [at for at in self._began[call] if now - at < WINDOW]
        if len(self._began[call]) >= 10:
            self.limited += 1
            msg = "More than ten in ten seconds."
            raise Later(msg, retry_after_s=(self._began[call][0] + WINDOW - now).total_seconds())
        self._began[call].append(now)

    async def vips(self) -> Sequence[Account]:
        self._call("vips")
        return [account(one) for one in sorted(self.badges)]

    async def vips_among(self, user_ids: Collection[str]) -> frozenset[str]:
        self._call("vips_among")
        return frozenset(self.badges & set(user_ids))

    async def moderators_among(self, user_ids: Collection[str]) -> frozenset[str]:
        self._call("moderators_among")
        return frozenset(self.moderators & set(user_ids))

    async def give_vip(self, user_id: str) -> Given:
        self._call("give", user_id)
        self._pace("give")
        answer: Given = "given"
        if user_id in self.blocked:
            answer = "blocked"
        elif user_id in self.moderators:
            answer = "moderator"
        elif user_id in self.badges:
            answer = "already"
        elif len(self.badges) >= self.slots:
            answer = "no_slot"
        else:
            self.badges.add(user_id)
        self._fail("after", "give")
        return answer

    async def take_vip(self, user_id: str) -> Taken:
        self._call("take", user_id)
        self._pace("take")
        answer: Taken = "taken" if user_id in self.badges else "was_none"
        self.badges.discard(user_id)
        self._fail("after", "take")
        return answer

    async def rewards(self, *, ours: bool = False) -> Sequence[Reward]:
        self._call("rewards")
        return [one for one in self.made.values() if one.ours or not ours]

    async def make_reward(self, shape: RewardShape) -> Reward:
        self._call("make_reward")
        made = Reward(id=f"reward{len(self.made) + 1}", shape=shape, ours=True)
        self.made[made.id] = made
        self._fail("after", "make_reward")
        return made

    async def change_reward(self, reward_id: str, shape: RewardShape) -> Reward | None:
        self._call("change_reward")
        if reward_id not in self.made:
            return None
        self.made[reward_id] = msgspec.structs.replace(self.made[reward_id], shape=shape)
        return self.made[reward_id]

    async def delete_reward(self, reward_id: str) -> bool:
        self._call("delete_reward")
        for key, one in self.queue.items():
            if one.reward_id == reward_id and one.status == "unfulfilled":
                self.queue[key] = msgspec.structs.replace(one, status="fulfilled")
        return self.made.pop(reward_id, None) is not None

    async def redemptions(
        self, reward_id: str, *, status: RedemptionStatus = "unfulfilled", ids: Collection[str] = ()
    ) -> Sequence[Redemption]:
        self._call("redemptions")
        mine = [one for one in self.queue.values() if one.reward_id == reward_id]
        return [one for one in mine if (one.id in ids if ids else one.status == status)]

    async def settle(self, reward_id: str, redemption_id: str, *, fulfilled: bool) -> Settled:
        self._call("settle")
        one = self.queue.get(redemption_id)
        if one is None or one.reward_id != reward_id:
            return "gone"
        if one.status != "unfulfilled":
            return "already"
        self.close(redemption_id, "fulfilled" if fulfilled else "canceled")
        self._fail("after", "settle")
        return "settled"

    async def say(self, text: str, *, reply_to: str = "") -> Said:
        self._call("say")
        if self.silent:
            return Said(sent=False, why="AutoMod held it back.")
        self.said.append(f"{reply_to}> {text}" if reply_to else text)
        self._fail("after", "say")
        return Said(sent=True)

    async def announce(self, text: str) -> None:
        self._call("announce")
        self.said.append(f"ANNOUNCED {text}")

    async def find(self, *, user_id: str = "", login: str = "") -> Profile | None:
        self._call("find")
        found = user_id or login.removeprefix("login")
        return None if found == "nobody" else Profile(account=account(found), kind="affiliate")

    async def followed_at(self, user_id: str) -> datetime | None:
        self._call("followed_at")
        return self.followers.get(user_id)

    async def live(self) -> Live | None:
        self._call("live")
        return self.on_air

    async def chatters(self) -> Sequence[Account]:
        self._call("chatters")
        return []

    def redeem(self, redemption_id: str, user_id: str, reward_id: str = "reward1", cost: int = 1000) -> Redemption:
        """Let a viewer spend points; returns what the platform tells."""
        made = Redemption(id=redemption_id, reward_id=reward_id, user=account(user_id), cost=cost, redeemed_at=clock.now())
        self.queue[redemption_id] = made
        return made

    def close(self, redemption_id: str, status: RedemptionStatus) -> None:
        """Settle a redemption, by a call or by hand."""
        self.queue[redemption_id] = msgspec.structs.replace(self.queue[redemption_id], status=status)

    def status(self, redemption_id: str) -> str:
        return self.queue[redemption_id].status

    def count(self, call: str) -> int:
        return sum(one == call for _, one, _ in self.calls)


def said_of(update: Any) -> dict[str, Any]:
    """Read what screens were told."""
    decoded: dict[str, Any] = msgspec.json.decode(update.payload)
    return decoded
