"""A clipper from the invitation to the payout, and a client with a link, each in a browser of their own."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from entourage.clips import by_hand, doubts, payouts, release, reports, words
from entourage.clips.by_hand import Entered
from entourage.kernel import clock, tenancy
from entourage.kernel.accounts import creators, links, members
from entourage.kernel.db import Database
from entourage.wiring import House
from tests.clips.studio import ACTOR, Hands, Studio, address, set_clock, tiktok_id
from tests.looking import look_around
from tests.people import PASSWORD, Cast
from tests.web.browser.conftest import Opened, shot
from tests.web.browser.lodging import Lodging

pytestmark = pytest.mark.browser
BRIEF = "The best twenty seconds of the launch stream.\nName the game, tag us, and no music that is not yours."


@dataclass
class Stage:
    """Ada's house with a campaign that has been going on for ten days: Cem has four clips in it, `clip` is the one that grows."""

    lodging: Lodging
    campaign: int = 0
    clip: int = 0
    report: int = 0
    named: str = ""
    unnamed: str = ""
    invitation: str = ""

    def seen(self, clip: int, views: int) -> None:
        """Let somebody note how often a clip was watched by now."""

        async def note(house: House) -> None:
            async with tenancy.inside(house.db, self.lodging.cast.owner.creator_id, write=True) as session:
                assert house.clip_desk
                await by_hand.enter(session, house.clip_desk, clip, Entered(views=views, note="seen on the phone"), ACTOR)

        self.lodging.do(note)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Open the house; its past went by on a clock of its own."""
    made: dict[str, object] = {}

    async def furnish(db: Database, cast: Cast) -> None:
        hands = Hands(clock.now() - timedelta(days=10))
        before = set_clock(hands)
        try:
            made.update(await _past(db, cast, hands))
        finally:
            clock.set_source(before)

    lodging = Lodging(tmp_path_factory.mktemp("clippers"), furnish)
    yield Stage(lodging, **made)  # type: ignore[arg-type]
    lodging.close()


async def _past(db: Database, cast: Cast, hands: Hands) -> dict[str, object]:
    studio, cem = Studio(db, cast.owner.creator_id, hands), cast.clipper.id
    campaign = await studio.campaign(budget=500_000, days=14, rate_micro=1_500_000, min_views=1_000, clip_most=30_000, hold_days=7)
    await studio.pay_to(cem, "cem@example.org")
    clips = [(await studio.submit(campaign, cem, address(hands.now, "cem.clips"))).id for _ in range(4)]
    for clip in clips:
        await studio.approve(clip)
    for day in range(10):
        for clip, level in zip(clips, (41_000, 5_200, 640, 96_000), strict=True):
            views = int(level * (1 - 0.55 ** (day + 1)))
            async with studio.inside() as session:
                await by_hand.enter(session, studio.desk, clip, Entered(views=views, likes=views // 20, note="the app"), ACTOR)
        hands.turn(days=1)
    async with studio.inside() as session:
        await doubts.raise_(session, clips[1], "drop", {"most": 6_100, "views": 5_180, "lost_percent": 15.1, "readings": [1]})
        await words.answer(session, studio.desk, clips[1], "Where did these views come from?", ACTOR)
        await release.release(session)
        batch = await payouts.make_batch(session, studio.desk, ACTOR, "USD")
        await payouts.mark_batch_paid(session, studio.desk, batch.id, "PP-2211", ACTOR)
    await studio.submit(campaign, cem, address(hands.now, "cem.clips"))
    async with studio.inside() as session:
        row, named = await reports.make(session, campaign, "Acme", names=True, actor=ACTOR)
        token = await links.make_for_guest(session, "clipper")
        _, unnamed = await reports.make(session, campaign, "The board", names=False, actor=ACTOR)
    return {"campaign": campaign, "clip": clips[0], "report": row.id, "named": named, "unnamed": unnamed, "invitation": token}


def test_a_clipper_joins_hands_in_sees_the_counter_move_and_answers(stage: Stage, opened: Opened) -> None:
    page = opened(stage.lodging, f"/join/{stage.invitation}", signed_in=False)
    expect(page.locator(".door-lead")).to_contain_text("You are invited to clip")
    page.get_by_label("Your name").fill("Eda")
    page.get_by_label("E-mail").fill("eda@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Join").click()
    page.wait_for_url("**/clips/mine/welcome/1")
    expect(page.get_by_role("heading", name="Good to have you, Eda")).to_be_visible()
    look_around(page, shot, "clipper-welcome-1")
    page.get_by_label("TikTok").fill("@eda.clips")
    page.get_by_role("button", name="Next").click()
    page.wait_for_url("**/welcome/2")
    page.get_by_label("Bank transfer").check()
    page.get_by_label("Holder of the account").fill("Eda K")
    page.get_by_label("IBAN").fill("DE00 1234 5678")
    page.get_by_role("button", name="Next").click()
    expect(page.locator("#wrong-iban")).to_contain_text("This is no IBAN")
    look_around(page, shot, "clipper-welcome-2")
    page.get_by_role("radio", name="PayPal").check()
    page.get_by_label("E-mail of your PayPal account").fill("eda@example.org")
    page.get_by_role("button", name="Next").click()
    page.wait_for_url("**/welcome/3")
    expect(page.locator(".example")).to_contain_text("a clip with 50,000 views earns US$75.00")
    look_around(page, shot, "clipper-welcome-3")
    page.get_by_role("link", name="Hand in my first clip").click()
    hand_in(page, stage)


def hand_in(page: Page, stage: Stage) -> None:
    """Paste links: what each means is said at once; one goes in, its counter moves, it is rejected, and answered."""
    look_around(page, shot, "clipper-empty")
    field, said = page.get_by_label("Link to your video"), page.locator("#handed-in")
    field.fill("https://www.tiktok.com/@eda.clips")
    expect(said).to_contain_text("This is a link to a profile")
    video = tiktok_id(clock.now())
    field.fill(f"https://www.tiktok.com/@eda.clips/video/{video}?is_from_webapp=1")
    expect(said).to_contain_text(f"TikTok video {video}, by @eda.clips, posted today")
    page.get_by_role("button", name="Hand in").click()
    expect(said).to_contain_text("It is in.")
    row = page.locator("li[data-clip]")
    expect(row).to_contain_text("waits to be looked at")
    clip = int(row.get_attribute("data-clip") or 0)
    field.fill(f"https://www.tiktok.com/embed/v2/{video}")
    expect(said).to_contain_text("You handed this video in already.")
    look_around(page, shot, "clipper-refused")

    stage.seen(clip, 1_234)
    expect(row.locator("[data-count]")).to_have_text("1,234")
    page.goto(f"/clips/mine/{clip}")
    expect(page.locator("[data-clip-page]")).to_contain_text("A person looks at it first.")
    expect(page.locator("body")).to_have_attribute("data-line", "open")

    async def reject(house: House) -> None:
        studio = Studio(house.db, stage.lodging.cast.owner.creator_id, Hands())
        assert house.clip_desk
        studio.desk = house.clip_desk
        await studio.reject(clip, "This is not a clip of our stream.")

    stage.lodging.do(reject)
    expect(page.locator("[data-clip-page]")).to_contain_text("This is not a clip of our stream.")
    page.get_by_label("Not right? Say why").or_(page.locator("#talk-text")).first.fill("It is, at 1:02:14 of the launch.")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#talk-words")).to_contain_text("It is, at 1:02:14 of the launch.")
    look_around(page, shot, "clipper-rejected")


def test_a_clipper_reads_what_grew_what_was_doubted_and_what_was_paid(stage: Stage, opened: Opened) -> None:
    page = opened(stage.lodging, "/", person=stage.lodging.cast.clipper)
    expect(page).to_have_url(f"{stage.lodging.url}/clips/mine")
    expect(page.locator("body")).to_have_attribute("data-line", "open")
    row = page.locator(f"li[data-clip='{stage.clip}']")
    before = row.locator("[data-count]").inner_text()
    look_around(page, shot, "clipper-mine")
    stage.seen(stage.clip, 55_555)
    expect(row.locator("[data-count]")).to_have_text("55.6K")
    assert before != "55.6K"
    row.get_by_role("link").click()
    expect(page.locator(".statement")).to_contain_text("At the rate of the campaign")
    look_around(page, shot, "clipper-clip")
    page.set_viewport_size({"width": 390, "height": 844})
    page.evaluate("document.getElementById('statement-title').scrollIntoView()")
    shot(page, "clipper-statement-phone")
    page.get_by_text("Each count in words").click()
    expect(page.locator(".course-table")).to_contain_text("55,555")
    page.goto(f"/clips/mine/{stage.clip + 1}")
    expect(page.locator(".doubt")).to_contain_text("The platform said 6,100 views, and now 5,180: 15.1 % less.")
    look_around(page, shot, "clipper-doubt")
    page.goto("/clips/mine/payout")
    expect(page.locator("body")).to_contain_text("Reference PP-2211")
    look_around(page, shot, "clipper-payout")
    page.goto("/clips/open")
    look_around(page, shot, "clipper-open")
    german = opened(stage.lodging, f"/clips/mine/{stage.clip}", person=stage.lodging.cast.clipper, language="de-DE", theme="light")
    expect(german.locator("html")).to_have_attribute("lang", "de-DE")
    look_around(german, shot, "clipper-german")


def test_clips_that_are_counted_together_are_all_fetched_anew(stage: Stage, opened: Opened) -> None:
    page = opened(stage.lodging, "/clips/mine", person=stage.lodging.cast.clipper)
    expect(page.locator("body[data-line=open]")).to_be_attached()
    ids = page.locator("li[data-clip]").evaluate_all("all => all.map((row) => Number(row.dataset.clip))")
    assert len(ids) >= 4
    page.wait_for_timeout(1000)  # what is asked for at first is there
    page.locator("li[data-clip]").evaluate_all("all => { for (const row of all) row.dataset.old = ''; }")
    page.evaluate(
        """(ids) => {
            const user_id = document.getElementById("main").dataset.me;
            const detail = ids.map((id) => ({ name: "clip:updated", payload: { clip: { id, user_id } } }));
            document.dispatchEvent(new CustomEvent("live", { detail }));
        }""",
        ids,
    )
    expect(page.locator("li[data-old]")).to_have_count(0)
    expect(page.locator("li[data-clip]")).to_have_count(len(ids))


def test_who_clips_for_several_switches_between_them(stage: Stage, opened: Opened) -> None:
    cast = stage.lodging.cast

    async def also(house: House) -> None:
        async with tenancy.inside(house.db, cast.neighbour.creator_id, write=True) as session:
            await members.add(session, cast.clipper.id, "clipper")
            assert (await creators.get(session, cast.neighbour.creator_id)).name == "Nia Live"

    page = opened(stage.lodging, "/clips/mine", person=cast.clipper)
    expect(page.locator(".clipper-for")).to_contain_text("Clipping for Ada Live")
    stage.lodging.do(also)
    page.reload()
    page.get_by_label("Clipping for").select_option(label="Nia Live")
    expect(page.locator("#clipper-clips")).to_contain_text("Nothing handed in yet")
    page.wait_for_load_state()
    page.get_by_label("Clipping for").select_option(label="Ada Live")
    expect(page.locator("li[data-clip]")).to_have_count(5)


def test_a_client_reads_their_report_until_the_link_is_taken_back(stage: Stage, opened: Opened) -> None:
    page = opened(stage.lodging, f"/report/{stage.named}", signed_in=False, theme="light")
    expect(page.get_by_role("heading", name="Spring")).to_be_visible()
    expect(page.locator(".report-top")).to_contain_text("Cem")
    look_around(page, shot, "report")
    german = opened(stage.lodging, f"/report/{stage.unnamed}", signed_in=False, theme="dark", language="de")
    expect(german.locator("main")).to_contain_text("Bericht für Acme")
    expect(german.locator("main")).not_to_contain_text("Cem")
    look_around(german, shot, "report-german")

    async def revoke(house: House) -> None:
        async with tenancy.inside(house.db, stage.lodging.cast.owner.creator_id, write=True) as session:
            await reports.revoke(session, stage.report, ACTOR)

    stage.lodging.do(revoke)
    page.reload()
    expect(page.locator("main")).to_contain_text("The report is not there")
    look_around(page, shot, "report-gone")
