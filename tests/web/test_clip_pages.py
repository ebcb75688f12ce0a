"""The manager's pages of clips as they are answered: who sees them, sums in both languages, what comes first, and what is said of counting."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from entourage.clips import choices, doubts, runs
from entourage.clips.batching import Batch
from entourage.clips.tables import ClipForecast
from entourage.kernel import clock, tenancy
from entourage.kernel.db import Database
from entourage.web import clip_curves, clip_health, clip_sums, clip_words, i18n
from entourage.web.clip_curves import Foretold
from entourage.wiring import House
from tests.clips.studio import Hands, Studio
from tests.people import Cast, Doors, make_house

pytestmark = pytest.mark.anyio
HTML = {"accept": "text/html"}
GERMAN = HTML | {"accept-language": "de"}
PART = {"hx-request": "true"}
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
PAGES = (
    "/clips",
    "/clips/campaigns/new",
    "/clips/review",
    "/clips/review/all",
    "/clips/payouts",
    "/clips/clippers",
    "/clips/counting",
    "/clips/settings",
    "/clips/waiting",
)


@pytest.fixture
def house(db: Database, tmp_path: Path) -> House:
    return make_house(db, data_dir=str(tmp_path / "data"))


@pytest.fixture
def studio(db: Database, cast: Cast) -> Studio:
    """The owner's studio, by the real clock."""
    return Studio(db, cast.owner.creator_id, Hands(clock.now()))


@pytest.fixture
def in_german() -> Iterator[None]:
    i18n.speak(i18n.Voice("de", "de"))
    yield
    i18n.speak(i18n.Voice())


@pytest.mark.thorough
async def test_pages_of_clips_are_for_managers_alone(doors: Doors, cast: Cast, studio: Studio) -> None:
    campaign = await studio.campaign()
    clip = await studio.clip(campaign, cast.clipper.id, 20_000)
    own = (
        *PAGES,
        f"/clips/campaigns/{campaign}",
        f"/clips/campaigns/{campaign}/edit",
        f"/clips/clips/{clip}",
        f"/clips/clippers/{cast.clipper.id}",
    )
    owner, helper, clipper = [await doors.of(one) for one in (cast.owner, cast.helper, cast.clipper)]
    for path in own:
        assert (await owner.get(path, headers=HTML)).status_code == 200, path
        assert (await helper.get(path, headers=HTML)).status_code == 403, path
        assert (await clipper.get(path, headers=HTML)).status_code == 403, path
    neighbour = await doors.of(cast.neighbour)
    for path in own[len(PAGES) :]:
        assert (await neighbour.get(path, headers=HTML)).status_code == 404, path


async def test_somebody_without_a_campaign_is_led_to_one_and_then_to_a_clipper(doors: Doors, cast: Cast, studio: Studio) -> None:
    browser = await doors.of(cast.owner)
    assert 'aria-current="step"><h3>Make a campaign' in (await browser.get("/clips", headers=HTML)).text
    await studio.campaign()
    page = (await browser.get("/clips", headers=HTML)).text
    assert 'aria-current="step"><h3>Invite a clipper' in page
    assert "Spring" in page


async def test_money_and_views_are_written_as_the_reader_writes_them(doors: Doors, cast: Cast, studio: Studio) -> None:
    campaign = await studio.campaign(rate_micro=1_500_000)
    clip = await studio.clip(campaign, cast.clipper.id, 123_456)
    browser = await doors.of(cast.owner)
    english = (await browser.get(f"/clips/clips/{clip}", headers=HTML)).text
    assert "$185.18" in english
    assert 'title="123,456" data-views="123456">123.5K' in english
    german = (await browser.get(f"/clips/clips/{clip}", headers=GERMAN)).text
    assert "185,18\xa0$" in german
    assert 'title="123.456" data-views="123456">123.456' in german
    part = await browser.get(f"/clips/campaigns/{campaign}", headers=PART)
    assert "<html" not in part.text
    assert "$185.18" in part.text


