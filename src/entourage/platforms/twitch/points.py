"""Channel points: rewards, and what was redeemed."""

from collections.abc import Collection, Sequence
from http import HTTPStatus

from entourage.kernel.errors import Invalid, Later, Never
from entourage.platforms.http import Reply
from entourage.platforms.twitch import shapes, translate
from entourage.platforms.twitch.client import Page, read
from entourage.platforms.twitch.line import Line, chunks, repeated, surprised
from entourage.ports.channel import Redemption, RedemptionStatus, Reward, RewardShape, Settled

_REWARDS = "/channel_points/custom_rewards"
_REDEMPTIONS = "/channel_points/custom_rewards/redemptions"
_MANAGE = ("channel:manage:redemptions",)
_MOST_REWARDS = 50
_A_CALL = 50
_STATUSES: dict[RedemptionStatus, str] = {"unfulfilled": "UNFULFILLED", "fulfilled": "FULFILLED", "canceled": "CANCELED"}
_NOT_OURS = "Twitch lets only the app that made a reward change it, and only affiliates and partners have channel points."


class PointsLine(Line):
    """What we ask about channel points."""

    async def rewards(self, *, ours: bool = False) -> Sequence[Reward]:
        """Return all rewards of the channel, or only those that we may change."""
        mine = await self._rewards([("only_manageable_rewards", "true")])
        if ours:
            return [translate.reward(one, ours=True) for one in mine]
        known = {one.id for one in mine}
        return [translate.reward(one, ours=one.id in known) for one in await self._rewards([])]

    async def make_reward(self, shape: RewardShape) -> Reward:
        """Make a reward whose redemptions wait in the queue; raises Invalid for a title that is taken or a 51st reward."""
        body = translate.reward_body(shape, new=True)
        reply = await self._change("POST", [], body, accept=[HTTPStatus.BAD_REQUEST])
        if reply.status == HTTPStatus.BAD_REQUEST:
            raise await self._why_not(shape)
        made = _one(reply)
        return (await self.change_reward(made.id, shape) if shape.paused else None) or made

    async def change_reward(self, reward_id: str, shape: RewardShape) -> Reward | None:
        """Change a reward of ours; None when it is gone."""
        body = translate.reward_body(shape, new=False)
        accept = [HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND]
        reply = await self._change("PATCH", [("id", reward_id)], body, accept=accept)
        if reply.status == HTTPStatus.NOT_FOUND:
            return None
        if reply.status == HTTPStatus.BAD_REQUEST:
            raise await self._why_not(shape, reward_id)
        return _one(reply)

    async def delete_reward(self, reward_id: str) -> bool:
        """Delete a reward of ours (what still waits counts as fulfilled: cancel it first); False when it was gone."""
        reply = await self._change("DELETE", [("id", reward_id)], None, accept=[HTTPStatus.NOT_FOUND])
        return reply.status != HTTPStatus.NOT_FOUND

    async def redemptions(
        self, reward_id: str, *, status: RedemptionStatus = "unfulfilled", ids: Collection[str] = ()
    ) -> Sequence[Redemption]:
        """Return redemptions of a reward of ours, oldest first: those with these ids, or all of a status."""
        params = [*self._mine, ("reward_id", reward_id)]
        found: dict[str, Redemption] = {}
        if ids:
            for chunk in chunks(ids, _A_CALL):
                asked = [*params, *repeated("id", chunk)]
                page = await self._read(_REDEMPTIONS, shapes.Redemption, asked, accept=[HTTPStatus.NOT_FOUND], scope=_MANAGE)
                found |= {one.id: translate.redemption(one) for one in page}
        elif status in _STATUSES:
            asked = [*params, ("status", _STATUSES[status]), ("sort", "OLDEST")]
            pages = self._pages(_REDEMPTIONS, shapes.Redemption, asked, first=_A_CALL, accept=[HTTPStatus.NOT_FOUND], scope=_MANAGE)
            async for page in pages:
                found |= {one.id: translate.redemption(one) for one in page}
        return sorted(found.values(), key=lambda one: (one.redeemed_at, one.id))

    async def settle(self, reward_id: str, redemption_id: str, *, fulfilled: bool) -> Settled:
        """Fulfil a redemption, or cancel it, which gives the points back."""
        reply = await self._call(
            "PATCH", _REDEMPTIONS, [*self._mine, ("reward_id", reward_id), ("id", redemption_id)],
            body={"status": "FULFILLED" if fulfilled else "CANCELED"}, scope=_MANAGE,
            accept=[HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND],
        )  # fmt: skip
        if reply.status == HTTPStatus.OK:
            return "settled"
        if reply.status == HTTPStatus.FORBIDDEN:
            raise Never(_NOT_OURS)
        if reply.status == HTTPStatus.BAD_REQUEST:
            raise surprised(reply)
        found = await self.redemptions(reward_id, ids=[redemption_id])
        if not found:
            return "gone"
        if found[0].status == "unfulfilled":
            msg = "Twitch says both that the redemption waits and that it does not."
            raise Later(msg)
        return "already"

    async def _rewards(self, which: list[tuple[str, str]]) -> list[shapes.Reward]:
        asked = [*self._mine, *which]
        reply = await self._call("GET", _REWARDS, asked, accept=[HTTPStatus.FORBIDDEN], scope=(*_MANAGE, "channel:read:redemptions"))
        if reply.status == HTTPStatus.FORBIDDEN:
            raise Never(_NOT_OURS)
        return read(reply, Page[shapes.Reward]).data

    async def _change(self, method: str, which: list[tuple[str, str]], body: dict[str, object] | None, *, accept: Collection[int]) -> Reply:
        accept = {*accept, HTTPStatus.FORBIDDEN}
        reply = await self._call(method, _REWARDS, [*self._mine, *which], body=body, accept=accept, scope=_MANAGE)
        if reply.status == HTTPStatus.FORBIDDEN:
            raise Never(_NOT_OURS)
        return reply

    async def _why_not(self, shape: RewardShape, reward_id: str = "") -> Invalid:
        """Find out by looking why Twitch does not take a reward: it says it in words only, which may change."""
        there = await self._rewards([])
        if any(one.title.casefold() == shape.title.strip().casefold() and one.id != reward_id for one in there):
            msg = "The channel has a reward with this title already. Choose another one."
            return Invalid(msg, details={"title": msg})
        if not reward_id and len(there) >= _MOST_REWARDS:
            return Invalid(f"The channel has {len(there)} rewards, and Twitch allows {_MOST_REWARDS}. Delete one on Twitch first.")
        return Invalid("Twitch does not take the reward like this. Look at its title, cost and limits.")


def _one(reply: Reply) -> Reward:
    page = read(reply, Page[shapes.Reward])
    if not page.data:
        msg = "Twitch made the reward but does not show it."
        raise Later(msg)
    return translate.reward(page.data[0], ours=True)
