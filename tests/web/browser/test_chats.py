"""Fan chats as a new creator meets them: connected in seven steps, a voice tried, fans answered from the inbox and the review queue."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from playwright.sync_api import Page, Route, expect

from entourage import automations, wiring
from entourage.chats import jobs
from entourage.kernel.db import Database
from entourage.kernel.jobs.registry import Registry
from entourage.kernel.jobs.worker import Pace, Worker
from entourage.simulators.fanvue.fake import FakeFanvue
from entourage.simulators.llm import turns
from entourage.simulators.llm.fake import FakeModel
from entourage.wiring import House
from tests import make
from tests.fanvue import CLIENT_ID, CLIENT_SECRET, SCOPES, WEBHOOK_SECRET
from tests.looking import look_around
from tests.people import Cast
from tests.web.browser.conftest import Opened, shot
from tests.web.browser.lodging import Lodging

pytestmark = pytest.mark.browser
SIZES = ("wide", "phone")


@dataclass
class Stage:
    """A house beside a make-believe Fanvue and a make-believe model."""

    lodging: Lodging
    fanvue: FakeFanvue
    model: FakeModel

    def says(self, handle: str, text: str) -> None:
        """Let a fan write."""

        async def write(_: House) -> None:
            world = self.fanvue.world
            self.fanvue.post.receive(world.bond(world.creator("nova"), world.account(handle)), text)

        self.lodging.do(write)

    def answers(self, **answer: object) -> None:
        """Say what the model writes next."""
        self.model.next(turns.answer({"action": "send", "reason": "fits", "language": "en", "facts": [], "confidence": 90, **answer}))

    def sent(self, handle: str) -> list[str | None]:
        """Return what the creator's side wrote to a fan."""
        world = self.fanvue.world
        bond = world.bond(world.creator("nova"), world.account(handle))
        return [one.text for one in world.written if one.creator_id == bond.creator.id and one.fan_id == bond.fan.id]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Open all three; the house works off its jobs, and waits for bursts are short."""
    fanvue, model = FakeFanvue(), FakeModel()

    async def furnish(db: Database, cast: Cast) -> None:
        await make.people(db, cast.owner.creator_id, 5)
        await fanvue.start()
        await model.start()

    def refit(house: House) -> None:
        address = f"http://127.0.0.1:{house.settings.port}"
        house.settings = replace(
            house.settings, public_url=address, fanvue_api_url=fanvue.api_url, fanvue_auth_url=fanvue.auth_url, llm_base_url=model.base_url,
            llm_model=model.name, llm_api_key="any",
        )  # fmt: skip
        fanvue.register(CLIENT_ID, CLIENT_SECRET, (f"{address}/oauth-callback",))
        fanvue.world.creator("nova")
        fanvue.listen(CLIENT_ID, f"{address}/fanvue-webhook", WEBHOOK_SECRET)
        fans = wiring.fans_of(house.db, house.settings, house.bus)
        house.chat_desk = replace(fans.desk, slowness=0.02)
        house.fan_consents, house.fan_trials, house.hooks = fans.consents, fans.trials, house.hooks | {"fanvue": fans.hook}
        house.closing += fans.closing

    async def begin(house: House) -> None:
        registry = Registry()
        assert house.chat_desk is not None
        jobs.register(registry, house.chat_desk)
        automations.register(registry)
        house.working.append(Worker(house.db, registry, Pace(poll_s=0.05)).run)
        house.start_working()

    async def end(_: House) -> None:
        await fanvue.stop()
        await model.stop()

    lodging = Lodging(tmp_path_factory.mktemp("chats"), furnish, refit)
    lodging.do(begin)
    yield Stage(lodging, fanvue, model)
    lodging.do(end)
    lodging.close()


def on(page: Page, number: int) -> None:
    """Wait for a step of the wizard."""
    page.wait_for_url(f"**/chats/connect/{number}")
    expect(page.locator(".wizard-page")).to_contain_text(f"Step {number} of 7")


def connect(stage: Stage, page: Page) -> None:
    """Walk through the wizard; leave it in the middle and find the place again."""
    page.goto("/chats")
    page.get_by_role("link", name="Connect Fanvue").click()
    on(page, 1)
    expect(page.locator(".wizard-page")).to_contain_text("The language model is set up: make-believe-1")
    page.get_by_role("button", name="Let's begin").click()
    on(page, 2)
    page.locator("#voice-name").fill("Nova")
    page.locator("#voice-persona").fill("I paint at night. I tease people I like.")
    page.get_by_role("button", name="Next").click()
    on(page, 3)
    page.goto("/chats/connect")
    on(page, 3)
    page.locator("#fan-client-id").fill(CLIENT_ID)
    page.locator("#fan-client-secret").fill(CLIENT_SECRET)
    with page.expect_event("load"):
        page.locator("#fan-app").get_by_role("button", name="Save").click()
    expect(page.locator(".wizard-page")).to_contain_text(f"Yes: the app {CLIENT_ID}")
    look_around(page, shot, "chats-app", sizes=SIZES)
    page.get_by_role("button", name="Next").click()
    on(page, 4)
    page.get_by_role("link", name="Connect with Fanvue").click()
    page.locator("[name=handle]").fill("nova")
    page.get_by_role("button", name="Allow").click()
    on(page, 5)
    expect(page.locator(".toast-note")).to_contain_text("Connected to Fanvue as")
    expect(page.locator("#hook-url")).to_have_value(f"{stage.lodging.url}/fanvue-webhook?creatorId={uid_of(stage.lodging)}")
    page.locator("#fan-hook-secret").fill(WEBHOOK_SECRET)
    with page.expect_event("load"):
        page.locator("#fan-hook").get_by_role("button", name="Save").click()
    expect(page.locator(".wizard-page")).to_contain_text("The signing secret is kept, encrypted.")
    page.get_by_role("button", name="Next").click()
    on(page, 6)
    page.get_by_role("button", name="Send a test event").click()
    expect(page.locator("#wizard-answer")).to_contain_text("The test arrived")
    expect(page.locator("#wizard-health")).to_contain_text("All is well: connected, and Fanvue tells of new messages.")
    look_around(page, shot, "chats-test", sizes=SIZES)
    page.get_by_role("button", name="Next").click()
    on(page, 7)
    expect(page.locator(".wizard-page")).to_contain_text("Your chats are ready")
    page.get_by_role("link", name="To your voice").click()


def uid_of(lodging: Lodging) -> str:
    """Return how the owner's creator is named outside."""
    from entourage.kernel import tenancy
    from entourage.kernel.accounts import creators

    async def read(house: House) -> str:
        async with tenancy.inside(house.db, lodging.cast.owner.creator_id) as session:
            return str((await creators.get(session, lodging.cast.owner.creator_id)).uid)

    return lodging.do(read)


