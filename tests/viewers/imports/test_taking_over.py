"""What an import does to people: by which rule, to whom, when they are first seen, and what an undo leaves alone."""

import pytest
from sqlalchemy import text

from entourage.kernel import tenancy
from entourage.kernel.errors import Invalid
from entourage.viewers import link, profile
from entourage.viewers.imports.taking import Wanted
from tests.viewers.events import Room, person
from tests.viewers.imports.content import hashes
from tests.viewers.imports.desk import Desk

pytestmark = pytest.mark.anyio

LIST = "username,points,coins,hours,notes,tags\nLENA,100,50,2,Likes cats,artist\n"


@pytest.mark.thorough
@pytest.mark.parametrize(("rule", "coins", "points"), [("set", 50, 100), ("add", 80, 100), ("larger", 50, 100)])
async def test_each_rule_does_what_it_is_called(rule: str, coins: int, points: int, desk: Desk) -> None:
    await desk.hear(Room().gift("lena", 1, coins=30))
    past = await desk.bring(LIST, Wanted(rules={"coins": rule, "loyalty_points": rule}))
    lena = await desk.look("lena")
    assert (past.counts.matched, lena.total_coins_spent, lena.loyalty_points) == (1, coins, points)
    assert await desk.differences() == []
    past = await desk.undo(past.id)
    assert (await desk.look("lena")).total_coins_spent == 30


@pytest.mark.parametrize(("rule", "coins"), [("set", 5), ("add", 35), ("larger", 30)])
async def test_a_smaller_number_lowers_only_where_it_is_set(rule: str, coins: int, desk: Desk) -> None:
    await desk.hear(Room().gift("lena", 1, coins=30))
    before = await hashes(desk.db)
    past = await desk.bring("username,coins,comments\nlena,5,0\n", Wanted("csv", rules={"coins": rule}))
    assert (await desk.look("lena")).total_coins_spent == coins
    assert await desk.differences() == []
    await desk.undo(past.id)
    assert await hashes(desk.db) == before


async def test_notes_and_tags_are_put_beside_what_is_there(desk: Desk) -> None:
    await desk.hear(Room().chat("lena", 1))
    await desk.edit("lena", notes="From Köln", tags=["regular"], birthday="1990-01-01")
    await desk.bring("username,notes,tags,birthday\nlena,Likes cats,Regular;artist,1991-02-02\n", Wanted("csv"))
    lena = await desk.look("lena")
    assert (lena.notes, lena.tags, lena.birthday) == ("From Köln\nLikes cats", ["regular", "artist"], "1990-01-01")


async def test_a_name_waits_until_somebody_of_that_name_is_first_seen(desk: Desk) -> None:
    past = await desk.bring(LIST)
    assert past.counts.pending == 1
    await desk.hear(Room().gift("lena", 1, coins=30), Room().chat("zoe", 2))
    lena = await desk.look("lena")
    assert (lena.loyalty_points, lena.total_coins_spent, lena.notes, lena.tags) == (100, 80, "Likes cats", ["artist"])
    assert (await desk.past(past.id)).counts.pending == 0
    assert (await desk.past(past.id)).counts.matched == 1
    assert await desk.differences() == []

    await desk.hear(Room().gift("lena", 5, coins=7))
    await desk.undo(past.id)
    lena = await desk.look("lena")
    assert (lena.loyalty_points, lena.total_coins_spent, lena.notes, lena.tags) == (0, 37, "", []), "who was seen stays, with what they did"
    assert await desk.differences() == []


async def test_nobody_waits_after_an_undo(desk: Desk) -> None:
    past = await desk.bring(LIST)
    await desk.undo(past.id)
    await desk.hear(Room().chat("lena", 1))
    assert (await desk.look("lena")).loyalty_points == 0


async def test_a_name_waits_on_its_own_platform_only(desk: Desk) -> None:
    past = await desk.bring(LIST, Wanted(platform="twitch"))
    await desk.hear(Room().chat("lena", 1))
    assert (await desk.look("lena")).loyalty_points == 0
    await desk.hear(Room("9", platform="twitch").chat(person("l", platform="twitch", user_id="t9", handle="Lena"), 1))
    assert (await desk.past(past.id)).counts.pending == 0
    assert (await desk.look("Lena")).loyalty_points == 100
    assert await desk.differences() == []


async def test_who_came_under_another_name_is_found_by_the_old_one(desk: Desk) -> None:
    await desk.hear(Room().chat("lena", 1))
    await desk.hear(Room().chat(person("x", user_id="id-lena", handle="lena.new"), 2))
    past = await desk.bring(LIST)
    assert past.counts.matched == 1
    assert (await desk.look("lena.new")).loyalty_points == 100


