"""The pages of timed VIPs as they are answered: who has a badge, what waits, and what a hand did on Twitch."""

import re
from typing import Any, cast

import pytest

from entourage.kernel import clock
from entourage.kernel.db import Database
from entourage.kernel.errors import Later
from entourage.ports.channel import BadgeGiven
from entourage.ports.consent import Consent, Consents, Registration
from entourage.vips.desk import Desk
from entourage.vips.updates import Publisher
from entourage.wiring import House
from tests.people import Cast, Client, Doors, make_house
from tests.vips.conftest import Crew, Hands
from tests.vips.stage import FakeChannel, account

pytestmark = pytest.mark.anyio
HTML = {"accept": "text/html"}
PART = {"hx-request": "true"}


class Agreed:
    """A platform that knows this house, and whose one creator has agreed, or agrees no more."""

    consent: Consent | None = Consent(account=account("1"), kind="affiliate", since=clock.now())

    async def registration(self) -> Registration | None:
        return Registration("id", has_secret=True, typed=False)

    async def of(self, creator_id: int) -> Consent | None:
        assert creator_id
        return self.consent


@pytest.fixture
def agreed() -> Agreed:
    """How it stands with the consent."""
    return Agreed()


@pytest.fixture
def house(db: Database, tmp_path: Any, channel: FakeChannel, agreed: Agreed) -> House:
    """A house whose channel is make-believe and connected."""
    house = make_house(db, data_dir=str(tmp_path / "data"))
    house.desk = Desk(channels=channel, publisher=Publisher(house.bus))
    house.consents = cast("Consents", agreed)
    return house


@pytest.fixture
async def creator_id(cast: Cast, hands: Hands) -> int:
    """The owner's creator."""
    hands.push(0)
    return cast.owner.creator_id


@pytest.fixture
async def owner(doors: Doors, cast: Cast) -> Client:
    """The owner, signed in."""
    return await doors.of(cast.owner)


def words(page: str) -> str:
    """Return what is read of a page, without its marks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


async def test_a_badge_is_shown_with_what_it_was_given_for_and_until_when(owner: Client, crew: Crew, agreed: Agreed) -> None:
    await crew.redeem("r1", "7")
    await crew.settle_down()
    await owner.post("/api/vip", json={"login": "login8", "seconds": None})
    await crew.settle_down()
    page = (await owner.get("/vips", headers=HTML)).text
    assert re.search(r'data-badge="7".*?Channel points, 1,000.*?<time[^>]*data-until', page, re.DOTALL)
    assert re.search(r'data-badge="8".*?By hand, Ada', page, re.DOTALL)
    assert "2 timed VIPs" in page
    part = await owner.get("/vips/now", headers=PART | {"accept-language": "de"})
    assert "<html" not in part.text
    assert "Kanalpunkte, 1.000" in part.text
    agreed.consent = None
    assert 'data-badge="7"' in (await owner.get("/vips/now", headers=PART)).text, "what is out is still shown"


async def test_what_waits_says_for_what_and_until_when(owner: Client, crew: Crew, channel: FakeChannel) -> None:
    channel.trouble = lambda moment, call: Later("Twitch rests.") if (moment, call) == ("before", "give") else None
    await crew.redeem("r1", "7")
    await crew.settle_down()
    said = words((await owner.get("/vips/now", headers=PART)).text)
    assert re.search(r"Name7 .*Twitch did not answer, next try \d\d:\d\d", said)
    channel.trouble = lambda _moment, _call: None
    await crew.run_for(60)
    assert "Twitch did not answer" not in (await owner.get("/vips/now", headers=PART)).text


async def test_who_has_not_agreed_or_no_longer_is_told_what_to_do(owner: Client, doors: Doors, cast: Cast, agreed: Agreed) -> None:
    agreed.consent = None
    assert "Connect Twitch" in (await owner.get("/vips", headers=HTML)).text
    helper = await doors.of(cast.helper)
    assert "Ask an owner to connect Twitch" in (await helper.get("/vips", headers=HTML)).text
    agreed.consent = Consent(account=account("1"), since=clock.now(), ended="refused")
    page = (await owner.get("/vips", headers=HTML)).text
    assert "Sign in to Twitch again" in page
    assert "Give a badge" not in page.partition("<dialog")[0]


async def test_a_badge_given_on_twitch_is_left_or_given_an_end_and_one_of_before_never(
    owner: Client, crew: Crew, channel: FakeChannel
) -> None:
    channel.badges.add("5")
    await crew.redeem("r1", "7")
    await crew.settle_down()
    for user_id in ("8", "9"):
        channel.badges.add(user_id)
        await crew.hear(BadgeGiven(broadcaster_id="1", at=clock.now(), user=account(user_id)))
    await crew.settle_down()
    page = (await owner.get("/vips/now", headers=PART)).text
    assert re.findall(r'data-stray="(\w+)"', page) == ["8", "9"]
    assert "given on Twitch by hand, 21:00" in page

    kept = await owner.post("/api/vip/permanent/keep", json={"userId": "8"})
    assert kept.json()["data"]["how"] == "kept"
    taken = await owner.post("/api/vip/permanent/take-over", json={"userId": "9", "seconds": 3600})
    assert taken.status_code == 202, taken.text
    await crew.settle_down()
    page = (await owner.get("/vips/now", headers=PART)).text
    assert re.findall(r'data-stray="(\w+)"', page) == []
    assert re.findall(r'data-badge="(\w+)"', page) == ["9", "7"]
    assert (await owner.post("/api/vip/permanent/take-over", json={"userId": "5", "seconds": 3600})).status_code == 409
    assert (await owner.post("/api/vip/permanent/take-over", json={"userId": "4", "seconds": 3600})).status_code == 404
    await crew.run_for(3700)
    assert channel.badges == {"5", "7", "8"}, "the one with an end is gone, the others were not touched"
