"""A manager from the first campaign to the last cent, in a browser: made, invited, approved, counted, doubted, cleared, paid."""

import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import pytest
from playwright.sync_api import Page, Route, expect

from entourage.clips import clippers, doubts, jobs, release, schemas, submissions, submitting
from entourage.clips import review as review_room
from entourage.clips.desk import Desk
from entourage.kernel import clock, tenancy
from entourage.kernel.accounts import members
from entourage.kernel.db import Database
from entourage.kernel.tenancy import CreatorSession
from entourage.wiring import House
from tests.clips.counters import Desks, FakeCounter
from tests.clips.studio import ACTOR, address
from tests.looking import SIZES, complaints, look_around, overflows
from tests.people import PASSWORD, Cast
from tests.web.browser.conftest import Opened, shot
from tests.web.browser.lodging import Lodging

pytestmark = pytest.mark.browser
T = TypeVar("T")
Work = Callable[[CreatorSession, Desk], Awaitable[T]]


@dataclass
class Office:
    """Ada's house, in which somebody counts TikTok in memory."""

    lodging: Lodging
    counter: FakeCounter

    def write(self, work: Work[T]) -> T:
        """Do something in a transaction of Ada's."""

        async def go(house: House) -> T:
            assert house.clip_desk
            async with tenancy.inside(house.db, self.lodging.cast.owner.creator_id, write=True) as session:
                return await work(session, house.clip_desk)

        return self.lodging.do(go)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    counter = FakeCounter()

    async def furnish(db: Database, cast: Cast) -> None:
        """Leave it empty."""

    def refit(house: House) -> None:
        assert house.clip_desk
        house.clip_desk = replace(house.clip_desk, counters=Desks(tiktok=counter))

    lodging = Lodging(tmp_path_factory.mktemp("office"), furnish, refit)
    desk = lodging.house.clip_desk
    assert desk
    lodging.employ(lambda registry, _: jobs.register(registry, desk))
    yield Office(lodging, counter)
    lodging.close()


def make_campaign(page: Page) -> None:
    """Follow the first step, forget the title, and open the campaign."""
    look_around(page, shot, "clips-empty", sizes=("phone",))
    page.locator(".clip-step.is-next").get_by_role("link", name="Make a campaign").click()
    says = page.locator("[data-example=clip]")
    expect(says).to_have_text("A clip with 100,000 views earns US$150.00.")
    page.locator("#rate").fill("5")
    expect(says).to_have_text("A clip with 100,000 views earns US$500.00.")
    page.locator("#title").fill("Launch")
    page.get_by_role("button", name="Make the campaign").click()
    expect(page.locator("#wrong-budget")).to_have_text("There is nothing in its pot. Give it a budget first.")
    page.locator("#title").fill("")
    page.locator("#budget").fill("1000")
    expect(page.locator("[data-example=pot]")).to_have_text("The pot of US$1,000.00 pays for 200,000 views.")
    page.locator("#hold").fill("0")
    expect(page.get_by_label("Clips posted from")).to_have_value("")
    page.locator("#starts").fill(f"{clock.now() - timedelta(days=3):%Y-%m-%dT%H:%M}")
    page.get_by_role("button", name="Make the campaign").click()
    expect(page.locator("#wrong-title")).to_have_text("A campaign needs a title.")
    page.locator("#title").fill("Launch week")
    page.get_by_role("button", name="Make the campaign").click()
    page.wait_for_url(re.compile(r"/clips/campaigns/\d+$"))
    expect(page.locator(".clip-head")).to_contain_text("running")
    assert page.url.endswith("/1")  # what was begun was finished, and not made twice


def invite(page: Page, opened: Opened, office: Office) -> UUID:
    """Make a link for a clipper, who makes an account with it."""
    page.get_by_role("link", name="Invite a clipper").click()
    page.wait_for_load_state()
    page.get_by_role("button", name="Make a link").click()
    link = page.locator("#fresh-link")
    expect(link).to_have_value(re.compile("/join/"))
    other = opened(office.lodging, "/join/" + link.input_value().rsplit("/", 1)[1], signed_in=False)
    other.get_by_label("Your name").fill("Eda")
    other.get_by_label("E-mail").fill("eda@example.org")
    other.get_by_label("Password").fill(PASSWORD)
    other.get_by_role("button", name="Join").click()
    other.wait_for_url("**/clips/mine/**")

    async def find(session: CreatorSession, _: Desk) -> UUID:
        eda = next(user.id for user, _ in await members.all_of(session) if user.name == "Eda")
        await clippers.put_details(session, eda, schemas.PayTo(method="paypal", email="eda@example.org"), ACTOR)
        return eda

    return office.write(find)


