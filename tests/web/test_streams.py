"""The pages of streams and gaps as they are answered, without a browser."""

import re

import pytest
from sqlalchemy import delete, update

from entourage.kernel import clock, tenancy
from entourage.kernel.db import Database
from entourage.viewers import tables
from entourage.viewers.stream_shapes import GapRow
from entourage.web import missed
from tests import make
from tests.people import Cast, Client, Doors

pytestmark = pytest.mark.anyio

HTML = {"accept": "text/html"}
PART = {"hx-request": "true"}


@pytest.fixture
async def tonight(db: Database, cast: Cast) -> int:
    """Store six evenings, the last one going on; returns its stream."""
    viewers = await make.people(db, cast.owner.creator_id, 12)
    return await make.evenings(db, cast.owner.creator_id, viewers)


@pytest.fixture
async def owner(doors: Doors, cast: Cast) -> Client:
    return await doors.of(cast.owner)


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


async def test_a_new_house_says_what_will_stand_here(owner: Client) -> None:
    assert "No streams yet" in (await owner.get("/streams", headers=HTML)).text
    assert "Nothing was missed" in (await owner.get("/streams/gaps", headers=HTML)).text
    assert (await owner.get("/streams/newest", headers=HTML)).status_code == 404
    assert (await owner.get("/streams/7", headers=HTML)).status_code == 404
    assert "gap-banner " not in (await owner.get("/", headers=HTML)).text


