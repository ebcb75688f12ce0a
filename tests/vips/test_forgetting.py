"""Whoever is forgotten is forgotten here too: names, ids and words go, counts stay, and a badge that is out ends as it should."""

from typing import Any

import msgspec
import pytest
from sqlalchemy import Table, select

from entourage import automations
from entourage.chats.tables import ChatFan
from entourage.kernel import clock, deliveries, tenancy
from entourage.kernel.db import Database
from entourage.kernel.errors import NotFound
from entourage.kernel.parcel import Parcel
from entourage.kernel.tables import AuditEntry, Base, Delivery
from entourage.ports.channel import ChatLine, Subscribed
from entourage.viewers import profile
from entourage.viewers.tables import Total
from entourage.vips import analytics, converts, erasure, kinds, permanent, rounds, rulebook, schemas
from entourage.vips.rule import Terms
from tests import make
from tests.people import Cast, Doors
from tests.vips.conftest import DAY, Crew
from tests.vips.stage import FakeChannel, account

pytestmark = pytest.mark.anyio

WHO = "70707"
NAMES = (f"Name{WHO}", f"login{WHO}")
TABLES = ("vip_claims", "vip_grants", "vip_permanent", "audit_log", "deliveries", "jobs_queue")


async def forget(crew: Crew) -> None:
    """Forget them as a viewer, and do what that causes, the second look included."""
    automations.register(crew.registry)
    async with tenancy.inside(crew.db, crew.creator_id, write=True) as session:
        await session.merge(Total(creator_id=crew.creator_id))
        session.add(make.viewer(1, platform="twitch", user_id=WHO))
        await session.flush()
        await profile.forget(session, "1", "user:ada")
    await crew.settle_down()
    crew.hands.push(61)
    await crew.settle_down()


async def left(crew: Crew, *texts: str) -> dict[str, list[Any]]:
    """Return the rows in which one of the texts still stands, but for the order to forget itself."""
    found: dict[str, list[Any]] = {}
    async with tenancy.everywhere(crew.db, "a test looks for what is left") as session:
        for name in TABLES:
            table: Table = Base.metadata.tables[name]
            rows = [dict(row._mapping) for row in await session.execute(select(table))]
            if bad := [row for row in rows if row.get("kind") != kinds.FORGET and any(text in str(row) for text in texts)]:
                found[name] = bad
    return found


def parcel_of(crew: Crew, message_id: str, heard: Any, job: str) -> Parcel:
    payload = msgspec.to_builtins(heard)
    return Parcel(creator_id=crew.creator_id, source="twitch", message_id=message_id, kind="told", payload=payload, job=job)


async def tell(crew: Crew, message_id: str, heard: Any) -> None:
    """Let Twitch tell something, stored as it is and acted upon by its job."""
    parcel = parcel_of(crew, message_id, heard, kinds.HEARD)
    async with tenancy.inside(crew.db, crew.creator_id, write=True) as session:
        assert await deliveries.take(session, parcel) is not None
    await crew.settle_down()


async def live_a_little(crew: Crew, channel: FakeChannel) -> None:
    """A redemption, a subscription with a badge for it, a word in the chat; and somebody else's redemption."""
    async with tenancy.inside(crew.db, crew.creator_id, write=True) as session:
        await rulebook.put(session, schemas.RuleRow(source="sub", least=1000, terms=Terms(duration_s=3600)), "user:ada")
    await crew.redeem("r1", WHO)
    await crew.redeem("r2", "8")
    await crew.settle_down()
    crew.hands.push(60)
    at, user = clock.now(), account(WHO)
    await tell(crew, "m1", Subscribed(broadcaster_id="1", at=at, user=user, tier=1000, gifted=False))
    await tell(crew, "m2", ChatLine(broadcaster_id="1", at=at, user=user, text="!vip please", message_id="c1"))


async def counted(crew: Crew) -> tuple[Any, ...]:
    async with tenancy.inside(crew.db, crew.creator_id) as session:
        told, came = await analytics.read(session, "Europe/Berlin", 4), await converts.read(session)
    return told.weeks, told.people, told.returned, told.points, told.sources, came.redeemers, came.subscribed


async def test_nothing_is_left_of_somebody_whose_badge_is_over(crew: Crew, channel: FakeChannel) -> None:
    await live_a_little(crew, channel)
    await crew.run_for(DAY + 3700, sweep_s=DAY / 4)
    before, entries = await counted(crew), len(await crew.audited())
    assert await left(crew, WHO)

    await forget(crew)

    assert await left(crew, WHO) == {}
    assert await counted(crew) == before
    kept = [entry for entry in await crew.audited() if entry.subject.startswith("vip:forgotten:")]
    assert len({entry.subject for entry in kept}) == 1
    assert {"vips.redemption.received", "vips.grant.given", "vips.grant.extended", "vips.grant.ended"} <= {one.action for one in kept}
    assert all(entry.meta == {} for entry in kept)
    assert len(await crew.audited()) == entries + 1  # viewer.forget
    async with tenancy.inside(crew.db, crew.creator_id) as session:
        assert {one.name for one in (await analytics.read(session, "Europe/Berlin", 4)).regulars} == {"Name8"}
    assert await left(crew, "Name8")