def review(page: Page, office: Office, eda: UUID) -> int:
    """Approve a clip by keyboard, take it back, and approve it for good."""

    async def hand_in(session: CreatorSession, desk: Desk) -> int:
        return (await submitting.submit(session, desk, 1, eda, address(clock.now(), "eda"))).id

    page.goto("/clips/review")
    expect(page.locator("#review")).to_contain_text("Nothing to look at")
    expect(page.locator("body[data-line=open]")).to_be_attached()
    clip = office.write(hand_in)
    one = page.locator("[data-review]")
    expect(one).to_contain_text("by Eda")
    expect(page.locator("[data-clip-waiting]")).to_be_visible()
    page.keyboard.press("r")
    page.keyboard.press("2")
    expect(page.get_by_role("radio", name="does not follow the brief")).to_be_checked()
    page.keyboard.press("Escape")
    look_around(page, shot, "clips-review", sizes=("phone",))
    page.keyboard.press("a")
    expect(one).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(one).to_contain_text("by Eda")
    with page.expect_response(lambda answer: answer.request.method == "PUT" and "/api/admin/submissions/" in answer.url):
        page.keyboard.press("a")
        expect(one).to_have_count(0)
    return clip


def decide_once(page: Page, office: Office, eda: UUID) -> None:
    """Press twice before the next clip stands there: one is decided, once, and Undo brings it back."""

    async def hand_in(session: CreatorSession, desk: Desk) -> int:
        return (await submitting.submit(session, desk, 1, eda, address(clock.now(), "eda"))).id

    async def clear(session: CreatorSession, desk: Desk) -> None:
        for one in (first, second):
            await review_room.reject(session, desk, one, "Not yours.", ACTOR)

    first, second = office.write(hand_in), office.write(hand_in)
    page.goto("/clips/review")
    one = page.locator("[data-review]")
    expect(one).to_have_attribute("data-review", str(first))
    held: list[Route] = []
    told: list[str] = []
    next_one = re.compile(r"/clips/review\?")
    page.on("request", lambda request: told.append(request.url) if request.method == "PUT" else None)
    page.route(next_one, lambda route: held.append(route))  # noqa: PLW0108
    with page.expect_request(next_one):
        page.keyboard.press("a")
    page.keyboard.press("a")
    with page.expect_response(next_one):
        for route in held:
            route.continue_()
    page.unroute(next_one)
    expect(one).to_have_attribute("data-review", str(second))
    page.get_by_role("button", name="Undo").click()
    expect(one).to_have_attribute("data-review", str(first))
    assert told == []
    office.write(clear)


def pick(page: Page, office: Office, eda: UUID) -> None:
    """Choose among clips by keyboard, reject some with one reason, take it back, and approve: a doubted one is left with a reason."""

    async def hand_in(session: CreatorSession, desk: Desk) -> int:
        return (await submitting.submit(session, desk, 1, eda, address(clock.now(), "eda"))).id

    clips = [office.write(hand_in) for _ in range(4)]

    async def doubt(session: CreatorSession, desk: Desk) -> None:
        await doubts.raise_(session, clips[3], "wrong_author", {"author": "mo", "handles": "eda"})
        await submissions.tell(session, desk, [clips[3]])

    office.write(doubt)
    page.goto("/clips/review")
    page.get_by_role("link", name="Several at once").click()
    rows, bar = page.locator("[data-pick-clip]"), page.locator("#list-chosen")
    expect(rows).to_have_count(4)
    look_around(page, shot, "clips-picking", sizes=("phone",))
    boxes = page.locator("[data-pick]")
    boxes.first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    expect(bar).to_contain_text("2 selected")
    page.keyboard.press("r")
    ask = page.get_by_role("dialog", name="Reject 2 clips")
    ask.get_by_label("Or in your own words").fill("Not our stream.")
    look_around(page, shot, "clips-picking-reject", sizes=("wide",))
    ask.get_by_role("button", name="Reject").click()
    expect(rows).to_have_count(2)
    page.get_by_role("button", name="Undo").click()
    expect(rows).to_have_count(4)
    boxes.first.focus()
    page.keyboard.press("Control+a")
    expect(bar).to_contain_text("4 selected")
    look_around(page, shot, "clips-picking-chosen")
    page.keyboard.press("a")
    outcome = page.locator("#outcome")
    expect(outcome).to_contain_text("3 clips approved. 1 could not be decided.")
    expect(outcome).to_contain_text("There are doubts about this clip.")
    expect(rows).to_have_count(1)
    look_around(page, shot, "clips-picking-outcome", sizes=("phone",))
    outcome.get_by_role("button", name="Close").click()

    async def clear(session: CreatorSession, desk: Desk) -> None:
        await review_room.reject(session, desk, clips[3], "Not yours.", ACTOR)

    office.write(clear)


