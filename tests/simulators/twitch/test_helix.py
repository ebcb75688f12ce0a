"""Helix of the fake Twitch, asked by a plain client: every status that the documents name."""

import pytest

from entourage.simulators.timepiece import Hourglass
from tests.twitch import CLIENT_ID, Twitch, started

pytestmark = pytest.mark.anyio

VIPS = "/channels/vips"
REWARDS = "/channel_points/custom_rewards"
REDEMPTIONS = f"{REWARDS}/redemptions"


async def test_a_vip_is_given_listed_and_taken(twitch: Twitch) -> None:
    mira = twitch.viewer("mira")
    who = {"broadcaster_id": twitch.channel.id, "user_id": mira}
    async with twitch.http() as http:
        assert (await http.post(VIPS, params=who)).status_code == 204
        listed = (await http.get(VIPS, params={"broadcaster_id": twitch.channel.id})).json()
        assert listed == {"data": [{"user_id": mira, "user_name": "mira", "user_login": "mira"}], "pagination": {}}
        assert (await http.get(VIPS, params={**who, "user_id": [mira, "1"]})).json()["data"] == listed["data"]
        assert (await http.delete(VIPS, params=who)).status_code == 204
        answer = await http.delete(VIPS, params=who)
        assert (answer.status_code, answer.json()["error"]) == (422, "Unprocessable Entity")
    assert twitch.badges() == [("mira", "given", "api"), ("mira", "taken", "api")]
    assert twitch.fake.front.count("POST", VIPS, 204) == 1
    assert twitch.fake.front.count(status=429) == 0


async def test_every_way_in_which_a_vip_is_not_given(twitch: Twitch) -> None:
    channel, badges = twitch.channel, twitch.fake.badges
    mod, vip, blocked, free = (twitch.viewer(one) for one in ("mod", "vip", "blocked", "free"))
    badges.mod(channel, mod)
    badges.give(channel, vip, by="hand")
    channel.blocked.add(blocked)
    other, _ = twitch.let_in("other")
    async with twitch.http() as http:

        async def give(user_id: str, broadcaster_id: str = channel.id) -> int:
            answer = await http.post(VIPS, params={"broadcaster_id": broadcaster_id, "user_id": user_id})
            return answer.status_code

        assert await give(mod) == 422
        assert await give(vip) == 422
        assert await give(blocked) == 400
        assert await give("999") == 404
        assert await give(free, other.id) == 403
        channel.slots = 1
        assert await give(free) == 409
        channel.slots, channel.unlocked = 10, False
        assert await give(free) == 425
        assert (await http.post(VIPS, params={"broadcaster_id": channel.id})).status_code == 400
        assert (await http.post(VIPS, params={"user_id": free}, headers={"Authorization": "Bearer wrong"})).status_code == 401
        assert (await http.get(VIPS, params={"broadcaster_id": channel.id}, headers={"Client-Id": "wrong"})).status_code == 401
    assert twitch.badges() == [("vip", "given", "hand")]


async def test_the_eleventh_vip_within_ten_seconds_has_to_wait() -> None:
    hourglass = Hourglass()
    async with started(hourglass) as twitch, twitch.http() as http:
        twitch.channel.slots = 50

        async def give(number: int) -> int:
            user_id = twitch.viewer(f"viewer{number}")
            answer = await http.post(VIPS, params={"broadcaster_id": twitch.channel.id, "user_id": user_id})
            if answer.status_code == 429:
                assert int(answer.headers["Ratelimit-Remaining"]) > 700
            return answer.status_code

        assert [await give(number) for number in range(11)] == [204] * 10 + [429]
        await hourglass.turn(9.9)
        assert await give(20) == 429
        await hourglass.turn(0.2)
        assert await give(21) == 204


async def test_the_bucket_runs_dry_and_fills_again() -> None:
    hourglass = Hourglass()
    async with started(hourglass, points_per_minute=3) as twitch, twitch.http() as http:
        left = [(await http.get("/users")).headers["Ratelimit-Remaining"] for _ in range(3)]
        assert left == ["2", "1", "0"]
        answer = await http.get("/users")
        assert answer.status_code == 429
        wait = int(answer.headers["Ratelimit-Reset"]) - hourglass.stamp()
        assert 0 < wait <= 61
        await hourglass.turn(wait)
        assert (await http.get("/users")).status_code == 200


