"""What is said in the chat and on Discord, and what the channel's stored words bring about."""

from datetime import timedelta

import msgspec
import pytest

from entourage.kernel import clock, deliveries, tenancy
from entourage.kernel.db import Database
from entourage.kernel.errors import Later, Never
from entourage.kernel.jobs import queue
from entourage.kernel.parcel import Parcel
from entourage.ports.channel import AnyHeard, ChatLine, RedemptionMade, WentLive
from entourage.vips import choices, kinds, rounds, schemas, telling
from tests.vips.conftest import DAY, Crew, Hands
from tests.vips.stage import FakeChannel, account

pytestmark = pytest.mark.anyio


class Board:
    """Notices that were written, and what comes instead."""

    def __init__(self) -> None:
        self.notices: list[tuple[str, str]] = []
        self.troubles: list[Exception] = []

    async def send(self, address: str, text: str) -> None:
        if self.troubles:
            raise self.troubles.pop()
        self.notices.append((address, text))


def line(text: str, user_id: str = "7") -> ChatLine:
    return ChatLine(broadcaster_id="1", at=clock.now(), user=account(user_id), message_id="m1", text=text)


async def test_a_viewer_asks_how_much_time_is_left(crew: Crew, channel: FakeChannel, hands: Hands) -> None:
    await crew.redeem("r1", "7")
    await crew.settle_down()
    channel.badges.add("99")
    hands.push(DAY - 3 * 3600)
    channel.said.clear()
    for text, user_id in (("!VIP", "7"), ("!checkvip please", "8"), ("!viper", "7"), ("hello !vip", "7")):
        await crew.hear(line(text, user_id))
        await crew.settle_down()

    assert channel.said == ["m1> @Name7 you are VIP, with 3 hours left.", "m1> @Name8 you are not VIP right now."]
    await crew.choose(commands=False, language="de")
    await crew.hear(line("!vip"))
    await crew.settle_down()
    assert len(channel.said) == 2


async def test_a_badge_until_the_stream_ends_is_told_so(crew: Crew, channel: FakeChannel, hands: Hands) -> None:
    await crew.choose(lines={"granted": schemas.Line(True, ""), "online": schemas.Line(False)})
    await crew.hear(WentLive(broadcaster_id="1", at=hands.now, stream_id="s1"))
    await crew.make_reward("Tonight", duration_s=None)
    for redemption, user_id, reward in (("r1", "7", "reward2"), ("r2", "7", "reward1"), ("r3", "8", "reward1")):
        redeemed = channel.redeem(redemption, user_id, reward_id=reward)
        await crew.hear(RedemptionMade(broadcaster_id="1", at=hands.now, redemption=redeemed))
        await crew.settle_down()
    await crew.hear(line("!vip"))
    await crew.settle_down()

    assert channel.said == [
        "Name7 is VIP now, until the stream ends!",
        "Name7 stays VIP, with 1 day left and at least until the stream ends!",
        "Name8 is VIP now, for 1 day!",
        "m1> @Name7 you are VIP, with 1 day left and at least until the stream ends.",
    ]


async def test_lines_are_said_in_the_creators_words(crew: Crew, channel: FakeChannel, hands: Hands) -> None:
    said = {"granted": schemas.Line(True, "{channel} welcomes {user} for {duration}"), "online": schemas.Line(True, "", announce=True)}
    await crew.choose(language="de", slots=10, lines=said)
    await crew.hear(*[WentLive(broadcaster_id="1", at=hands.now, stream_id="s1")] * 2)
    await crew.redeem("r1", "7")
    await crew.settle_down()

    assert channel.said == ["ANNOUNCED VIP-Abzeichen sind da: 10 Plätze sind frei.", "Ada welcomes Name7 for 1 Tag"]


