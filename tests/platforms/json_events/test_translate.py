"""The same things said in every known form become the same events; what cannot be used says why."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from entourage.kernel.errors import Invalid
from entourage.platforms.json_events.translate import translate
from entourage.ports.live import (
    Chat,
    Event,
    Follow,
    Gift,
    Join,
    Like,
    LiveEvent,
    Person,
    Present,
    RoomCount,
    Share,
    StreamEnded,
    StreamPaused,
    Subscribe,
    Unknown,
)  # fmt: skip

AT = 1_749_859_560_559
NOW = AT + 1_000
USER = "7350000000000000138"
ROOM = "7515580000000000001"
AVATAR = "https://cdn.example/a.webp"

FLAT_USER: dict[str, Any] = {"userId": USER, "uniqueId": "mara.live", "nickname": "Mara", "profilePictureUrl": AVATAR}
FLAT: dict[str, Any] = {**FLAT_USER, "roomId": ROOM, "msgId": "11", "createTime": str(AT)}
EULER_1: dict[str, Any] = {
    "event": {"msgId": "11", "createTime": str(AT), "roomId": ROOM},
    "user": {"userId": USER, "uniqueId": "mara.live", "nickname": "Mara", "profilePicture": {"urls": [AVATAR]}},
}
EULER_2: dict[str, Any] = {
    "common": {"msgId": "11", "roomId": ROOM, "createTime": str(AT)},
    "user": {"userId": USER, "uniqueId": "mara.live", "nickname": "Mara", "profilePicture": {"url": [AVATAR]}},
}
PROTO_3: dict[str, Any] = {
    "common": {"msgId": "11", "roomId": ROOM, "createTime": str(AT)},
    "user": {
        "id": USER,
        "idStr": "",
        "displayId": "mara.live",
        "nickname": "Mara",
        "avatarThumb": {"urlList": [AVATAR]},
    },
}
STUDIO: dict[str, Any] = {
    "message_id": "11",
    "room_id": ROOM,
    "user": {"id": USER, "display_id": "mara.live", "nickname": "Mara", "avatar_url": AVATAR},
}


def one(raw: dict[str, Any]) -> LiveEvent:
    events = translate(raw, received_ms=NOW)
    assert len(events) == 1
    return events[0]


def flat(event: str, **more: Any) -> dict[str, Any]:
    return {"event": event, "data": {**FLAT, **more}}


def euler(kind: str, form: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": f"Webcast{kind}Message", "data": {**form, **more}}


def studio(event: str, **more: Any) -> dict[str, Any]:
    return {"type": "EVENT", "event": f"live.{event}", "timestamp": AT, "payload": {**STUDIO, **more}}


ROSE = {"giftName": "Rose", "diamondCount": 1, "giftType": 1}
GIFTS = {
    "flat": flat("gift", giftId=5655, **ROSE, repeatCount=3, repeatEnd=False, groupId="99"),
    "euler 1": euler("Gift", EULER_1, giftId=5655, giftDetails=ROSE, repeatCount=3, repeatEnd=0, groupId="99"),
    "euler 2": euler("Gift", EULER_2, giftId="5655", giftDetails=ROSE, repeatCount=3, repeatEnd=0, groupId="99"),
    "proto 3": euler(
        "Gift", PROTO_3, giftId="5655", gift={"id": "5655", "name": "Rose", "diamondCount": 1, "type": 1},
        repeatCount=3, repeatEnd=0, groupId="99",
    ),
    "studio": studio(
        "gift", gift={"id": "5655", "name": "Rose", "diamond_count": 1, "type": 1},
        repeat_count="3", combo_count="3", repeat_end=False, group_id="99",
    ),
}  # fmt: skip
CHATS = {
    "flat": flat("chat", comment="hello"),
    "euler 1": euler("Chat", EULER_1, comment="hello"),
    "euler 2": euler("Chat", EULER_2, comment="hello"),
    "proto 3": euler("Chat", PROTO_3, content="hello"),
    "studio": studio("chat", content="hello"),
}
LIKES = {
    "flat": flat("like", likeCount=3, totalLikeCount=520),
    "euler 1": euler("Like", EULER_1, likeCount=3, totalLikeCount=520),
    "euler 2": euler("Like", EULER_2, likeCount=3, totalLikeCount="520"),
    "proto 3": euler("Like", PROTO_3, count=3, total="520"),
    "studio": studio("like", count="3", total="520"),
}


@pytest.mark.parametrize("form", GIFTS)
def test_a_gift_is_the_same_in_every_form(form: str) -> None:
    person = Person("tiktok", USER, "mara.live", "Mara", AVATAR)
    assert one(GIFTS[form]) == Gift(
        platform="tiktok", room=ROOM, msg_id="11", at_ms=AT, person=person,
        gift_id="5655", name="Rose", coins=1, repeat=3, group="99", kind=1, ended=False,
    )  # fmt: skip


@pytest.mark.parametrize("form", CHATS)
def test_a_chat_is_the_same_in_every_form(form: str) -> None:
    event = one(CHATS[form])
    assert isinstance(event, Chat)
    assert (event.room, event.msg_id, event.at_ms, event.text) == (ROOM, "11", AT, "hello")
    assert event.person == Person("tiktok", USER, "mara.live", "Mara", AVATAR)


@pytest.mark.parametrize("form", LIKES)
def test_a_like_is_the_same_in_every_form(form: str) -> None:
    event = one(LIKES[form])
    assert isinstance(event, Like)
    assert (event.count, event.total, event.person and event.person.user_id) == (3, 520, USER)


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (flat("follow", displayType="pm_main_follow_message_viewer_2"), Follow),
        (flat("social", displayType="pm_main_follow_message_viewer_2"), Follow),
        (flat("share"), Share),
        (flat("social", displayType="pm_mt_guidance_viewer_5_share"), Share),
        (
            euler(
                "Social",
                {**EULER_1, "event": {**EULER_1["event"], "eventDetails": {"displayType": "pm_mt_guidance_share"}}},
            ),
            Share,
        ),
        (euler("Social", EULER_2, action="1"), Follow),
        (euler("Social", PROTO_3, action="3"), Share),
        (
            euler(
                "Social",
                {**PROTO_3, "common": {**PROTO_3["common"], "displayText": {"key": "pm_main_follow_message_viewer_2"}}},
            ),
            Follow,
        ),
        (euler("Social", EULER_2, action="7"), Unknown),
        (flat("member", actionId=1, displayType="live_room_enter_toast"), Join),
        (flat("member", actionId=26), Unknown),
        (flat("join"), Join),
        (euler("Member", EULER_2, action="1"), Join),
        (euler("Member", PROTO_3, action=3), Unknown),
        ({"type": "SyntheticJoinMessage", "data": {"user": EULER_2["user"], "firstSeen": AT}}, Present),
        ({"type": "SyntheticLeaveMessage", "data": {"user": EULER_2["user"]}}, Unknown),
        (flat("emote"), Unknown),
        ({"event": "config", "data": {}}, Unknown),
    ],
)
def test_each_name_is_its_event(raw: dict[str, Any], kind: type) -> None:
    assert type(one(raw)) is kind


@pytest.mark.parametrize(
    ("raw", "watching", "total"),
    [
        (
            {
                "event": "roomUser",
                "data": {"topViewers": [{"user": {"userId": "1"}, "coinCount": 4}], "viewerCount": 3},
            },
            3,
            None,
        ),
        (euler("RoomUserSeq", EULER_2, viewerCount=3), 3, None),
        (euler("RoomUserSeq", PROTO_3, total="3", totalUser="90"), 3, 90),
        ({"event": "viewerChange", "data": {"viewerCount": 3}}, 3, None),
    ],
)
def test_the_room_is_counted_in_every_form(raw: dict[str, Any], watching: int, total: int | None) -> None:
    event = one(raw)
    assert isinstance(event, RoomCount)
    assert (event.watching, event.total) == (watching, total)


@pytest.mark.parametrize(
    ("raw", "suspended"),
    [
        ({"event": "streamEnd", "data": {"action": 3}}, False),
        ({"event": "streamEnd", "data": None}, False),
        ({"event": "streamEnd", "data": {"actionId": 4}}, True),
        (euler("Control", EULER_2, action=3), False),
        (euler("Control", PROTO_3, action="4"), True),
    ],
)
def test_the_end_is_the_end_in_every_form(raw: dict[str, Any], suspended: bool) -> None:
    event = one(raw)
    assert isinstance(event, StreamEnded)
    assert event.suspended is suspended


def test_a_pause_and_its_end() -> None:
    events = [one(euler("Control", EULER_2, action=action)) for action in (1, 2)]
    assert [isinstance(event, StreamPaused) and event.resumed for event in events] == [False, True]


def test_a_subscription_tells_its_months() -> None:
    events = [
        one(flat("subscribe", subMonth=6)),
        one(euler("SubNotify", EULER_2, subMonth="2")),
        one(flat("subscribe")),
    ]
    assert [event.months for event in events if isinstance(event, Subscribe)] == [6, 2, 1]


def test_standing_and_profile_are_read_where_they_are_told() -> None:
    event = one(
        flat("chat", comment="x", isModerator=True, isSubscriber=0, followRole=2, userDetails={"bioDescription": "hi"},
             followInfo={"followerCount": "12", "followingCount": 3})
    )  # fmt: skip
    person = event.person
    assert person is not None
    assert (person.moderator, person.subscriber, person.follower, person.verified) == (True, False, True, None)
    assert (person.bio, person.followers, person.following) == ("hi", 12, 3)
    second = one(euler("Chat", EULER_2, comment="x", userIdentity={"isModeratorOfAnchor": True, "isFollowerOfAnchor": False}))
    assert second.person is not None
    assert (second.person.moderator, second.person.follower) == (True, False)


def test_a_social_without_id_leaves_the_counting_to_its_twin() -> None:
    data = {**FLAT_USER, "displayType": "pm_main_follow_message_viewer_2"}
    assert isinstance(one({"event": "social", "data": data}), Unknown)
    assert isinstance(one({"event": "follow", "data": data}), Follow)


@pytest.mark.parametrize("user_id", ["", "0", 0, None])
def test_somebody_without_an_id_is_left_out_and_the_event_stays(user_id: object) -> None:
    event = one({"event": "chat", "data": {"comment": "x", "userId": user_id, "uniqueId": "mara.live"}})
    assert isinstance(event, Chat)
    assert event.person is None


def test_ids_beyond_64_bits_stay_exact_texts() -> None:
    event = one(flat("chat", comment="x", userId="99999999999999999999999", msgId=18446744073709551615))
    assert event.person is not None
    assert (event.person.user_id, event.msg_id) == ("99999999999999999999999", "18446744073709551615")


def test_a_running_number_without_a_streak_counts_only_at_its_end() -> None:
    gift = {**ROSE, **FLAT_USER, "giftId": 5655, "repeatCount": 2}
    assert isinstance(one({"event": "gift", "data": {**gift, "repeatEnd": False}}), Unknown)
    assert isinstance(one({"event": "gift", "data": {**gift, "repeatEnd": True}}), Gift)


def test_a_streak_without_a_kind_is_still_a_streak() -> None:
    event = one(flat("gift", giftId=1, diamondCount=5, repeatCount=2, groupId="7"))
    assert isinstance(event, Gift)
    assert event.kind == 1


def test_hostile_texts_are_cleaned_and_cut() -> None:
    event = one(
        flat(
            "chat",
            comment="a\x00b\ud800c\nd <b>x</b> '; DROP TABLE --" + "e" * 9_000,
            nickname="\u202eMara🎉" + "n" * 900,
        )
    )
    assert isinstance(event, Chat)
    assert event.text.startswith("abc d <b>x</b> '; DROP TABLE --")
    assert len(event.text) == 2_000
    assert event.person is not None
    assert len(event.person.name) == 200
    assert "🎉" in event.person.name


@pytest.mark.parametrize("avatar", ["javascript:alert(1)", "//x", 5, "https://x/\n", "https://x/" + "a" * 3000, ["https://x"]])
def test_an_avatar_that_is_no_address_is_left_out(avatar: object) -> None:
    person = one(flat("chat", comment="x", profilePictureUrl=avatar)).person
    assert person is not None
    assert person.avatar_url is None


@pytest.mark.parametrize(
    ("told", "at_ms"),
    [(AT, AT), (str(AT), AT), (AT // 1000, AT - AT % 1000), ("2025-06-14T00:06:00.559Z", AT), ("2025-06-14T00:06:00.559", AT),
     ("soon", NOW), (0, NOW), (-5, NOW), (NOW + 10 * 86_400_000, NOW), ({}, NOW), (10**30, NOW)],
)  # fmt: skip
def test_moments_are_read_in_all_their_forms(told: object, at_ms: int) -> None:
    assert one(flat("chat", comment="x", createTime=told)).at_ms == at_ms


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        ({}, "The item names no event"),
        ({"event": 5}, "The item names no event"),
        ({"event": []}, "The item names no event"),
        ({"event": {"chat": {}}, "room": "1"}, "The item names no event"),
        ({"event": "chat", "data": "text"}, "chat: `data` must be an object."),
        ({"event": "chat", "data": {}}, r"chat: the text \(`comment`\) is missing."),
        (flat("chat", comment=["x"]), "chat: the text must be a text, not a list."),
        (flat("chat", comment="x", nickname={"a": 1}), "chat: the user's nickname must be a text, not an object."),
        (flat("chat", comment="x", userId=7.5e18), r"chat: the user's id is a rounded number \(7.5e\+18\)"),
        (flat("chat", comment="x", userId=-4), "chat: the user's id must be an id, not -4."),
        (flat("chat", comment="x", userId="9" * 200), "chat: the user's id is longer than 64 characters."),
        (flat("like", likeCount=-3), r"like: likeCount is negative \(-3\)."),
        (flat("like", likeCount="-3"), r"like: likeCount is negative \(-3\)."),
        (flat("like", likeCount=2**31), r"like: likeCount is impossibly large \(2147483648\)."),
        (flat("like", likeCount=10**400), "like: likeCount is impossibly large"),
        (flat("like", likeCount=True), "like: likeCount must be a whole number, not True."),
        (flat("like", likeCount=1.5), "like: likeCount must be a whole number, not 1.5."),
        (flat("like"), "like: likeCount is missing."),
        (flat("gift"), "gift: giftId is missing."),
        (flat("gift", giftId=5), "gift: diamondCount is missing."),
        (flat("gift", giftId=5, diamondCount=-1), "gift: diamondCount is negative"),
        (
            flat("gift", giftId=5, diamondCount=1, repeatCount="many"),
            "gift: repeatCount must be a whole number, not 'many'.",
        ),
        (
            flat("gift", giftId=5, diamondCount=1, repeatEnd="perhaps"),
            "gift: repeatEnd must be true or false, not 'perhaps'.",
        ),
        ({"event": "roomUser", "data": {}}, "roomUser: viewerCount is missing."),
    ],
)
def test_what_cannot_be_used_says_why(raw: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence):
        translate(raw, received_ms=NOW)


def test_a_bundle_keeps_its_good_items_and_the_bad_ones_as_they_came() -> None:
    bad = euler("Like", EULER_2, likeCount=-1)
    events = translate({"timestamp": AT, "messages": [CHATS["euler 2"], bad, 5, LIKES["euler 2"]]}, received_ms=NOW)
    assert [type(event) for event in events] == [Chat, Unknown, Unknown, Like]
    refused = events[1]
    assert isinstance(refused, Unknown)
    assert refused.name == "refused:WebcastLikeMessage"
    assert json.loads(refused.payload)["data"]["likeCount"] == -1


def test_a_bundle_lends_its_time_to_items_without_one() -> None:
    item = {"type": "WebcastChatMessage", "data": {"comment": "x", "user": EULER_2["user"]}}
    assert translate({"timestamp": AT, "messages": [item]}, received_ms=NOW)[0].at_ms == AT


def test_an_unknown_event_is_kept_as_it_came() -> None:
    event = one(flat("envelope", coins=5))
    assert isinstance(event, Unknown)
    assert (event.name, event.msg_id, json.loads(event.payload)["data"]["coins"]) == ("envelope", "11", 5)


OWN: list[LiveEvent] = [
    Chat(platform="tiktok", room="1", msg_id="2", at_ms=AT, text="hi", person=Person("tiktok", "7", "mara", moderator=True)),
    Gift(platform="tiktok", room="1", msg_id="2", at_ms=AT, gift_id="5", name="Rose", coins=1, repeat=3, group="9", kind=1),
    Like(platform="twitch", room="1", msg_id="2", at_ms=AT, count=3, total=9),
    StreamEnded(platform="tiktok", room="1", msg_id="", at_ms=AT, suspended=True),
    Unknown(platform="tiktok", room="1", msg_id="3", at_ms=AT, name="x", payload=b"\x00\xff"),
]  # fmt: skip


@pytest.mark.parametrize("event", OWN, ids=lambda event: type(event).__name__)
def test_our_own_form_is_read_back_exactly(event: Event) -> None:
    raw = msgspec.json.decode(msgspec.json.encode(event))
    assert one(raw) == event


def test_our_own_form_may_leave_out_what_the_caller_knows() -> None:
    event = one({"event": "chat", "msg_id": "1", "text": "hi", "person": {"user_id": "7"}})
    assert isinstance(event, Chat)
    assert (event.platform, event.at_ms, event.person) == ("tiktok", NOW, Person("tiktok", "7"))


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        ({"event": "like", "msg_id": "1", "count": -3}, r"like: count is negative \(-3\)."),
        (
            {"event": "gift", "msg_id": "1", "gift_id": "5", "name": "", "coins": 2**40},
            "gift: coins is impossibly large",
        ),
        ({"event": "chat", "msg_id": "1", "text": 5}, r"chat: Expected `str`, got `int` - at `\$.text`."),
        ({"event": "chat", "msg_id": "1"}, "chat: Object missing required field `text`."),
        ({"event": "chat", "msg_id": "1", "text": "x", "platform": "Tik Tok"}, "chat: platform must be a short name"),
        ({"event": "chat", "msg_id": "1", "text": "x", "person": {"user_id": 7}}, r"\$.person.user_id"),
        ({"event": "chat", "msg_id": "x" * 200, "text": "x"}, "chat: msg_id is longer than 64 characters."),
    ],
)
def test_our_own_form_is_checked_as_strictly(raw: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence):
        translate(raw, received_ms=NOW)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
NAMES = st.sampled_from(["chat", "gift", "like", "social", "member", "roomUser", "streamEnd", "subscribe", "WebcastGiftMessage"])
KEYS = st.sampled_from(
    ["userId", "user", "id", "comment", "giftId", "gift", "diamondCount", "repeatCount", "repeatEnd", "groupId", "giftType",
     "likeCount", "viewerCount", "actionId", "action", "createTime", "msgId", "common", "event", "nickname", "timestamp"]
)  # fmt: skip
SHAPES = st.one_of(
    st.dictionaries(st.text(max_size=12), JSON, max_size=5),
    st.fixed_dictionaries({"event": NAMES, "data": st.dictionaries(KEYS, JSON, max_size=8)}),
    st.fixed_dictionaries({"timestamp": JSON, "messages": st.lists(JSON, max_size=4)}),
    st.fixed_dictionaries(
        {"event": st.sampled_from(["chat", "gift", "like", "unknown"]), "msg_id": JSON},
        optional={"at_ms": JSON, "person": JSON, "text": JSON, "count": JSON, "coins": JSON, "gift_id": st.text(), "name": JSON},
    ),
)  # fmt: skip


@given(SHAPES)
def test_garbage_is_refused_in_words_or_becomes_a_sane_event(raw: dict[str, Any]) -> None:
    try:
        events = translate(raw, received_ms=NOW)
    except Invalid as refused:
        assert refused.message.isprintable()
        return
    for event in events:
        assert all(0 <= getattr(event, name, 0) <= 2**31 - 1 for name in ("coins", "repeat", "count", "months", "watching"))
        assert msgspec.json.decode(msgspec.json.encode(event), type=LiveEvent) == event