async def test_a_reward_is_made_redeemed_and_settled_once(twitch: Twitch) -> None:
    where = {"broadcaster_id": twitch.channel.id}
    async with twitch.http() as http:
        made = (await http.post(REWARDS, params=where, json={"title": "VIP for a day", "cost": 5000, "prompt": "Shine!"})).json()["data"][0]
        assert made["is_enabled"] is True
        assert made["should_redemptions_skip_request_queue"] is False
        twice = await http.post(REWARDS, params=where, json={"title": "vip for a day", "cost": 1})
        assert (twice.status_code, twice.json()["message"]) == (400, "CREATE_CUSTOM_REWARD_DUPLICATE_REWARD")
        assert (await http.post(REWARDS, params=where, json={"title": "x" * 46, "cost": 1})).status_code == 400
        assert (await http.post(REWARDS, params=where, json={"title": "free", "cost": 0})).status_code == 400
        reward = twitch.channel.rewards[made["id"]]
        first, second = twitch.redeem(reward, "mira"), twitch.redeem(reward, "juno", "please")
        about = {**where, "reward_id": reward.id}
        waiting = (await http.get(REDEMPTIONS, params={**about, "status": "UNFULFILLED"})).json()["data"]
        assert [one["id"] for one in waiting] == [first.id, second.id]
        assert waiting[1]["user_input"] == "please"
        settled = await http.patch(REDEMPTIONS, params={**about, "id": first.id}, json={"status": "CANCELED"})
        assert (settled.status_code, settled.json()["data"][0]["status"]) == (200, "CANCELED")
        assert (await http.patch(REDEMPTIONS, params={**about, "id": first.id}, json={"status": "FULFILLED"})).status_code == 404
        assert (await http.patch(REDEMPTIONS, params={**about, "id": second.id}, json={"status": "fulfilled"})).status_code == 400
        assert (await http.delete(REWARDS, params={**where, "id": reward.id})).status_code == 204
        assert second.status == "FULFILLED", "deleting a reward gives no points back"
        assert (await http.get(REDEMPTIONS, params={**about, "id": first.id})).status_code == 404


async def test_only_the_program_that_made_a_reward_may_touch_it(twitch: Twitch) -> None:
    theirs = twitch.reward("Hydrate!", 100, ours=False)
    ours = twitch.reward()
    where = {"broadcaster_id": twitch.channel.id}
    async with twitch.http() as http:
        listed = (await http.get(REWARDS, params=where)).json()["data"]
        assert {one["id"] for one in listed} == {theirs.id, ours.id}
        manageable = (await http.get(REWARDS, params={**where, "only_manageable_rewards": "true"})).json()["data"]
        assert [one["id"] for one in manageable] == [ours.id]
        assert (await http.patch(REWARDS, params={**where, "id": theirs.id}, json={"cost": 1})).status_code == 403
        assert (await http.delete(REWARDS, params={**where, "id": theirs.id})).status_code == 403
        assert (await http.get(REDEMPTIONS, params={**where, "reward_id": theirs.id, "status": "UNFULFILLED"})).status_code == 403
        changed = await http.patch(
            REWARDS,
            params={**where, "id": ours.id},
            json={"is_paused": True, "is_global_cooldown_enabled": True, "global_cooldown_seconds": 60},
        )
        assert changed.json()["data"][0]["global_cooldown_setting"] == {"is_enabled": True, "global_cooldown_seconds": 60}
        assert changed.json()["data"][0]["is_paused"] is True


async def test_at_most_fifty_rewards_and_none_without_channel_points(twitch: Twitch) -> None:
    for number in range(50):
        twitch.reward(f"reward {number}", 1)
    async with twitch.http() as http:
        body = {"title": "one more", "cost": 1}
        assert (await http.post(REWARDS, params={"broadcaster_id": twitch.channel.id}, json=body)).status_code == 400
    plain = twitch.fake.world.channel("plain", kind="")
    token = twitch.fake.consent(CLIENT_ID, "plain", ["channel:manage:redemptions"])
    async with twitch.http(token) as http:
        assert (await http.post(REWARDS, params={"broadcaster_id": plain.id}, json=body)).status_code == 403


async def test_scopes_and_kinds_of_tokens_are_checked(twitch: Twitch) -> None:
    channel, token = twitch.let_in("timid", ["channel:read:vips"])
    where = {"broadcaster_id": channel.id, "user_id": twitch.viewer("mira")}
    async with twitch.http(token) as http:
        assert (await http.get(VIPS, params=where)).status_code == 200
        answer = await http.post(VIPS, params=where)
        assert (answer.status_code, answer.json()["message"]) == (401, "Missing scope: channel:manage:vips")
        assert (await http.get(VIPS, params=where, headers=twitch.app_headers())).status_code == 401
        users = await http.get("/authorization/users", params={"user_id": channel.id}, headers=twitch.app_headers())
        assert users.json()["data"][0]["scopes"] == ["channel:read:vips"]


async def test_pages_of_vips_go_through_everybody(twitch: Twitch) -> None:
    twitch.channel.slots = 250
    twitch.fake.badges.fill(twitch.channel)
    seen: list[str] = []
    async with twitch.http() as http:
        after = ""
        while True:
            answer = (await http.get(VIPS, params={"broadcaster_id": twitch.channel.id, "first": 100, "after": after})).json()
            seen += [one["user_id"] for one in answer["data"]]
            after = answer["pagination"].get("cursor", "")
            if not after:
                break
        assert (await http.get(VIPS, params={"broadcaster_id": twitch.channel.id, "first": 101})).status_code == 400
    assert len(seen) == len(set(seen)) == 250
