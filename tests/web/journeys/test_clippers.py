"""A clipper's whole way in a real house, from the link to the appeal, beside a client who reads how it goes until the link is taken back."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.sync_api import Page, expect

from tests.looking import complaints, overflows
from tests.web.journeys.conftest import Console, Open, ready
from tests.web.journeys.houses import Owner

Shoot = Callable[[Page, str], None]
TERMS = {"rate_micro": 2_000_000, "min_views": 1_000, "hold_days": 7}


def campaign_of(ada: Owner) -> int:
    """Open a campaign that pays two dollars for a thousand views."""
    deadline = (datetime.now(UTC) + timedelta(days=20)).isoformat()
    draft: dict[str, Any] = {
        "title": "Launch night", "brief": "Twenty seconds, our logo in sight.", "client": "Acme", "platforms": ["tiktok", "youtube"],
        "deadline": deadline, "terms": TERMS, "budget": 100_000, "currency": "USD",
    }  # fmt: skip
    made = ada.call("POST", "/api/clips/campaigns", **draft).json()["data"]
    ada.call("PUT", f"/api/clips/campaigns/{made['id']}/state", state="ACTIVE")
    return int(made["id"])


def test_a_clipper_and_a_client_from_their_links_to_the_end(ada: Owner, visit: Open, console: Console, shoot: Shoot) -> None:
    campaign = campaign_of(ada)
    page = join(ada, visit)
    clip = hand_in(page)
    row = page.locator("li[data-clip]")
    ada.call("PUT", f"/api/admin/submissions/{clip}", status="APPROVED")
    expect(row).to_contain_text("freigegeben und gezählt")
    ada.call("POST", f"/api/clips/{clip}/views", views=12_345, note="seen in the app")
    expect(row.locator("[data-count]")).to_have_text("12.345")
    expect(page.locator("#clipper-money")).to_contain_text("24,69")
    shoot(page, "clipper-counts")

    made = ada.call("POST", f"/api/clips/campaigns/{campaign}/reports", name="Acme", names=False).json()["data"]
    client = visit(f"{ada.house.url}/report/{made['token']}")
    expect(client.get_by_role("heading", name="Launch night")).to_be_visible()
    expect(client.locator("main")).to_contain_text("12,345")
    expect(client.locator("main")).not_to_contain_text("Eda")
    assert complaints(client) == []

    row.get_by_role("link").click()
    appeal(page, ada, clip)
    shoot(page, "clipper-appeal")
    page.goto(f"{ada.house.url}/viewers")
    expect(page.get_by_role("heading")).to_have_text("Das ist nicht für dich")
    console.expect("403")
    report = ada.call("GET", f"/api/clips/campaigns/{campaign}/reports").json()["data"][0]["id"]
    ada.call("DELETE", f"/api/clips/reports/{report}")
    client.reload()
    expect(client.locator("main")).to_contain_text("The report is not there")
    console.expect("404")


def join(ada: Owner, visit: Open) -> Page:
    """Accept an invitation on a phone in German, and go through the three steps."""
    invitation = ada.call("POST", "/api/members/invitations", role="clipper").json()["url"]
    page = visit(invitation.replace("127.0.0.1", "localhost"), locale="de-DE", width=390, height=844)
    page.get_by_label("Dein Name").fill("Eda")
    page.get_by_label("E-Mail").fill("eda@example.org")
    page.get_by_label("Passwort").fill("correct horse battery")
    page.get_by_role("button", name="Beitreten").click()
    expect(page.get_by_role("heading", name="Schön, dass du da bist, Eda")).to_be_visible()
    ready(page).get_by_label("TikTok").fill("@eda.clips")
    page.get_by_role("button", name="Weiter").click()
    page.get_by_role("link", name="Später").click()
    expect(page.locator(".example")).to_contain_text("Ein Clip mit 50.000 Aufrufen verdient 100,00")
    page.keyboard.press("End")  # the bar of a phone may be over what stands at the edge, but not over the end
    page.get_by_role("link", name="Meinen ersten Clip einreichen").click()
    return ready(page)


def hand_in(page: Page) -> int:
    """Hand a clip in by the link that a phone copies; returns its number."""
    video = int(time.time()) << 32 | 7
    page.get_by_label("Link zu deinem Video").fill(f"https://m.tiktok.com/@eda.clips/video/{video}?_r=1")
    expect(page.locator("#handed-in")).to_contain_text(f"TikTok-Video {video}, von @eda.clips, gepostet heute")
    page.get_by_role("button", name="Einreichen").click()
    expect(page.locator("#handed-in")).to_contain_text("Er ist eingereicht.")
    return int(page.locator("li[data-clip]").get_attribute("data-clip") or 0)


def appeal(page: Page, ada: Owner, clip: int) -> None:
    """Read the statement of a clip, see it rejected while it is open, and answer."""
    expect(ready(page).locator(".statement")).to_contain_text("Zum Satz der Kampagne")
    ada.call("PUT", f"/api/admin/submissions/{clip}", status="REJECTED", rejectionReason="No logo in sight.")
    expect(page.locator("[data-clip-page]")).to_contain_text("No logo in sight.")
    expect(page.locator("#talk-ask")).to_have_text("Stimmt nicht? Sag warum, und ein Mensch sieht noch einmal hin.")
    page.locator("#talk-text").fill("Ab Sekunde zwölf.")
    page.get_by_role("button", name="Senden").click()
    expect(page.locator("#talk-words")).to_contain_text("Ab Sekunde zwölf.")
    expect(page.locator("[data-clip-page]")).to_contain_text("deine Antwort wird gelesen")
    assert complaints(page) == []
    assert not overflows(page)
