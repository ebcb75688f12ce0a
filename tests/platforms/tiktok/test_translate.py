"""Protobuf messages become events: the recorded truth, the edges, and garbage."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entourage.platforms.tiktok import schema_pb2 as wire
from entourage.platforms.tiktok.translate import Arrival, translate, translate_all
from entourage.ports.live import (
    Chat,
    Follow,
    Gift,
    Join,
    Like,
    LiveEvent,
    RoomCount,
    Share,
    StreamEnded,
    StreamPaused,
    Subscribe,
    Unknown,
)  # fmt: skip
from tests.platforms.tiktok.payloads import NOW_MS, ROOM, chat, common, control, recorded

ARRIVAL = Arrival(NOW_MS)
METHODS = sorted({method for method, _ in recorded()} | {"WebcastSubNotifyMessage"})


def all_recorded() -> list[LiveEvent]:
    return [translate(method, payload, ARRIVAL) for method, payload in recorded()]


def units_and_coins(gifts: list[Gift]) -> tuple[int, int]:
    """Count gifts by the highest running number of each streak, written apart from the product's own counting."""
    seen: dict[tuple[str, ...], int] = {}
    units = coins = 0
    for gift in gifts:
        user = gift.person.user_id if gift.person else ""
        streak = gift.kind == 1 and gift.group not in {"", "0"}
        key = (gift.room, user, gift.gift_id, gift.group) if streak else (gift.room, gift.msg_id)
        more = max(0, gift.repeat - seen.get(key, 0))
        seen[key] = max(gift.repeat, seen.get(key, 0))
        units += more
        coins += more * gift.coins
    return units, coins


def test_the_recorded_payloads_give_exactly_the_truth() -> None:
    unique: dict[tuple[str, str], LiveEvent] = {(one.room, one.msg_id): one for one in all_recorded()}
    of = {kind: [one for one in unique.values() if isinstance(one, kind)] for kind in (Chat, Like, Follow, Share, Join)}
    assert len(of[Chat]) == 69
    assert sum(like.count for like in of[Like] if isinstance(like, Like)) == 669
    assert len(of[Follow]) == 37
    assert len(of[Share]) == 26
    assert len(of[Join]) == 75
    assert units_and_coins([one for one in unique.values() if isinstance(one, Gift)]) == (86, 218)
    assert len({one.person.user_id for one in unique.values() if one.person}) == 252


def test_gifts_count_the_same_without_removing_replays_and_in_any_order() -> None:
    gifts = [one for one in all_recorded() if isinstance(one, Gift)]
    assert units_and_coins(gifts + gifts[::-1]) == (86, 218)


def test_nothing_recorded_is_unknown() -> None:
    assert not [one for one in all_recorded() if isinstance(one, Unknown)]


def test_a_chat_carries_person_text_and_standing() -> None:
    user = wire.User(id=9007199254740993, nickname="Mära 🎉".encode(), bio=b"hi", display_id="mara.live", verified=True)
    user.avatar_thumb.url_list.append("https://cdn.example/a.webp")
    user.follow_info.follower_count = 12
    user.follow_info.following_count = 3
    identity = wire.Identity(is_moderator=True, is_follower=True)
    said = wire.ChatMessage(common=common(11), user=user, content=b"one\ntwo\x00", content_language="de", user_identity=identity)
    event = translate("WebcastChatMessage", said.SerializeToString(), ARRIVAL)
    assert isinstance(event, Chat)
    assert (event.room, event.msg_id, event.at_ms, event.text, event.language) == (
        str(ROOM),
        "11",
        NOW_MS,
        "one two",
        "de",
    )
    person = event.person
    assert person is not None
    assert (person.user_id, person.handle, person.name) == ("9007199254740993", "mara.live", "Mära 🎉")
    assert (person.avatar_url, person.bio, person.followers, person.following) == (
        "https://cdn.example/a.webp",
        "hi",
        12,
        3,
    )
    assert (person.verified, person.moderator, person.subscriber, person.follower) == (True, True, False, True)


def test_what_a_message_does_not_say_stays_none() -> None:
    event = translate(*chat(1), ARRIVAL)
    assert event.person is not None
    assert event.person.followers is None
    assert event.person.verified is None
    assert event.person.moderator is None


def test_a_person_without_an_id_is_left_out_and_the_event_stays() -> None:
    event = translate(*chat(5, user_id=0), ARRIVAL)
    assert isinstance(event, Chat)
    assert event.person is None
    like = translate("WebcastLikeMessage", wire.LikeMessage(common=common(6), count=3, total=99).SerializeToString(), ARRIVAL)
    assert isinstance(like, Like)
    assert (like.person, like.count, like.total) == (None, 3, 99)


def test_a_broken_character_in_a_name_does_not_cost_the_gift() -> None:
    sent = wire.GiftMessage(common=common(8), gift_id=5655, repeat_count=2, group_id=17)
    sent.user.id = 3
    sent.user.nickname = b"J\xf0\x9f"
    sent.gift.diamond_count = 5
    sent.gift.type = 1
    event = translate("WebcastGiftMessage", sent.SerializeToString(), ARRIVAL)
    assert isinstance(event, Gift)
    assert (event.coins, event.repeat, event.group, event.kind, event.ended) == (5, 2, "17", 1, False)
    assert event.person is not None
    assert event.person.name.startswith("J")