async def test_a_line_that_is_too_fast_is_said_later_and_one_that_may_have_been_said_is_not_repeated(
    crew: Crew, channel: FakeChannel
) -> None:
    troubles = [Later("Twitch asks us to slow down.", retry_after_s=9.0)]
    channel.trouble = lambda at, name: troubles.pop() if troubles and (at, name) == ("before", "say") else None
    await crew.redeem("r1", "7")
    await crew.run_for(60)
    assert channel.said == ["Name7 is VIP now, for 1 day!"]

    lost = [Later("Twitch did not answer in time.")]
    channel.trouble = lambda at, name: lost.pop() if lost and (at, name) == ("after", "say") else None
    await crew.redeem("r2", "8")
    await crew.run_for(60)
    assert channel.said[1:] == ["Name8 is VIP now, for 1 day!"]
    assert (await crew.actions()).count("vips.chat.unknown") == 1


async def test_discord_hears_of_badges_at_its_own_pace(db: Database, creator_id: int, channel: FakeChannel, hands: Hands) -> None:
    board = Board()
    crew = Crew(db, creator_id, channel, hands, notices=board)
    await crew.make_reward(duration_s=DAY)
    address = "https://discord.com/api/webhooks/1/very-secret"
    async with tenancy.inside(db, creator_id, write=True) as session:
        await choices.put_discord(session, address, "user:ada")
    board.troubles = [Later("Discord asks us to slow down.", retry_after_s=5.0)]
    await crew.redeem("r1", "7")
    await crew.run_for(30)
    assert board.notices == [(address, "Name7 is VIP now, for 1 day!")]

    board.troubles = [Never("This Discord webhook was deleted.")]
    await crew.redeem("r2", "8")
    await crew.run_for(30)
    assert "vips.discord.unsent" in await crew.actions()
    async with tenancy.everywhere(db, "a test") as session:
        jobs = await queue.count(session)
    assert jobs["dead"] == 0
    assert "very-secret" not in str([entry.meta for entry in await crew.audited()])


@pytest.mark.thorough
async def test_discord_hears_once_that_twitch_wants_a_new_sign_in(
    db: Database, creator_id: int, channel: FakeChannel, hands: Hands
) -> None:
    board = Board()
    crew = Crew(db, creator_id, channel, hands, notices=board)
    await crew.make_reward(duration_s=DAY)
    async with tenancy.inside(db, creator_id, write=True) as session:
        await choices.put_discord(session, "https://discord.com/api/webhooks/1/very-secret", "user:ada")
    for redemption, user_id in (("r1", "7"), ("r2", "8")):
        channel.signed_in = False
        for _ in range(2):
            await crew.redeem(redemption, user_id)
            await crew.settle_down()
        channel.signed_in = True
        async with tenancy.inside(db, creator_id, write=True) as session:
            await rounds.ask(session)
        await crew.run_for(60)

    told = [text for _, text in board.notices if "sign-in" in text]
    assert told == [telling.TEXTS["en"]["sign_in"]] * 2
    assert not [line for line in channel.said if "sign-in" in line]
    assert channel.badges == {"7", "8"}


async def test_what_was_stored_is_acted_upon_once(crew: Crew, channel: FakeChannel, db: Database, creator_id: int) -> None:
    heard: AnyHeard = RedemptionMade(broadcaster_id="1", at=clock.now() - timedelta(seconds=1), redemption=channel.redeem("r1", "7"))
    parcel = Parcel(
        creator_id=creator_id,
        source="twitch",
        message_id="m1",
        kind="redemption.made",
        payload=msgspec.to_builtins(heard),
        job=kinds.HEARD,
        lane="x",
    )
    async with tenancy.inside(db, creator_id, write=True) as session:
        made = await deliveries.take(session, parcel)
        await queue.enqueue(session, kinds.HEARD, {"delivery": made})
    await crew.settle_down()

    assert channel.badges == {"7"}
    assert crew.ran.count(kinds.HEARD) == 2
    assert (await crew.actions()).count("vips.redemption.received") == 1