async def test_names_and_titles_are_only_words(doors: Doors, cast: Cast, studio: Studio, db: Database) -> None:
    campaign = await studio.campaign()
    clip = await studio.clip(campaign, cast.clipper.id, 9_000, approved=False)
    async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
        await doubts.raise_(session, clip, "wrong_author", {"author": "<b>mo", "handles": "cem", "readings": [4]})
    browser = await doors.of(cast.owner)
    for path in (f"/clips/clips/{clip}", "/clips/review"):
        page = (await browser.get(path, headers=HTML)).text
        assert "posted by: &lt;b&gt;mo" in page
        assert "<b>mo" not in page
        assert "readings" not in page.split("clip-numbers")[1].split("</ul>")[0]


@pytest.mark.thorough
@pytest.mark.parametrize("key", [" ", "a\x00b", "²", "\u202eapify", "schlüssel"])
async def test_a_key_with_signs_that_no_key_has_is_refused_in_words(doors: Doors, cast: Cast, key: str) -> None:
    answer = await (await doors.of(cast.owner)).put("/api/clips/keys/youtube", json={"key": key})
    assert answer.status_code == 400
    assert "Copy it again" in answer.json()["errors"]["key"]


async def test_a_campaign_that_starts_later_and_one_with_other_terms_say_so(doors: Doors, cast: Cast, studio: Studio) -> None:
    campaign, browser = await studio.campaign(rate_micro=5_000_000), await doors.of(cast.owner)
    row = (await browser.get(f"/api/clips/campaigns/{campaign}")).json()["data"]
    draft = {name: row[name] for name in ("title", "platforms", "deadline", "currency", "budget")}
    draft |= {"terms": row["terms"] | {"rate_micro": 4_000_000}, "starts_at": (clock.now() + timedelta(days=9)).isoformat()}
    assert (await browser.put(f"/api/clips/campaigns/{campaign}", json=draft)).status_code == 200
    page = (await browser.get(f"/clips/campaigns/{campaign}?platform=youtube", headers=HTML)).text
    assert "starts " in page.split('class="state ')[1].split("</section>")[0]
    assert "Version 1, from" in page
    assert page.index("$4.00 per 1,000 views") < page.index("$5.00 per 1,000 views")
    assert '<option value="youtube" selected>' in page
    assert f'data-exact="{draft["starts_at"]}"' in (await browser.get(f"/clips/campaigns/{campaign}/edit", headers=HTML)).text


async def test_chosen_clips_are_decided_and_it_is_said_in_the_readers_language_why_others_are_not(
    doors: Doors, cast: Cast, studio: Studio
) -> None:
    campaign = await studio.campaign(budget=100)
    first, second, done = [await studio.clip(campaign, cast.clipper.id, 9_000, approved=False) for _ in range(3)]
    await studio.approve(done)
    browser = await doors.of(cast.owner)
    assert f'data-pick-clip="{first}"' in (await browser.get(f"/clips/review/all?campaign={campaign}", headers=PART)).text
    assert "data-pick-clip" not in (await browser.get("/clips/review/all?campaign=999", headers=PART)).text
    order = {"ids": [first, done, 999], "decision": "reject", "rejectionReason": "No."}
    told = (await browser.post("/clips/review/all", json=order, headers=GERMAN)).text
    assert "1 Clip abgelehnt. Über 2 konnte nicht entschieden werden." in told
    assert "Er wurde inzwischen freigegeben." in told
    assert f'data-undoable="{first}"' in told
    back = (await browser.post("/clips/review/all", json={"ids": [first], "decision": "reopen"})).text
    assert "1 clip waits again." in back
    told = (await browser.post("/clips/review/all", json={"ids": [first, second], "decision": "approve"})).text
    assert "2 clips approved." in told
    assert "The pot of 2 of them is empty" in told
    helper = await doors.of(cast.helper)
    assert (await helper.post("/clips/review/all", json={"ids": [first], "decision": "reopen"})).status_code == 403


async def test_a_key_that_nobody_can_try_is_not_kept(doors: Doors, cast: Cast) -> None:
    browser = await doors.of(cast.owner)
    assert (await browser.put("/api/clips/keys/nobody", json={"key": "x"})).status_code == 404
    assert (await browser.delete("/api/clips/keys/apify")).status_code == 404
    assert (await (await doors.of(cast.helper)).put("/api/clips/keys/apify", json={"key": "x"})).status_code == 403


