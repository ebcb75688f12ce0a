"""A profile is found, shown whole, edited field by field, undone, and forgotten for good."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from sqlalchemy import func, select

from entourage.kernel import audit, clock, tenancy
from entourage.kernel.db import Database
from entourage.kernel.errors import Invalid, NotFound
from entourage.kernel.tables import AuditEntry, Base
from entourage.ports.live import LiveEvent
from entourage.viewers import feed, listing, profile, schemas, tables, tiers
from entourage.viewers.intake import Intake
from entourage.viewers.tables import Card, Interaction, Stream, Total, Viewer
from tests import make
from tests.viewers.events import T0, Room, person
from tests.viewers.recount import recount

pytestmark = pytest.mark.anyio

EVENING = Room()
OF_PEOPLE: tuple[type[Base], ...] = (tables.Viewer, tables.Card, tables.Handle, tables.Visit, tables.Gift, tables.Hour, tables.TierChange)

EDITS: dict[str, tuple[Any, Any]] = {
    "notes": ("Likes cats.\n\tSister of 'Ann'; <b>says</b> \"=hi\" 🐈", "Likes cats.\n\tSister of 'Ann'; <b>says</b> \"=hi\" 🐈"),
    "tags": (["regular", " cats ", "regular", ""], ["regular", "cats"]),
    "birthday": ("1990-05-17", "1990-05-17"),
    "discord_username": (" bo#1234 ", "bo#1234"),
    "tts_voice": ("de_female", "de_female"),
    "is_favorite": (True, True),
    "is_blocked": (True, True),
    "is_moderator": (True, True),
    "age": (33, 33),
    "gender": ("she/her", "she/her"),
    "country": ("Türkiye", "Türkiye"),
    "language": ("tr", "tr"),
}
WRONG: dict[str, list[Any]] = {
    "notes": ["x" * 20_001],
    "tags": [["x" * 51], [str(n) for n in range(51)], "x" * 51],
    "birthday": [
        "9999-99-99",
        "1990-13-01",
        "17.05.1990",
        "today",
        "2000-W01-1",
        "--W01-1",
        "19900517",
        "1990-5-17",
        "05-17",
        "2999-01-01",
        "2099-12-31",
    ],
    "discord_username": ["x" * 101],
    "age": [0, -1, 130, 2**70],
    "country": ["x" * 61],
}


@pytest.fixture(autouse=True)
async def bo(db: Database, creator_id: int, intake: Intake) -> int:
    """Somebody named bo, who has done a little of everything, and somebody named cy."""
    await intake.store(creator_id, everything())
    async with tenancy.inside(db, creator_id) as session:
        return (await profile.find(session, "bo")).id


def everything(room: Room = EVENING, first: int = 1) -> list[LiveEvent]:
    """Return the same events each time: what bo did, and what cy did."""
    ids = iter(range(first, first + 100))
    bo, cy = person("bo", bio="I knit.", followers=12), person("cy")
    return [
        room.join(bo, 0, msg_id=str(next(ids))),
        room.chat(bo, 10, "my address is Elm Street 5", msg_id=str(next(ids))),
        room.like(bo, 20, count=7, msg_id=str(next(ids))),
        room.share(bo, 30, msg_id=str(next(ids))),
        room.follow(bo, 40, msg_id=str(next(ids))),
        room.gift(bo, 50, coins=10, repeat=3, group="1", msg_id=str(next(ids))),
        room.gift(bo, 55, coins=500, msg_id=str(next(ids))),
        room.present(bo, 60, msg_id=str(next(ids))),
        room.chat(cy, 10, msg_id=str(next(ids))),
        room.gift(cy, 20, coins=4, msg_id=str(next(ids))),
    ]


async def edit(db: Database, creator_id: int, ref: str = "bo", **fields: Any) -> schemas.ViewerDetail:
    async with tenancy.inside(db, creator_id, write=True) as session:
        return await profile.edit(session, ref, msgspec.convert(fields, schemas.Edit), "user:ada")


async def shown(db: Database, creator_id: int, ref: str = "bo") -> schemas.ViewerDetail:
    async with tenancy.inside(db, creator_id) as session:
        return await profile.detail(session, ref)


async def forget(db: Database, creator_id: int, ref: str = "bo") -> int:
    async with tenancy.inside(db, creator_id, write=True) as session:
        return await profile.forget(session, ref, "user:ada")


async def names(db: Database, creator_id: int) -> list[str]:
    async with tenancy.inside(db, creator_id) as session:
        return list((await session.scalars(select(Viewer.handle).order_by(Viewer.id))).all())


async def test_the_whole_profile_is_shown(db: Database, creator_id: int, bo: int) -> None:
    detail = await shown(db, creator_id)

    assert (detail.id, detail.platform, detail.tiktok_user_id, detail.tiktok_username, detail.display_name) == (
        bo,
        "tiktok",
        "id-bo",
        "bo",
        "Bo",
    )
    assert (detail.total_coins_spent, detail.total_gifts_sent, detail.total_comments, detail.total_likes, detail.total_shares) == (
        530,
        4,
        1,
        7,
        1,
    )
    assert (detail.total_visits, detail.total_watchtime_seconds) == (1, 60)
    assert (detail.bio, detail.follower_count, detail.is_follower, detail.is_vip, detail.online) == ("I knit.", 12, True, False, True)
    assert (detail.notes, detail.tags, detail.birthday, detail.age, detail.loyalty_points) == ("", [], None, None, 0)
    assert [(one.gift_name, one.total_quantity, one.total_coins) for one in detail.topGifts] == [("Rose", 4, 530)]
    assert detail.heatmap[6][20] == sum(map(sum, detail.heatmap)) == 7
    assert (detail.first_seen_at, detail.last_seen_at) == ("2025-11-15T19:00:00.000Z", "2025-11-15T19:01:00.000Z")
    assert [one["handle"] for one in detail.handles] == ["bo"]


@pytest.mark.thorough
async def test_every_field_is_edited_shown_audited_and_undone(db: Database, creator_id: int, bo: int) -> None:
    for field, (typed, kept) in EDITS.items():
        before = msgspec.structs.asdict(await shown(db, creator_id))
        after = msgspec.structs.asdict(await edit(db, creator_id, **{field: typed}))
        changed = {field, "updated_at", *({"age"} if field == "birthday" else ())}

        assert after[field] == kept != before[field]
        assert after == msgspec.structs.asdict(await shown(db, creator_id))
        assert {name for name, value in after.items() if before[name] != value} <= changed
        async with tenancy.inside(db, creator_id) as session:
            entry = (await audit.page(session, subject=f"viewer:{bo}"))[0]
        assert (entry.action, entry.actor) == ("viewer.edit", "user:ada")
        assert entry.meta == {"before": {field: before[field]}, "after": {field: kept}}

        await edit(db, creator_id, **entry.meta["before"])
        undone = msgspec.structs.asdict(await shown(db, creator_id))
        assert undone | {"updated_at": ""} == before | {"updated_at": ""}


async def test_null_clears_a_field(db: Database, creator_id: int) -> None:
    fields = [name for name in EDITS if not name.startswith("is_")]
    empty = {name: getattr(await shown(db, creator_id), name) for name in fields}
    await edit(db, creator_id, **{name: EDITS[name][0] for name in fields})
    await edit(db, creator_id, **dict[str, Any](dict.fromkeys(fields)))

    assert {name: getattr(await shown(db, creator_id), name) for name in fields} == empty


async def test_a_bad_value_is_refused_by_its_field_and_nothing_is_changed(db: Database, creator_id: int) -> None:
    for field, value in [(name, value) for name, values in WRONG.items() for value in values]:
        with pytest.raises(Invalid) as caught:
            await edit(db, creator_id, **{"is_favorite": True, field: value})
        assert set(caught.value.details) == {field}, value

    assert not (await shown(db, creator_id)).is_favorite


async def test_an_empty_change_is_refused(db: Database, creator_id: int) -> None:
    with pytest.raises(Invalid, match="nothing to change"):
        await edit(db, creator_id)


@pytest.mark.parametrize(
    "fields", [{"total_coins_spent": 9}, {"is_vip": True}, {"vip_tier": "Gold"}, {"id": 1}, {"notes": "x", "creator_id": 2}]
)
def test_fields_that_are_not_for_hands_are_not_taken(fields: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError, match="unknown field"):
        msgspec.convert(fields, schemas.Edit)


async def test_tags_may_be_typed_with_commas(db: Database, creator_id: int) -> None:
    assert (await edit(db, creator_id, tags="cats, regular ,, cats")).tags == ["cats", "regular"]


async def test_the_age_comes_from_the_birthday_if_there_is_one(db: Database, creator_id: int) -> None:
    year = make.day().year - 30
    await edit(db, creator_id, age=12, birthday=f"{year}-01-01")
    assert (await shown(db, creator_id)).age == 30
    await edit(db, creator_id, birthday="--01-01")
    assert (await shown(db, creator_id)).age == 12


async def test_a_birthday_may_be_today_by_the_creators_calendar_and_not_later(db: Database, creator_id: int) -> None:
    before = clock.set_source(lambda: datetime(2026, 5, 17, 22, 30, tzinfo=UTC))  # in Berlin it is the 18th
    try:
        assert (await edit(db, creator_id, birthday="2026-05-18")).birthday == "2026-05-18"
        with pytest.raises(Invalid, match="not come yet"):
            await edit(db, creator_id, birthday="2026-05-19")
    finally:
        clock.set_source(before)


async def test_a_viewer_is_found_by_id_and_by_handle(db: Database, creator_id: int, bo: int) -> None:
    for ref in (str(bo), "bo", "@bo"):
        assert (await shown(db, creator_id, ref)).id == bo


async def test_who_is_not_there_is_not_found(db: Database, creator_id: int) -> None:
    for ref in ["nobody", "@", "", "0", "-1", "999999999999", "9" * 40, "id-bo", "B%", "b_", "bo ", "𝐛𝐨", "b", '"', "bo*"]:
        with pytest.raises(NotFound):
            await shown(db, creator_id, ref)


async def test_a_handle_of_digits_is_found_by_its_at(db: Database, creator_id: int, intake: Intake, bo: int) -> None:
    await intake.store(
        creator_id, [EVENING.chat(person("digits", handle=str(bo)), 60), EVENING.chat(person("many", handle="20051987"), 60)]
    )

    assert (await shown(db, creator_id, str(bo))).id == bo
    assert (await shown(db, creator_id, f"@{bo}")).tiktok_user_id == "id-digits"
    assert (await shown(db, creator_id, "20051987")).tiktok_user_id == "id-many"


async def test_nobody_is_found_at_another_creators(db: Database, creator_id: int, bo: int) -> None:
    for ref in (str(bo), "bo"):
        with pytest.raises(NotFound):
            await shown(db, creator_id + 1, ref)


async def test_forgetting_leaves_nothing_of_a_person(db: Database, creator_id: int, bo: int) -> None:
    await edit(db, creator_id, notes="my secret note", birthday="1990-05-17")
    async with tenancy.inside(db, creator_id, write=True) as session:
        await tiers.set_by_hand(session, "bo", "Gold", "user:ada")

    assert await forget(db, creator_id) == bo

    assert await names(db, creator_id) == ["cy"]
    async with tenancy.inside(db, creator_id) as session:
        for table in OF_PEOPLE:
            column = table.__table__.c["id" if table is tables.Viewer else "viewer_id"]
            assert (await session.scalars(select(column).where(column == bo))).all() == []
        said = (await session.scalars(select(Interaction).where(Interaction.content.is_not(None)))).all()
        assert [one.content for one in said] == ["hi"]
        assert {line.username for line in await feed.recent(session)} == {"cy"}
        for search in ("bo", "knit"):
            assert (await listing.page(session, listing.Query(search=search))).rows == []
        kept = " ".join(str(one.meta) for one in await session.scalars(select(AuditEntry)))
    assert "secret" not in kept
    assert "1990" not in kept


async def test_forgetting_leaves_the_totals_of_the_others(db: Database, creator_id: int) -> None:
    async with tenancy.inside(db, creator_id, write=True) as session:
        await tiers.set_by_hand(session, "bo", "Gold", "user:ada")
    await forget(db, creator_id)

    async with tenancy.inside(db, creator_id) as session:
        assert await recount(session, forgotten=True) == []
        total = (await session.scalars(select(Total))).one()
        # The evening itself stays as it was: nobody can tell from it who gave what.
        assert await session.scalar(select(Stream.coins)) == 534
    assert (total.viewers, total.coins, total.tiered, total.comments) == (1, 4, 0, 1)


async def test_forgetting_is_in_the_audit_log(db: Database, creator_id: int, bo: int) -> None:
    await edit(db, creator_id, notes="x")
    await forget(db, creator_id)

    async with tenancy.inside(db, creator_id) as session:
        entries = await audit.page(session, subject=f"viewer:{bo}")
    assert [(one.action, one.actor, one.meta) for one in entries] == [("viewer.forget", "user:ada", {}), ("viewer.edit", "user:ada", {})]


@pytest.mark.parametrize("recorded", [False, True])
async def test_a_replay_of_the_past_does_not_bring_a_forgotten_person_back(
    db: Database, creator_id: int, intake: Intake, recorded: bool
) -> None:
    await forget(db, creator_id)
    await intake.store(creator_id, everything(), recorded=recorded)
    # Nor does another recording of the past, nor another process that has nothing in memory.
    again = Intake(db)
    await again.store(creator_id, everything(Room("6000", start_ms=T0 - 86_400_000), first=500), recorded=recorded)
    await again.store(creator_id, everything())
    await again.close()

    assert await names(db, creator_id) == ["cy"]
    async with tenancy.inside(db, creator_id) as session:
        assert await recount(session, forgotten=True) == []
        assert await session.scalar(select(func.count()).select_from(Interaction).where(Interaction.content.contains("Elm"))) == 0


@pytest.mark.thorough
async def test_somebody_forgotten_who_acts_anew_begins_anew(db: Database, creator_id: int, intake: Intake, bo: int) -> None:
    await edit(db, creator_id, notes="old note")
    await forget(db, creator_id)
    now = Room("9000", start_ms=clock.now_ms() + 1_000)
    await intake.store(creator_id, [now.gift("bo", 0, coins=7)])
    await intake.store(creator_id, everything())

    detail = await shown(db, creator_id)
    assert detail.id != bo
    assert (detail.total_coins_spent, detail.total_comments, detail.total_visits, detail.notes) == (7, 0, 1, "")
    async with tenancy.inside(db, creator_id) as session:
        assert await recount(session, forgotten=True) == []

    # And may be forgotten again.
    await forget(db, creator_id)
    await intake.store(creator_id, [now.gift("bo", 0, coins=7), *everything()])
    assert await names(db, creator_id) == ["cy"]


async def test_who_is_not_there_cannot_be_forgotten(db: Database, creator_id: int) -> None:
    with pytest.raises(NotFound):
        await forget(db, creator_id, "nobody")
    async with tenancy.inside(db, creator_id) as session:
        assert (await session.scalars(select(Total))).one().viewers == 2


async def test_a_card_is_made_only_when_there_is_something_to_write(db: Database, creator_id: int) -> None:
    await edit(db, creator_id, is_favorite=True)
    async with tenancy.inside(db, creator_id) as session:
        assert (await session.scalars(select(Card))).all() == []
