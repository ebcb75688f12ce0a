"""Accounts of one person: a head that counts for all of them, and links that are undone without loss."""

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import select, update

from entourage.kernel import tenancy
from entourage.kernel.db import Database
from entourage.kernel.errors import Conflict, NotFound
from entourage.viewers import birthdays, evening, feed, histories, leaderboard, listing, profile, supporters, tiers, totals
from entourage.viewers.intake import Intake
from entourage.viewers.tables import Card, Link, TierRule, Total
from tests import make
from tests.viewers.desk import Desk, twitch
from tests.viewers.events import Room

pytestmark = pytest.mark.anyio

TIKTOK, TWITCH = Room("7001"), Room("tw-1", platform="twitch")


@pytest.fixture
def desk(db: Database, creator_id: int, intake: Intake) -> Desk:
    return Desk(db, creator_id, intake)


async def meet(desk: Desk) -> tuple[str, str]:
    """Let Mila be seen on TikTok and on Twitch; return both ids."""
    await desk.hear(
        TIKTOK.chat("mila", 0, msg_id="1"), TIKTOK.gift("mila", 30, coins=10, repeat=3, msg_id="2"), TIKTOK.like("mila", 60, count=15, msg_id="3"),
        TWITCH.chat(twitch("mila"), 10, msg_id="4"), TWITCH.gift(twitch("mila"), 100, coins=7, msg_id="5"), TWITCH.share(twitch("mila"), 110, msg_id="6"),
        TIKTOK.chat("bo", 5, msg_id="7"), TIKTOK.gift("bo", 20, coins=36, msg_id="8"),
    )  # fmt: skip
    ids = await desk.ids()
    return ids["mila/tiktok"], ids["mila/twitch"]


async def test_a_head_counts_what_all_its_accounts_did(desk: Desk) -> None:
    head, other = await meet(desk)
    await desk.link(head, other)

    mila = await desk.look(head)
    assert (mila.total_coins_spent, mila.total_gifts_sent, mila.total_comments, mila.total_likes, mila.total_shares) == (37, 4, 2, 15, 1)
    assert (mila.total_visits, mila.total_watchtime_seconds) == (2, 160)
    assert [(one.platform, one.total_coins_spent, one.linked_at is None) for one in mila.accounts] == [
        ("tiktok", 30, True),
        ("twitch", 7, False),
    ]
    assert sum(map(sum, mila.heatmap)) == 6
    assert (await desk.look(other)).id == int(head)
    assert await desk.wrong() == []


async def test_what_a_linked_account_does_counts_for_its_head_at_once(desk: Desk) -> None:
    head, other = await meet(desk)
    await desk.link(head, other)
    await desk.hear(TWITCH.chat(twitch("mila"), 120, msg_id="9"), TWITCH.gift(twitch("mila"), 130, coins=100, msg_id="10"))
    await desk.hear(TIKTOK.gift("mila", 140, coins=1000, msg_id="11"), TWITCH.gift(twitch("mila"), 150, coins=10_000, msg_id="12"))

    mila = await desk.look(head)
    assert mila.total_coins_spent == 30 + 7 + 100 + 1000 + 10_000
    assert mila.last_seen_at == "2025-11-15T19:02:30.000Z"
    assert [one.total_coins_spent for one in mila.accounts] == [1030, 10_107]
    assert await desk.wrong() == []


async def test_an_intake_with_an_empty_memory_knows_the_links(desk: Desk, db: Database) -> None:
    head, other = await meet(desk)
    await desk.link(head, other)
    second = Intake(db)
    await second.store(desk.creator_id, [TWITCH.gift(twitch("mila"), 130, coins=100, msg_id="9")])
    await second.close()

    assert (await desk.look(head)).total_coins_spent == 137
    assert await desk.wrong() == []


async def test_unlinking_puts_everything_back(desk: Desk) -> None:
    head, other = await meet(desk)
    await desk.edit(head, notes="paints", tags=["art"], discord_username="mila#1")
    await desk.edit(other, notes="mods", tags=["Art", "mod"], birthday="1990-05-01", is_favorite=True)
    before = await desk.everything()
    await desk.link(head, other)

    mila = await desk.look(head)
    assert (mila.notes, mila.tags, mila.birthday, mila.discord_username) == ("paints\n\nmods", ["art", "mod"], "1990-05-01", "mila#1")
    assert mila.is_favorite

    await desk.unlink(head, other)
    assert await desk.everything() == before


