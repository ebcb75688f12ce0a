"""A clipper's pages as they are answered: joined by a link, a clip understood and handed in, counted, doubted, explained, and paid."""

import csv
import io
import re
from datetime import timedelta
from typing import Any

import pytest

from entourage.clips import doubts, payouts, release, submissions, words
from entourage.kernel import clock, tenancy
from entourage.kernel.accounts import links, members, people
from entourage.kernel.db import Database
from tests.clips.studio import ACTOR, Hands, Studio, address, tiktok_id
from tests.people import PASSWORD, Cast, Client, Doors, Person, light_passwords, submit

pytestmark = pytest.mark.anyio
HTML = {"accept": "text/html"}
PART = {"accept": "text/html", "hx-request": "true"}
GERMAN = HTML | {"accept-language": "de"}
PAGES = ("/clips/mine", "/clips/open", "/clips/mine/payout", *(f"/clips/mine/welcome/{n}" for n in (1, 2, 3)))


@pytest.fixture
def studio(db: Database, cast: Cast) -> Studio:
    """The owner's studio, by the real clock."""
    return Studio(db, cast.owner.creator_id, Hands(clock.now()))


async def another(db: Database, cast: Cast, name: str = "Dua") -> Person:
    """Let somebody else clip for Ada too."""
    password_hash = await light_passwords().hash(PASSWORD)
    email = f"{name.lower()}@example.org"
    async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
        user = await people.add(session, email=email, name=name, password_hash=password_hash)
        await members.add(session, user.id, "clipper")
    return Person(user.id, email, cast.owner.creator_id)


async def ask(browser: Client, path: str, **headers: str) -> str:
    """Open a page that is there; returns what it says."""
    answer = await browser.get(path, headers=HTML | headers, follow_redirects=False)
    assert answer.status_code == 200, (path, answer.status_code, answer.text[:400])
    return str(answer.text)


async def hand_in(browser: Client, campaign: int, url: str) -> Any:
    """Hand a clip in as the page does."""
    return await browser.post("/clips/mine", data={"url": url, "campaign": str(campaign)}, headers=PART)


async def test_an_invited_clipper_is_led_through_three_steps_to_their_own_pages(
    doors: Doors, db: Database, cast: Cast, studio: Studio
) -> None:
    await studio.campaign(min_views=1_000, clip_most=30_000)
    async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
        token = await links.make_for_guest(session, "clipper")
    browser = await doors.nobody()
    door = await browser.get(f"/join/{token}", headers=HTML)
    assert "You are invited to clip" in door.text
    joined = await submit(browser, f"/join/{token}", name="Eda", email="eda@example.org", password=PASSWORD)
    assert (joined.status_code, joined.headers["location"]) == (303, "/clips/mine/welcome/1")
    browser.headers["x-csrftoken"] = browser.cookies["csrftoken"]
    assert "Good to have you, Eda" in await ask(browser, "/clips/mine/welcome/1")
    mine = await browser.put("/api/clippers/me", json={"name": "Eda K", "handles": {"tiktok": ["@Eda.Clips", "eda2"], "x": []}})
    assert (mine.status_code, mine.json()["handles"]) == (200, {"tiktok": ["eda.clips", "eda2"]})
    assert "Where does your money go?" in await ask(browser, "/clips/mine/welcome/2")
    wrong = await browser.put("/api/clippers/me/payout", json={"method": "bank", "holder": "Eda", "iban": "DE00 1234"})
    assert wrong.status_code == 400
    assert "iban" in wrong.json()["errors"]
    paid = await browser.put("/api/clippers/me/payout", json={"method": "paypal", "email": "eda.private@example.org"})
    assert paid.json()["data"]["hint"] == "ed…@example.org"
    assert "eda.private" not in paid.text
    third = await ask(browser, "/clips/mine/welcome/3")
    assert "From 1,000 views on." in third
    assert "a clip with 50,000 views earns $250.00" in third
    home = await browser.get("/", headers=HTML, follow_redirects=False)
    assert home.headers["location"] == "/clips/mine"
    assert "eda.private" not in await ask(browser, "/clips/mine/payout")