async def test_forecasts_are_scored_where_everybody_sees_it(doors: Doors, cast: Cast, db: Database) -> None:
    browser = await doors.of(cast.owner)
    assert "How good forecasts were" not in (await browser.get("/clips/counting", headers=HTML)).text
    now = clock.now()
    async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
        for clip, actual in ((1, 1_100), (2, 2_500)):
            session.add(
                ClipForecast(
                    submission=clip, age_h=72, horizon_h=168, made_at=now, due_at=now, low=500, mid=1_000, high=2_000, actual=actual, scored_at=now
                )
            )  # fmt: skip
    page = (await browser.get("/clips/counting", headers=HTML)).text
    assert "on day 3, for day 7" in page
    assert "50%" in page.split("on day 3, for day 7")[1]


async def test_how_counting_does_is_one_sentence(db: Database, cast: Cast, studio: Studio) -> None:
    async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
        assert "paste your Apify key" in (await clip_health.of(session, frozenset()))[0].words
        said, meter = await clip_health.of(session, {"tiktok"}, {"tiktok"})
        assert (said.tone, said.cost) == ("good", "$0.00 of $10.00 this month.")
        assert meter.runs == 0
        assert "YouTube" in (await clip_health.of(session, {"tiktok"}, {"tiktok", "youtube"}))[0].words
        for run in await runs.plan(session, [Batch("apify_tiktok", "tiktok", [1], 4_000)] * 2, "schedule"):
            row = await runs.lock(session, run)
            assert row
            runs.failed(row, "Apify did not answer.", cost_micro=0)
        await session.flush()
        assert (await clip_health.of(session, {"tiktok"}))[0].tone == "bad"
        settings = await choices.read(session)
        settings.month_micro = 0
        await choices.write(session, settings, "user:ada")
        assert "used up" in (await clip_health.of(session, {"tiktok"}))[0].words


def test_sums_have_their_currency_and_its_decimals() -> None:
    assert [clip_sums.money(123_456, code) for code in ("USD", "JPY", "KWD")] == ["$1,234.56", "¥123,456", "KWD123.456"]
    assert clip_sums.rate(1_525_000, "EUR") == "€1.525"
    assert [clip_sums.dollars(micro) for micro in (None, 1_700, 1_200_000)] == ["$0.00", "$0.0017", "$1.20"]
    assert (clip_sums.plain(None, "USD"), clip_sums.plain(1_050, "USD"), clip_sums.plain_rate(1_500_000)) == ("", "10.50", "1.5")


def test_every_rule_and_doubt_has_words_in_german(in_german: None) -> None:
    for code in ("low_engagement", "spike", "flat_likes", "drop", "wrong_author", "elsewhere", "outside_window", "too_short"):
        assert "_" not in clip_words.doubt(code)
    steps = [{"code": "counted", "views": 5_000, "amount": 0}, {"code": "rate", "views": 5_000, "amount": 750}]
    assert clip_words.reckoning(steps, "USD") == ["Aufrufe, die zählen: 5.000 Aufrufe", "Zum Satz der Kampagne: 7,50\xa0$"]


def test_a_curve_stands_in_its_picture_with_the_band_after_it() -> None:
    seen = [(NOON, 0), (NOON + timedelta(hours=6), 400), (NOON + timedelta(hours=24), 1_000)]
    end = NOON + timedelta(hours=48)
    drawn = clip_curves.draw(seen, band=[Foretold(end, 1_000, 1_500, 2_000)], failed=[NOON + timedelta(hours=12)], deadline=end)
    assert drawn
    assert (drawn.top, drawn.line) == (2_000, "M0.0 200.0L125.0 160.0L500.0 100.0")
    assert drawn.band == "M500.0 100.0L1000.0 0.0L1000.0 100.0Z"
    assert (drawn.failed, drawn.deadline) == ([250.0], 1000.0)
    assert sum(point.wide for point in drawn.points) == 500.0
    assert clip_curves.draw([]) is None
    assert clip_curves.draw(seen[:1]) is None