async def test_what_the_creator_wrote_while_accounts_were_linked_stays(desk: Desk) -> None:
    head, other = await meet(desk)
    await desk.edit(other, notes="mods", birthday="1990-05-01", tts_voice="Alto")
    await desk.link(head, other)
    await desk.edit(head, notes="mods, and paints", birthday="1991-05-01")
    await desk.unlink(head, other)

    mila, again = await desk.look(head), await desk.look(other)
    assert (mila.notes, mila.birthday, mila.tts_voice) == ("mods, and paints", "1991-05-01", None)
    assert (again.notes, again.birthday, again.tts_voice) == ("mods", "1990-05-01", "Alto")


@pytest.mark.thorough
async def test_links_are_undone_in_any_order(desk: Desk) -> None:
    head, other = await meet(desk)
    bo = (await desk.ids())["bo/tiktok"]
    await desk.edit(other, notes="second", tags=["b"])
    await desk.edit(bo, notes="third", tags=["c"], birthday="--08-21")
    before = await desk.everything()
    await desk.link(head, other)
    await desk.link(head, bo)
    assert (await desk.look(head)).notes == "second\n\nthird"

    await desk.unlink(head, other)
    alone = await desk.look(head)
    assert (alone.notes, alone.tags, alone.birthday) == ("third", ["c"], "--08-21")
    await desk.unlink(head, bo)
    assert await desk.everything() == before


async def test_linking_somebody_with_accounts_brings_them_all(desk: Desk) -> None:
    head, other = await meet(desk)
    bo = (await desk.ids())["bo/tiktok"]
    await desk.edit(bo, notes="third")
    await desk.link(other, bo)
    assert (await desk.look(bo)).id == int(other)
    await desk.link(head, other)

    mila = await desk.look(bo)
    assert mila.id == int(head)
    assert mila.total_coins_spent == 73
    assert mila.notes == "third"
    assert {one.id for one in mila.accounts} == {int(head), int(other), int(bo)}
    assert await desk.wrong() == []
    await desk.unlink(head, other)
    assert (await desk.look(other)).total_coins_spent == 7 + 36  # who came with it goes back with it
    assert (await desk.look(head)).total_coins_spent == 30
    assert await desk.wrong() == []


async def test_linking_somebody_with_accounts_is_undone_whole(desk: Desk) -> None:
    head, other = await meet(desk)
    bo = (await desk.ids())["bo/tiktok"]
    await rule(desk, "Gold", 40, 1)
    await desk.edit(bo, notes="third", tags=["c"], birthday="1990-05-01")
    await desk.link(other, bo)
    await desk.edit(other, notes="my own words", tags=[])
    before = await desk.everything()
    assert (await desk.look(other)).vip_tier == "Gold"
    await desk.link(head, other)
    assert (await desk.look(head)).tags == []  # what was taken away on the way does not come back
    await desk.unlink(head, other)
    assert await desk.everything() == before
    await desk.unlink(other, bo)
    assert (await desk.look(bo)).tags == ["c"]
    assert await desk.wrong() == []


@pytest.mark.thorough
async def test_an_erased_account_leaves_those_that_came_with_it(desk: Desk) -> None:
    head, other = await meet(desk)
    bo = (await desk.ids())["bo/tiktok"]
    await desk.edit(other, notes="a secret of the erased")
    await desk.link(other, bo)
    await desk.link(head, other)
    async with tenancy.inside(desk.db, desk.creator_id, write=True) as session:
        await profile.forget(session, other, "Ada")
    assert {str(one.id) for one in (await desk.look(head)).accounts} == {head, bo}
    async with tenancy.inside(desk.db, desk.creator_id) as session:
        kept = [one.before for one in await session.scalars(select(Link))]
    assert "secret" not in str(kept)
    assert not any({"through", "was"} & one.keys() for one in kept)
    await desk.unlink(head, bo)
    assert await desk.wrong(forgotten=True) == []


async def test_one_cannot_be_linked_to_oneself_nor_unlinked_from_a_stranger(desk: Desk) -> None:
    head, other = await meet(desk)
    with pytest.raises(Conflict):
        await desk.link(head, head)
    with pytest.raises(NotFound):
        await desk.link(head, "nobody")
    with pytest.raises(NotFound):
        await desk.unlink(head, other)
    await desk.link(head, other)
    with pytest.raises(Conflict):
        await desk.link(head, other)
    with pytest.raises(Conflict):
        await desk.link(other, head)