def try_the_voice(stage: Stage, page: Page) -> None:
    """Ask what the AI would answer: something it may say, something the guard stops, and something for a person."""
    page.wait_for_url("**/chats/voice")
    page.locator("#chat-prices").fill("Custom video: fifty")
    page.locator("#chat-prices").blur()
    expect(page.locator("#wrong-prices")).to_contain_text("No price can be read in “Custom video: fifty”")
    page.locator("#chat-prices").fill("Custom video: $50")
    with page.expect_response(lambda answer: answer.url.endswith("/api/chats/voice") and answer.ok):
        page.locator("#chat-prices").blur()
    stage.answers(reply="painting the sea again, come and look")
    page.locator("#try-message").fill("what are you painting tonight?")
    page.get_by_role("button", name="Try it").click()
    expect(page.locator("#try-result")).to_contain_text("painting the sea again, come and look")
    expect(page.locator("#try-result")).to_contain_text("The guard has nothing against it.")
    stage.answers(reply="a custom video is $40, see www.example.com")
    page.get_by_role("button", name="Try it").click()
    expect(page.locator("#try-result")).to_contain_text("It names a price that is not on your list.")
    expect(page.locator("#try-result")).to_contain_text("There is a link in it.")
    page.locator("#try-message").fill("I'm 16, is that a problem?")
    page.get_by_role("button", name="Try it").click()
    expect(page.locator("#try-result")).to_contain_text("The fan may be under 18.")
    look_around(page, shot, "chats-voice", sizes=SIZES)


def answer_from_the_inbox(stage: Stage, page: Page) -> None:
    """A fan writes, a draft comes by itself, is changed and sent; a fact is learned; the card knows who it is."""
    page.goto("/chats")
    expect(page.locator("[data-welcome]")).to_contain_text("Connected. Now a fan may write")
    stage.answers(reply="aww, tell Balu hello", facts=[{"key": "dog", "value": "Balu"}])
    stage.says("mira", "hey, Balu and I are back from the walk")
    expect(page.locator("[data-chat]").first).to_be_visible(timeout=20_000)
    row = page.locator("[data-chat]").first
    expect(row).to_contain_text("draft")
    row.click()
    page.wait_for_url("**/chats/*")
    expect(page.locator(".thread")).to_contain_text("hey, Balu and I are back from the walk")
    expect(page.locator("[data-proposed]")).to_have_text("aww, tell Balu hello")
    expect(page.locator(".card-facts")).to_contain_text("Balu")
    page.get_by_role("button", name="Edit").click()
    page.locator(".proposal-edit textarea").fill("aww, tell Balu hello from me")
    page.get_by_role("button", name="Save and send").click()
    expect(page.locator(".said-us").last).to_contain_text("aww, tell Balu hello from me")
    assert stage.sent("mira") == ["aww, tell Balu hello from me"]
    remember(page)
    page.locator("#compose").fill("back at the easel, more later")
    page.locator("#compose").press("Control+Enter")
    expect(page.locator(".said-us").last).to_contain_text("back at the easel, more later")
    expect(page.locator(".thread-pause")).to_contain_text("the AI keeps quiet")
    look_around(page, shot, "chats-inbox", sizes=SIZES)
    page.get_by_role("button", name="Hand back to the AI").click()
    expect(page.locator(".thread-pause")).to_have_count(0)


