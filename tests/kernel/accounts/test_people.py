"""Users have one e-mail, a name and a password of their own."""

import pytest

from entourage.kernel import tenancy
from entourage.kernel.accounts import creators, identify, people
from entourage.kernel.accounts.passwords import Passwords
from entourage.kernel.db import Database
from entourage.kernel.errors import Conflict, Invalid, SignInNeeded
from tests.people import PASSWORD, Cast, light_passwords

pytestmark = pytest.mark.anyio


async def test_an_e_mail_address_belongs_to_one_person_however_it_is_written(db: Database, cast: Cast) -> None:
    async with tenancy.everywhere(db, "a test", write=True) as session:
        with pytest.raises(Conflict):
            await people.add(session, email=" ADA@Example.org ", name="Ada", password_hash=None)
    found = await people.check_password(db, light_passwords(), " ADA@Example.org ", PASSWORD)
    assert found.id == cast.owner.id


@pytest.mark.parametrize("email", ["", "ada", "ada@", "@example.org", "a da@example.org", "a\x00@b", "x" * 250 + "@b.org"])
def test_what_is_no_e_mail_address_is_refused(email: str) -> None:
    with pytest.raises(Invalid):
        people.read_email(email)


@pytest.mark.parametrize("name", ["", "   ", "x" * 101, "a\nb", "a\x00b", "a\u202eb"])
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(Invalid):
        people.read_name(name)


async def test_names_are_written_as_people_write_them() -> None:
    for name in ("Ada", "Ünal Çelik", "山田", "محمد", "👩\u200d🚀 Nova", "O'Brien-Smith"):
        assert people.read_name(f" {name} ") == name


@pytest.mark.parametrize(("email", "password"), [("ada@example.org", "wrong password"), ("who@example.org", PASSWORD)])
async def test_a_refusal_does_not_say_what_was_wrong(db: Database, cast: Cast, email: str, password: str) -> None:
    assert cast.owner.email == "ada@example.org"
    with pytest.raises(SignInNeeded) as caught:
        await people.check_password(db, light_passwords(), email, password)
    assert caught.value.message == "E-mail and password do not match."


async def test_somebody_without_a_password_does_not_sign_in_with_an_empty_one(db: Database) -> None:
    async with tenancy.everywhere(db, "a test", write=True) as session:
        await people.add(session, email="new@example.org", name="New", password_hash=None)
    with pytest.raises(SignInNeeded):
        await people.check_password(db, light_passwords(), "new@example.org", "")


async def test_a_weak_hash_is_replaced_when_its_owner_signs_in(db: Database, cast: Cast) -> None:
    await people.check_password(db, Passwords(), cast.owner.email, PASSWORD)
    async with tenancy.everywhere(db, "a test") as session:
        user = await people.get(session, cast.owner.id)
    assert "m=65536" in (user.password_hash or "")


async def test_a_new_password_ends_the_sessions_of_the_old_one(db: Database, cast: Cast) -> None:
    async with tenancy.everywhere(db, "a test") as session:
        kept = identify.session_of(await people.get(session, cast.owner.id))
    assert await identify.by_session(db, kept) is not None
    async with tenancy.everywhere(db, "a test", write=True) as session:
        await people.set_password(session, cast.owner.id, await light_passwords().hash("another password"))
    assert await identify.by_session(db, kept) is None


async def test_somebody_acts_for_the_creator_of_the_session_and_else_for_their_first(db: Database, cast: Cast) -> None:
    async with tenancy.everywhere(db, "a test", write=True) as session:
        second = await creators.add(session, name="Ada Two", zone="UTC", owner_id=cast.owner.id)
        user = await people.get(session, cast.owner.id)
    acting = [
        await identify.by_session(db, identify.session_of(user, creator_id)) for creator_id in (second.id, 0, cast.neighbour.creator_id)
    ]
    assert [actor.creator_name for actor in acting if actor] == ["Ada Two", "Ada Live", "Ada Live"]


async def test_a_zone_must_exist(db: Database, cast: Cast) -> None:
    async with tenancy.everywhere(db, "a test", write=True) as session:
        for zone in ("", "Berlin", "../../etc/passwd"):
            with pytest.raises(Invalid):
                await creators.edit(session, cast.owner.creator_id, zone=zone)
