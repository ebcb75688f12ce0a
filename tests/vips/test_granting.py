"""A redemption becomes a badge and is fulfilled, or its points go back with a reason; a badge is taken back on time."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from entourage.kernel import clock, tenancy
from entourage.kernel.db import Database
from entourage.kernel.errors import Later
from entourage.kernel.tables import Creator
from entourage.ports.channel import (
    Account,
    BadgeGiven,
    BadgeTaken,
    Banned,
    Cheered,
    Missed,
    ModeratorAdded,
    RedemptionSettled,
    WentLive,
    WentOffline,
)
from entourage.vips import listing, rewards, rounds, rulebook, schemas, taking
from entourage.vips.rule import Terms
from entourage.vips.tables import VipGrant
from tests.vips.conftest import DAY, T0, Crash, Crew, Hands
from tests.vips.stage import FakeChannel, account, no_trouble, said_of

pytestmark = pytest.mark.anyio


async def test_a_redemption_becomes_a_badge_and_is_fulfilled(crew: Crew, channel: FakeChannel) -> None:
    await crew.redeem("r1", "7")
    await crew.settle_down()

    (grant,), (claim,) = await crew.grants(), await crew.claims()
    assert channel.badges == {"7"}
    assert channel.status("r1") == "fulfilled"
    assert (grant.state, grant.ends_at) == ("active", T0 + timedelta(days=1))
    assert (claim.state, claim.settled) == ("granted", "fulfilled")
    assert crew.screens.events() == ["vip:granted"]
    assert channel.said == ["Name7 is VIP now, for 1 day!"]


async def test_the_audit_log_tells_the_whole_chain(crew: Crew) -> None:
    await crew.redeem("r1", "7")
    await crew.settle_down()

    chain = [(one.action, one.actor) for one in await crew.audited() if one.cause == "redemption:r1"]
    assert chain == [
        ("vips.redemption.received", "platform:twitch"), ("vips.grant.intended", "platform:twitch"), ("vips.grant.given", "platform:twitch"),
        ("vips.claim.fulfilled", "system"), ("vips.chat.sent", "system"),
    ]  # fmt: skip


async def test_a_badge_is_taken_back_when_its_time_is_over(crew: Crew, channel: FakeChannel, hands: Hands) -> None:
    await crew.redeem("r1", "7")
    await crew.run_for(DAY - 60, sweep_s=600)
    assert channel.badges == {"7"}
    await crew.run_for(70)

    (grant,) = await crew.grants()
    assert channel.badges == set()
    assert (grant.state, grant.ended_why, grant.ended_by) == ("ended", "expired", "system")
    assert grant.ended_at is not None
    assert grant.ended_at - (grant.ends_at or hands.now) <= timedelta(seconds=5)
    assert [line for line in channel.said if "ends in" in line] == ["@Name7, your VIP badge ends in 1 hour."]
    assert channel.said[-1].startswith("Name7 is not VIP any more")


async def test_the_same_redemption_told_again_changes_nothing(crew: Crew, channel: FakeChannel) -> None:
    await crew.redeem("r1", "7")
    await crew.redeem("r1", "7")
    await crew.settle_down()
    await crew.redeem("r1", "7")
    await crew.settle_down()

    assert len(await crew.claims()) == 1
    assert channel.count("give") == 1
    (grant,) = await crew.grants()
    assert grant.ends_at == T0 + timedelta(days=1)


async def test_somebody_elses_reward_is_left_alone(crew: Crew, channel: FakeChannel) -> None:
    await crew.redeem("r1", "7", reward_id="hydrate")
    await crew.settle_down()

    assert await crew.claims() == []
    assert channel.status("r1") == "unfulfilled"


@pytest.mark.parametrize("who", ["permanent", "moderator", "blocked", "full"])
async def test_who_cannot_be_given_a_badge_gets_the_points_back_with_the_reason(crew: Crew, channel: FakeChannel, who: str) -> None:
    {"permanent": channel.badges, "moderator": channel.moderators, "blocked": channel.blocked, "full": set[str]()}[who].add("7")
    channel.slots = 0 if who == "full" else 100
    await crew.redeem("r1", "7")
    await crew.settle_down()

    (claim,) = await crew.claims()
    assert channel.status("r1") == "canceled"
    assert (claim.state, claim.reason, claim.settled) == ("refused", who, "refunded")
    assert channel.badges == ({"7"} if who == "permanent" else set())
    assert "vip:refunded" in crew.screens.events()
    assert "Name7, no VIP this time" in channel.said[0]
    await crew.run_for(2 * DAY, sweep_s=3600)
    assert channel.badges == ({"7"} if who == "permanent" else set())


@pytest.mark.thorough
@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("call", ["give", "settle", "take"])
@pytest.mark.parametrize("how", ["crash", "outage"])
async def test_a_call_that_fails_is_made_until_its_end_is_known(crew: Crew, channel: FakeChannel, moment: str, call: str, how: str) -> None:
    left = 2

    def trouble(at: str, name: str) -> Exception | None:
        nonlocal left
        if (at, name) == (moment, call) and left:
            left -= 1
            if how == "crash":
                raise Crash
            return Later("Twitch did not answer in time.")
        return None

    channel.trouble = trouble
    await crew.redeem("r1", "7")
    await crew.run_for(30)
    assert (channel.badges, channel.status("r1")) == ({"7"}, "fulfilled")
    await crew.run_for(DAY + 30, sweep_s=1800)

    assert left == (1 if (moment, call) == ("after", "settle") else 0)  # who asks again hears that it is settled
    assert channel.badges == set()
    assert [(one.state, one.ended_why) for one in await crew.grants()] == [("ended", "expired")]


async def test_when_twitch_fails_too_long_the_points_go_back_and_a_badge_that_may_be_there_goes(crew: Crew, channel: FakeChannel) -> None:
    await crew.choose(give_up_s=300)
    channel.trouble = lambda at, name: Later("Twitch did not answer in time.") if (at, name) == ("after", "give") else None
    await crew.redeem("r1", "7")
    await crew.run_for(30)
    assert channel.status("r1") == "unfulfilled"
    await crew.run_for(400)

    (claim,), (grant,) = await crew.claims(), await crew.grants()
    assert (claim.reason, channel.status("r1"), channel.badges) in [("gave_up", "canceled", set()), ("", "fulfilled", {"7"})]
    assert (claim.state, grant.state) in [("refused", "ended"), ("granted", "active")]


async def test_nothing_is_lost_until_the_creator_signs_in_again(crew: Crew, channel: FakeChannel, db: Database, creator_id: int) -> None:
    await crew.redeem("r1", "7")
    await crew.settle_down()
    channel.signed_in = False
    await crew.redeem("r2", "8")
    await crew.run_for(2 * DAY, sweep_s=3600)
    assert [one.state for one in await crew.grants()] == ["expiring"]
    assert channel.badges == {"7"}

    channel.signed_in = True
    async with tenancy.inside(db, creator_id, write=True) as session:
        await rounds.ask(session)
    await crew.settle_down()
    assert channel.badges == {"8"}
    assert channel.status("r2") == "fulfilled"
    assert {"vips.sign_in.needed", "vips.sign_in.done"} <= set(await crew.actions())


@pytest.mark.thorough
@pytest.mark.parametrize(("again", "days"), [("extend", 2), ("stack", 2), ("replace", 1)])
async def test_a_further_redemption_adds_its_time(crew: Crew, channel: FakeChannel, hands: Hands, again: str, days: int) -> None:
    await crew.choose(again=again)
    await crew.redeem("r1", "7")
    await crew.settle_down()
    hands.push(60)
    await crew.redeem("r2", "7")
    await crew.settle_down()

    (grant,) = await crew.grants()
    assert grant.ends_at == T0 + timedelta(days=days, seconds=60 if again == "replace" else 0)
    assert (channel.count("give"), channel.status("r2"), grant.renewals) == (1, "fulfilled", 1)
    assert crew.screens.events() == ["vip:granted", "vip:extended"]


async def test_what_does_not_fit_under_the_cap_is_refunded(crew: Crew, channel: FakeChannel) -> None:
    await crew.choose(again="stack", cap_s=DAY + DAY // 2)
    for number in range(2):
        await crew.redeem(f"r{number}", "7")
        await crew.settle_down()

    assert [(one.state, one.reason) for one in await crew.claims()] == [("granted", ""), ("refused", "cap")]
    assert channel.status("r1") == "canceled"


async def test_a_full_house_that_rotates_takes_the_oldest_timed_badge_and_no_other(crew: Crew, channel: FakeChannel, hands: Hands) -> None:
    channel.badges, channel.slots = {"1000"}, 3
    await crew.choose(when_full="rotate")
    for number in (7, 8, 9):
        await crew.redeem(f"r{number}", str(number))
        await crew.run_for(5)

    assert channel.badges == {"1000", "8", "9"}
    assert [(one.user_id, one.ended_why) for one in await crew.grants()] == [("7", "rotated"), ("8", ""), ("9", "")]
    assert channel.status("r9") == "fulfilled"
    assert hands.now - T0 < timedelta(minutes=1)


async def test_a_full_house_that_pauses_rests_the_reward_until_a_slot_is_free(crew: Crew, channel: FakeChannel) -> None:
    channel.slots = 1
    await crew.choose(when_full="pause")
    await crew.redeem("r7", "7")
    await crew.redeem("r8", "8")
    await crew.settle_down()
    assert channel.status("r8") == "canceled"
    assert channel.made["reward1"].shape.paused

    await crew.run_for(DAY + 60, sweep_s=3600)
    assert not channel.made["reward1"].shape.paused


async def test_a_reward_rests_no_longer_when_a_hand_frees_a_slot(crew: Crew, channel: FakeChannel, hands: Hands) -> None:
    channel.badges, channel.slots = {"1000"}, 1
    await crew.choose(when_full="pause")
    await crew.redeem("r7", "7")
    await crew.settle_down()
    assert (channel.status("r7"), channel.made["reward1"].shape.paused) == ("canceled", True)

    channel.badges.clear()
    await crew.hear(BadgeTaken(broadcaster_id="1", at=hands.now, user=account("1000")))
    await crew.settle_down()
    assert not channel.made["reward1"].shape.paused
    await crew.redeem("r8", "7")
    await crew.settle_down()
    assert (channel.status("r8"), channel.badges) == ("fulfilled", {"7"})


async def test_a_full_house_is_asked_again_after_a_day(crew: Crew, channel: FakeChannel) -> None:
    channel.badges, channel.slots = {"1000"}, 1
    await crew.choose(when_full="pause")
    await crew.redeem("r7", "7")
    await crew.settle_down()
    channel.slots = 2  # of which Twitch tells nobody
    await crew.run_for(DAY / 2, sweep_s=3600)
    await rounds.ask_all(crew.db)
    await crew.settle_down()
    assert channel.made["reward1"].shape.paused
    await crew.run_for(DAY / 2 + 60, sweep_s=3600)
    await rounds.ask_all(crew.db)
    await crew.settle_down()
    assert not channel.made["reward1"].shape.paused


async def test_a_badge_until_the_stream_ends_waits_for_it_and_a_little_longer(crew: Crew, channel: FakeChannel, hands: Hands) -> None:
    await crew.make_reward("Tonight", duration_s=None)
    await crew.hear(WentLive(broadcaster_id="1", at=hands.now, stream_id="s1"))
    await crew.redeem("r1", "7", reward_id="reward2")
    await crew.run_for(2 * 3600, sweep_s=600)
    (grant,) = await crew.grants()
    assert (grant.ends_at, channel.badges) == (None, {"7"})

    await crew.hear(WentOffline(broadcaster_id="1", at=hands.now))
    await crew.run_for(300)
    await crew.hear(WentLive(broadcaster_id="1", at=hands.now, stream_id="s2"))
    await crew.run_for(3600, sweep_s=600)
    assert channel.badges == {"7"}

    await crew.hear(WentOffline(broadcaster_id="1", at=hands.now))
    await crew.hear(WentLive(broadcaster_id="1", at=hands.now - timedelta(minutes=30), stream_id="s2"))
    await crew.run_for(605)
    assert channel.badges == set()


async def test_a_badge_taken_by_hand_is_respected_and_attributed(crew: Crew, channel: FakeChannel) -> None:
    await crew.redeem("r1", "7")
    await crew.settle_down()
    channel.badges.discard("7")
    await crew.hear(BadgeTaken(broadcaster_id="1", at=clock.now(), user=account("7")))
    await crew.settle_down()

    (grant,) = await crew.grants()
    assert (grant.state, grant.ended_why, grant.ended_by) == ("ended", "taken_by_hand", "platform:twitch")
    assert channel.count("give") == 1


async def test_a_late_word_of_an_earlier_end_takes_nothing(crew: Crew, channel: FakeChannel) -> None:
    await crew.redeem("r1", "7")
    await crew.settle_down()
    await crew.hear(BadgeTaken(broadcaster_id="1", at=T0 - timedelta(hours=1), user=account("7")))
    await crew.settle_down()

    assert [one.state for one in await crew.grants()] == ["active"]
    assert channel.badges == {"7"}


async def test_a_badge_given_by_hand_is_permanent(crew: Crew, channel: FakeChannel) -> None:
    await crew.redeem("r0", "5")
    await crew.settle_down()
    channel.badges.add("7")
    await crew.hear(BadgeGiven(broadcaster_id="1", at=clock.now(), user=account("7")))
    await crew.redeem("r1", "7")
    await crew.run_for(2 * DAY, sweep_s=3600)

    assert channel.badges == {"7"}
    assert channel.status("r1") == "canceled"
    assert "vips.badge.given_by_hand" in await crew.actions()


@pytest.mark.thorough
async def test_drift_that_nobody_told_is_found_by_the_round(crew: Crew, channel: FakeChannel, db: Database, creator_id: int) -> None:
    for number in (7, 8, 9):
        await crew.redeem(f"r{number}", str(number))
    await crew.settle_down()
    channel.badges -= {"7", "8"}
    channel.moderators.add("8")
    channel.badges.add("55")
    async with tenancy.inside(db, creator_id, write=True) as session:
        await rounds.ask(session)
    await crew.settle_down()

    assert {one.user_id: one.ended_why for one in await crew.grants()} == {"7": "taken_by_hand", "8": "moderator", "9": ""}
    assert {"vips.badge.taken_by_hand", "vips.badge.moderator", "vips.badge.given_by_hand"} <= set(await crew.actions())


async def test_who_became_a_moderator_keeps_that(crew: Crew, channel: FakeChannel) -> None:
    await crew.redeem("r1", "7")
    await crew.settle_down()
    channel.badges.discard("7")
    channel.moderators.add("7")
    await crew.hear(ModeratorAdded(broadcaster_id="1", at=clock.now(), user=account("7")))
    await crew.run_for(2 * DAY, sweep_s=3600)

    assert [one.ended_why for one in await crew.grants()] == ["moderator"]
    assert channel.count("take") == 0


async def test_a_ban_ends_the_clock(crew: Crew, channel: FakeChannel) -> None:
    await crew.redeem("r1", "7")
    await crew.settle_down()
    await crew.hear(Banned(broadcaster_id="1", at=clock.now(), user=account("7")))
    await crew.settle_down()

    assert channel.badges == set()
    assert [one.ended_why for one in await crew.grants()] == ["banned"]


async def test_what_was_redeemed_while_the_line_was_down_is_caught_up_with(crew: Crew, channel: FakeChannel) -> None:
    channel.redeem("r1", "7")
    await crew.hear(Missed(broadcaster_id="1", at=clock.now(), since=T0, why="close 4006"))
    await crew.settle_down()

    assert channel.badges == {"7"}
    assert channel.status("r1") == "fulfilled"


@pytest.mark.parametrize("choice", ["take", "keep"])
async def test_a_redemption_canceled_by_hand_before_it_was_fulfilled(crew: Crew, channel: FakeChannel, choice: str) -> None:
    await crew.choose(canceled_by_hand=choice)

    def by_hand(at: str, name: str) -> None:
        if (at, name) == ("before", "settle") and channel.status("r1") == "unfulfilled":
            channel.close("r1", "canceled")

    channel.trouble = by_hand
    await crew.redeem("r1", "7")
    await crew.settle_down()

    (claim,) = await crew.claims()
    assert claim.settled == "by_hand"
    assert channel.badges == ({"7"} if choice == "keep" else set())


async def test_a_redemption_canceled_by_hand_before_its_turn_asks_for_nothing(crew: Crew, channel: FakeChannel) -> None:
    await crew.redeem("r1", "7")
    channel.close("r1", "canceled")
    settled = RedemptionSettled(broadcaster_id="1", at=clock.now(), redemption=channel.queue["r1"])
    await crew.hear(settled)
    await crew.settle_down()

    assert [one.state for one in await crew.claims()] == ["closed"]
    assert channel.badges == set()


async def test_bits_give_a_badge_by_a_rule(crew: Crew, channel: FakeChannel, db: Database, creator_id: int) -> None:
    async with tenancy.inside(db, creator_id, write=True) as session:
        await rulebook.put(session, schemas.RuleRow(source="bits", least=500, terms=Terms(duration_s=3600)), "user:ada")
    for bits in (100, 500):
        await crew.hear(Cheered(broadcaster_id="1", at=clock.now() + timedelta(seconds=bits), user=account("7"), bits=bits))
    await crew.settle_down()

    assert [(one.state, one.rule) for one in await crew.claims()] == [("passed", ""), ("granted", "rule:1")]
    assert channel.badges == {"7"}


async def test_conditions_are_looked_up_before_a_badge_is_given(crew: Crew, channel: FakeChannel, hands: Hands) -> None:
    await crew.make_reward("Loyal", duration_s=3600, follow_days=30, once_days=7)
    channel.followers = {"7": T0 - timedelta(days=40), "8": T0 - timedelta(days=3)}

    async def ask(keys: Sequence[str]) -> list[str]:
        for key in keys:
            await crew.redeem(f"r{len(channel.queue)}", key, reward_id="reward2")
        await crew.run_for(4000, sweep_s=600)
        return [one.reason for one in await crew.claims()]

    assert await ask(["7", "8"]) == ["", "follow"]
    assert await ask(["7"]) == ["", "follow", "once"]
    hands.push(7 * DAY)
    assert await ask(["7"]) == ["", "follow", "once", ""]


async def test_a_line_that_does_not_get_through_is_noted(crew: Crew, channel: FakeChannel) -> None:
    channel.silent = True
    await crew.redeem("r1", "7")
    await crew.settle_down()

    failed = [one.meta["text"] for one in await crew.audited() if one.action == "vips.chat.unsent"]
    assert failed == ["AutoMod held it back."]


async def test_screens_are_told_what_they_would_read(crew: Crew) -> None:
    await crew.redeem("r1", "7")
    await crew.settle_down()

    told = {one.event: said_of(one) for one in crew.screens.seen}
    assert told["vip:granted"]["vip"]["name"] == "Name7"
    assert told["vip:granted"]["vip"]["seconds_left"] == DAY
    assert (told["vip:slots"]["temporary"], told["vip:slots"]["limit"]) == (1, None)


@pytest.mark.thorough
async def test_many_ends_at_once_keep_to_ten_in_ten_seconds(crew: Crew, channel: FakeChannel) -> None:
    for number in range(35):
        await crew.redeem(f"r{number}", str(100 + number))
        if number % 10 == 9:
            await crew.run_for(11)
    await crew.run_for(DAY, sweep_s=3600)
    await crew.run_for(120)

    assert channel.badges == set()
    assert channel.limited == 0
    moments = sorted(at for at, call, _ in channel.calls if call == "take")
    assert all(later - earlier >= timedelta(seconds=10) for earlier, later in zip(moments, moments[10:], strict=False))


async def test_another_account_is_another_channel(crew: Crew, channel: FakeChannel, db: Database, creator_id: int) -> None:
    channel.badges.add("55")
    await crew.redeem("r1", "7")
    await crew.settle_down()
    await crew.redeem("r2", "8")
    channel.account, channel.badges = Account("2", "bea", "Bea"), {"7", "66"}
    async with tenancy.inside(db, creator_id, write=True) as session:
        await rounds.ask(session)
    await crew.run_for(2 * DAY, sweep_s=3600)

    assert channel.badges == {"7", "66"}
    first = (await crew.grants())[0]
    assert (first.state, first.ended_why) == ("ended", "other_account")
    async with tenancy.inside(db, creator_id) as session:
        assert [one.user_id for one in await listing.permanent(session)] == ["66", "7"]
        assert [one.state for one in await rewards.rows(session)] == ["gone"]


@pytest.mark.thorough
async def test_nobody_waits_for_the_many_ends_of_somebody_else(db: Database, crew: Crew, channel: FakeChannel, hands: Hands) -> None:
    async with tenancy.everywhere(db, "a neighbour", write=True) as session:
        neighbour = Creator(name="Bea Live", zone="UTC", created_at=hands.now)
        session.add(neighbour)
        await session.flush()
        session.add_all(
            VipGrant(
                creator_id=neighbour.id, user_id=str(n), login=str(n), name=str(n), state="active", stuck="", source="hand", cause="hand:x",
                tries=0, began_at=T0, given_at=T0, ends_at=T0, until_stream_end=False, ended_why="", ended_by="", renewals=0, trouble="",
                updated_at=T0,
            )
            for n in range(200)
        )  # fmt: skip
    await taking.sweep(db)
    await crew.redeem("r1", "7")
    waited = 0
    while channel.queue["r1"].status == "unfulfilled":
        assert await crew.step()
        waited += 1

    assert waited <= 8, crew.ran
    await crew.run_for(220)
    assert channel.limited == 0
    assert sum(call == "take" for _, call, _ in channel.calls) == 200
    assert crew.ran.count("vips.expire") <= 60


async def test_a_hand_that_is_quicker_than_our_first_try_has_given_its_own_badge(crew: Crew, channel: FakeChannel) -> None:
    def by_hand(at: str, name: str) -> None:
        if (at, name) == ("before", "give"):
            channel.badges.add("7")

    channel.trouble = by_hand
    await crew.redeem("r1", "7")
    await crew.run_for(2 * DAY, sweep_s=3600)

    assert channel.badges == {"7"}
    assert [(one.state, one.reason) for one in await crew.claims()] == [("refused", "permanent")]
    assert channel.status("r1") == "canceled"


@pytest.mark.parametrize("moment", ["before", "after"])
async def test_a_redemption_canceled_by_hand_while_twitch_fails_leaves_no_badge_behind(
    crew: Crew, channel: FakeChannel, moment: str
) -> None:
    channel.trouble = lambda at, name: Later("Twitch did not answer in time.") if (at, name) == (moment, "give") else None
    await crew.redeem("r1", "7")
    await crew.run_for(2)
    channel.close("r1", "canceled")
    await crew.hear(RedemptionSettled(broadcaster_id="1", at=clock.now(), redemption=channel.queue["r1"]))
    channel.trouble = no_trouble
    await crew.run_for(60)

    assert channel.badges == set()
    assert [(one.state, one.ended_why) for one in await crew.grants()] == [("ended", "canceled")]
    assert [one.state for one in await crew.claims()] == ["closed"]
    assert [line for line in channel.said if "is VIP now" in line] == []


@pytest.mark.parametrize("again", ["extend", "replace"])
async def test_a_renewal_that_is_canceled_takes_nothing_of_what_was_there_before(
    crew: Crew, channel: FakeChannel, hands: Hands, again: str
) -> None:
    await crew.choose(again=again)
    await crew.redeem("r1", "7")
    await crew.settle_down()
    hands.push(3600)

    def by_hand(at: str, name: str) -> None:
        if (at, name) == ("before", "settle"):
            channel.close("r2", "canceled")

    await crew.redeem("r2", "7")
    channel.trouble = by_hand
    await crew.settle_down()

    (grant,) = await crew.grants()
    assert (grant.state, grant.ends_at) == ("active", T0 + timedelta(days=1))
