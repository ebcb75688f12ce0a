"""OBS may start first and the house may go away: an overlay waits, comes back by itself, and shows what it missed once."""

import re
from pathlib import Path

from playwright.sync_api import Browser, expect

from entourage.kernel import clock
from tests.web.journeys.conftest import Start
from tests.web.journeys.houses import Evening, Owner, send_in

CARD = ".card .card-name bdi"
PATIENCE_MS = 30_000


def test_an_overlay_outlives_the_house_and_a_launcher_waits_for_it(start: Start, chromium: Browser, tmp_path: Path) -> None:
    house = start("run")
    owner = Owner(house)
    made = owner.call("POST", "/api/overlays", kind="alerts", name="Alerts").json()
    options = {**made["options"], "seconds": 2}
    owner.call("PATCH", f"/api/overlays/{made['id']}", options=options)
    launcher = tmp_path / "launcher.html"
    launcher.write_text(made["launcher"], encoding="utf-8")
    evening = Evening("800", clock.now_ms())

    context = chromium.new_context(viewport={"width": 1920, "height": 1080}, reduced_motion="reduce")
    overlay = context.new_page()
    overlay.goto(made["url"])
    expect(overlay.locator("body[data-line=open]")).to_be_attached()
    send_in(house, owner.key, [evening.gift("Lena", 30)])
    expect(overlay.locator(CARD)).to_have_text("Lena")
    expect(overlay.locator(CARD)).to_have_count(0)

    house.close()
    expect(overlay.locator("body[data-line=lost]")).to_be_attached()
    expect(overlay.locator("#refused")).to_be_hidden()
    first = context.new_page()
    first.goto(launcher.as_uri())
    expect(first.locator("iframe")).to_have_count(0)

    house.open()
    expect(overlay.locator("body[data-line=open]")).to_be_attached(timeout=PATIENCE_MS)
    started = first.frame_locator("iframe")
    expect(started.locator("body[data-line=open]")).to_be_attached(timeout=PATIENCE_MS)
    expect(overlay.locator(CARD)).to_have_count(0)  # Lena's gift is no news a second time
    send_in(house, owner.key, [evening.gift("Mo backt", 30, repeat=3)])
    for place in (overlay, started):
        expect(place.locator(CARD)).to_have_text("Mo backt")
        expect(place.locator(".card .deed")).to_have_text(re.compile(r"gave Rose × 3.*90 coins"))
    owner.close()
    context.close()