async def test_a_link_is_understood_while_it_is_typed_and_handed_in_once(doors: Doors, cast: Cast, studio: Studio) -> None:
    campaign = await studio.campaign()
    cem, owner = await doors.of(cast.clipper), await doors.of(cast.owner)
    posted = clock.now() + timedelta(minutes=2)
    video = tiktok_id(posted)
    url = f"https://m.tiktok.com/@Cem.Clips/video/{video}?is_from_webapp=1&amp;_r=1"

    async def look(said: str, where: int = campaign) -> str:
        answer = await cem.get("/clips/mine/look", params={"url": said, "campaign": where}, headers=PART)
        assert answer.status_code == 200
        return str(answer.text)

    assert f"TikTok video {video}, by @cem.clips, posted today" in await look(url)
    assert "is-bad" in await look("https://www.tiktok.com/@cem")
    assert "only new posts count" in (await look(address(clock.now() - timedelta(days=9)))).lower()
    assert "This campaign takes clips on TikTok · YouTube." in await look("https://x.com/cem/status/1790000000000000000")
    assert "Where it leads is looked up" in await look("https://vm.tiktok.com/ZTM2kqBet/")
    assert (await look("")).strip() == ""

    done = await hand_in(cem, campaign, url)
    assert done.headers["hx-trigger"] == "handed-in"
    assert "It is in." in done.text
    assert f"TikTok video {video}, by @cem.clips, posted today" in done.text
    again = await hand_in(cem, campaign, f"https://www.tiktok.com/embed/v2/{video}")
    assert "You handed this video in already." in again.text
    assert "You handed this video in already." in await look(f"https://www.tiktok.com/@_/video/{video}")
    assert "hx-trigger" not in again.headers
    assert "was handed in already" in (await hand_in(owner, campaign, url)).text
    early = await hand_in(cem, campaign, address(clock.now() - timedelta(days=9)))
    assert "posted before the campaign began" in early.text
    asked = {"url": address(posted), "campaign": str(campaign)}
    assert "TikTok-Video" in (await cem.get("/clips/mine/look", params=asked, headers=PART | GERMAN)).text
    assert "takes no clips any more" in (await hand_in(cem, 4711, address(clock.now()))).text
    assert "waits to be looked at" in await ask(cem, "/clips/mine")


async def test_a_clip_tells_its_counts_its_doubts_and_every_cent(doors: Doors, db: Database, cast: Cast, studio: Studio) -> None:
    campaign = await studio.campaign(min_views=1_000, hold_days=3, clip_most=5_000)
    cem = await doors.of(cast.clipper)
    clip = await studio.clip(campaign, cast.clipper.id, views=900)
    low = await ask(cem, f"/clips/mine/{clip}")
    assert "It takes 1,000 views until a clip of this campaign earns; this one has 900." in low
    studio.hands.turn(hours=5)
    await studio.watch(clip, 8_000)
    await studio.accrue(campaign)
    async with studio.inside() as session:
        await doubts.raise_(session, clip, "drop", {"most": 9000, "views": 8000, "lost_percent": 11.1, "readings": [1]})
    page = await ask(cem, f"/clips/mine/{clip}")
    assert "The platform said 9,000 views, and now 8,000: 11.1 % less." in page
    assert "Until then what it earns is kept for you" in page
    assert "Explain, and a person looks again." in page
    said = await cem.post(f"/clips/mine/{clip}/words", data={"text": "It was <b>purged</b> everywhere."}, headers=PART)
    assert "It was &lt;b&gt;purged&lt;/b&gt; everywhere." in said.text
    async with studio.inside() as session:
        assert [one.side for one in await words.thread(session, clip)] == ["clipper"]
        assert (await submissions.row(session, clip)).appealed
        flag = (await doubts.of_clip(session, clip))[0].id
        await doubts.clear(session, studio.desk, flag, "Half of TikTok was purged.", ACTOR)
        await words.answer(session, studio.desk, clip, "Thanks, all good.", ACTOR)
    page = await ask(cem, f"/clips/mine/{clip}")
    assert "A person looked, and all is well: the money goes on." in page
    assert "Half of TikTok was purged." in page
    assert "Thanks, all good." in page
    assert "$40.00" in page
    assert re.search(r"At the rate of the campaign</span><span>8,000</span><span>\$40.00", page)
    assert "by the terms of version 1 of the campaign" in page
    assert "verdient" in (await cem.get(f"/clips/mine/{clip}", headers=GERMAN)).text
    assert "the next of it is free on" in await ask(cem, "/clips/mine")


