"""Overlays by hand: made, tried, dressed, put into OBS, renewed, removed and brought back; and the page that OBS shows."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect

from entourage.kernel.db import Database
from entourage.ports import live
from tests import make
from tests.looking import complaints, look_around
from tests.people import Cast
from tests.web.browser.conftest import Opened, shot
from tests.web.browser.lodging import Lodging, came, gave

pytestmark = pytest.mark.browser

KINDS = ("alerts", "arrivals", "leaderboard", "goal", "heatmap")
ROOM = "7700"
SLOW_MS = 15_000


@pytest.fixture(scope="module")
def lodged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lodging]:
    """A house of one's own with 40 viewers and some evenings behind it."""

    async def furnish(db: Database, cast: Cast) -> None:
        viewers = await make.people(db, cast.owner.creator_id, 40)
        await make.evenings(db, cast.owner.creator_id, viewers[:20], live=False)

    lodging = Lodging(tmp_path_factory.mktemp("overlays"), furnish)
    yield lodging
    lodging.close()


def person(number: int, name: str) -> live.Person:
    """Make somebody new to the house."""
    return live.Person("tiktok", str(8_800_000 + number), f"guest.{number}", name)


def api(page: Page, method: str, path: str, **body: Any) -> Any:
    """Call the house as its own page does."""
    token = page.locator('meta[name="csrf-token"]').get_attribute("content")
    answer = page.request.fetch(
        path, method=method, data=body, headers={"x-csrftoken": token or "", "origin": page.url.split("/overlays")[0]}
    )
    assert answer.ok, answer.text()
    return answer.json() if answer.body() else None


def on_air(lodging: Lodging, opened: Opened, url: str) -> Page:
    """Open an overlay's address as OBS does: nobody is signed in."""
    page = opened(lodging, "/overlay/" + url.rsplit("/", 1)[1], signed_in=False)
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.locator("body[data-line=open]").wait_for(state="attached")
    return page


def preview_of(page: Page) -> FrameLocator:
    """Wait for the preview of the chosen overlay and return it."""
    frame = page.frame_locator("#preview")
    frame.locator("body[data-line=open]").wait_for(state="attached")
    return frame


