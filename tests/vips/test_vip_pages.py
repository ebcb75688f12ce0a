"""The pages of timed VIPs as they are answered: who has a badge, what waits, what a hand did on Twitch, what happened and why."""

import csv
import io
import re
from typing import Any, cast

import pytest

from entourage.kernel import clock, tenancy
from entourage.kernel.bus.memory import MemoryBus
from entourage.kernel.db import Database
from entourage.kernel.errors import Later
from entourage.ports.channel import BadgeGiven, WentLive
from entourage.ports.consent import Consent, Consents, Registration
from entourage.viewers.tables import Total
from entourage.vips.desk import Desk
from entourage.vips.updates import Publisher
from entourage.wiring import House
from tests import make
from tests.people import Cast, Client, Doors, make_house
from tests.vips.conftest import DAY, Crew, Hands
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


@pytest.mark.thorough
async def test_whoever_has_a_badge_is_known_by_it_where_viewers_are_shown(
    owner: Client, doors: Doors, cast: Cast, crew: Crew, db: Database, creator_id: int
) -> None:
    async with tenancy.inside(db, creator_id, write=True) as session:
        away = make.viewer(1)
        session.add_all([away, make.viewer(2, platform="twitch", user_id="9"), Total(creator_id=creator_id)])
        await session.flush()
        session.add(make.viewer(3, platform="twitch", user_id="7", linked_to=away.id))
    await crew.redeem("r1", "7")
    await crew.settle_down()
    for path in ("/viewers/1", "/viewers/1/arrival"):
        assert "VIP on Twitch, 24 h left" in words((await owner.get(path, headers=PART)).text)
        assert "VIP on Twitch" not in (await owner.get(path.replace("1", "2"), headers=PART)).text
    await owner.post("/api/vip", json={"login": "login9", "seconds": None})
    await crew.hear(WentLive(broadcaster_id="1", at=clock.now(), stream_id="s1"))
    await crew.settle_down()
    assert "VIP auf Twitch, bis der Stream endet" in (await owner.get("/viewers/2", headers=PART | {"accept-language": "de"})).text
    await crew.run_for(DAY + 60)
    assert "VIP on Twitch" not in (await owner.get("/viewers/1", headers=PART)).text


async def test_the_file_of_all_their_data_tells_of_badges_too(owner: Client, crew: Crew, db: Database, creator_id: int) -> None:
    async with tenancy.inside(db, creator_id, write=True) as session:
        session.add_all([make.viewer(1), make.viewer(2, platform="twitch", user_id="7")])
    await crew.redeem("r1", "7")
    await crew.redeem("r2", "8")
    await crew.settle_down()
    (told,) = (await owner.get("/api/viewer-profiles/2/access")).json()["accounts"]
    assert [(one["source"], one["amount"], one["state"]) for one in told["badges_asked_for"]] == [("redemption", 1000, "granted")]
    assert [(one["state"], one["until_stream_end"]) for one in told["badges"]] == [("active", False)]
    assert told["badges_not_given_here"] == []
    assert "vips.grant.given" in {one["action"] for one in told["done_about_badges"]}
    (other,) = (await owner.get("/api/viewer-profiles/1/access")).json()["accounts"]
    assert "badges" not in other


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


@pytest.mark.thorough
async def test_a_badge_given_on_twitch_is_left_or_given_an_end_and_one_of_before_never(
    owner: Client, crew: Crew, channel: FakeChannel
) -> None:
    channel.badges.add("5")
    await crew.redeem("r1", "7")
    await crew.settle_down()
    for user_id in ("8", "9"):
        channel.badges.add(user_id)
        await crew.hear(BadgeGiven(broadcaster_id="1", at=clock.now(), user=account(user_id)))
    before = len(crew.screens.seen)
    await crew.settle_down()
    assert [one.event for one in crew.screens.seen[before:]] == ["vip:slots"] * 2, "open pages are told"
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
    await crew.run_for(3700, sweep_s=600)
    assert channel.badges == {"5", "7", "8"}, "the one with an end is gone, the others were not touched"