def count_and_clear(page: Page, office: Office, clip: int) -> None:
    """Count it now, see its views and its money come, and clear a doubt."""
    page.goto(f"/clips/clips/{clip}")
    expect(page.locator("[data-clip]")).to_contain_text("approved")
    office.counter.views.clear()

    async def video(session: CreatorSession, _: Desk) -> str:
        return (await submissions.row(session, clip)).video_id or ""

    office.counter.views[office.write(video)] = 80_000
    page.get_by_role("button", name="Count now").click()
    head = page.locator("section[data-clip]")
    expect(head).to_contain_text("80K")
    expect(head).to_contain_text("US$400.00")

    async def doubt(session: CreatorSession, desk: Desk) -> None:
        await doubts.raise_(session, clip, "spike", {"views": 80_000, "expected": 9_000, "at_most": 14_000, "readings": [1]})
        await submissions.tell(session, desk, [clip])

    office.write(doubt)
    flag = page.locator(".clip-flag.is-open")
    expect(flag).to_contain_text("expected at most: 14K")
    expect(head).to_contain_text("held: to be looked at")
    look_around(page, shot, "clips-clip")
    page.get_by_label("To Eda").fill("Where did they come from?")
    page.get_by_role("button", name="Say it").click()
    expect(page.locator(".clip-word.is-ours")).to_contain_text("Where did they come from?")
    flag.get_by_role("button", name="All is well").click()
    expect(flag).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(head).to_contain_text("held: to be looked at")
    flag.get_by_role("button", name="All is well").click()
    expect(flag).to_have_count(0)
    expect(head).to_contain_text("approved")


def give_a_sum(page: Page, clip: int) -> None:
    """Give a clip a sum of its own, and let its views count again; let it wait, and take that back."""
    page.goto(f"/clips/clips/{clip}")
    head, menu = page.locator("section[data-clip]"), page.locator(".clip-menu summary")
    menu.click()
    look_around(page, shot, "clips-clip-menu", "section[data-clip]", sizes=("phone",))
    page.get_by_role("button", name="A sum of its own").click()
    page.get_by_label("Sum of this clip").fill("12.50")
    look_around(page, shot, "clips-clip-sum", "section[data-clip]", sizes=("phone",))
    page.get_by_role("button", name="Set", exact=True).click()
    expect(head).to_contain_text("its own sum: US$12.50")
    expect(head.locator("[data-earned]")).to_have_text("US$12.50")
    page.get_by_role("button", name="Undo").last.click()
    expect(head.locator("[data-earned]")).to_have_text("US$400.00")
    menu.click()
    page.get_by_role("button", name="Let it wait again").click()
    expect(head).to_contain_text("waits for review")
    page.get_by_role("button", name="Undo").last.click()
    expect(head.locator("[data-earned]")).to_have_text("US$400.00")
    expect(head).not_to_contain_text("waits for review")