def take_along(page: Page, url: str) -> None:
    """Copy the new address, look at it, and download it as a launcher."""
    field = page.get_by_label("The address for OBS.")
    expect(field).to_have_css("-webkit-text-security", "disc")
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_text("Copied.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == url
    page.get_by_role("button", name="Show", exact=True).click()
    expect(field).to_have_css("-webkit-text-security", "none")
    with page.expect_download() as coming:
        page.get_by_role("button", name="Download the launcher").click()
    assert coming.value.suggested_filename == "Alerts.html"
    assert url in Path(coming.value.path()).read_text(encoding="utf-8")


def test_an_overlay_is_made_tried_renewed_removed_and_brought_back(lodged: Lodging, opened: Opened) -> None:
    page = opened(lodged, "/overlays")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    expect(page.get_by_text("None yet.")).to_be_visible()
    shot(page, "overlays-none")
    page.get_by_role("button", name="Alerts").click()
    field = page.get_by_label("The address for OBS.")
    expect(field).to_have_value(re.compile(r"/overlay/[\w-]{32}$"))
    url = field.input_value()
    take_along(page, url)
    preview = preview_of(page)
    page.get_by_role("button", name="Gift", exact=True).click()
    expect(preview.locator(".card .card-name bdi")).to_have_text("Mila ☀️")
    expect(preview.locator(".rehearsal")).to_have_text("Test")
    shot(page, "overlays-alert")

    obs = on_air(lodged, opened, url)
    row = page.locator("#overlay-list .overlay-row")
    expect(row).to_contain_text("connected")
    page.get_by_role("button", name="Birthday", exact=True).click()
    expect(obs.locator(".card.is-birthday")).to_contain_text("Tante Erna")
    page.get_by_role("button", name="Gift bomb").click()
    expect(obs.locator(".card.is-many")).to_contain_text("from 10 people", timeout=SLOW_MS)

    button = page.locator("[data-rotate]")
    button.click()
    expect(button).to_have_text("The old one ends. Sure?")
    button.click()
    expect(field).to_have_value(re.compile(rf"^(?!{re.escape(url)}$).*/overlay/.+"))
    expect(obs.locator(".card")).to_have_count(0)
    expect(obs.locator("#refused")).to_be_visible()
    second = field.input_value()
    page.reload()
    assert url not in page.content()
    assert second not in page.content()
    expect(page.locator(".overlay-address code")).to_have_text(f"/overlay/••••••••{second[-4:]}")

    again = on_air(lodged, opened, second)
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("None yet.")).to_be_visible()
    expect(again.locator("#refused")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(row).to_have_count(1)
    expect(again.locator("body[data-line=open]")).to_be_attached(timeout=SLOW_MS)
    expect(again.locator("#refused")).to_be_hidden()
    page.get_by_role("button", name="Remove").click()


def test_what_is_chosen_is_seen_at_once_and_kept(lodged: Lodging, opened: Opened) -> None:
    page = opened(lodged, "/overlays")
    page.get_by_role("button", name="Goal").click()
    preview = preview_of(page)
    stage = preview.locator("#stage")
    page.get_by_role("button", name="Show a sample").click()
    expect(preview.locator(".goal-figures")).to_have_text("3,500/ 5,000")
    form = page.locator("[data-options]")
    form.get_by_label("Goal", exact=True).fill("100")
    form.get_by_label("Font").select_option("serif")
    form.get_by_label("Where").select_option("bottom-right")
    form.get_by_label("Accent").fill("#00aa55")
    form.get_by_label("Text", exact=True).fill("#ffee00")
    form.get_by_label("Background", exact=True).fill("#112233")
    form.get_by_label("Background in percent").fill("100")
    form.get_by_label("Size in percent").fill("150")
    form.get_by_label("Title").fill("New strings for the guitar")
    form.get_by_label("Name").fill("Guitar goal")
    expect(stage).to_have_attribute("data-position", "bottom-right")
    expect(stage).to_have_css("font-family", re.compile("Georgia"))
    expect(stage).to_have_css("color", "rgb(255, 238, 0)")
    expect(page.locator("#overlay-title")).to_have_text("Guitar goal")
    page.get_by_role("button", name="Show a sample").click()
    expect(preview.locator(".board-title")).to_have_text("New strings for the guitar")
    expect(preview.locator(".goal-figures")).to_have_text("70/ 100")
    expect(preview.locator(".goal-filled")).to_have_css("background-color", "rgb(0, 170, 85)")
    page.get_by_role("button", name="1080 × 1920").click()
    assert page.locator("#preview").evaluate("one => [one.style.width, one.style.height]") == ["1080px", "1920px"]
    shot(page, "overlays-goal-upright")
    form.get_by_label("Language").select_option("de")
    expect(preview.locator("html[lang=de]")).to_be_attached()
    page.reload()
    expect(form.get_by_label("Goal", exact=True)).to_have_value("100")
    expect(form.get_by_label("Font")).to_have_value("serif")
    expect(form.get_by_label("Accent")).to_have_value("#00aa55")
    form.get_by_label("Size in percent").fill("900")
    expect(form.locator("input:invalid")).to_have_count(1)
    api(page, "DELETE", f"/api/overlays/{page.url.rsplit('/', 1)[1]}")


def test_alerts_wait_for_one_another_and_a_flood_is_drawn_together(lodged: Lodging, opened: Opened) -> None:
    page = opened(lodged, "/overlays")
    made = api(page, "POST", "/api/overlays", kind="alerts", name="Alerts")
    api(page, "PATCH", f"/api/overlays/{made['id']}", options={**made["options"], "seconds": 2, "least_coins": 5})
    obs = on_air(lodged, opened, made["url"])
    name, deed = obs.locator(".card .card-name bdi"), obs.locator(".card .deed")

    hostile = "<img src=x onerror=alert(1)>‮" + "Z̛̝̠̼̑͊͗" * 30
    lodged.happen(gave(ROOM, person(1, hostile), "Rosa", 10), gave(ROOM, person(2, "Too small"), "Rose", 1))
    expect(name).to_contain_text("<img src=x")
    assert obs.locator(".card img").count() == 0
    assert "‮" not in name.inner_text()
    lodged.happen(gave(ROOM, person(3, "Second"), "Rosa", 10), gave(ROOM, person(4, "Third"), "Corgi", 299))
    expect(name).to_have_text("Second", timeout=SLOW_MS)
    expect(name).to_have_text("Third", timeout=SLOW_MS)
    expect(name).to_have_count(0, timeout=SLOW_MS)

    streak = {"group": "g1", "kind": 1}
    frames = [live.Gift(**{**_fields(gave(ROOM, person(5, "Streaky"), "Rosa", 10)), **streak, "repeat": n}) for n in (1, 40, 150)]
    for frame in frames:
        lodged.happen(frame)
    expect(deed).to_have_text(re.compile(r"gave Rosa × 150.*1,500 coins"), timeout=SLOW_MS)
    assert obs.locator(".card").count() == 1
    shot(obs, "overlay-alert-streak")
    expect(name).to_have_count(0, timeout=SLOW_MS)

    lodged.happen(*(gave(ROOM, person(100 + n, f"Guest {n}"), "Rosa", 10) for n in range(40)))
    seen: list[str] = []
    obs.expose_function("saw", lambda text: seen.append(text))  # noqa: PLW0108 - it takes no built-in
    obs.evaluate(
        """() => new MutationObserver(() => { const card = document.querySelector(".card"); if (card) saw(card.innerText); })
        .observe(document.getElementById("stage"), { childList: true })"""
    )
    expect(obs.locator(".card.is-many")).to_contain_text(re.compile(r"\d+ gifts"), timeout=SLOW_MS)
    shot(obs, "overlay-alert-flood")
    expect(obs.locator(".card")).to_have_count(0, timeout=SLOW_MS)
    assert len(seen) <= 4, "forty gifts in a moment are a handful of cards"
    api(page, "DELETE", f"/api/overlays/{made['id']}")


def _fields(event: live.Gift) -> dict[str, Any]:
    return {name: getattr(event, name) for name in event.__struct_fields__}


def test_what_obs_shows_has_no_ground_no_bars_and_no_motion_where_none_is_wanted(lodged: Lodging, opened: Opened, browser: Browser) -> None:
    page = opened(lodged, "/overlays")
    lodged.happen(came(ROOM, person(200, "Somebody")), gave(ROOM, person(200, "Somebody"), "Corgi", 299))
    for kind in KINDS:
        made = api(page, "POST", "/api/overlays", kind=kind, name=kind)
        obs = on_air(lodged, opened, made["url"])
        scene = {"alerts": "gift", "arrivals": "arrival"}.get(kind, "sample")
        api(page, "POST", f"/api/overlays/{made['id']}/rehearsal", scene=scene)
        shown = obs.locator(".card, .board")
        expect(shown.locator(".rehearsal")).to_be_visible()
        for width, height in ((1920, 1080), (1080, 1920), (800, 600)):
            obs.set_viewport_size({"width": width, "height": height})
            box = shown.bounding_box()
            assert box is not None
            assert box["x"] >= 0
            assert box["y"] >= 0
            assert box["x"] + box["width"] <= width
            assert box["y"] + box["height"] <= height
            grounds = obs.evaluate("['html', 'body', '#stage'].map(one => getComputedStyle(document.querySelector(one)).backgroundColor)")
            assert set(grounds) == {"rgba(0, 0, 0, 0)"}
            size = obs.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
            assert size[0] <= width
            assert size[1] <= height
            assert obs.evaluate("getComputedStyle(document.body).overflow") == "hidden"
            expect(shown).to_have_css("animation-name", "none")
            shot(obs, f"overlay-{kind}-{width}")
        assert complaints(obs) == []
        obs.context.close()
        if kind == "alerts":
            lively = browser.new_context(viewport={"width": 1920, "height": 1080}, reduced_motion="no-preference").new_page()
            lively.goto(made["url"])
            lively.locator("body[data-line=open]").wait_for(state="attached")
            api(page, "POST", f"/api/overlays/{made['id']}/rehearsal", scene="gift")
            expect(lively.locator(".card")).to_have_css("animation-name", "arrive")
            lively.context.close()
        api(page, "DELETE", f"/api/overlays/{made['id']}")


def test_the_page_of_overlays_is_for_everybody(lodged: Lodging, opened: Opened) -> None:
    page = opened(lodged, "/overlays", language="de-DE")
    look_around(page, shot, "overlays-none")
    page.get_by_role("button", name="Gerade hereingekommen").click()
    expect(page.get_by_label("Die Adresse für OBS.")).to_be_visible()
    preview = preview_of(page)
    page.get_by_role("button", name="Stammgast").click()
    expect(preview.locator(".card")).to_contain_text("7. Besuch")
    look_around(page, shot, "overlays")
    api(page, "DELETE", f"/api/overlays/{page.url.rsplit('/', 1)[1]}")


def test_a_moderator_is_shown_no_way_to_overlays(lodged: Lodging, opened: Opened) -> None:
    page = opened(lodged, "/", person=lodged.cast.helper)
    expect(page.get_by_role("link", name="Viewers")).to_be_visible()
    expect(page.get_by_role("link", name="Overlays")).to_have_count(0)
    assert page.request.get("/overlays").status == 403