async def test_a_badge_that_is_out_is_taken_back_at_its_end_without_a_word(crew: Crew, channel: FakeChannel) -> None:
    await live_a_little(crew, channel)
    said = len(channel.said)

    await forget(crew)

    assert await left(crew, *NAMES) == {}
    assert [one.user_id for one in await crew.grants() if one.state == "active"] == [WHO, "8"]
    assert channel.badges == {WHO, "8"}
    await crew.run_for(DAY + 3700, sweep_s=DAY / 4)
    crew.hands.push(61)
    await crew.settle_down()

    assert channel.badges == set()
    assert [one.state for one in await crew.grants()] == ["ended", "ended"]
    assert await left(crew, WHO) == {}
    assert all("Name8" in line for line in channel.said[said:])
    # The same redemption, told again, brings nobody back.
    await crew.redeem("r1", WHO)
    await crew.settle_down()
    assert channel.badges == set()
    assert {entry.subject for entry in await left_entries(crew, WHO)} == set()


async def left_entries(crew: Crew, text: str) -> list[AuditEntry]:
    return [entry for entry in await crew.audited() if text in entry.subject + entry.cause + str(entry.meta)]


async def test_points_go_back_to_somebody_who_is_forgotten_while_twitch_is_away(crew: Crew, channel: FakeChannel) -> None:
    channel.moderators.add(WHO)
    channel.signed_in = False
    await crew.redeem("r1", WHO)
    await crew.settle_down()
    await forget(crew)
    assert await left(crew, *NAMES) == {}

    channel.signed_in = True
    crew.hands.push(60)
    async with tenancy.inside(crew.db, crew.creator_id, write=True) as session:
        await rounds.ask(session)
    await crew.run_for(600, sweep_s=300)

    assert channel.status("r1") == "canceled"
    assert await left(crew, WHO) == {}


async def test_a_badge_that_is_not_ours_keeps_its_id_alone_while_it_is_there(crew: Crew, channel: FakeChannel) -> None:
    channel.badges.add(WHO)
    async with tenancy.inside(crew.db, crew.creator_id, write=True) as session:
        await permanent.note(session, account(WHO), "imported")

    await forget(crew)

    found = await left(crew, WHO)
    assert [(row["user_id"], row["name"], row["login"]) for row in found.pop("vip_permanent")] == [(WHO, "", "")]
    assert found == {}
    async with tenancy.inside(crew.db, crew.creator_id, write=True) as session:
        assert not await permanent.note(session, account(WHO), "seen")
        assert await permanent.drop(session, WHO)
    assert await left(crew, WHO) == {}


async def test_what_is_not_acted_upon_yet_is_kept_until_it_is(crew: Crew, db: Database) -> None:
    heard = Subscribed(broadcaster_id="1", at=clock.now(), user=account(WHO), tier=1000, gifted=False)
    async with tenancy.inside(db, crew.creator_id, write=True) as session:
        kept = await deliveries.take(session, parcel_of(crew, "m9", heard, "nobody"))
        await deliveries.blot(session, "twitch", mentioning=WHO)
        assert (await deliveries.get(session, kept or 0)).payload
        await deliveries.handled(session, kept or 0)
        await deliveries.blot(session, "twitch", mentioning="7070")
        assert await session.scalar(select(Delivery.payload))
        await deliveries.blot(session, "twitch", mentioning=WHO)
    async with tenancy.inside(db, crew.creator_id) as session:
        assert await session.scalar(select(Delivery.payload)) == {}


async def test_somebody_who_is_no_viewer_is_forgotten_by_hand_and_known_as_nobody(crew: Crew, channel: FakeChannel) -> None:
    automations.register(crew.registry)
    await crew.redeem("r1", WHO)
    await crew.settle_down()
    async with tenancy.inside(crew.db, crew.creator_id, write=True) as session:
        fan = {"fan_id": "f-1", "known_platform": "twitch", "known_id": WHO, "first_at": clock.now(), "updated_at": clock.now()}
        session.add(ChatFan(**fan))
        await erasure.ask_by_hand(session, WHO, "user:ada")
    await crew.settle_down()
    crew.hands.push(61)
    await crew.run_for(8 * DAY, sweep_s=3_600)

    assert channel.badges == set()
    assert await left(crew, WHO, *NAMES) == {}
    async with tenancy.inside(crew.db, crew.creator_id) as session:
        assert await session.scalar(select(ChatFan.known_id)) == ""
        with pytest.raises(NotFound):
            await erasure.ask_by_hand(session, WHO, "user:ada")


async def test_it_is_asked_for_over_rest_and_on_the_page_of_their_activity(doors: Doors, cast: Cast, db: Database) -> None:
    async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
        await permanent.note(session, account(WHO), "imported")
    owner, helper = await doors.of(cast.owner), await doors.of(cast.helper)
    page = f"/vips/activity?person=login{WHO}"
    assert f"DELETE /api/vip/people/{WHO}" in (await owner.get(page, headers={"accept": "text/html"})).text
    assert "/api/vip/people" not in (await helper.get(page, headers={"accept": "text/html"})).text
    assert (await helper.delete(f"/api/vip/people/{WHO}")).status_code == 403
    assert (await owner.delete("/api/vip/people/1")).status_code == 404
    assert (await owner.delete(f"/api/vip/people/{WHO}")).status_code == 202
    async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
        session.add(make.viewer(1, platform="twitch", user_id=WHO))
    assert "They are among your viewers" in (await owner.get(page, headers={"accept": "text/html"})).text
