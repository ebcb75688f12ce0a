"""Timed VIPs as a new streamer sets them up: sign in, a reward, a rule, what is said; redeemed on the panel, seen, and over with the stream."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.looking import SIZES, complaints, overflows
from tests.web.journeys.conftest import Console, Open, Start

PAGES = ("/vips", "/vips/rewards", "/vips/rules", "/vips/settings", "/vips/activity", "/vips/analytics")
Shoot = Callable[[Page, str], None]


def authorize(page: Page, back: str) -> None:
    """Agree on the make-believe Twitch, and come back to where one was."""
    page.get_by_role("button", name="Authorize").click()
    page.wait_for_url(f"**{back}")
    expect(page.locator(".toast-note")).to_contain_text("Connected to Twitch as")


def make_rewards(page: Page, url: str) -> None:
    """Sign in from the rewards page and make the first reward; a second one with its title is refused in words, one with another is deleted."""
    page.goto(f"{url}/vips/rewards")
    expect(page.locator(".vip-next")).to_contain_text("First: sign in with Twitch")
    page.get_by_role("link", name="Sign in with Twitch").click()
    authorize(page, "/vips/rewards")
    expect(page.locator(".vip-next")).to_contain_text("Next: your first reward")
    page.get_by_role("button", name="Make this reward").click()
    first = page.locator("[data-reward]").first
    expect(first).to_contain_text("can be redeemed")
    expect(first).to_contain_text("Whoever redeems “VIP for a day” gets the VIP badge for 1 day.")
    expect(page.locator(".vip-next")).to_contain_text("Your reward is on. Try it!")

    page.locator("#new-cost").fill("0")
    page.get_by_role("button", name="Make this reward").click()
    expect(page.locator("#wrong-cost")).to_have_text("A reward costs at least 1 point.")
    page.locator("#new-cost").fill("700")
    page.locator("#new-title").fill("VIP for a day")
    page.get_by_role("button", name="Make this reward").click()
    expect(page.locator("#wrong-title")).to_have_text("You have a reward with this title already.")
    page.locator("#new-title").fill("VIP, but cheap")
    page.get_by_role("button", name="Make this reward").click()
    second = page.locator("[data-reward]").nth(1)
    expect(second).to_contain_text("can be redeemed")
    second.get_by_role("button", name="Delete").click()
    second.get_by_role("button", name="What waits is given back first. Delete?").click()
    expect(page.locator("[data-reward]")).to_have_count(1)

    first.get_by_role("button", name="Pause").click()
    expect(first).to_contain_text("paused by you")
    first.get_by_role("button", name="Let it go on").click()
    expect(first).to_contain_text("can be redeemed")
    first.get_by_text("Change", exact=True).click()
    first.locator("[data-unit]").first.select_option(label="until the stream ends")
    first.get_by_role("button", name="Save").click()
    expect(first).to_contain_text("gets the VIP badge until the stream ends.")


def make_a_rule(page: Page, url: str) -> None:
    """Add a rule for subs: what Twitch was not asked for yet is named there, and one press mends it."""
    page.goto(f"{url}/vips/rules")
    page.locator("#new-sub").select_option("2000")
    page.get_by_role("button", name="Who would have got it?").click()
    expect(page.locator("#rehearsal")).to_contain_text("with the rule you are writing")
    page.get_by_role("button", name="Add this rule").click()
    rule = page.locator("[data-rule-row]")
    expect(rule).to_contain_text("Whoever subscribes with tier 2 or higher gets the VIP badge for 30 days.")
    expect(rule).to_contain_text("Not allowed on Twitch yet: Subscriptions.")
    rule.get_by_role("link", name="Sign in again").click()
    authorize(page, "/vips/rules")
    expect(rule).not_to_contain_text("Not allowed on Twitch yet")
    expect(page.locator(".vip-next")).to_have_count(0)
    rule.get_by_role("checkbox", name="This rule is on").uncheck()
    expect(rule).to_have_class("vip-rule is-off")


def decide(page: Page, url: str) -> None:
    """Say what happens at the end of a stream, and what is said in the chat."""
    page.goto(f"{url}/vips/settings")
    page.locator("#grace").fill("0")
    page.locator("#slots").fill("9")
    page.get_by_role("radio", name="The oldest timed badge makes room").check()
    line = page.locator("[data-say=granted] .vip-line-way").first
    line.locator("[data-template]").fill("Hi {usr}")
    expect(line.locator("[data-preview]")).to_contain_text("There is no {usr}")
    line.locator("[data-template]").fill("Welcome {user}!")
    expect(line.locator("[data-preview]")).to_have_text("Welcome Mia!")
    with page.expect_response(lambda answer: "Welcome" in (answer.request.post_data or "") and answer.url.endswith("/api/vip/settings")):
        line.locator("[data-template]").blur()
    page.reload()
    expect(page.locator("#grace")).to_have_value("0")
    expect(page.get_by_role("radio", name="The oldest timed badge makes room")).to_be_checked()
    expect(line.locator("[data-template]")).to_have_value("Welcome {user}!")


def test_a_new_streamer_sets_timed_vips_up_and_sees_a_badge_come_and_go(start: Start, visit: Open, shoot: Shoot, console: Console) -> None:
    house = start("demo")
    page = visit(house.link)
    page.get_by_role("button", name="Step in").click()
    page.wait_for_url(f"{house.url}/")
    make_rewards(page, house.url)
    make_a_rule(page, house.url)
    decide(page, house.url)
    console.expect("channel-points.*400")  # a reward for nothing
    console.expect("channel-points.*409")  # a title that is taken
    console.expect("preview.*400")  # a placeholder that there is not

    panel = page.context.new_page()
    panel.goto(f"{house.url}/simulators/twitch/")
    panel.get_by_role("button", name="Go live").click()
    expect(panel.locator("#live")).to_have_attribute("data-live", "yes")
    page.goto(f"{house.url}/vips")
    panel.locator("#who").fill("juno")
    panel.get_by_role("button", name="Redeem", exact=True).click()
    expect(panel.locator("#last")).to_contain_text("juno redeemed VIP for a day")
    expect(page.locator("#vips-now")).to_contain_text("juno", ignore_case=True)
    shoot(page, "vips-live")
    expect(panel.locator("[data-show=vips]")).to_have_text("1")
    look(page, visit, house.url, shoot)
    panel.get_by_role("button", name="Go offline").click()
    expect(panel.locator("[data-show=vips]")).to_have_text("0", timeout=30_000)
    page.goto(f"{house.url}/vips/analytics")
    expect(page.locator(".after")).to_contain_text("5,000")


def look(page: Page, visit: Open, url: str, shoot: Shoot) -> None:
    """Look at all pages as axe-core does: in German and light in a hand, in English and dark on a desk."""
    found: list[str] = []
    for size, theme, tag in (("phone", "light", "de-DE"), ("wide", "dark", "en-GB")):
        width, height = SIZES[size]
        other = visit(f"{url}/signin", width=width, height=height, theme=theme, locale=tag)
        other.context.add_cookies([one for one in page.context.cookies() if one["name"] != "theme"])  # type: ignore[misc]
        for path in PAGES:
            other.goto(url + path)
            for summary in other.locator(".vip-more > summary").all():
                if summary.is_visible():
                    summary.click()
            found += complaints(other)
            found += [f"{path} is wider than the screen"] if overflows(other) else []
            shoot(other, f"{path.strip('/').replace('/', '-')}-{theme}-{size}")
    assert found == []
