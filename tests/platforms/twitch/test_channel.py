"""Whatever Twitch answers to a badge or a redemption has one meaning, found by looking and not by reading its sentences."""

import json
from typing import Any

import httpx2
import pytest

from entourage.kernel.db import Database
from entourage.kernel.errors import EntourageError, Invalid, Later, Never, SignInAgain
from entourage.platforms.twitch.channel import TwitchChannel
from entourage.ports.channel import Account, Channel, RewardShape, Said
from tests.people import Cast
from tests.platforms.twitch.scripted import OWNER, VIEWER, Hurried, Script, make_twitch, name, ok, sign_in, status

pytestmark = pytest.mark.anyio

VIPS, MODS, USERS = "GET /channels/vips", "GET /moderation/moderators", "GET /users"
GIVE, TAKE = "POST /channels/vips", "DELETE /channels/vips"
SETTLE, REDEEMED = "PATCH /channel_points/custom_rewards/redemptions", "GET /channel_points/custom_rewards/redemptions"
REWARDS, MAKE = "GET /channel_points/custom_rewards", "POST /channel_points/custom_rewards"
NOBODY, THEM = ok(), ok({"user_id": VIEWER, "user_login": "kim", "user_name": "Kim"})
KNOWN = ok({"id": VIEWER, "login": "kim", "display_name": "Kim"})


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
async def channel(db: Database, cast: Cast, script: Script) -> TwitchChannel:
    await sign_in(db, cast.owner.creator_id)
    return await make_twitch(db, script, time_of=Hurried().clock()).of(cast.owner.creator_id)


def redemption(state: str, number: int = 1, at: str = "2026-03-01T12:00:00Z") -> dict[str, Any]:
    reward = {"id": "r1", "title": "VIP", "prompt": "", "cost": 5000}
    return {
        "broadcaster_id": OWNER, "id": f"red-{number}", "user_id": VIEWER, "user_login": "kim", "user_name": "Kim", "user_input": "please",
        "status": state, "redeemed_at": at, "reward": reward,
    }  # fmt: skip


def reward(number: int, title: str = "") -> dict[str, Any]:
    return {
        "id": f"r{number}", "title": title or f"Reward {number}", "cost": 100, "prompt": "", "background_color": "#9147FF", "is_enabled": True,
        "max_per_stream_setting": {"is_enabled": True, "max_per_stream": 3},
        "global_cooldown_setting": {"is_enabled": False, "global_cooldown_seconds": 0},
    }  # fmt: skip


def test_it_is_a_channel() -> None:
    port: type[Channel] = TwitchChannel
    assert port


@pytest.mark.parametrize(
    ("answer", "looks", "given"),
    [
        (httpx2.Response(204), {}, "given"),
        (status(400), {USERS: KNOWN}, "blocked"),
        (status(400), {USERS: NOBODY}, "unknown"),
        (status(400), {USERS: status(400)}, "unknown"),
        (status(404), {}, "unknown"),
        (status(409), {}, "no_slot"),
        (status(422), {VIPS: THEM}, "already"),
        (status(422), {VIPS: NOBODY, MODS: THEM}, "moderator"),
        (status(425), {}, "not_unlocked"),
    ],
)
async def test_giving_a_badge(channel: TwitchChannel, script: Script, answer: httpx2.Response, looks: dict[str, Any], given: str) -> None:
    script.on(GIVE, answer)
    for what, said in looks.items():
        script.on(what, said)
    assert await channel.give_vip(VIEWER) == given
    assert script.asked(GIVE) == [{"broadcaster_id": [OWNER], "user_id": [VIEWER]}]


@pytest.mark.parametrize(
    ("answer", "error", "wait_s"),
    [
        (status(401), SignInAgain, None),
        (status(403), SignInAgain, None),
        (status(429, Ratelimit_Remaining="700", Ratelimit_Reset="1060"), Later, 10),
        (status(429, Ratelimit_Remaining="0", Ratelimit_Reset="99999999999"), Later, 86_400),
        (status(500), Later, None),
        (status(503), Later, None),
        (httpx2.ReadTimeout("slow"), Later, None),
        (status(422), Later, None),  # and neither VIP nor moderator
    ],
)
async def test_giving_a_badge_that_does_not_come_to_an_end(
    channel: TwitchChannel, script: Script, answer: Any, error: type[EntourageError], wait_s: float | None
) -> None:
    script.on(GIVE, answer)
    script.on(VIPS, NOBODY)
    script.on(MODS, NOBODY)
    with pytest.raises(error) as caught:
        await channel.give_vip(VIEWER)
    assert getattr(caught.value, "retry_after_s", None) == wait_s


async def test_without_the_permission_to_see_moderators_who_is_refused_and_no_vip_is_one(db: Database, cast: Cast, script: Script) -> None:
    await sign_in(db, cast.owner.creator_id, scopes=("channel:manage:vips",))
    channel = await make_twitch(db, script).of(cast.owner.creator_id)
    script.on(GIVE, status(422))
    script.on(VIPS, NOBODY)
    assert await channel.give_vip(VIEWER) == "moderator"


