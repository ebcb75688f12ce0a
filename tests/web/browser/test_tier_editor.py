"""The editor of tiers: changed with a preview, saved, everybody follows before one's eyes, and taken back."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Response, expect

from entourage.kernel.db import Database
from entourage.viewers import tier_jobs
from tests import make
from tests.looking import complaints, look_around
from tests.people import Cast
from tests.web.browser.conftest import Opened, shot
from tests.web.browser.lodging import Lodging

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def lodged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lodging]:
    """A house of one's own with 120 viewers and a worker, because everybody's tier moves here."""

    async def furnish(db: Database, cast: Cast) -> None:
        await make.people(db, cast.owner.creator_id, 120)

    folder: Path = tmp_path_factory.mktemp("tiers")
    lodging = Lodging(folder, furnish)
    lodging.employ(tier_jobs.register)
    yield lodging
    lodging.close()


def rung(page: Page, name: str) -> str:
    return f'[data-rung][data-name="{name}"]'


def counts(page: Page) -> dict[str, int]:
    found = page.locator(".tier-card").evaluate_all(
        "all => all.map(one => [one.dataset.tier, parseInt(one.querySelector('.tier-count').textContent)])"
    )
    return dict(found)


def asks_for(coins: int, hours: int, visits: int) -> Callable[[Response], bool]:
    """Find the answer to the preview in which the lowest tier asks for this."""

    def asked(answer: Response) -> bool:
        if not answer.url.endswith("/preview"):
            return False
        lowest = (answer.request.post_data_json or {})["tiers"][0]
        return [lowest["min_coins_spent"], lowest["min_watchtime_hours"], lowest["min_visits"]] == [coins, hours, visits]

    return asked


def test_a_change_is_looked_at_saved_followed_and_undone(lodged: Lodging, opened: Opened) -> None:
    page = opened(lodged, "/tiers")
    page.wait_for_selector('body[data-line="open"]')
    before = counts(page)
    page.get_by_role("link", name="Edit tiers").click()
    page.wait_for_url("**/tiers/edit")
    page.wait_for_selector('body[data-line="open"]')  # then its scripts listen

    bronze = page.locator(rung(page, "Bronze"))
    bronze.get_by_label("Coins").fill("20")
    bronze.get_by_label("Hours watched").fill("0")
    with page.expect_response(asks_for(20, 0, 1)) as answered:
        bronze.get_by_label("Visits").fill("1")
    rising = answered.value.json()["data"]["up"]
    assert rising > 5
    expect(page.locator("[data-sum]")).to_contain_text(f"{rising} viewers move up")
    expect(page.locator(".move-up").first).to_contain_text("no tier→Bronze")
    page.locator(rung(page, "Silver")).get_by_label("Name").fill("Argent")
    expect(page.locator(rung(page, "Silver")).locator("[data-holders]")).to_contain_text("after saving")
    shot(page, "tier-editor-preview")
    page.get_by_role("button", name="Save tiers").click()

    page.wait_for_url("**/tiers")
    expect(page.locator("#change-title")).to_have_text("The tiers were changed")
    expect(page.locator("[data-moved]")).to_contain_text(f"{rising} up")
    after = counts(page)
    assert after["Bronze"] == before["Bronze"] + rising
    assert after["Argent"] == before["Silver"]
    newest = page.locator(".tier-change").first
    expect(newest).to_contain_text("no tier")
    expect(newest.locator(".tier")).to_have_text("Bronze")
    expect(newest).to_contain_text("coins")
    expect(newest).to_contain_text("the tiers were changed")
    assert page.locator(".tier-change").count() == 10
    page.locator(".tier-changes").get_by_role("button", name="Show more").click()
    expect(page.locator(".tier-change")).to_have_count(min(20, rising))
    shot(page, "tiers-changed")

    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#change-title")).to_have_text("The last change was undone")
    expect(page.locator('.tier-card[data-tier="Bronze"] .tier-count')).to_contain_text(f"{before['Bronze']} viewer")
    assert counts(page) == before
    expect(page.locator(".tier-change").first).to_contain_text("change undone, Ada")


def test_promotions_arrive_on_an_open_page(lodged: Lodging, opened: Opened) -> None:
    watching = opened(lodged, "/tiers")
    watching.wait_for_selector('body[data-line="open"]')
    before = counts(watching)
    editing = opened(lodged, "/tiers/edit")
    editing.locator(rung(editing, "Bronze")).get_by_label("Visits").fill("0")
    editing.locator(rung(editing, "Bronze")).get_by_label("Hours watched").fill("0")
    editing.locator(rung(editing, "Bronze")).get_by_label("Coins").fill("10")
    expect(editing.locator("[data-sum]")).to_contain_text("move up")
    editing.get_by_role("button", name="Save tiers").click()
    expect(watching.locator("#change-title")).to_have_text("The tiers were changed")
    expect(watching.locator('.tier-card[data-tier="Bronze"] .tier-count')).not_to_have_text(f"{before['Bronze']} viewers")
    assert counts(watching)["Bronze"] > before["Bronze"]
    watching.get_by_role("button", name="Undo").click()
    expect(watching.locator("#change-title")).to_have_text("The last change was undone")


def test_tiers_are_added_sorted_and_removed_with_an_answer_for_their_viewers(lodged: Lodging, opened: Opened) -> None:
    page = opened(lodged, "/tiers/edit")
    page.get_by_role("button", name="Add a tier").click()
    new = page.locator("[data-rung]").last
    expect(new.get_by_label("Coins")).to_have_value("200000")
    new.get_by_label("Name").fill("Diamond")
    new.get_by_label("Color").fill("#000000")
    new.get_by_label("Benefits").fill("A song of their own\n\nA postcard")
    new.get_by_role("button", name="Lower in the order").press("Enter")
    assert page.locator("[data-rung]").evaluate_all("all => all.map(one => one.querySelector('.rung-name').value)")[-2:] == [
        "Diamond",
        "Platinum",
    ]
    expect(page.locator(rung(page, "Platinum")).locator("[data-warn]")).to_contain_text("fewer coins than Diamond")
    page.locator(rung(page, "Bronze")).get_by_role("button", name="Remove this tier").click()
    page.locator("[data-gone-where]").select_option("Silver")
    expect(page.locator("#preview")).to_contain_text("Bronze→Silver")
    page.get_by_role("button", name="Save tiers").click()
    page.wait_for_url("**/tiers")
    expect(page.locator("#change-title")).to_have_text("The tiers were changed")
    assert list(counts(page)) == ["Silver", "Gold", "Diamond", "Platinum"]
    expect(page.locator('.tier-card[data-tier="Diamond"] li')).to_have_text(["A song of their own", "A postcard"])
    assert complaints(page) == [], "black letters are no black letters on a dark page"
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#change-title")).to_have_text("The last change was undone")


def test_the_order_can_be_dragged(lodged: Lodging, opened: Opened) -> None:
    page = opened(lodged, "/tiers/edit")
    page.locator(rung(page, "Gold")).locator("[data-grip]").drag_to(page.locator(rung(page, "Bronze")))
    assert page.locator("[data-rung]").evaluate_all("all => all.map(one => one.dataset.name)") == ["Gold", "Bronze", "Silver", "Platinum"]


def test_two_tiers_of_one_name_are_refused_where_it_is_typed(lodged: Lodging, opened: Opened) -> None:
    page = opened(lodged, "/tiers/edit")
    page.locator(rung(page, "Gold")).get_by_label("Name").fill("silver")
    expect(page.locator(rung(page, "Gold")).get_by_role("alert")).to_contain_text("Two tiers are called silver")
    page.locator(rung(page, "Gold")).get_by_label("Name").fill("Gold")
    expect(page.get_by_role("alert")).to_have_count(0)


def test_a_tier_given_by_hand_is_explained_has_its_benefits_and_is_in_the_history(lodged: Lodging, opened: Opened) -> None:
    page = opened(lodged, "/tiers/edit")
    page.locator(rung(page, "Gold")).get_by_label("Benefits").fill("A song of their own")
    page.get_by_role("button", name="Save tiers").click()
    page.wait_for_url("**/tiers")
    page.goto("/viewers?search=viewer77")
    page.locator("tr[data-viewer] a[data-drawer]").first.click()
    drawer = page.locator("#drawer")
    drawer.get_by_text("By hand").click()
    drawer.locator("[data-tier-step]", has_text="Gold").click()
    expect(drawer.get_by_text("Set by hand by Ada: it stays until you let the rules decide.")).to_be_visible()
    expect(drawer.get_by_role("list", name="Benefits")).to_have_text("A song of their own")
    page.goto("/tiers")
    newest = page.locator(".tier-change").first
    expect(newest).to_contain_text("Viewer 77")
    expect(newest).to_contain_text("by hand, Ada")
    shot(page, "tiers-history")
    newest.get_by_role("link").click()
    drawer.get_by_text("By hand").first.click()
    drawer.get_by_role("button", name="Let the rules decide").click()
    expect(drawer.get_by_role("heading", name="No tier yet")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".tier-change").first).to_contain_text("no tier")
    page.locator("[data-undo]").click()
    expect(page.locator("#change-title")).to_have_text("The last change was undone")


def test_the_page_of_tiers_is_for_everybody(lodged: Lodging, opened: Opened) -> None:
    page = opened(lodged, "/tiers", language="de-DE")
    expect(page.locator(".tier-card")).to_have_count(4)
    look_around(page, shot, "tiers")


def test_a_moderator_reads_the_tiers_and_cannot_change_them(lodged: Lodging, opened: Opened) -> None:
    page = opened(lodged, "/tiers", person=lodged.cast.helper)
    expect(page.locator(".tier-card")).to_have_count(4)
    expect(page.get_by_role("link", name="Edit tiers")).to_have_count(0)
    answer = page.request.get(f"{lodged.url}/tiers/edit")
    assert answer.status == 403


def test_the_editor_is_for_everybody(lodged: Lodging, opened: Opened) -> None:
    page = opened(lodged, "/tiers/edit", language="de-DE")
    page.locator(rung(page, "Bronze")).get_by_label("Coins").fill("30")
    page.locator(rung(page, "Bronze")).get_by_label("Besuche").fill("1")
    page.locator(rung(page, "Bronze")).get_by_label("Stunden").fill("0")
    expect(page.locator(".move").first).to_be_visible()
    page.locator(rung(page, "Gold")).get_by_role("button", name="Diese Stufe entfernen").click()
    expect(page.locator("#gone")).to_be_visible()
    look_around(page, shot, "tier-editor")