def test_a_long_text_and_a_long_name_are_cut() -> None:
    said = wire.ChatMessage(common=common(1), content=b"x" * 9000)
    said.user.id = 1
    said.user.nickname = b"n" * 900
    event = translate("WebcastChatMessage", said.SerializeToString(), ARRIVAL)
    assert isinstance(event, Chat)
    assert event.person is not None
    assert (len(event.text), len(event.person.name)) == (2000, 200)


@pytest.mark.parametrize(
    ("action", "key", "kind"),
    [
        (1, "pm_main_follow_message_viewer_2", Follow),
        (3, "pm_mt_guidance_share", Share),
        (1, "", Follow),
        (0, "pm_mt_guidance_viewer_5_share", Share),
        (0, "pm_main_follow_message_viewer_2", Follow),
        (7, "something_else", Unknown),
    ],
)
def test_a_social_message_is_one_follow_or_one_share(action: int, key: str, kind: type) -> None:
    done = wire.SocialMessage(common=common(1, key=key), action=action, user=wire.User(id=1))
    assert type(translate("WebcastSocialMessage", done.SerializeToString(), ARRIVAL)) is kind


def test_only_action_1_of_a_member_message_is_a_join() -> None:
    kinds = [
        type(translate("WebcastMemberMessage", wire.MemberMessage(common=common(1), action=action).SerializeToString(), ARRIVAL))
        for action in (1, 3, 26)
    ]
    assert kinds == [Join, Unknown, Unknown]


def test_control_messages_pause_resume_end_and_suspend_the_stream() -> None:
    events = [translate(*control(action), ARRIVAL) for action in (1, 2, 3, 4, 9)]
    assert [type(event) for event in events] == [StreamPaused, StreamPaused, StreamEnded, StreamEnded, Unknown]
    assert [getattr(event, "resumed", None) for event in events[:2]] == [False, True]
    assert [getattr(event, "suspended", None) for event in events[2:4]] == [False, True]


def test_a_subscription_tells_its_months() -> None:
    new = wire.SubNotifyMessage(common=common(1), user=wire.User(id=4), sub_month=6)
    event = translate("WebcastSubNotifyMessage", new.SerializeToString(), ARRIVAL)
    assert isinstance(event, Subscribe)
    assert event.months == 6


def test_an_unknown_message_is_kept_as_it_came_and_can_be_deduped() -> None:
    payload = wire.AnyMessage(common=common(77)).SerializeToString() + b"\xfa\x01\x03abc"
    event = translate("WebcastEnvelopeMessage", payload, ARRIVAL)
    assert isinstance(event, Unknown)
    assert (event.name, event.payload, event.msg_id, event.room) == ("WebcastEnvelopeMessage", payload, "77", str(ROOM))


@pytest.mark.parametrize("created", [0, 1_700_000_000, -5, NOW_MS + 3 * 86_400_000])
def test_a_time_without_sense_gives_way_to_the_time_of_arrival(created: int) -> None:
    said = wire.ChatMessage(common=common(1, at_ms=created), user=wire.User(id=1))
    assert translate("WebcastChatMessage", said.SerializeToString(), ARRIVAL).at_ms == NOW_MS


def test_impossible_numbers_make_a_message_unknown_with_its_payload() -> None:
    gift = wire.GiftMessage(common=common(1), repeat_count=-1, gift=wire.GiftMessage.Gift(diamond_count=5))
    price = wire.GiftMessage(common=common(1), repeat_count=1, gift=wire.GiftMessage.Gift(diamond_count=-5))
    bare = wire.GiftMessage(common=common(1), repeat_count=1)
    like = wire.LikeMessage(common=common(1), count=-3)
    count = wire.RoomUserSeqMessage(common=common(1), total=-1)
    for method, sent in (("Gift", gift), ("Gift", price), ("Gift", bare), ("Like", like), ("RoomUserSeq", count)):
        payload = sent.SerializeToString()
        event = translate(f"Webcast{method}Message", payload, ARRIVAL)
        assert isinstance(event, Unknown)
        assert event.payload == payload


def test_history_is_marked_as_replayed() -> None:
    bundle = wire.FetchResult()
    for is_history in (True, False):
        method, payload = chat(1)
        bundle.messages.add(method=method, payload=payload, is_history=is_history)
    assert [event.replayed for event in translate_all(bundle.messages, ARRIVAL)] == [True, False]
    assert [event.replayed for event in translate_all(bundle.messages, ARRIVAL._replace(replayed=True))] == [True, True]


def test_the_room_comes_from_the_line_where_a_message_names_none() -> None:
    event = translate(*chat(1, room=0), Arrival(NOW_MS, "42"))
    assert event.room == "42"


@given(method=st.sampled_from(METHODS), payload=st.binary(max_size=300))
def test_garbage_never_raises(method: str, payload: bytes) -> None:
    event = translate(method, payload, ARRIVAL)
    if isinstance(event, Unknown):
        assert event.payload == payload
    for count in (getattr(event, name, 0) for name in ("coins", "repeat", "count", "months")):
        assert 0 <= count <= 2**31 - 1


@given(pick=st.integers(0, 430), at=st.integers(0, 400), value=st.integers(0, 255))
def test_a_damaged_recorded_payload_never_raises(pick: int, at: int, value: int) -> None:
    method, payload = recorded()[pick]
    damaged = bytearray(payload)
    damaged[at % len(damaged)] = value
    event = translate(method, bytes(damaged), ARRIVAL)
    assert isinstance(event, Chat | Gift | Like | Follow | Share | Join | RoomCount | StreamEnded | StreamPaused | Unknown)