async def test_what_was_never_agreed_to_is_not_even_asked(db: Database, cast: Cast, script: Script) -> None:
    await sign_in(db, cast.owner.creator_id, scopes=("channel:manage:vips",))
    channel = await make_twitch(db, script).of(cast.owner.creator_id)
    with pytest.raises(SignInAgain, match="user:write:chat"):
        await channel.say("hello")
    assert script.seen == []


async def test_a_503_is_tried_once_more(channel: TwitchChannel, script: Script) -> None:
    script.on(GIVE, status(503), httpx2.Response(204))
    assert await channel.give_vip(VIEWER) == "given"
    assert len(script.asked(GIVE)) == 2


@pytest.mark.parametrize(
    ("answer", "looks", "taken"),
    [
        (httpx2.Response(204), {}, "taken"),
        (status(422), {}, "was_none"),
        (status(404), {}, "unknown"),
        (status(400), {USERS: NOBODY}, "unknown"),
        (status(400), {USERS: KNOWN, VIPS: NOBODY}, "was_none"),
    ],
)
async def test_taking_a_badge(channel: TwitchChannel, script: Script, answer: httpx2.Response, looks: dict[str, Any], taken: str) -> None:
    script.on(TAKE, answer)
    for what, said in looks.items():
        script.on(what, said)
    assert await channel.take_vip(VIEWER) == taken


@pytest.mark.parametrize(
    ("answer", "error"), [(status(401), SignInAgain), (status(403), SignInAgain), (status(429), Later), (status(502), Later)]
)
async def test_a_badge_that_cannot_be_taken_now_stays_to_be_taken(
    channel: TwitchChannel, script: Script, answer: Any, error: type[EntourageError]
) -> None:
    script.on(TAKE, answer)
    with pytest.raises(error):
        await channel.take_vip(VIEWER)


@pytest.mark.parametrize(
    ("answer", "look", "settled"),
    [
        (ok(redemption("FULFILLED")), None, "settled"),
        (status(404), ok(redemption("CANCELED")), "already"),
        (status(404), ok(redemption("FULFILLED")), "already"),
        (status(404), status(404), "gone"),
        (status(404), ok(), "gone"),
    ],
)
async def test_settling(channel: TwitchChannel, script: Script, answer: httpx2.Response, look: Any, settled: str) -> None:
    script.on(SETTLE, answer)
    if look is not None:
        script.on(REDEEMED, look)
    assert await channel.settle("r1", "red-1", fulfilled=False) == settled
    patch = next(one for one in script.seen if name(one) == SETTLE)
    assert json.loads(patch.content) == {"status": "CANCELED"}


@pytest.mark.parametrize(
    ("answer", "error"),
    [(status(403), Never), (status(401), SignInAgain), (status(503), Later), (status(400), Never), (status(404), Later)],
)
async def test_settling_that_does_not_come_to_an_end(
    channel: TwitchChannel, script: Script, answer: Any, error: type[EntourageError]
) -> None:
    script.on(SETTLE, answer)
    script.on(REDEEMED, ok(redemption("UNFULFILLED")))
    with pytest.raises(error):
        await channel.settle("r1", "red-1", fulfilled=True)


async def test_lists_are_read_to_their_end(channel: TwitchChannel, script: Script) -> None:
    script.on(VIPS, ok({"user_id": "1", "user_login": "a"}, cursor="next"), ok({"user_id": "2", "user_name": "B", "user_login": "b"}))
    assert await channel.vips() == [Account("1", "a", "a"), Account("2", "b", "B")]
    assert [one.get("after") for one in script.asked(VIPS)] == [None, ["next"]]


async def test_a_hundred_ids_go_into_a_call(channel: TwitchChannel, script: Script) -> None:
    script.on(VIPS, THEM)
    assert await channel.vips_among([str(n) for n in range(4200, 4420)]) == {VIEWER}
    assert [len(one["user_id"]) for one in script.asked(VIPS)] == [100, 100, 20]
    assert await channel.vips_among([]) == frozenset()


async def test_waiting_redemptions_are_read_oldest_first(channel: TwitchChannel, script: Script) -> None:
    late, early = redemption("UNFULFILLED", 2, "2026-03-01T12:00:09.123456789Z"), redemption("UNFULFILLED", 1)
    script.on(REDEEMED, ok(late, cursor="c"), ok(early))
    found = await channel.redemptions("r1")
    assert [(one.id, one.status, one.cost, one.said) for one in found] == [
        ("red-1", "unfulfilled", 5000, "please"),
        ("red-2", "unfulfilled", 5000, "please"),
    ]
    assert script.asked(REDEEMED)[0]["status"] == ["UNFULFILLED"]