async def test_money_is_held_then_free_then_paid_and_the_file_adds_up(doors: Doors, cast: Cast, studio: Studio) -> None:
    campaign = await studio.campaign(hold_days=3)
    cem = await doors.of(cast.clipper)
    await studio.pay_to(cast.clipper.id, "cem.private@example.org")
    clip = await studio.clip(campaign, cast.clipper.id, views=12_345)
    assert "$61.72" in await ask(cem, "/clips/mine/money")
    async with studio.inside() as session:
        await release.release(session, now=clock.now() + timedelta(days=4))
        batch = await payouts.make_batch(session, studio.desk, ACTOR, "USD")
    page = await ask(cem, "/clips/mine/payout")
    assert "in a payout that is being made" in page
    assert "cem.private" not in page
    assert "ce…@example.org" in page
    async with studio.inside() as session:
        await payouts.mark_batch_paid(session, studio.desk, batch.id, "PP-77", ACTOR)
    assert "Reference PP-77" in await ask(cem, "/clips/mine/payout")
    studio.hands.turn(days=9)
    await studio.reject(clip, "=2+5 the clip was somebody else's")
    page = await ask(cem, f"/clips/mine/{clip}")
    assert "=2+5 the clip was somebody else&#39;s" in page
    assert "Not right? Say why, and a person looks again." in page
    money = await ask(cem, "/clips/mine/money")
    assert "-$61.72" in money
    assert "it comes off what you earn next" in money
    answer = await cem.get("/clips/mine/statement.csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(row["what"], row["amount"]) for row in rows if row["what"] in {"earn", "unearn"}] == [("earn", "61.72"), ("unearn", "-61.72")]
    assert rows[0]["campaign"] == "Spring"
    assert "rate: 12345 views, 61.72" in rows[0]["steps"]
    assert answer.headers["content-type"].startswith("text/csv")


@pytest.mark.parametrize("path", PAGES)
async def test_each_page_stands_empty_and_in_german(doors: Doors, cast: Cast, path: str) -> None:
    cem, owner = await doors.of(cast.clipper), await doors.of(cast.owner)
    assert 'lang="de"' in await ask(cem, path, **{"accept-language": "de"})
    assert "Back to the house" in await ask(owner, path)
    assert "Back to the house" not in await ask(cem, path)


async def test_a_clipper_takes_what_is_known_of_them_and_leaves(doors: Doors, cast: Cast, studio: Studio) -> None:
    campaign = await studio.campaign()
    cem = await doors.of(cast.clipper)
    await studio.pay_to(cast.clipper.id, "cem.private@example.org")
    await studio.clip(campaign, cast.clipper.id, views=4_000)
    waiting = (await studio.submit(campaign, cast.clipper.id)).id
    page = await ask(cem, "/clips/mine/payout")
    assert 'href="/api/clippers/me/access"' in page
    known = (await cem.get("/api/clippers/me/access")).json()["data"]
    assert known["payment"]["email"] == "cem.private@example.org"
    assert 'data-do="DELETE /api/clippers/me"' in page
    gone = await cem.request("DELETE", "/api/clippers/me", json={})
    assert gone.status_code == 204, gone.text
    after = await cem.get("/api/clippers/me/access")
    assert "cem.private" not in after.text
    assert "rejected" in await ask(cem, f"/clips/mine/{waiting}")
    assert "Say where your money goes" in await ask(cem, "/clips/mine/payout")