async def test_linked_accounts_are_in_no_list_and_people_are_counted_once(desk: Desk) -> None:
    head, other = await meet(desk)
    await desk.edit(other, birthday="--11-15")
    await desk.link(head, other)

    async with tenancy.inside(desk.db, desk.creator_id) as session:
        board = await leaderboard.top(session)
        summary = await totals.summary(session)
        giving = await supporters.tonight(session)
        here = await evening.here(session)
        sitting = await evening.open_visits(session)
        coming = await birthdays.upcoming(session, days=366)
        lines = await feed.recent(session)
    assert [(one.id, one.total_coins_spent) for one in board] == [(int(head), 37), (board[1].id, 36)]
    assert (summary.totalViewers, summary.activeViewers, summary.totalRevenue) == (2, 2, 73)
    assert summary.topSpender is not None
    assert summary.topSpender["id"] == int(head)
    assert int(other) not in {one.id for one, _ in giving}
    assert sorted(one.id for one in here) == sorted({int(head), board[1].id})
    assert sorted(one.id for one in sitting) == sorted({int(head), board[1].id})
    assert [one.viewer.id for one in coming] == [int(head)]
    assert int(other) not in {line.viewer_id for line in lines}


async def test_histories_are_those_of_all_accounts_page_by_page(desk: Desk) -> None:
    head, other = await meet(desk)
    # Both accounts came to one stream at the same moment: pages must not lose either.
    await desk.hear(TIKTOK.join("mila", 200, msg_id="20"), TIKTOK.join("mila2", 0, msg_id="21"))
    third = (await desk.ids())["mila2/tiktok"]
    await desk.link(head, other)
    await desk.link(head, third)

    async with tenancy.inside(desk.db, desk.creator_id) as session:

        async def whole(ask: Any) -> Sequence[Any]:
            found, mark = [], None
            while True:
                rows, mark = await ask(session, int(head), mark, 1)
                found += rows
                if mark is None:
                    return found

        visits = await whole(histories.visits)
        assert sorted((one.joined_at, one.platform) for one in visits) == [
            ("2025-11-15T19:00:00.000Z", "tiktok"), ("2025-11-15T19:00:00.000Z", "tiktok"), ("2025-11-15T19:00:10.000Z", "twitch"),
        ]  # fmt: skip
        assert [one.gift_coins for one in await whole(histories.gifts)] == [7, 30]
        deeds = await whole(histories.interactions)
        assert [one.timestamp for one in deeds] == sorted((one.timestamp for one in deeds), reverse=True)
        assert len(deeds) == 6


async def rule(desk: Desk, name: str, coins: int, place: int) -> None:
    async with tenancy.inside(desk.db, desk.creator_id, write=True) as session:
        session.add(
            TierRule(tier_name=name, min_coins_spent=coins, min_watchtime_hours=0, min_visits=0, badge_color="#ffd700", sort_order=place)
        )


async def test_linking_may_raise_a_tier_and_unlinking_takes_it_back(desk: Desk) -> None:
    head, other = await meet(desk)
    await rule(desk, "Gold", 35, 1)
    await desk.link(head, other)
    mila = await desk.look(head)
    assert mila.vip_tier == "Gold"
    assert mila.tier.why is not None
    assert (mila.tier.why["coins"], mila.tier.why["linked"]) == (37, int(other))
    assert await desk.wrong() == []

    await desk.unlink(head, other)
    assert (await desk.look(head)).vip_tier is None
    assert await desk.wrong() == []


async def test_a_tier_set_by_hand_is_left_alone_and_one_of_the_other_is_taken_over(desk: Desk) -> None:
    head, other = await meet(desk)
    await rule(desk, "Bronze", 1, 1)
    await rule(desk, "Gold", 99_999, 2)
    async with tenancy.inside(desk.db, desk.creator_id, write=True) as session:
        await tiers.set_by_hand(session, other, "Gold", "Ada")
    before = await desk.everything()
    await desk.link(head, other)
    mila = await desk.look(head)
    assert (mila.vip_tier, mila.tier.held) == ("Gold", True)
    await desk.unlink(head, other)
    assert (await desk.look(head)).vip_tier == "Bronze"  # what its own coins are worth

    async with tenancy.inside(desk.db, desk.creator_id, write=True) as session:
        await tiers.set_by_hand(session, head, "Bronze", "Ada")
    await desk.link(head, other)
    assert (await desk.look(head)).vip_tier == "Bronze"
    await desk.unlink(head, other)
    assert (await desk.look(other)).vip_tier == "Gold"
    assert before["viewers"][int(other)]["tier_held"]
    assert await desk.wrong() == []