async def test_rewards_of_others_are_told_from_ours(channel: TwitchChannel, script: Script) -> None:
    script.on(REWARDS, ok(reward(1)), ok(reward(1), reward(2)))
    found = await channel.rewards()
    assert [(one.id, one.ours, one.shape.per_stream, one.shape.cooldown_s) for one in found] == [
        ("r1", True, 3, None),
        ("r2", False, 3, None),
    ]


async def test_redemptions_never_skip_the_queue(channel: TwitchChannel, script: Script) -> None:
    script.on(MAKE, ok(reward(7, "VIP")))
    made = await channel.make_reward(RewardShape(title="VIP", cost=100, cooldown_s=60))
    assert (made.id, made.ours) == ("r7", True)
    body = json.loads(next(one for one in script.seen if name(one) == MAKE).content)
    assert (body["should_redemptions_skip_request_queue"], body["global_cooldown_seconds"]) == (False, 60)


@pytest.mark.parametrize(
    ("there", "said"),
    [([reward(1, "vip")], "title already"), ([reward(n) for n in range(50)], "Twitch allows 50"), ([], "title, cost and limits")],
)
async def test_a_reward_that_is_not_taken_says_why(channel: TwitchChannel, script: Script, there: list[dict[str, Any]], said: str) -> None:
    script.on(MAKE, status(400))
    script.on(REWARDS, ok(*there))
    with pytest.raises(Invalid, match=said):
        await channel.make_reward(RewardShape(title="VIP", cost=100))


async def test_a_channel_without_points_says_so(channel: TwitchChannel, script: Script) -> None:
    script.on(REWARDS, status(403))
    with pytest.raises(Never, match="only affiliates and partners"):
        await channel.rewards()


async def test_a_reward_that_is_gone_is_none(channel: TwitchChannel, script: Script) -> None:
    script.on("PATCH /channel_points/custom_rewards", status(404))
    script.on("DELETE /channel_points/custom_rewards", httpx2.Response(204), status(404))
    assert await channel.change_reward("r1", RewardShape(title="VIP", cost=1)) is None
    assert [await channel.delete_reward("r1"), await channel.delete_reward("r1")] == [True, False]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (ok({"message_id": "m", "is_sent": True}), Said(sent=True)),
        (
            ok({"message_id": "", "is_sent": False, "drop_reason": {"code": "automod_held", "message": "held"}}),
            Said(sent=False, why="held"),
        ),
        (ok({"message_id": "", "is_sent": False}), Said(sent=False, why="Twitch dropped the line.")),
        (status(422), Said(sent=False, why="Twitch refused the line (422).")),
        (status(403), Said(sent=False, why="Twitch refused the line (403).")),
    ],
)
async def test_a_line_that_is_accepted_may_still_not_be_sent(
    channel: TwitchChannel, script: Script, answer: httpx2.Response, said: Said
) -> None:
    script.on("POST /chat/messages", answer)
    assert await channel.say("hello", reply_to="m0") == said
    assert json.loads(script.seen[-1].content)["reply_parent_message_id"] == "m0"


async def test_looking_people_up(channel: TwitchChannel, script: Script) -> None:
    person = {"id": VIEWER, "login": "kim", "display_name": "Kim", "broadcaster_type": "affiliate", "created_at": "2020-01-01T00:00:00Z"}
    script.on(USERS, ok(person), ok())
    found = await channel.find(login="@Kim ")
    assert found is not None
    assert (found.account, found.kind, found.created_at and found.created_at.year) == (Account(VIEWER, "kim", "Kim"), "affiliate", 2020)
    assert await channel.find(user_id="0") is None
    assert script.asked(USERS) == [{"login": ["kim"]}, {"id": ["0"]}]


async def test_follows_streams_and_chatters(channel: TwitchChannel, script: Script) -> None:
    script.on("GET /channels/followers", ok({"user_id": VIEWER, "followed_at": "2024-05-05T10:00:00Z"}), ok())
    script.on(
        "GET /streams", ok({"id": "s1", "type": "live", "title": "Jazz", "viewer_count": 9, "started_at": "2026-03-01T18:00:00Z"}), ok()
    )
    script.on("GET /chat/chatters", ok({"user_id": "1", "user_login": "a"}, cursor="c"), ok({"user_id": "1", "user_login": "a"}))
    since = await channel.followed_at(VIEWER)
    assert since is not None
    assert (since.year, await channel.followed_at(VIEWER)) == (2024, None)
    live = await channel.live()
    assert live is not None
    assert (live.id, live.watching, await channel.live()) == ("s1", 9, None)
    assert [one.id for one in await channel.chatters()] == ["1"]


async def test_an_answer_that_nobody_understands_is_asked_again_later(channel: TwitchChannel, script: Script) -> None:
    script.on(VIPS, httpx2.Response(200, content=b"<html>"))
    with pytest.raises(Later, match="do not understand"):
        await channel.vips()