def remember(page: Page) -> None:
    """Change what is remembered: a fact written down, one forgotten and brought back, notes, and who it is in the streams."""
    page.get_by_text("Write something down").click()
    page.locator(".card-add [name=key]").fill("city")
    page.locator(".card-add [name=value]").fill("Bonn")
    page.locator(".card-add").get_by_role("button", name="Save").click()
    expect(page.locator(".card-facts")).to_contain_text("Bonn")
    page.get_by_role("button", name="Forget dog").click()
    expect(page.locator(".card-facts")).not_to_contain_text("Balu")
    page.locator(".toast-note").get_by_role("button", name="Undo").click()
    expect(page.locator(".card-facts")).to_contain_text("Balu")
    page.locator("#card-notes").fill("prefers mornings")
    page.locator("#card-notes").blur()
    expect(page.locator(".toast-note").last).to_contain_text("Saved.")
    page.locator("#known-q").fill("lena")
    page.locator("#known-found button").first.click()
    expect(page.locator(".card-known")).to_contain_text("Lena")
    expect(page.locator(".card-known .tier")).to_be_visible()


def hold_and_stop(stage: Stage, page: Page) -> None:
    """Something grave waits for a person, in words; the red button stops everything, and one press lets it go on."""
    stage.says("tom", "hey, I'm 16, can we talk?")
    page.locator("[name=box][value=held]").click()
    expect(page.locator("[data-chat]").first).to_contain_text("for you")
    page.locator("[data-chat]").first.click()
    expect(page.locator(".thread-hold")).to_contain_text("The fan may be under 18.")
    page.goto("/chats/settings")
    with page.expect_event("load"):
        page.get_by_role("button", name="Stop everything").click()
    expect(page.locator(".chat-stopped")).to_contain_text("Everything is stopped.")
    with page.expect_event("load"):
        page.get_by_role("button", name="Let it go on").click()
    expect(page.locator(".chat-stopped")).to_have_count(0)
    page.get_by_text("Your own words for it").click()
    page.locator("#disclosure-en").fill("I am a real person, promise.")
    page.locator("#disclosure-en").blur()
    expect(page.locator(".form-wrong")).to_contain_text("It says that a person writes")
    page.locator("#disclosure-en").fill("")
    page.locator("#disclosure-en").blur()
    look_around(page, shot, "chats-settings", sizes=SIZES)
    hear_on_discord(page)


def see_what_came_before(stage: Stage, page: Page) -> None:
    """What a fan writes while the page is there and its live line is not yet, is seen once the line is open."""
    held: list[Route] = []
    page.route("**/socket.io.min.js", lambda route: held.append(route))  # noqa: PLW0108
    page.add_init_script("window.setInterval = () => 0")  # nothing is asked for now and then
    page.goto("/chats", wait_until="domcontentloaded")
    uma = page.locator("[data-chat]", has_text="are you there")
    stage.says("uma", "are you there")
    while "draft" not in page.request.get("/chats/list?q=uma", headers={"HX-Request": "true"}).text():  # nothing more comes
        page.wait_for_timeout(100)
    expect(uma).to_have_count(0)
    while not held:
        page.wait_for_timeout(100)
    held.pop().continue_()
    expect(uma).to_have_count(1)
    page.close()


def hear_on_discord(page: Page) -> None:
    """Switch a notice on, write it anew, and see at once what it would say."""
    line = page.locator('[data-say="held"]')
    expect(line.locator("[data-preview]")).to_have_text("Mia waits for you on Fanvue: they want to meet.")
    line.locator(".form-switch input").check()
    line.locator("[data-template]").fill("Look: ")
    with page.expect_response(lambda answer: "{fan}" in (answer.request.post_data or "") and answer.url.endswith("/api/chats/settings")):
        line.get_by_role("button", name="{fan}").click()
    expect(line.locator("[data-preview]")).to_have_text("Look: Mia")
    page.reload()
    expect(line.locator(".form-switch input")).to_be_checked()
    expect(line.locator("[data-template]")).to_have_value("Look: {fan}")
    page.locator("#discord-title").evaluate("one => one.scrollIntoView()")
    look_around(page, shot, "chats-discord", place='[aria-labelledby="discord-title"]', sizes=SIZES)


