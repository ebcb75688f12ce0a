"""Acts as TikTok's messages: which message type, which fields, which id."""

from dataclasses import dataclass

from google.protobuf.message import DecodeError

from entourage.simulators.tiktok import acts
from entourage.simulators.tiktok import wire_pb2 as wire

_BY_HAND = 1 << 21

_Body = wire.Chat | wire.Gift | wire.Like | wire.Social | wire.Member | wire.SubNotify | wire.RoomUserSeq | wire.Control


@dataclass(frozen=True, slots=True)
class Message:
    """One message as the wire carries it, without its frame."""

    method: str
    payload: bytes
    msg_id: int


@dataclass(frozen=True, slots=True)
class Broadcast:
    """What every message of one broadcast shares: its room, the creator, when it began, where pictures are."""

    room_id: int
    host: acts.Guest
    start_ms: int
    media_url: str = "http://127.0.0.1"


def snowflake(at_ms: int, serial: int) -> int:
    """Make an id that grows with time: seconds in the high half, milliseconds and a serial (22 bits) below."""
    return (at_ms // 1000) << 32 | (at_ms % 1000) << 22 | serial % (1 << 22)


def by_hand(count: int) -> int:
    """Return the serial of the `count`-th message that no script wrote; scripts stay below 2^21."""
    return _BY_HAND + count % _BY_HAND


def write(act: acts.Act, broadcast: Broadcast, *, at_ms: int, serial: int) -> Message:
    """Write an act that happened at `at_ms` (since 1970) as a message of this broadcast.

    The same act, moment and serial give the same bytes and id: that is how a message is sent again.
    """
    msg_id = snowflake(at_ms, serial)
    if isinstance(act, acts.Odd):
        head = _head(broadcast, msg_id, at_ms)
        return Message(act.method, act.payload or wire.HeadOnly(common=head).SerializeToString(), msg_id)
    method, body = _body(act, broadcast)
    body.common.MergeFrom(_head(broadcast, msg_id, at_ms))
    if isinstance(body, wire.Gift):
        body.log_id = f"{msg_id:x}"
    return Message(f"Webcast{method}Message", body.SerializeToString(), msg_id)


def message_id(payload: bytes) -> int:
    """Read the id out of a message of any kind; 0 when it has none or cannot be decoded."""
    try:
        return wire.HeadOnly.FromString(payload).common.msg_id
    except DecodeError:
        return 0


def _head(broadcast: Broadcast, msg_id: int, at_ms: int) -> wire.Head:
    return wire.Head(msg_id=msg_id, room_id=broadcast.room_id, create_time=at_ms)


def _keyed(key: str) -> wire.Head:
    return wire.Head(display_text=wire.Text(key=key))


def _body(act: acts.Act, broadcast: Broadcast) -> tuple[str, _Body]:  # noqa: PLR0911 - one line for each kind of act
    match act:
        case acts.Chat(who, text, language):
            body = wire.Chat(user=_user(who, broadcast), content=text, content_language=language)
            body.standing.CopyFrom(_standing(who, broadcast))
            return "Chat", body
        case acts.Gift():
            return "Gift", _gift(act, broadcast)
        case acts.Like(who, count, total):
            key = _keyed("pm_mt_msg_viewer")
            return "Like", wire.Like(common=key, user=_user(who, broadcast), count=count, total=total)
        case acts.Follow(who, followers):
            key = _keyed("pm_main_follow_message_viewer_2")
            return "Social", wire.Social(common=key, user=_user(who, broadcast), action=1, follow_count=followers)
        case acts.Share(who):
            key = _keyed("pm_mt_guidance_share")
            return "Social", wire.Social(common=key, user=_user(who, broadcast), action=3, share_type=1, share_count=1)
        case acts.Join(who, watching, action):
            key = _keyed("live_room_enter_toast")
            return "Member", wire.Member(common=key, user=_user(who, broadcast), member_count=watching, action=action)
        case acts.Subscribe(who, months):
            return "SubNotify", wire.SubNotify(user=_user(who, broadcast), sub_month=months, subscribing_status=1)
        case acts.Watching(now, total):
            return "RoomUserSeq", wire.RoomUserSeq(total=now, popularity=now, total_user=total)
        case acts.Control():
            return "Control", wire.Control(action=int(act))
    msg = f"an act that cannot be written: {act!r}"
    raise TypeError(msg)


def _gift(act: acts.Gift, broadcast: Broadcast) -> wire.Gift:
    kind = act.kind
    return wire.Gift(
        common=_keyed("webcast_aweme_gift_send_messageNew"),
        gift_id=kind.id,
        fan_ticket_count=act.added * kind.coins,
        group_count=1,
        repeat_count=act.repeat,
        combo_count=act.repeat,
        user=_user(act.who, broadcast),
        to_user=_user(broadcast.host, broadcast),
        repeat_end=int(act.ended),
        group_id=0 if act.group_ms is None else broadcast.start_ms + act.group_ms,
        gift=wire.GiftKind(
            id=kind.id,
            combo=kind.type is acts.GiftType.STREAK,
            type=int(kind.type),
            diamond_count=kind.coins,
            name=kind.name,
        ),
        standing=_standing(act.who, broadcast),
    )


def _user(who: acts.Guest | None, broadcast: Broadcast) -> wire.User | None:
    if who is None:
        return None
    return wire.User(
        id=who.id,
        display_id=who.handle,
        nickname=who.name,
        sec_uid=f"MS4wLjABAAAA{who.id:x}",
        bio=who.bio,
        verified=who.verified,
        avatar_thumb=wire.Picture(url_list=[f"{broadcast.media_url}/img/{who.id}.svg"]),
        follow_info=wire.FollowInfo(following_count=who.following, follower_count=who.followers, follow_status=int(who.follows)),
    )


def _standing(who: acts.Guest, broadcast: Broadcast) -> wire.Standing:
    return wire.Standing(
        subscriber=who.subscriber,
        follower=who.follows,
        moderator=who.moderator,
        anchor=who.id == broadcast.host.id,
    )