async def test_who_was_erased_is_not_brought_back(desk: Desk) -> None:
    await desk.hear(Room().chat("lena", 1))
    async with tenancy.inside(desk.db, desk.creator_id, write=True) as session:
        await profile.forget(session, "lena", "Ada")
    past = await desk.bring("tiktok_user_id,username,points,coins\nid-lena,lena,5,9\nid-mo,mo,1,2\n", Wanted("csv"))
    assert (past.counts.new, past.counts.rejected) == (1, 1)
    assert "erased" in await desk.failed(past.id)
    assert await desk.differences() == []


async def test_an_undo_leaves_alone_what_a_hand_has_changed_since(desk: Desk) -> None:
    past = await desk.bring("tiktok_user_id,username,points,notes\n77,lena,5,From the list\n", Wanted("csv"))
    await desk.edit("lena", notes="Written since")
    await desk.undo(past.id)
    lena = await desk.look("lena")
    assert (lena.notes, lena.loyalty_points) == ("Written since", 0), "somebody with words of yours does not go"
    assert await desk.differences() == []


async def test_the_numbers_of_a_linked_account_go_to_its_head_and_back(desk: Desk) -> None:
    await desk.hear(Room().gift("lena", 1, coins=10), Room().chat("other", 2))
    async with tenancy.inside(desk.db, desk.creator_id) as session:
        ids = {row.handle: row.id for row in await session.execute(text("SELECT handle, id FROM viewers"))}
    async with tenancy.inside(desk.db, desk.creator_id, write=True) as session:
        await link.join(session, str(ids["lena"]), str(ids["other"]), "Ada")
    past = await desk.bring("username,coins,points\nother,50,5\n", Wanted("csv", rules={"coins": "add"}))
    assert past.counts.matched == 1
    assert (await desk.look("lena")).total_coins_spent == 60
    assert await desk.differences() == []
    await desk.undo(past.id)
    assert (await desk.look("lena")).total_coins_spent == 10
    assert await desk.differences() == []


async def test_two_imports_are_undone_in_any_order(desk: Desk) -> None:
    await desk.hear(Room().gift("lena", 1, coins=10))
    one = await desk.bring("tiktok_user_id,username,coins\n,lena,5\n77,mo,100000\n", Wanted("csv", rules={"coins": "add"}))
    two = await desk.bring("tiktok_user_id,username,coins\n,lena,7\n77,mo,3\n", Wanted("csv", rules={"coins": "add"}))
    await desk.undo(one.id)
    assert ((await desk.look("lena")).total_coins_spent, (await desk.look("mo")).total_coins_spent) == (17, 3)
    assert await desk.differences() == []
    await desk.undo(two.id)
    assert (await desk.look("lena")).total_coins_spent == 10
    assert await desk.differences() == []


async def test_a_tier_that_an_import_earns_says_where_it_is_from_and_goes_with_it(desk: Desk) -> None:
    await desk.hear(Room().chat("lena", 1))
    before = await hashes(desk.db)
    past = await desk.bring("username,coins,hours,visits\nlena,6000,30,30\n", Wanted("csv"))
    assert (await desk.look("lena")).vip_tier == "Silver"
    await desk.undo(past.id)
    assert (await desk.look("lena")).vip_tier is None
    assert await hashes(desk.db) == before


async def test_an_unknown_rule_or_field_or_column_is_refused(desk: Desk) -> None:
    for wanted, words in (
        (Wanted("csv", rules={"coins": "double"}), "set, add or larger"),
        (Wanted("csv", rules={"shoes": "add"}), "no field 'shoes'"),
        (Wanted("csv", mapping={"nothing": "handle"}), "no column 'nothing'"),
        (Wanted("csv", mapping={"points": "loyalty_points"}), "who a row is about"),
        (Wanted("csv", mapping={"username": "handle", "points": "coins", "coins": "coins"}), "choose one"),
        (Wanted("csv", platform="My Space!"), "no platform"),
    ):
        with pytest.raises(Invalid, match=words):
            await desk.preview(LIST, wanted)


async def test_the_failed_rows_can_be_mended_and_brought_again(desk: Desk) -> None:
    past = await desk.bring('username,coins,notes\nlena,many,"=1+1, said she"\nmo,4,\n', Wanted("csv"))
    said = (await desk.failed(past.id)).removeprefix("\ufeff")
    assert said.splitlines()[1] == "lena,many,\"'=1+1, said she\",coins: 'many' is no number."
    mended = said.replace("many,", "70,", 1)
    await desk.hear(Room().chat("lena", 1))
    await desk.bring(mended, Wanted("csv", mapping={"username": "handle", "coins": "coins", "notes": "notes"}))
    lena = await desk.look("lena")
    assert (lena.total_coins_spent, lena.notes) == (70, "=1+1, said she")