async def test_the_activity_tells_a_redemption_from_its_points_to_its_end(owner: Client, crew: Crew) -> None:
    await crew.redeem("r1", "7")
    await crew.settle_down()
    await crew.run_for(DAY + 60, sweep_s=3600)
    page = (await owner.get("/vips/activity", headers=HTML)).text
    assert "vips." not in page.partition('id="main"')[2].replace("vips.js", ""), "every action has its sentence"
    (first, *_) = re.findall(r"/vips/activity/(\d+)/chain", page)
    told = re.findall(r'<span class="grow">(.*?)</span>', (await owner.get(f"/vips/activity/{first}/chain", headers=PART)).text)
    assert told[0] == "Name7 redeemed 1,000 channel points."
    assert "Name7 has the VIP badge." in told
    assert told.index("Name7 has the VIP badge.") < told.index("The badge of Name7 is gone: its time was over.")
    german = (await owner.get("/vips/activity", headers=HTML | {"accept-language": "de"})).text
    assert "Name7 hat das VIP-Abzeichen." in german


@pytest.mark.thorough
async def test_the_activity_is_filtered_paged_and_taken_along_as_a_file(owner: Client, crew: Crew) -> None:
    for number in range(40):
        await crew.redeem(f"r{number}", str(number + 10))
    await crew.settle_down()
    page = (await owner.get("/vips/activity", headers=HTML)).text
    rows = re.findall(r'id="entry-(\d+)"', page)
    assert len(rows) == 50
    following = re.search(r'hx-get="([^"]+before=\d+[^"]*)"', page)
    assert following
    more = re.findall(r'id="entry-(\d+)"', (await owner.get(following[1].replace("&amp;", "&"), headers=PART)).text)
    assert more
    assert max(map(int, more)) < min(map(int, rows))

    one = (await owner.get("/vips/activity?person=name12&kind=badges", headers=HTML)).text
    assert set(re.findall(r"(Name\d+) has the VIP badge", one)) == {"Name12"}
    assert "Nothing fits" in (await owner.get("/vips/activity?person=nobody", headers=HTML)).text
    assert "Nothing fits" in (await owner.get("/vips/activity?until=2026-11-19", headers=HTML)).text
    assert len(re.findall(r'id="entry-', (await owner.get("/vips/activity?since=2026-11-20&who=platform:twitch", headers=HTML)).text)) == 50

    answer = await owner.get("/vips/activity.csv?kind=asked")
    assert answer.headers["content-type"].startswith("text/csv")
    lines = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    asked = [line for line in lines if line["action"] == "vips.redemption.received"]
    assert {line["person"] for line in asked} == {f"Name{number + 10}" for number in range(40)}
    assert "Name49 redeemed 1,000 channel points." in {line["what"] for line in asked}


async def test_the_activity_is_for_who_may_read_the_audit_log(doors: Doors, cast: Cast) -> None:
    helper = await doors.of(cast.helper)
    assert (await helper.get("/vips", headers=HTML)).status_code == 200
    assert (await helper.get("/vips/activity", headers=HTML)).status_code == 403
    clipper = await doors.of(cast.clipper)
    assert (await clipper.get("/vips", headers=HTML)).status_code == 403


async def test_whom_the_room_has_seen_is_suggested_by_name_or_login(owner: Client, crew: Crew) -> None:
    await crew.redeem("r1", "7")
    await crew.settle_down()
    assert '<option value="login7">Name7</option>' in (await owner.get("/vips/whom?q=na", headers=PART)).text
    assert "<option" not in (await owner.get("/vips/whom?q=zz", headers=PART)).text


async def test_a_badge_is_told_to_screens_with_how_full_the_house_is(crew: Crew, house: House) -> None:
    assert isinstance(house.bus, MemoryBus)
    await crew.redeem("r1", "7")
    await crew.settle_down()
    assert [one.event for one in crew.screens.seen] == ["vip:granted", "vip:slots"]
