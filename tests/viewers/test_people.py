"""People are known by their account's id; what they are called is kept up, with its history."""

import random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from entourage.kernel import tenancy
from entourage.kernel.db import Database
from entourage.ports.live import LiveEvent, Person
from entourage.viewers import fold, people, profile, schemas
from entourage.viewers.intake import Intake
from entourage.viewers.tables import Handle, Viewer
from tests.viewers.events import T0, Room, person
from tests.viewers.recount import recount

pytestmark = pytest.mark.anyio

EVENING = Room()
SIGNED = "https://p16-sign.example/img/{}.webp?x-expires={}&x-signature={}"


async def viewers(db: Database, creator_id: int) -> list[Viewer]:
    async with tenancy.inside(db, creator_id) as session:
        return list((await session.scalars(select(Viewer).order_by(Viewer.id))).all())


async def handles(db: Database, creator_id: int, viewer_id: int) -> list[tuple[str, str, int]]:
    statement = select(Handle).where(Handle.viewer_id == viewer_id).order_by(Handle.id)
    async with tenancy.inside(db, creator_id) as session:
        return [(one.handle, one.name, (one.since_ms - T0) // 1000) for one in await session.scalars(statement)]


@pytest.mark.parametrize("in_one_batch", [True, False])
async def test_a_rename_keeps_the_profile_and_the_old_name_in_its_history(
    db: Database, creator_id: int, intake: Intake, in_one_batch: bool
) -> None:
    said: list[LiveEvent] = [
        EVENING.gift(person("bo"), 0, coins=5),
        EVENING.chat(person("bo", handle="bo.new"), 1),
        EVENING.chat(person("bo", handle="bo.new", name="Bo!"), 2),
    ]
    for batch in [said] if in_one_batch else [[one] for one in said]:
        await intake.store(creator_id, batch)

    [who] = await viewers(db, creator_id)
    assert (who.handle, who.name, who.coins, who.comments) == ("bo.new", "Bo!", 5, 2)
    assert await handles(db, creator_id, who.id) == [("bo", "Bo", 0), ("bo.new", "Bo", 1), ("bo.new", "Bo!", 2)]
    async with tenancy.inside(db, creator_id) as session:
        shown = await profile.detail(session, "bo.new")
    assert [one["handle"] for one in shown.handles] == ["bo.new", "bo.new", "bo"]


async def test_a_renamed_viewer_is_searched_by_the_new_name(db: Database, creator_id: int, intake: Intake) -> None:
    await intake.store(creator_id, [EVENING.chat(person("bo"), 0)])
    await intake.store(creator_id, [EVENING.chat(person("bo", handle="zoë", name="Zoë Ø"), 1)])

    [who] = await viewers(db, creator_id)
    assert who.search_text == "zoe zoe o"


async def test_two_people_who_swap_handles_stay_themselves(db: Database, creator_id: int, intake: Intake) -> None:
    one, two = person("bo"), person("cy")
    await intake.store(creator_id, [EVENING.gift(one, 0, coins=5), EVENING.gift(two, 1, coins=70)])
    await intake.store(
        creator_id, [EVENING.chat(person("bo", handle="cy", name="Cy"), 2), EVENING.chat(person("cy", handle="bo", name="Bo"), 3)]
    )

    kept = {who.user_id: (who.handle, who.coins) for who in await viewers(db, creator_id)}
    assert kept == {"id-bo": ("cy", 5), "id-cy": ("bo", 70)}
    async with tenancy.inside(db, creator_id) as session:
        assert (await profile.find(session, "cy")).user_id == "id-bo"


async def test_a_handle_that_two_have_belongs_to_whoever_was_seen_last(db: Database, creator_id: int, intake: Intake) -> None:
    """Somebody renamed, somebody else took the name, and the first was not seen since."""
    await intake.store(creator_id, [EVENING.chat(person("bo"), 0), EVENING.chat(Person("tiktok", "id-new", "bo", "New"), 60)])

    async with tenancy.inside(db, creator_id) as session:
        assert (await profile.find(session, "@bo")).user_id == "id-new"


async def test_the_same_name_is_not_the_same_person(db: Database, creator_id: int, intake: Intake) -> None:
    await intake.store(creator_id, [EVENING.gift(Person("tiktok", str(n), f"h{n}", "Anna"), n, coins=n) for n in (1, 2, 3)])

    assert [(who.name, who.coins) for who in await viewers(db, creator_id)] == [("Anna", 1), ("Anna", 2), ("Anna", 3)]


async def test_the_same_id_on_two_platforms_is_two_people(db: Database, creator_id: int, intake: Intake) -> None:
    twitch = Room("7001", platform="twitch")
    await intake.store(creator_id, [EVENING.chat(Person("tiktok", "42", "bo"), 0), twitch.chat(Person("twitch", "42", "bo"), 1)])

    assert [(who.platform, who.comments) for who in await viewers(db, creator_id)] == [("tiktok", 1), ("twitch", 1)]


async def test_ids_that_no_float_can_hold_stay_apart(db: Database, creator_id: int, intake: Intake) -> None:
    ids = ["9007199254740992", "9007199254740993", "7141865141071640001", "7141865141071640002", "18446744073709551615"]
    await intake.store(creator_id, [EVENING.chat(Person("tiktok", user_id, f"h{n}"), n) for n, user_id in enumerate(ids)])
    # Read back by another intake, so that they came from the database.
    again = Intake(db)
    await again.store(creator_id, [EVENING.gift(Person("tiktok", user_id, f"h{n}"), n, coins=n + 1) for n, user_id in enumerate(ids)])
    await again.close()

    assert [(who.user_id, who.coins) for who in await viewers(db, creator_id)] == [(user_id, n + 1) for n, user_id in enumerate(ids)]


async def test_an_older_message_does_not_bring_an_old_name_back(db: Database, creator_id: int, intake: Intake) -> None:
    await intake.store(creator_id, [EVENING.chat(person("bo", handle="bo.new"), 100)])
    await intake.store(creator_id, [EVENING.chat(person("bo", handle="bo.old"), 50)])

    [who] = await viewers(db, creator_id)
    assert who.handle == "bo.new"


async def test_what_a_message_does_not_say_stays(db: Database, creator_id: int, intake: Intake) -> None:
    known = person("bo", bio="I knit.", followers=12, following=3, verified=True, subscriber=True, follower=True, moderator=True)
    await intake.store(creator_id, [EVENING.chat(known, 0)])
    await intake.store(creator_id, [EVENING.like(Person("tiktok", "id-bo"), 1)])

    [who] = await viewers(db, creator_id)
    assert (who.handle, who.name, who.bio, who.followers, who.following) == ("bo", "Bo", "I knit.", 12, 3)
    assert (who.verified, who.subscriber, who.follower, who.moderator) == (True, True, True, True)

    await intake.store(creator_id, [EVENING.chat(person("bo", followers=0, subscriber=False), 2)])
    [who] = await viewers(db, creator_id)
    assert (who.followers, who.subscriber, who.follower) == (0, False, True)


async def test_following_and_subscribing_make_a_follower_and_a_subscriber(db: Database, creator_id: int, intake: Intake) -> None:
    """The message about it still tells how things were before."""
    before = person("bo", follower=False, subscriber=False)
    await intake.store(creator_id, [EVENING.chat(before, 0), EVENING.follow(before, 1), EVENING.subscribe(before, 2)])

    [who] = await viewers(db, creator_id)
    assert (who.follower, who.subscriber) == (True, True)

    await intake.store(creator_id, [EVENING.chat(person("bo", follower=False), 60)])
    [who] = await viewers(db, creator_id)
    assert (who.follower, who.subscriber) == (False, True)


async def test_a_new_signature_of_the_same_picture_is_taken_once_a_visit(db: Database, creator_id: int, intake: Intake) -> None:
    def signed(n: int, picture: str = "a") -> Person:
        return person("bo", avatar_url=SIGNED.format(picture, n, n))

    async def shown() -> str | None:
        return (await viewers(db, creator_id))[0].avatar_url

    await intake.store(creator_id, [EVENING.chat(signed(n), n) for n in range(5)])
    assert await shown() == signed(0).avatar_url
    await intake.store(creator_id, [EVENING.chat(signed(9, "b"), 10)])
    assert await shown() == signed(9, "b").avatar_url

    tomorrow = Room("7002", start_ms=T0 + 86_400_000)
    await intake.store(creator_id, [tomorrow.chat(signed(20, "b"), 0), tomorrow.chat(signed(21, "b"), 1)])
    assert await shown() == signed(20, "b").avatar_url


async def test_a_moderator_set_or_unset_by_hand_stays(db: Database, creator_id: int, intake: Intake) -> None:
    await intake.store(creator_id, [EVENING.chat(person("bo", moderator=True), 0), EVENING.chat(person("cy", moderator=False), 0)])
    async with tenancy.inside(db, creator_id, write=True) as session:
        await profile.edit(session, "bo", schemas.Edit(is_moderator=False), "user:ada")
        await profile.edit(session, "cy", schemas.Edit(is_moderator=True), "user:ada")

    await intake.store(creator_id, [EVENING.chat(person("bo", moderator=True), 1), EVENING.chat(person("cy", moderator=False), 1)])

    assert [(who.handle, who.moderator) for who in await viewers(db, creator_id)] == [("bo", False), ("cy", True)]


async def test_hostile_names_are_only_names(db: Database, creator_id: int, intake: Intake) -> None:
    names = [
        "'; DROP TABLE viewers; --",
        "<script>alert(1)</script>",
        "{{7*7}}",
        "عمر\u202egnp.exe",
        "👩‍👩‍👧‍👦" * 20,
        "%s %(x)s ? :y \\",
        "a" * 200,
        "=1+1",
    ]
    await intake.store(creator_id, [EVENING.chat(person(f"h{n}", name=name), n, text=name) for n, name in enumerate(names)])

    assert [who.name for who in await viewers(db, creator_id)] == names


async def test_a_hundred_people_renamed_at_random_end_with_their_last_names(db: Database, creator_id: int, intake: Intake) -> None:
    dice, last = random.Random(3), {}
    for batch in range(6):
        events = []
        for n in range(60):
            user, name = f"u{dice.randrange(100)}", f"name{dice.randrange(8)}"
            last[f"id-{user}"] = name
            events.append(EVENING.chat(person(user, handle=name), batch * 60 + n))
        await intake.store(creator_id, events)

    found = await viewers(db, creator_id)
    assert {who.user_id: who.handle for who in found} == last
    assert all(who.search_text == fold.of_viewer(who.handle, who.name) for who in found)
    for who in found[:20]:
        assert (await handles(db, creator_id, who.id))[-1][0] == who.handle
    async with tenancy.inside(db, creator_id) as session:
        assert await recount(session) == []


@given(st.lists(st.sampled_from(["a", "b", "c", ""]), min_size=1, max_size=20))
def test_keeping_up_takes_over_what_was_said_last(names: list[str]) -> None:
    row = [1, "tiktok", "7", "", "", *[None] * 4, *[False] * 5, *[0] * 9, None, None, *[False] * 3, None]
    who = msgspec.convert(dict(zip(people.Who.__struct_fields__, row, strict=False)), people.Who)
    for name in names:
        people.keep_up(who, Person("tiktok", "7", name), refresh=False)

    assert who.handle == next((name for name in reversed(names) if name), "")


@given(st.text(max_size=40))
def test_folding_is_the_same_however_a_text_is_written(text: str) -> None:
    folded = fold.fold(text)

    assert fold.fold(folded) == folded
    assert fold.fold(text.upper()) == fold.fold(text.lower()) or not text.isascii()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("É", "e"), ("ß", "ss"), ("Ø", "o"), ("İ", "i"), ("ı", "i"), ("Ａ", "a"), ("𝐀𝐧𝐧𝐚", "anna"), ("𝒜𝓃𝓃𝒶", "anna"), ("Ⓐ", "a"), ("ﬁ", "fi"),
        ("Łódź", "lodz"), ("ĐÀO", "dao"), ("ÆŒ", "aeoe"), ("Ǆ", "dz"), ("Ａ\u3000Ｂ", "a b"), ("A\tB\n", "a b"), ("a\u0000b", "ab"), ("ΣΑΣ", "σασ"),
    ],
)  # fmt: skip
def test_names_are_folded_to_what_people_type(typed: str, meant: str) -> None:
    assert fold.fold(typed) == meant