async def test_a_tier_set_by_hand_while_linked_stays(desk: Desk) -> None:
    head, other = await meet(desk)
    await rule(desk, "Gold", 35, 1)
    await rule(desk, "Platinum", 99_999, 2)
    await desk.link(head, other)
    async with tenancy.inside(desk.db, desk.creator_id, write=True) as session:
        await tiers.set_by_hand(session, head, "Platinum", "Ada")
    await desk.unlink(head, other)
    mila = await desk.look(head)
    assert (mila.vip_tier, mila.tier.held) == ("Platinum", True)


async def test_the_head_is_promoted_for_what_its_account_does(desk: Desk) -> None:
    head, other = await meet(desk)
    await rule(desk, "Gold", 500, 1)
    await desk.link(head, other)
    await desk.hear(TWITCH.gift(twitch("mila"), 130, coins=480, msg_id="9"))

    assert (await desk.look(head)).vip_tier == "Gold"
    assert await desk.wrong() == []
    await desk.unlink(head, other)
    assert (await desk.look(head)).vip_tier is None
    assert (await desk.look(other)).vip_tier is None
    assert await desk.wrong() == []


async def test_erasing_a_person_erases_all_accounts_and_erasing_an_account_only_that(desk: Desk) -> None:
    head, other = await meet(desk)
    await desk.link(head, other)
    async with tenancy.inside(desk.db, desk.creator_id, write=True) as session:
        assert await profile.forget(session, other, "Ada") == int(other)
    mila = await desk.look(head)
    assert (mila.total_coins_spent, len(mila.accounts)) == (30, 1)

    ids = await desk.ids()
    await desk.link(head, ids["bo/tiktok"])
    async with tenancy.inside(desk.db, desk.creator_id, write=True) as session:
        assert await profile.forget(session, head, "Ada") == int(head)
    assert await desk.ids() == {}
    async with tenancy.inside(desk.db, desk.creator_id) as session:
        total = (await session.scalars(select(Total))).one()
        assert (total.viewers, total.coins, total.visits, total.tiered) == (0, 0, 0, 0)
        assert (await listing.page(session, listing.Query())).rows == []


async def test_points_are_added_up_and_given_back(desk: Desk) -> None:
    head, other = await meet(desk)
    async with tenancy.inside(desk.db, desk.creator_id, write=True) as session:
        session.add(Card(viewer_id=int(other), notes="", tags=[], loyalty_points=50, updated_ms=0))
    before = await desk.everything()
    await desk.link(head, other)
    assert (await desk.look(head)).loyalty_points == 50
    await desk.unlink(head, other)
    assert await desk.everything() == before


async def test_who_was_wished_well_is_not_wished_again_with_another_account(desk: Desk) -> None:
    head, other = await meet(desk)
    today = make.day().isoformat()
    await desk.edit(other, birthday=f"1988-{today[5:]}")
    before = await desk.everything()

    async def wished(*days: str | None) -> dict[str, str | None]:
        """Say when the accounts were wished well, and return when they were after all."""
        async with tenancy.inside(desk.db, desk.creator_id, write=True) as session:
            for viewer_id, day in zip((head, other), days, strict=False):
                await session.execute(update(Card).where(Card.viewer_id == int(viewer_id)).values(greeted_on=day))
            return {str(card.viewer_id): card.greeted_on for card in await session.scalars(select(Card))}

    await desk.link(head, other)
    assert await wished() == {head: None, other: None}
    await desk.unlink(head, other)
    assert await desk.everything() == before, "nobody was wished well, so nothing is left of it"

    await wished(None, today)
    await desk.link(head, other)
    assert (await wished())[head] == today
    await desk.unlink(head, other)
    assert (await wished()).get(head) is None

    await wished(None, None)
    await desk.link(head, other)
    await wished(today)
    await desk.unlink(head, other)
    assert (await wished())[other] == today, "it was wished well as part of the person"
