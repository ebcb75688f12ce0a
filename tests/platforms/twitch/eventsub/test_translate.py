"""What Twitch documents is understood word for word; what it does not document hurts nobody."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from entourage.platforms.twitch.eventsub.envelope import Notice, Subscription, read_frame
from entourage.platforms.twitch.eventsub.translate import Puzzle, consent_gone, translate
from entourage.ports import channel as port
from entourage.ports.channel import Account, AnyHeard
from tests.platforms.twitch.eventsub.documents import AT, EXAMPLES, notice

POINTS = "channel.channel_points_custom_reward"
COOL = Account("1234", "cool_user", "Cool_User")
MOD = Account("1234", "mod_user", "Mod_User")
REDEEMED = port.Redemption(
    id="17fa2df1-ad76-4804-bfa5-a40ef63efe63", reward_id="92af127c-7326-4483-a52b-b0da0be61c01",
    user=Account("9001", "cooler_user", "Cooler_User"), cost=100, redeemed_at=datetime(2020, 7, 15, 17, 16, 3, 171067, UTC),
    title="title", said="pogchamp",
)  # fmt: skip
WHAT: dict[str, AnyHeard] = {
    f"{POINTS}_redemption.add": port.RedemptionMade(broadcaster_id="1337", at=AT, redemption=REDEEMED),
    f"{POINTS}_redemption.update": port.RedemptionSettled(
        broadcaster_id="1337", at=AT, redemption=msgspec.structs.replace(REDEEMED, status="fulfilled")
    ),
    f"{POINTS}.remove": port.RewardGone(broadcaster_id="1337", at=AT, reward_id="9001"),
    "channel.vip.add": port.BadgeGiven(broadcaster_id="1337", at=AT, user=MOD),
    "channel.vip.remove": port.BadgeTaken(broadcaster_id="1337", at=AT, user=MOD),
    "channel.subscribe": port.Subscribed(broadcaster_id="1337", at=AT, user=COOL, tier=1000),
    "channel.subscription.gift": port.SubsGifted(broadcaster_id="1337", at=AT, user=COOL, tier=1000, count=2),
    "channel.subscription.message": port.Subscribed(broadcaster_id="1337", at=AT, user=COOL, tier=1000, months=15, renewed=True),
    "channel.cheer": port.Cheered(broadcaster_id="1337", at=AT, user=COOL, bits=1000),
    "channel.bits.use": port.Cheered(broadcaster_id="1337", at=AT, user=COOL, bits=2),
    "channel.follow": port.Followed(broadcaster_id="1337", at=datetime(2020, 7, 15, 18, 16, 11, 171067, UTC), user=COOL),
    "stream.online": port.WentLive(broadcaster_id="1337", at=datetime(2020, 10, 11, 10, 11, 12, 123000, UTC), stream_id="9001"),
    "stream.offline": port.WentOffline(broadcaster_id="1337", at=AT),
    "channel.raid": port.Raided(broadcaster_id="1337", at=AT, user=COOL, viewers=9001),
    "channel.moderator.add": port.ModeratorAdded(broadcaster_id="1337", at=AT, user=MOD),
    "channel.ban": port.Banned(
        broadcaster_id="1337", at=datetime(2020, 7, 15, 18, 15, 11, 171067, UTC), user=COOL,
        until=datetime(2020, 7, 15, 18, 16, 11, 171067, UTC),
    ),
    "user.authorization.revoke": port.ConsentGone(broadcaster_id="1337", at=AT, kind="consent", why="authorization_revoked"),
}  # fmt: skip
UNUSED = {"channel.subscription.end", "user.authorization.grant", "conduit.shard.disabled"}


@pytest.mark.parametrize("kind", sorted(WHAT))
def test_a_documented_event_says_in_our_words_what_happened(kind: str) -> None:
    heard = translate(notice(kind))
    assert heard == WHAT[kind]
    # What is stored is read again as it was.
    assert msgspec.json.decode(msgspec.json.encode(heard), type=AnyHeard) == heard


def test_every_documented_event_is_understood_or_known_to_be_of_no_use() -> None:
    assert {one["type"] for one in EXAMPLES} == {*WHAT, *UNUSED, "channel.chat.message"}
    for kind in UNUSED:
        with pytest.raises(Puzzle) as puzzle:
            translate(notice(kind))
        assert puzzle.value.name == f"unknown:{kind}"


def test_a_chat_message_counts_where_it_was_written() -> None:
    line = translate(notice("channel.chat.message"))
    assert line == port.ChatLine(
        broadcaster_id="1971641", at=AT, user=Account("4145994", "viewer32", "viewer32"),
        message_id="cc106a89-1814-919d-454c-f4f2f970aae7", text="Hi chat", badges=("moderator", "subscriber", "sub-gifter"),
    )  # fmt: skip
    assert translate(notice("channel.chat.message", 1)) is None  # written in another channel of a shared chat
    with_bits = translate(notice("channel.chat.message", cheer={"bits": 50}))
    assert isinstance(with_bits, port.ChatLine)
    assert with_bits.bits == 50


def test_a_reward_is_read_with_its_limits() -> None:
    event = msgspec.json.decode(notice(f"{POINTS}.remove").event)
    event["max_per_stream"]["is_enabled"] = False
    changed = translate(Notice("m", AT, Subscription(type=f"{POINTS}.update"), msgspec.json.encode(event)))
    assert isinstance(changed, port.RewardChanged)
    assert changed.reward == port.Reward(
        id="9001", ours=False,
        shape=port.RewardShape(
            title="Cool Reward", cost=100, prompt="reward prompt", color="#FA1ED2", input_required=True,
            per_stream=None, per_user_per_stream=1000, cooldown_s=1000,
        ),
    )  # fmt: skip


def test_whoever_stays_without_a_name_has_none() -> None:
    nobody: dict[str, Any] = {"is_anonymous": True, "user_id": None, "user_login": None, "user_name": None}
    assert translate(notice("channel.cheer", **nobody)) == port.Cheered(broadcaster_id="1337", at=AT, user=None, bits=1000)
    gift = translate(notice("channel.subscription.gift", **nobody, cumulative_total=None))
    assert gift == port.SubsGifted(broadcaster_id="1337", at=AT, user=None, tier=1000, count=2)


@pytest.mark.parametrize(
    ("said", "meant"), [("canceled", "canceled"), ("CANCELED", "canceled"), ("unknown", "unknown"), ("new", "unknown")]
)
def test_a_status_is_read_in_any_spelling(said: str, meant: str) -> None:
    heard = translate(notice(f"{POINTS}_redemption.update", status=said))
    assert isinstance(heard, port.RedemptionSettled)
    assert heard.redemption.status == meant


def test_a_ban_for_good_has_no_end_and_a_gifted_sub_says_so() -> None:
    ban = translate(notice("channel.ban", is_permanent=True, ends_at=None))
    assert isinstance(ban, port.Banned)
    assert ban.until is None
    sub = translate(notice("channel.subscribe", is_gift=True, tier="3000"))
    assert sub == port.Subscribed(broadcaster_id="1337", at=AT, user=COOL, tier=3000, gifted=True)


def test_a_revoked_subscription_is_consent_gone_whatever_the_reason() -> None:
    subscription = Subscription(type="channel.follow", status="a_status_of_tomorrow", condition={"broadcaster_user_id": "12826"})
    gone = consent_gone(Notice("m", AT, subscription, b"null"))
    assert gone == port.ConsentGone(broadcaster_id="12826", at=AT, kind="channel.follow", why="a_status_of_tomorrow")


def test_new_fields_are_passed_over_and_missing_ones_refuse_only_this_event() -> None:
    assert translate(notice("channel.vip.add", brand_new={"deep": [1]})) == WHAT["channel.vip.add"]
    with pytest.raises(Puzzle, match=r"refused:channel\.cheer"):
        translate(Notice("m", AT, Subscription(type="channel.cheer"), b'{"broadcaster_user_id":"1","bits":"many"}'))
    with pytest.raises(Puzzle, match=r"refused:channel\.vip\.add"):
        translate(notice("channel.vip.add", user_id=None))
    with pytest.raises(Puzzle, match=r"refused:stream\.online"):
        translate(notice("stream.online", started_at="2020-10-11T10:11:12"))  # of no zone


def test_texts_are_cleaned_and_numbers_bounded() -> None:
    heard = translate(notice(f"{POINTS}_redemption.add", user_input="a\x00b\nc" + "x" * 5000))
    assert isinstance(heard, port.RedemptionMade)
    assert heard.redemption.said.startswith("ab cx")
    assert len(heard.redemption.said) == 2000
    cheer = translate(notice("channel.cheer", bits=10**12))
    assert isinstance(cheer, port.Cheered)
    assert cheer.bits == 2**31 - 1


@given(
    st.sampled_from(sorted(WHAT)),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=8,
    ),
)
def test_any_json_is_understood_or_a_puzzle(kind: str, event: object) -> None:
    try:
        translate(Notice("m", AT, Subscription(type=kind), msgspec.json.encode(event)))
    except Puzzle as puzzle:
        assert puzzle.name.endswith(kind)


def test_frames_of_the_documents_are_read_to_the_nanosecond() -> None:
    frame = read_frame(
        '{"metadata":{"message_id":"96a3f3b5-5dec-4eed-908e-e11ee657416c","message_type":"session_welcome","message_timestamp":'
        '"2023-07-19T14:56:51.634234626Z"},"payload":{"session":{"id":"AQoQILE98gtqShGmLD7AM6yJThAB","status":"connected",'
        '"connected_at":"2023-07-19T14:56:51.616329898Z","keepalive_timeout_seconds":10,"reconnect_url":null}}}'
    )
    assert frame.metadata.message_timestamp == datetime(2023, 7, 19, 14, 56, 51, 634235, UTC)
    assert frame.payload.session is not None
    assert (frame.payload.session.id, frame.payload.session.keepalive_timeout_seconds) == ("AQoQILE98gtqShGmLD7AM6yJThAB", 10)
