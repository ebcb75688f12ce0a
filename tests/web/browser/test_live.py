"""What happens in the stream shows on open pages: the feed, the card, the cells of the list."""

import time

import pytest
from playwright.sync_api import Page, Route, WebSocketRoute, expect
from sqlalchemy import select

from entourage.kernel import tenancy
from entourage.ports import live
from entourage.viewers.tables import Stream
from entourage.wiring import House
from tests import make
from tests.web.browser.conftest import Opened, shot
from tests.web.browser.lodging import Lodging, came, gave, said

pytestmark = pytest.mark.browser


@pytest.fixture
def room(lived: Lodging) -> str:
    """The room of tonight's stream."""

    async def newest(house: House) -> str:
        async with tenancy.inside(house.db, lived.cast.owner.creator_id) as session:
            return (await session.scalars(select(Stream.room).order_by(Stream.started_ms.desc()))).first() or ""

    return lived.do(newest)


def person(number: int, name: str = "") -> live.Person:
    known = make.viewer(number)
    return live.Person(platform="tiktok", user_id=known.user_id, handle=known.handle, name=name or known.name)


def listening(page: Page) -> Page:
    page.wait_for_selector('body[data-line="open"]')
    return page


def test_a_message_is_in_the_feed_at_once(lived: Lodging, opened: Opened, room: str) -> None:
    page = listening(opened(lived))
    lived.happen(said(room, person(50), "what a lovely evening"))
    first = page.locator("#feed .feed-row").first
    expect(first).to_contain_text("what a lovely evening")
    expect(first).to_contain_text("Viewer 50")


def test_a_name_with_markup_is_only_a_name(lived: Lodging, opened: Opened, room: str) -> None:
    page = listening(opened(lived))
    hostile = '<img src=x onerror="document.title=1">'
    lived.happen(said(room, person(51, name=hostile), f"{hostile} ‮evil"))
    first = page.locator("#feed .feed-row").first
    expect(first).to_contain_text(hostile)
    assert page.locator('#feed img[src="x"]').count() == 0
    page.goto("/viewers?search=viewer51")
    expect(page.locator(".who-name").first).to_contain_text(hostile)
    assert page.title().startswith("Viewers")


def test_a_streak_grows_in_its_line(lived: Lodging, opened: Opened, room: str) -> None:
    page = listening(opened(lived))
    lived.happen(gave(room, person(52), "Rose", 1))
    expect(page.locator("#feed .feed-row").first).to_contain_text("gave Rose")
    lived.happen(gave(room, person(52), "Rose", 1), gave(room, person(52), "Rose", 1))
    expect(page.locator("#feed .feed-row").first).to_contain_text("gave Rose × 3")
    expect(page.locator("#feed .feed-row").first).to_contain_text("3 coins")


def test_the_feed_holds_still_under_the_mouse(lived: Lodging, opened: Opened, room: str) -> None:
    page = listening(opened(lived))
    page.locator("#feed .feed-row").nth(3).hover()
    top = page.locator("#feed .feed-row").first.inner_text()
    lived.happen(*(said(room, person(53), f"while you read {number}") for number in range(4)))
    expect(page.locator("#feed-paused")).to_have_text("4 new lines")
    assert page.locator("#feed .feed-row").first.inner_text() == top
    page.mouse.move(5, 5)
    expect(page.locator("#feed .feed-row").first).to_contain_text("while you read 3")


def test_the_feed_keeps_a_hundred_lines(lived: Lodging, opened: Opened, room: str) -> None:
    page = listening(opened(lived))
    for burst in range(8):
        lived.happen(*(said(room, person(54 + number), f"{burst} {number}") for number in range(30)))
    expect(page.locator("#feed .feed-row").first).to_contain_text("7 29")
    assert page.locator("#feed .feed-row").count() <= 100


