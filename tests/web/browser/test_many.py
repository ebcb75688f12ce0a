"""Messages to many, the jobs, the AI's cost and all creators, as somebody meets them who looks after chats."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import pytest
from playwright.sync_api import expect

from entourage.chats import broadcasts, kinds, people, schemas, usage
from entourage.chats.budget import Tariff
from entourage.kernel import clock, tenancy
from entourage.kernel.db import Database
from entourage.kernel.jobs import queue
from entourage.kernel.jobs.registry import Registry
from entourage.kernel.jobs.worker import Pace, Worker
from entourage.kernel.tables import Job
from entourage.ports.fans import Fan
from entourage.ports.model import Answered
from entourage.wiring import House
from tests.chats.outbox import Hand, Outbox
from tests.looking import look_around
from tests.people import Cast
from tests.web.browser.conftest import Opened, shot
from tests.web.browser.lodging import Lodging

pytestmark = pytest.mark.browser

TARIFF = Tariff(read=2_500_000, written=10_000_000, cached=1_250_000)


async def busy(db: Database, cast: Cast) -> None:
    """A month of answers, a fan, jobs of which one failed, and two wordings of one message."""
    ada, now = cast.owner.creator_id, clock.now()
    async with tenancy.inside(db, ada, write=True) as session:
        for number in range(40):
            purpose: usage.Purpose = "followup" if number % 5 == 0 else "reply"
            at = now - timedelta(hours=17 * (39 - number))
            call = await usage.reserve(session, purpose=purpose, model="gpt-fast", most_micro=40_000, fan=None, now=at)
            if number % 9 == 8:
                await usage.fail(session, call, "The model is overloaded.")
            else:
                answered = Answered(text="", model="gpt-fast", read=2000 + 700 * (number % 7), cached=900, written=60 + 13 * number)
                await usage.settle(session, call, answered, TARIFF, 800 + 40 * number)
        fan = await people.meet(session, Fan(id="mira", handle="mira", name="Mira"), now)
        key = await queue.enqueue(session, kinds.WRITE, {"fan": fan.id})
        job = await session.get_one(Job, key)
        job.status, job.error, job.attempts, job.finished_at = "dead", "The model refuses the key.", 8, now
        await queue.enqueue(session, kinds.FOLLOW_UP, {"fan": fan.id}, run_at=now + timedelta(hours=5))
        first = (await broadcasts.draft(session, schemas.BroadcastDraft(text="New set tonight 💜 who is in?"), "user:ada")).id
        second = (
            await broadcasts.draft(
                session, schemas.BroadcastDraft(text="I made something for you. Tonight at nine!", twin=first), "user:ada"
            )
        ).id
        for place, key in enumerate((first, second)):
            row = await broadcasts.get(session, key)
            row.state, row.mass_id, row.sending_at, row.looked_at = "sent", f"old{place}", now - timedelta(days=1), now
            row.recipients, row.views, row.purchases, row.revenue = 450, 203 + 60 * place, 4 + 5 * place, 6000 + 7300 * place


@pytest.fixture(scope="module")
def chatty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lodging]:
    """A house whose chats are busy, on a make-believe platform, with a worker."""
    outbox = Outbox()

    def refit(house: House) -> None:
        house.chat_desk = Hand(house.db, outbox).desk

    async def begin(house: House) -> None:
        registry = Registry()
        assert house.chat_desk is not None
        for kind, step in Hand.steps.items():
            registry.add(kind, partial(step, house.chat_desk))
        house.working.append(Worker(house.db, registry, Pace(poll_s=0.05)).run)
        house.start_working()

    lodging = Lodging(tmp_path_factory.mktemp("chatty"), busy, refit)
    lodging.do(begin)
    yield lodging
    lodging.close()


def test_a_message_is_written_looked_at_sent_and_compared_with_other_words(chatty: Lodging, opened: Opened) -> None:
    page = opened(chatty, "/chats/broadcasts")
    page.fill("#mass-text", "Pay me on paypal")
    expect(page.locator(".mass-bubble")).to_have_text("Pay me on paypal")
    expect(page.locator(".mass-warn li")).to_contain_text("another way to pay")
    expect(page.locator(".mass-count")).to_contain_text("430–450")
    look_around(page, shot, "chats-broadcasts")

    page.fill("#mass-text", "Good evening, all of you")
    page.click("#mass button[type=submit]")
    page.click("#mass button[type=submit]")
    row = page.locator(".sum-row", has_text="Good evening, all of you")
    expect(row.locator(".state")).to_have_text("sent")
    row.get_by_role("link", name="Results").click()
    expect(page.locator(".mass-twin")).to_have_count(1)

    page.goto("/chats/broadcasts")
    page.locator(".sum-row", has_text="I made something").get_by_role("link", name="Results").click()
    expect(page.locator(".mass-twin")).to_have_count(2)
    expect(page.locator(".is-best")).to_contain_text("I made something for you")
    look_around(page, shot, "chats-results")


def test_a_draft_is_kept_changed_and_thrown_away(chatty: Lodging, opened: Opened) -> None:
    page = opened(chatty, "/chats/broadcasts")
    page.fill("#mass-text", "Not yet")
    page.fill("#mass-at", "2020-01-01T10:00")
    page.click("[data-keep-draft]")
    page.locator(".sum-row", has_text="Not yet").get_by_role("link", name="Change").click()
    page.wait_for_load_state()
    expect(page.locator("#mass-at")).to_have_value("2020-01-01T10:00")
    page.click("#mass button[type=submit]")
    page.click("#mass button[type=submit]")
    expect(page.locator("#mass .form-wrong")).to_have_text("Choose a moment within the next year.")
    page.goto("/chats/broadcasts")
    gone = page.locator(".sum-row", has_text="Not yet").locator(".btn-bad")
    gone.click()
    gone.click()
    expect(page.locator(".sum-row", has_text="Not yet")).to_have_count(0)


def test_costs_and_jobs_are_understood_at_a_glance(chatty: Lodging, opened: Opened) -> None:
    page = opened(chatty, "/chats/usage")
    expect(page.locator(".sum-month")).to_contain_text("within the budget")
    expect(page.locator(".sum-row")).to_have_count(25)
    page.locator(".sum-more button").click()
    expect(page.locator(".sum-row")).to_have_count(40)
    look_around(page, shot, "chats-usage")

    page.goto("/chats/jobs?state=failed")
    failed = page.locator(".sum-row", has_text="The model refuses the key.")
    expect(failed).to_contain_text("Mira")
    look_around(page, shot, "chats-jobs")
    failed.locator(".btn-bad").click()
    failed.locator(".btn-bad").click()
    expect(page.locator(".empty")).to_be_visible()


def test_who_owns_the_house_sees_all_creators_and_stops_all_chats(chatty: Lodging, opened: Opened) -> None:
    page = opened(chatty, "/creators")
    expect(page.locator("[data-creator]")).to_have_count(2)
    look_around(page, shot, "creators")
    theirs = page.locator("[data-creator]", has_text="Nia Live")
    theirs.locator(".btn-bad").click()
    with page.expect_event("load"):
        theirs.locator(".btn-bad").click()
    expect(page.locator("[data-creator]", has_text="Nia Live").locator(".state")).to_have_text("resting")
    with page.expect_event("load"):
        theirs.get_by_role("button", name="Bring them back").click()
    expect(page.locator(".is-resting")).to_have_count(0)

    theirs.locator("summary").click()
    theirs.locator("[name=zone]").fill("Nowhere")
    theirs.get_by_role("button", name="Save").click()
    expect(theirs.locator(".form-wrong")).to_have_text("A time zone is named like Europe/Berlin.")
    theirs.locator("[name=zone]").fill("Europe/Madrid")
    with page.expect_event("load"):
        theirs.get_by_role("button", name="Save").click()
    expect(page.locator("[data-creator]", has_text="Nia Live").locator("dl")).to_contain_text("Europe/Madrid")

    page.click(".chat-kill-switch")
    expect(page.locator(".chat-stopped")).to_contain_text("The chats of the whole house are stopped.")
    page.goto("/chats/broadcasts")
    expect(page.locator(".chat-stopped")).to_contain_text("The chats of the whole house are stopped.")
    page.locator(".chat-stopped button").click()
    expect(page.locator(".chat-stopped")).to_have_count(0)


def test_the_same_is_said_in_german(chatty: Lodging, opened: Opened) -> None:
    for path, name in (("/chats/broadcasts", "broadcasts"), ("/chats/usage", "usage"), ("/chats/jobs", "jobs"), ("/creators", "creators")):
        page = opened(chatty, path, language="de-DE", theme="light")
        expect(page.locator("main")).to_be_visible()
        shot(page, f"chats-{name}-de")