async def test_the_newest_stream_is_a_click_away(owner: Client, tonight: int) -> None:
    answer = await owner.get("/streams/newest", headers=HTML, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (302, f"/streams/{tonight}")


async def test_a_stream_that_goes_on_is_not_judged_by_whole_evenings(owner: Client, tonight: int) -> None:
    going_on = words((await owner.get(f"/streams/{tonight}", headers=HTML)).text)
    assert re.search(r"Coins 4,620 usually [\d,]+", going_on)
    assert not re.search(r"[+−]\d+% ·", going_on)
    over = words((await owner.get(f"/streams/{tonight - 1}", headers=HTML)).text)
    assert re.search(r"Coins [\d,]+ [+−]\d+% · usually", over)
    first = words((await owner.get(f"/streams/{tonight - 5}", headers=HTML)).text)
    assert "This is the first stream" in first


@pytest.mark.parametrize(
    ("curve", "said"),
    [("comments", "comments in a minute"), ("coins", "coins in a minute"), ("joins", "came in in a minute"), ("watching", "412 watching")],
)
async def test_each_curve_says_in_words_what_stands_out(owner: Client, tonight: int, curve: str, said: str) -> None:
    page = (await owner.get(f"/streams/{tonight}/course", params={"curve": curve}, headers=PART)).text
    assert said in words(page)
    assert "<html" not in page
    assert page.count("<title>") == 83, "the minute that has only begun is not drawn"
    assert page.count('<th scope="row"') == 83
    assert (await owner.get(f"/streams/{tonight}/course?curve=mood", headers=PART)).status_code == 400


async def test_a_banner_says_what_was_missed_until_it_is_put_away(owner: Client, db: Database, cast: Cast, tonight: int) -> None:
    now = clock.now_ms()
    first = await make.gap(db, cast.owner.creator_id, tonight, now - 600_000, recovered=3)
    banner = words((await owner.get("/tonight/gaps", headers=PART)).text)
    assert "The line to TikTok was lost." in banner
    assert "(2 min)" in banner
    assert "3 messages of it were told again" in banner
    owner.cookies.set("gaps_seen", str(first))
    assert (await owner.get("/tonight/gaps", headers=PART)).text == ""
    await make.gap(db, cast.owner.creator_id, tonight, now - 60_000, until_ms=None, reason="rate_limited")
    assert "asked us to wait" in (await owner.get("/tonight/gaps", headers=PART)).text
    for nonsense in ("-1", "x", "9" * 40):
        owner.cookies.set("gaps_seen", nonsense)
        assert "There is one more gap" in (await owner.get("/tonight/gaps", headers=PART)).text, nonsense


@pytest.mark.thorough
async def test_a_blink_needs_no_banner_but_stands_in_the_ledger(owner: Client, db: Database, cast: Cast, tonight: int) -> None:
    now = clock.now_ms()
    await make.gap(db, cast.owner.creator_id, tonight, now - 600_000, until_ms=now - 597_000)
    assert (await owner.get("/tonight/gaps", headers=PART)).text == ""
    ledger = (await owner.get("/streams/gaps", headers=PART)).text
    assert ledger.count("data-gap=") == 1
    assert f'href="/streams/{tonight}"' in ledger
    listed = (await owner.get("/streams", headers=HTML)).text
    assert listed.count('<span class="quiet">nothing</span>') == 5


async def test_the_ledger_goes_on_page_by_page(owner: Client, db: Database, cast: Cast, tonight: int) -> None:
    now = clock.now_ms()
    for number in range(53):
        await make.gap(db, cast.owner.creator_id, tonight, now - number * 60_000, until_ms=now - number * 60_000 + 5_000)
    first = (await owner.get("/streams/gaps", headers=HTML)).text
    following = re.search(r'hx-get="(/streams/gaps\?before=[^"]+)"', first)
    assert following
    rest = (await owner.get(following[1], headers=PART)).text
    ids = re.findall(r'data-gap="(\d+)"', first + rest)
    assert (len(ids), len(set(ids)), "<table" in rest) == (53, 53, False)


@pytest.mark.parametrize(
    ("reason", "until", "why", "after"),
    [
        ("reconnecting", 60, "The line to TikTok was lost.", "Nothing was told again"),
        ("unreachable", 60, "TikTok did not answer.", "Nothing was told again"),
        ("refused", 60, "refused the key", "Nothing was told again"),
        ("stopped", 0, "Entourage was not running.", "nobody knows what happened"),
        ("reconnecting", None, "The line to TikTok was lost.", "It goes on."),
        ("something new", 60, "Nobody listened to TikTok.", "Nothing was told again"),
    ],
)
async def test_every_reason_has_words(reason: str, until: int | None, why: str, after: str) -> None:
    began = 1_763_233_200_000
    over = None if until is None else clock.iso(began + until * 1000)
    gap = GapRow(1, "tiktok", None, clock.iso(began) or "", over, until or 0, reason, 0)
    assert why in missed.why(gap)
    assert after in missed.after(gap)


async def test_the_board_of_a_week_holds_what_was_done_in_it(owner: Client, db: Database, cast: Cast, tonight: int) -> None:
    async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:  # a stream counts for the week and the month it began in
        await session.execute(update(tables.Stream).where(tables.Stream.id == tonight).values(started_ms=clock.now_ms() - make.MINUTE))
    for period in ("tonight", "week", "month", "ever"):
        page = (await owner.get("/leaderboard", params={"board": "coins", "period": period}, headers=HTML)).text
        assert page.count("data-viewer=") > 0, period
        assert re.search(rf'period={period}" aria-current="true"', page), period
    assert (await owner.get("/leaderboard?period=year", headers=HTML)).status_code == 400


async def test_the_week_shows_activity_or_coins_and_names_the_best_hours_of_both(owner: Client, tonight: int) -> None:
    del tonight
    activity, coins = [(await owner.get(f"/week?show={show}", headers=HTML)).text for show in ("activity", "coins")]
    assert re.findall(r'data-n="(\d+)"', activity) != re.findall(r'data-n="(\d+)"', coins)
    for page in (activity, coins):
        said = words(page)
        assert re.search(r"Busiest: \w+day \d\d–\d\d", said)
        assert re.search(r"Most coins come: \w+day \d\d–\d\d", said)


async def test_a_stream_whose_history_was_let_go_says_so(owner: Client, db: Database, cast: Cast, tonight: int) -> None:
    old = tonight - 1
    async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
        for table in (tables.Visit, tables.Gift, tables.Interaction):
            await session.execute(delete(table).where(table.stream_id == old))
        await session.execute(update(tables.Stream).where(tables.Stream.id == old).values(let_go_ms=clock.now_ms()))
    page = words((await owner.get(f"/streams/{old}", headers=HTML)).text)
    assert "was let go on" in page
    assert "Only the sums of this stream are kept." in page
    assert "Nothing was given" not in page
    assert re.search(r"Came back –", page)
    assert re.search(r"Busiest at \d\d:\d\d: \d+ comments in a minute", page), "its course stays"
