"""Accounts of one person in the drawer: found by name, looked at before anything changes, linked, unlinked, undone."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from entourage.kernel import clock, tenancy
from entourage.ports import live
from entourage.viewers import link, profile
from entourage.wiring import House
from tests import make
from tests.looking import complaints
from tests.web.browser.conftest import Opened, shot
from tests.web.browser.lodging import Lodging

pytestmark = pytest.mark.browser

MINE = 48


def elsewhere(lodging: Lodging, handle: str) -> str:
    """Let somebody be seen on Twitch; returns the id."""
    who = live.Person("twitch", f"tw-{handle}", handle, handle.title())
    now: dict[str, Any] = {"platform": "twitch", "room": "tw-room", "at_ms": clock.now_ms(), "person": who}
    lodging.happen(
        live.Chat(**now, msg_id=f"{handle}-1", text="hi from the other side"),
        live.Gift(**now, msg_id=f"{handle}-2", gift_id="bits", name="Bits", coins=100, repeat=3),
    )

    async def find(house: House) -> str:
        async with tenancy.inside(house.db, lodging.cast.owner.creator_id) as session:
            return str((await profile.find(session, handle)).id)

    return lodging.do(find)


def coins(lodging: Lodging, viewer_id: int | str) -> int:
    """Read somebody's coins."""

    async def read(house: House) -> int:
        async with tenancy.inside(house.db, lodging.cast.owner.creator_id) as session:
            return (await profile.detail(session, str(viewer_id))).total_coins_spent

    return lodging.do(read)


def note(lodging: Lodging, viewer_id: int | str, **fields: Any) -> None:
    """Write a card."""
    lodging.do(lambda house: make.card(house.db, lodging.cast.owner.creator_id, int(viewer_id), **fields))


def axe(page: Page) -> list[str]:
    """Ask axe-core what is wrong with the drawer and what is over it."""
    expect(page.locator(".htmx-request")).to_have_count(0)
    return complaints(page, "#drawer")


def look(page: Page, typed: str, other: str) -> None:
    """Open the search in the drawer, find somebody and look at what linking would come to."""
    page.get_by_role("button", name="Link another account").click()
    dialog = page.locator("#link")
    dialog.get_by_label("Name or handle").fill(typed)
    dialog.locator(f'[data-link-look$="/links/{other}"]').click()
    expect(dialog.get_by_role("heading", name="These numbers will be added up")).to_be_visible()


def together(page: Page, field: str) -> str:
    return page.locator(f'#link [data-sum="{field}"] .link-together').inner_text()


def test_somebody_is_found_looked_at_linked_and_unlinked(lived: Lodging, opened: Opened) -> None:
    other = elsewhere(lived, "quirinus_x")
    note(lived, other, notes="Bakes bread, too.", tags=["baker"], birthday="1990-05-01")
    mine = coins(lived, MINE)
    page = opened(lived, f"/viewers/{MINE}")
    page.get_by_role("button", name="Link another account").click()
    assert axe(page) == []
    page.keyboard.press("Escape")
    expect(page.locator("#link")).to_be_hidden()
    expect(page.locator("#drawer")).to_be_visible()

    look(page, "quirin", other)
    assert axe(page) == []
    shot(page, "link-preview-wide-dark")
    assert together(page, "total_coins_spent") == f"{mine + 300:,}"
    expect(page.locator("#link")).to_contain_text("Bakes bread, too.")
    assert coins(lived, MINE) == mine  # looking changes nothing
    page.locator("#link").get_by_role("button", name="Link", exact=True).click()

    accounts = page.locator(".accounts")
    expect(accounts.get_by_role("heading")).to_have_text("One person, 2 accounts")
    expect(page.locator('[data-count="total_coins_spent"]')).to_have_text(f"{mine + 300:,}")
    expect(page.get_by_label("Notes")).to_have_value("Bakes bread, too.")
    page.locator(".toast-note").last.hover()  # it stays for its Undo
    assert axe(page) == []
    shot(page, "linked-wide-dark")
    assert coins(lived, other) == mine + 300  # either account leads to the person

    page.locator(".toast-note").last.get_by_role("button", name="Undo").click()
    expect(accounts.get_by_role("heading")).to_have_count(0)
    assert (coins(lived, MINE), coins(lived, other)) == (mine, 300)
    expect(page.get_by_label("Notes")).to_have_value("")

    look(page, "quirin", other)
    page.keyboard.press("Enter")
    expect(accounts.get_by_role("heading")).to_have_text("One person, 2 accounts")
    accounts.get_by_role("button", name="Unlink @quirinus_x").click()
    expect(accounts.get_by_role("heading")).to_have_count(0)
    page.locator(".toast-note").last.get_by_role("button", name="Undo").click()
    expect(accounts.get_by_role("heading")).to_have_text("One person, 2 accounts")
    assert coins(lived, MINE) == mine + 300


def test_the_same_handle_elsewhere_is_offered_and_the_other_profile_may_be_kept(lived: Lodging, opened: Opened) -> None:
    other = elsewhere(lived, "viewer50")
    mine = 51  # handles count from 0, ids from 1
    page = opened(lived, f"/viewers/{mine}", size="phone", theme="light")
    page.get_by_role("button", name="Link another account").click()
    dialog = page.locator("#link")
    expect(dialog).to_contain_text("The same handle on another platform:")
    shot(page, "link-find-phone-light")
    assert axe(page) == []
    page.keyboard.press("ArrowDown")
    expect(dialog.locator("[data-link-look]").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("heading", name="These numbers will be added up")).to_be_visible()
    shot(page, "link-preview-phone-light")
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    dialog.get_by_role("button", name="Keep the other profile").click()
    expect(dialog.locator("[data-link-do]")).to_have_attribute("data-into", other)
    dialog.get_by_role("button", name="Link", exact=True).click()
    expect(page).to_have_url(lived.url + f"/viewers/{other}")
    expect(page.locator("#drawer-name")).to_contain_text("Viewer50")
    expect(page.locator(".accounts")).to_contain_text("One person, 2 accounts")
    shot(page, "linked-phone-light")
    assert axe(page) == []


def test_a_drawer_that_is_linked_by_a_colleague_shows_the_person(lived: Lodging, opened: Opened) -> None:
    other = elsewhere(lived, "umberto_tv")
    page = opened(lived, f"/viewers/{other}")
    page.wait_for_selector('body[data-line="open"]')
    expect(page.locator("#drawer-name")).to_contain_text("Umberto")
    owner = lived.cast.owner

    async def work(house: House) -> None:
        async with tenancy.inside(house.db, owner.creator_id, write=True) as session:
            await link.join(session, "52", other, "user:ben")
            detail = await profile.detail(session, "52")
        house.publisher.linked(owner.creator_id, detail, int(other))

    lived.do(work)
    expect(page).to_have_url(lived.url + "/viewers/52")
    expect(page.locator(".accounts")).to_contain_text("One person, 2 accounts")