def test_whoever_comes_back_is_introduced(lived: Lodging, opened: Opened, room: str) -> None:
    page = listening(opened(lived))
    page.mouse.move(5, 5)
    lived.happen(came(room, person(31)))
    card = page.locator(".walk-card")
    expect(card).to_contain_text("Viewer 31")
    expect(card).to_contain_text("visit")
    expect(card).to_contain_text("coins ever")
    expect(page.locator("#here li").first).to_contain_text("Viewer 31")
    shot(page, "live-arrival")


def test_cells_of_the_list_follow_where_they_stand(lived: Lodging, opened: Opened, room: str) -> None:
    page = listening(opened(lived, "/viewers"))
    rows = page.locator("tbody tr[data-viewer]")
    order = rows.evaluate_all("all => all.map(one => one.dataset.viewer)")
    line = rows.nth(40)
    cell = line.locator('[data-cell="total_coins_spent"]')
    before = int(cell.inner_text().replace(",", ""))
    lived.happen(gave(room, person(int(order[40]) - 1), "Rocket", 50_000))
    expect(cell).to_have_text(f"{before + 50_000:,}")
    assert rows.evaluate_all("all => all.map(one => one.dataset.viewer)") == order


def test_new_viewers_are_announced_and_shown_on_a_press(lived: Lodging, opened: Opened, room: str) -> None:
    page = listening(opened(lived, "/viewers?sort=last_seen_at"))
    newcomer = live.Person(platform="tiktok", user_id=str(time.time_ns()), handle="brand.new", name="Brand New")
    lived.happen(came(room, newcomer))
    expect(page.locator("#fresh")).to_have_text("1 new viewer")
    page.locator("#fresh").click()
    expect(page.locator("tbody .who-name").first).to_contain_text("Brand New")
    expect(page.locator("#fresh")).to_be_hidden()


@pytest.mark.parametrize("path", ["/", "/viewers"])
def test_what_happens_before_the_line_is_open_is_shown_once_it_is(lived: Lodging, opened: Opened, room: str, path: str) -> None:
    page = opened(lived, "/settings")
    held: list[Route] = []
    page.route("**/socket.io.min.js", lambda route: held.append(route))  # noqa: PLW0108
    with page.expect_request("**/socket.io.min.js"):
        page.goto(path, wait_until="domcontentloaded")
    if path == "/":
        shown, news = page.locator("#feed .feed-row").first, "said before you listened"
        expect(shown).to_be_visible()
        lived.happen(said(room, person(56), news))
    else:
        shown = page.locator("tbody tr[data-viewer]").nth(30)
        viewer = int(shown.get_attribute("data-viewer") or 0)
        shown = page.locator(f'tr[data-viewer="{viewer}"] [data-cell="total_coins_spent"]')
        news = f"{int(shown.inner_text().replace(',', '')) + 7_000:,}"
        lived.happen(gave(room, person(viewer - 1), "Rocket", 7_000))
    expect(shown).not_to_contain_text(news)
    held[0].continue_()
    expect(shown).to_contain_text(news)


def test_what_happened_while_the_line_was_lost_is_shown_when_it_is_back(lived: Lodging, opened: Opened, room: str) -> None:
    page = opened(lived, "/tiers")
    lines: list[WebSocketRoute] = []

    def between(line: WebSocketRoute) -> None:
        if not lines:
            line.connect_to_server()
        lines.append(line)

    page.route_web_socket("**/socket.io/**", between)
    page.goto("/")
    listening(page)
    lines[0].close()
    page.wait_for_selector('body[data-line="lost"]')
    expect(page.locator(".lost")).to_be_visible()
    lived.happen(said(room, person(55), "said while you were away"))
    while len(lines) < 2:
        page.wait_for_timeout(50)
    lines[1].connect_to_server()
    expect(page.locator("#feed")).to_contain_text("said while you were away")
    expect(page.locator(".lost")).to_be_hidden()
    assert len(lines) == 2