def keep_for_a_time(page: Page) -> None:
    """Choose for how long messages are kept: what would go is said first, and the chats' settings say what was chosen."""
    page.get_by_role("link", name="What is kept").click()
    page.wait_for_url("**/settings#retention", wait_until="networkidle")
    page.locator("#keepDays").select_option("90")
    expect(page.locator("#retention-fans")).to_contain_text("Nothing goes in the coming night.")
    look_around(page, shot, "settings-retention", place="#retention", sizes=SIZES)
    page.locator("#retention-fans").get_by_role("button", name="Save").click()
    expect(page.locator(".toast-note").last).to_contain_text("It acts in the coming night.")
    expect(page.locator("#keepDays")).to_have_value("90")
    page.goto("/chats/settings")
    expect(page.locator("main")).to_contain_text("For 90 days.")


def work_off_the_queue(stage: Stage, page: Page) -> None:
    """Two proposals by keyboard: one approved after it was undone once, one that the guard stopped discarded."""
    stage.answers(reply="good morning sunshine")
    stage.says("zoe", "good morning!")
    page.goto("/chats/review")
    expect(page.locator("[data-proposed]")).to_have_text("good morning sunshine")
    stage.answers(reply="it is $40, love")
    stage.says("ben", "what does a video cost?")
    expect(page.locator("#review")).to_contain_text("2 to look at")
    page.keyboard.press("n")
    expect(page.locator("[data-proposed]")).to_have_text("it is $40, love")
    expect(page.locator(".proposal-refused")).to_contain_text("It names a price that is not on your list.")
    look_around(page, shot, "chats-review", sizes=SIZES)
    page.goto("/chats/review")
    page.keyboard.press("a")
    expect(page.locator("[data-proposed]")).to_have_text("it is $40, love")
    page.locator(".toast-note").get_by_role("button", name="Undo").click()
    expect(page.locator("[data-proposed]")).to_have_text("good morning sunshine")
    assert stage.sent("zoe") == []
    page.keyboard.press("a")
    expect(page.locator("[data-proposed]")).to_have_text("it is $40, love")
    page.keyboard.press("e")
    page.locator(".proposal-edit textarea").fill("it is $50, love")
    page.locator(".proposal-edit textarea").press("Control+Enter")
    expect(page.locator("#review")).to_contain_text("Nothing to look at")
    for handle, text in (("zoe", "good morning sunshine"), ("ben", "it is $50, love")):
        for _ in range(100):
            if stage.sent(handle):
                break
            page.wait_for_timeout(100)
        assert stage.sent(handle) == [text]


def forget_both(stage: Stage, page: Page) -> None:
    """Somebody who is a fan and a viewer is forgotten as a viewer: the fan is named, ticked, and goes too."""
    page.goto("/chats")
    mira = page.locator("[data-chat]", has_text="mira")
    mira.first.click()
    expect(page.locator(".card-stays")).to_contain_text("leaves Lena")
    way = page.locator(".card-stays a").get_attribute("href")
    assert way is not None
    page.goto(way)
    page.get_by_role("button", name="Forget this person").click()
    too = page.locator("#forget [name=fans]")
    expect(too).to_be_checked()
    expect(page.locator("#forget")).to_contain_text(re.compile("Forget the fan .*mira.*, too", re.IGNORECASE))
    look_around(page, shot, "drawer-forget-fan", sizes=SIZES)
    handle = page.locator("#forget form").get_attribute("data-handle")
    page.locator("#forget-handle").fill(f"@{handle}")
    too.uncheck()
    too.check()
    page.get_by_role("button", name="Forget for good").click()
    expect(page.locator("#drawer")).to_be_hidden()
    for _ in range(50):
        page.goto("/chats")
        if mira.count() == 0:
            break
        page.wait_for_timeout(100)
    expect(mira).to_have_count(0)


def test_a_new_creator_connects_tries_a_voice_and_answers_fans(stage: Stage, opened: Opened) -> None:
    page = opened(stage.lodging, "/chats")
    assert SCOPES
    connect(stage, page)
    try_the_voice(stage, page)
    answer_from_the_inbox(stage, page)
    hold_and_stop(stage, page)
    keep_for_a_time(page)
    work_off_the_queue(stage, page)
    forget_both(stage, page)
    see_what_came_before(stage, opened(stage.lodging, "/"))


def test_whoever_may_not_read_chats_sees_no_way_to_them(stage: Stage, opened: Opened) -> None:
    page = opened(stage.lodging, "/", person=stage.lodging.cast.helper)
    expect(page.get_by_role("link", name="Viewers")).to_be_visible()
    expect(page.get_by_role("link", name="Chats")).to_have_count(0)