def stay_out_of_the_way(page: Page, clip: int) -> None:
    """What is pressed or opened while the page is drawn anew stays where it is; what is new comes when that is over."""
    head, menu = page.locator("section[data-clip]"), page.locator(".clip-menu summary")
    item = page.get_by_role("button", name="Let it wait again")
    held: list[Route] = []
    address = re.compile(rf"/clips/clips/{clip}$")
    page.route(address, lambda route: held.append(route))  # noqa: PLW0108 (a list's own method has no signature to look at)
    menu.click()
    with page.expect_request(address):
        item.click()
    menu.click()  # closed, and opened by a press that lasts
    menu.hover()
    page.mouse.down()
    with page.expect_response(address):
        for route in held:
            route.continue_()
    page.unroute(address)
    page.wait_for_timeout(200)
    page.mouse.up()
    undo = page.get_by_role("button", name="Undo").last
    undo.focus()  # its note stays
    expect(item).to_be_visible()
    expect(head).not_to_contain_text("waits for review")
    menu.click()
    expect(head).to_contain_text("waits for review")
    undo.click()
    expect(head).not_to_contain_text("waits for review")


def keep_the_moments(page: Page) -> None:
    """Save a campaign's form without changing it: its moments stay to the second."""
    before = page.request.get("/api/clips/campaigns/1").json()["data"]
    page.goto("/clips/campaigns/1/edit")
    page.locator("#title").fill("Launch weeks")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(re.compile(r"/clips/campaigns/1$"))
    after = page.request.get("/api/clips/campaigns/1").json()["data"]
    assert (after["starts_at"], after["deadline"]) == (before["starts_at"], before["deadline"])
    assert (after["title"], after["version"]) == ("Launch weeks", before["version"])


def pay(page: Page, office: Office) -> None:
    """Make a batch after a look at it, take its file, and note it as paid."""
    page.goto("/clips/payouts")
    expect(page.locator("main")).to_contain_text("Nobody has US$20.00 that is free to be paid")

    async def let_go(session: CreatorSession, _: Desk) -> None:
        await release.release(session)

    office.write(let_go)
    page.reload()
    expect(page.locator(".vip-others").first).to_contain_text("PayPal")
    look_around(page, shot, "clips-payouts", sizes=("wide",))
    page.get_by_role("button", name="Make a batch").click()
    page.get_by_role("button", name="US$400.00 to 1 person. Make the batch?").click()
    page.wait_for_url(re.compile(r"/clips/payouts/\d+$"))
    with page.expect_download() as taken:
        page.get_by_role("link", name="All as CSV").click()
    assert "400.00" in Path(taken.value.path()).read_text(encoding="utf-8-sig")
    row = page.locator("[data-payout]")
    row.get_by_role("button", name="Paid").click()
    row.get_by_label("Reference").fill("PP-77")
    row.get_by_role("button", name="Paid").click()
    expect(row).to_contain_text("PP-77")
    expect(row.get_by_role("button")).to_have_count(0)


def report(page: Page) -> None:
    """Make a link for the client, and take it back; pause the campaign and undo that."""
    page.goto("/clips/campaigns/1")
    page.get_by_label("Whom is it for?").fill("Acme")
    page.get_by_role("button", name="Make a link").click()
    expect(page.locator("#fresh-link")).to_have_value(re.compile("/report/"))
    page.get_by_role("button", name="Take back").click()
    page.get_by_role("button", name="The link stops working. Take back?").click()
    expect(page.locator(".line")).to_contain_text("taken back")
    page.get_by_role("button", name="Pause").click()
    expect(page.locator(".clip-head")).to_contain_text("paused")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".clip-head")).to_contain_text("running")


def test_a_manager_makes_a_campaign_and_pays_for_its_views(office: Office, opened: Opened) -> None:
    page = opened(office.lodging, "/clips")
    make_campaign(page)
    eda = invite(page, opened, office)
    clip = review(page, office, eda)
    decide_once(page, office, eda)
    pick(page, office, eda)
    count_and_clear(page, office, clip)
    give_a_sum(page, clip)
    stay_out_of_the_way(page, clip)
    keep_the_moments(page)
    pay(page, office)
    report(page)
    for size, theme, language in (("phone", "light", "de-DE"), ("wide", "dark", "en-GB")):
        other = opened(office.lodging, "/clips", size=size, theme=theme, language=language)
        found = []
        for path in (
            "",
            "/campaigns/new",
            "/campaigns/1",
            "/campaigns/1/edit",
            "/payouts/1",
            "/clippers",
            f"/clippers/{eda}",
            "/counting",
            "/settings",
        ):
            other.goto(f"/clips{path}")
            found += complaints(other)
            found += [f"{path} is wider than {SIZES[size]}"] if overflows(other) else []
            shot(other, f"clips{path.replace('/', '-')}-{theme}-{size}")
        assert found == []
