"""Twitch as a streamer meets it: set up from nothing, signed in to, looked at, lost, found again and left."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from entourage.kernel import hearings, tenancy
from entourage.kernel.db import Database
from entourage.kernel.errors import SignInAgain
from entourage.platforms.twitch.eventsub.kinds import KINDS
from entourage.simulators.twitch.fake import FakeTwitch
from entourage.wiring import House
from tests import free
from tests.looking import complaints, look_around
from tests.people import PASSWORD, Cast
from tests.twitch import CLIENT_ID, CLIENT_SECRET
from tests.web.browser.conftest import Opened, shot
from tests.web.browser.lodging import Lodging

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def inn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Lodging, FakeTwitch]]:
    """A house beside a make-believe Twitch of which nobody has told it yet."""
    twitch = FakeTwitch()
    twitch.register(CLIENT_ID, CLIENT_SECRET)
    port = free.port()

    async def furnish(_: Database, __: Cast) -> None:
        await twitch.start(port)
        twitch.world.channel("nova", name="Nova")

    at = f"http://127.0.0.1:{port}"
    lodging = Lodging(tmp_path_factory.mktemp("inn"), furnish, twitch_api_url=f"{at}/helix", twitch_auth_url=f"{at}/oauth2")
    lodging.url = lodging.url.replace("127.0.0.1", "localhost")
    yield lodging, twitch

    async def leave(_: House) -> None:
        await twitch.stop()

    lodging.do(leave)
    lodging.close()


def everywhere(lodging: Lodging, opened: Opened, name: str, then: Callable[[Page], None] | None = None) -> None:
    """Look at it in German, in both lights, on a desk and in a hand."""
    page = opened(lodging, "/settings", language="de-DE")
    expect(page.locator("#twitch")).to_be_visible()
    if then:
        then(page)
    page.locator("#twitch").scroll_into_view_if_needed()
    look_around(page, shot, f"twitch-{name}", "#connections")
    page.close()


def heard(lodging: Lodging, opened: Opened) -> None:
    """Look at what Twitch tells while the line is lost, then forget it."""
    told: dict[str, tuple[hearings.State, str]] = {kind.type: ("on", "") for kind in KINDS}
    told |= {"line": ("down", "Twitch closed the websocket (4006)."), "channel.bits.use": ("missing", "bits:read")}

    async def note(house: House) -> None:
        async with tenancy.inside(house.db, lodging.cast.owner.creator_id, write=True) as session:
            await hearings.note(session, "twitch", told)

    async def forget(house: House) -> None:
        async with tenancy.inside(house.db, lodging.cast.owner.creator_id, write=True) as session:
            await hearings.forget(session, "twitch")

    lodging.do(note)
    everywhere(lodging, opened, "heard", lambda one: expect(one.get_by_text("Noch nicht erlaubt")).to_be_visible())
    lodging.do(forget)


def test_a_streamer_sets_twitch_up_signs_in_and_leaves(inn: tuple[Lodging, FakeTwitch], opened: Opened) -> None:
    lodging, twitch = inn
    everywhere(lodging, opened, "nothing", lambda one: one.get_by_text("Twitch einrichten").click())
    page = opened(lodging, "/settings")
    page.get_by_text("Set up Twitch").click()
    expect(page.locator("#twitch-redirect")).to_have_value(f"{lodging.url}/api/auth/twitch/callback")
    page.fill("#twitch-client-id", CLIENT_ID)
    page.fill("#twitch-client-secret", CLIENT_SECRET)
    page.locator("#twitch .typed-app button").click()
    expect(page.get_by_role("link", name="Sign in with Twitch")).to_be_visible()
    everywhere(lodging, opened, "ready", lambda one: one.get_by_text("Was es darf").click())

    page.get_by_text("What it may do").click()
    page.get_by_label("Bits").check()
    page.get_by_role("link", name="Sign in with Twitch").click()
    expect(page.locator("li", has_text="bits:read")).to_be_visible()
    page.fill("[name=login]", "nova")
    page.get_by_role("button", name="Authorize").click()
    page.wait_for_url("**/settings#connections")
    expect(page.locator(".toast-note")).to_contain_text("Connected to Twitch as")
    expect(page.locator("#twitch .state")).to_contain_text("Connected as")
    everywhere(lodging, opened, "connected", lambda one: one.get_by_text("Was es darf").click())

    heard(lodging, opened)

    async def lose(house: House) -> None:
        creator_id = lodging.cast.owner.creator_id
        channel = await house.channels.of(creator_id)
        twitch.tokens.disconnect(CLIENT_ID, channel.owner.id)
        with pytest.raises(SignInAgain):
            await channel.vips()

    lodging.do(lose)
    page.goto("/settings")
    expect(page.locator("#chips")).to_contain_text("Twitch: sign in again")
    everywhere(lodging, opened, "ended")
    page.get_by_role("link", name="Sign in again", exact=True).click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator(".toast-note")).to_contain_text("Twitch was told no")
    page.get_by_role("link", name="Sign in again", exact=True).click()
    page.fill("[name=login]", "nova")
    page.get_by_role("button", name="Authorize").click()
    expect(page.locator("#twitch .state")).to_contain_text("Connected as")
    page.wait_for_load_state()

    leave = page.get_by_role("button", name="Disconnect")
    leave.click()
    page.get_by_role("button", name="Really disconnect?").click()
    expect(page.locator("#twitch .state")).to_contain_text("not connected")


def test_from_another_address_one_signs_in_by_a_code(inn: tuple[Lodging, FakeTwitch], opened: Opened) -> None:
    lodging, _ = inn
    lodging.do(lambda house: house.consents.register(CLIENT_ID, CLIENT_SECRET))
    page = opened(lodging, "/signin", signed_in=False)
    page.goto(f"http://127.0.0.1:{lodging.port}/signin")
    page.fill("#email", lodging.cast.owner.email)
    page.fill("#password", PASSWORD)
    page.click(".btn-primary")
    page.wait_for_url("**/")
    page.goto(f"http://127.0.0.1:{lodging.port}/settings")
    page.get_by_role("button", name="Sign in with Twitch").click()
    expect(page.locator("[data-code]")).to_be_visible()
    shot(page, "twitch-code")
    assert complaints(page) == []
    phone = page.context.new_page()
    phone.goto(page.locator("[data-code-page]").get_attribute("href") or "")
    code = page.locator("[data-code-text]").inner_text()
    if phone.locator("[name=device-code]:visible").count():
        phone.fill("[name=device-code]", code)
        phone.get_by_role("button").first.click()
    phone.fill("[name=login]", "nova")
    phone.get_by_role("button", name="Authorize").click()
    expect(phone.locator("body")).to_contain_text("Done")
    expect(page.locator("#twitch .state")).to_contain_text("Connected as")
