"""The list of viewers: choices, conditions kept as segments, many handled at once, columns, and rows that stay where they are."""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from entourage.kernel import tenancy
from entourage.kernel.db import Database
from entourage.ports import live
from entourage.viewers import bulk_jobs
from entourage.viewers.tables import Stream, Viewer
from entourage.wiring import House
from tests import make
from tests.looking import look_around
from tests.people import Cast
from tests.web.browser.conftest import Opened, shot
from tests.web.browser.lodging import Lodging, gave

pytestmark = pytest.mark.browser

MANY = 1_200


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lodging]:
    """A house of one's own with 1,200 viewers, an evening going on, and a worker."""

    async def furnish(db: Database, cast: Cast) -> None:
        creator = cast.owner.creator_id
        viewers = await make.people(db, creator, MANY)
        await make.evenings(db, creator, viewers[:12])
        await make.card(db, creator, viewers[3], tags=["artist", "early bird"], birthday=f"1996-{make.day(2):%m-%d}")

    folder: Path = tmp_path_factory.mktemp("crowded")
    lodging = Lodging(folder, furnish)
    lodging.employ(bulk_jobs.register)
    yield lodging
    lodging.close()


def rows(page: Page) -> Locator:
    return page.locator("tr[data-viewer]")


def ids(page: Page) -> list[str]:
    return rows(page).evaluate_all("all => all.map(one => one.dataset.viewer)")  # type: ignore[no-any-return]


def chip(page: Page, name: str) -> Locator:
    return page.locator(".way-chip", has_text=re.compile(f"^{name}$"))


def ready(page: Page) -> Page:
    """Wait until the scripts of the list have drawn what is theirs."""
    expect(page.locator("#condition-add")).to_be_attached()
    return page


def note(page: Page, words: str) -> Locator:
    found = page.locator(".toast-note", has_text=words).last
    expect(found).to_be_visible()
    return found


def sorted_down(page: Page, cell: str) -> bool:
    found = [int(re.sub(r"\D", "", text)) for text in page.locator(f'tbody [data-cell="{cell}"]').all_inner_texts()]
    return len(found) > 1 and found == sorted(found, reverse=True)


def test_each_choice_shows_its_viewers_and_the_address_holds_all_of_it(crowded: Lodging, opened: Opened) -> None:
    page = ready(opened(crowded, "/viewers"))
    expect(rows(page)).to_have_count(50)
    chip(page, "Favorites").click()
    expect(rows(page)).to_have_count(2)
    expect(chip(page, "Favorites")).to_have_attribute("aria-current", "true")
    chip(page, "Birthdays").click()
    expect(rows(page)).to_have_count(1)
    expect(rows(page)).to_contain_text("early bird")
    chip(page, "New tonight").click()
    expect(page.locator(".empty")).to_contain_text("Nobody new tonight")
    chip(page, "All").click()
    expect(rows(page)).to_have_count(50)
    page.get_by_label("Sort by").select_option(label="Likes")
    expect(page.locator('th[aria-sort="descending"]')).to_contain_text("Likes")
    assert sorted_down(page, "total_likes")
    page.get_by_label("Search by name or handle").fill("viewer11")
    expect(rows(page).first).to_contain_text("@viewer11")
    page.get_by_label("Turn the order around").click()
    expect(page.locator('th[aria-sort="ascending"]')).to_contain_text("Likes")
    expect(page).to_have_url(re.compile(r"/viewers\?sort=total_likes&order=asc&search=viewer11$"))
    before = ids(page)
    page.reload()
    assert ids(page) == before
    expect(page.get_by_label("Search by name or handle")).to_have_value("viewer11")
    page.go_back()
    expect(page.locator('th[aria-sort="descending"]')).to_contain_text("Likes")


def test_conditions_are_counted_while_they_are_written_and_kept_under_a_name(crowded: Lodging, opened: Opened) -> None:
    page = ready(opened(crowded, "/viewers?filter=vip"))
    page.get_by_role("button", name="Conditions").click()
    page.get_by_label("Add a condition").select_option(label="Gave")
    expect(page.locator(".condition")).to_have_count(2)  # what the filter said, and the new one
    page.get_by_label("Gave").last.fill("20000")
    expect(page).to_have_url(re.compile("where=tier%3Aany&where=coins%3Aat_least%3A20000$"))
    shown = re.findall(r"\d+", page.locator("th", has_text="Viewer").inner_text())[0]
    expect(page.locator("#builder-count")).to_have_text(f"{shown} viewers")
    page.get_by_label("Add a condition").select_option(label="Favorite")
    page.get_by_label("Favorite", exact=True).select_option(label="no")
    page.get_by_label("Name of the segment").fill("Big givers")
    page.get_by_role("button", name="Save", exact=True).click()
    note(page, "Saved.")
    expect(chip(page, "Big givers")).to_have_attribute("aria-current", "true")
    expect(page).to_have_url(re.compile(r"/viewers\?segment=\d+$"))
    shown = ids(page)
    with page.expect_download() as download:
        page.get_by_label("Download this list as CSV").click()
    file = list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text("utf-8-sig"))))
    assert [row["id"] for row in file][:50] == shown
    assert all(int(row["total_coins_spent"]) >= 20_000 for row in file)

    page.get_by_label("Gave").last.fill("100000")
    expect(page).to_have_url(re.compile(r"segment=\d+&where="))
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page).to_have_url(re.compile(r"/viewers\?segment=\d+$"))
    expect(page.locator("tr.more-row")).to_have_count(0)
    assert len(ids(page)) < len(shown)
    page.get_by_label("Remove the segment").click()
    expect(chip(page, "Big givers")).to_have_count(0)
    note(page, "segment is gone").get_by_role("button", name="Undo").click()
    expect(chip(page, "Big givers")).to_have_attribute("aria-current", "true")
    page.get_by_label("Name of the segment").fill("Big givers")
    page.get_by_role("button", name="Save as new").click()
    expect(page.locator(".form-wrong")).to_contain_text("already")


def test_some_are_chosen_by_pointer_and_by_keys_and_tagged_and_put_back(crowded: Lodging, opened: Opened) -> None:
    page = ready(opened(crowded, "/viewers"))
    rows(page).nth(1).get_by_role("checkbox").click()
    place = rows(page).nth(1).bounding_box()
    rows(page).nth(3).get_by_role("checkbox").click(modifiers=["Shift"])
    assert rows(page).nth(1).bounding_box() == place
    expect(page.locator("#chosen-count")).to_have_text("3 selected")
    rows(page).nth(3).locator("a").first.focus()
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Space")
    expect(page.locator("#chosen-count")).to_have_text("2 selected")
    page.keyboard.press("Control+a")
    expect(page.locator("#chosen-count")).to_have_text("50 selected")
    page.keyboard.press("Escape")
    expect(page.locator("#list-chosen")).to_be_hidden()
    page.locator("#viewer-search").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")

    page.get_by_role("button", name="Tag", exact=True).click()
    expect(page.locator("#bulk-title")).to_have_text("Tag 2 viewers")
    page.locator("#bulk-tag-name").fill("a,b")
    page.locator("#bulk-do").click()
    expect(page.locator(".form-wrong")).to_contain_text("no comma")
    page.locator("#bulk-tag-name").fill("regular")
    page.keyboard.press("Enter")
    done = note(page, "2 viewers tagged.")
    expect(page.locator(".tag", has_text="regular")).to_have_count(2)
    done.get_by_role("button", name="Undo").click()
    note(page, "Undone.")
    expect(page.locator(".tag", has_text="regular")).to_have_count(0)

    rows(page).nth(0).get_by_role("checkbox").click()
    page.get_by_role("button", name="Favorite", exact=True).click()
    note(page, "1 favorite more.")
    expect(rows(page).nth(0).locator('[data-mark="star"]')).to_be_visible()
    rows(page).nth(0).get_by_role("checkbox").click()
    page.locator("#list-chosen summary").click()
    page.get_by_role("button", name="No favorite any more").click()
    note(page, "1 favorite less.")
    expect(rows(page).nth(0).locator('[data-mark="star"]')).to_be_hidden()

    rows(page).nth(2).get_by_role("checkbox").click()
    page.locator("#list-chosen summary").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as CSV").click()
    file = list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text("utf-8-sig"))))
    assert [row["id"] for row in file] == [ids(page)[2]]


def test_all_that_match_are_blocked_after_a_question_and_let_go_again(crowded: Lodging, opened: Opened) -> None:
    async def blocked(house: House) -> int:
        async with tenancy.inside(house.db, crowded.cast.owner.creator_id) as session:
            return len((await session.scalars(select(Viewer.id).where(Viewer.blocked))).all())

    page = ready(opened(crowded, "/viewers?search=viewer"))
    named = MANY - len(make.NAMES)
    page.locator("#pick-all").click()
    page.get_by_role("button", name="Select all that match").click()
    expect(page.locator("#chosen-count")).to_have_text(f"all {named:,} viewers selected")
    page.get_by_role("button", name="Show more").click()
    expect(page.locator("tr.is-picked")).to_have_count(100)
    page.get_by_role("button", name="Block", exact=True).click()
    expect(page.locator("#bulk-title")).to_have_text(f"Block all {named:,} viewers")
    page.locator("#bulk-do").click()
    done = note(page, f"{named:,} viewers blocked.")
    expect(page.locator("tr.is-blocked")).to_have_count(100)
    assert crowded.do(blocked) == named
    done.get_by_role("button", name="Undo").click()
    note(page, "Undone.")
    expect(page.locator("tr.is-blocked")).to_have_count(0)
    assert crowded.do(blocked) == 0
    assert len(ids(page)) == 100


def test_the_columns_are_remembered_for_the_person_in_every_browser(crowded: Lodging, opened: Opened) -> None:
    page = ready(opened(crowded, "/viewers", person=crowded.cast.helper))
    page.locator("#columns summary").click()
    page.locator("#columns").get_by_label("Shares").check()
    expect(page.locator("th", has_text="Shares")).to_be_visible()
    page.locator("#columns").get_by_label("Watch time").uncheck()
    expect(page.locator("th", has_text="Watch time")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.locator("#columns .menu-list")).to_be_hidden()
    assert page.locator("#download").count() == 0, "a moderator may not export"
    again = opened(crowded, "/viewers", person=crowded.cast.helper)
    expect(again.locator("th", has_text="Shares")).to_be_visible()
    expect(again.locator("th", has_text="Watch time")).to_have_count(0)
    expect(opened(crowded, "/viewers").locator("th", has_text="Shares")).to_have_count(0)


def test_a_row_follows_the_stream_without_changing_its_place(crowded: Lodging, opened: Opened) -> None:
    async def newest(house: House) -> str:
        async with tenancy.inside(house.db, crowded.cast.owner.creator_id) as session:
            return (await session.scalars(select(Stream.room).order_by(Stream.started_ms.desc()))).first() or ""

    page = ready(opened(crowded, "/viewers"))
    page.wait_for_selector('body[data-line="open"]')
    before = ids(page)
    row = rows(page).nth(8)
    rows(page).nth(7).get_by_role("checkbox").click()
    known = make.viewer(8)
    person = live.Person(platform="tiktok", user_id=known.user_id, handle=known.handle, name=known.name)
    place = row.bounding_box()
    coins = row.locator('[data-cell="total_coins_spent"]')
    was = int(coins.inner_text().replace(",", ""))
    crowded.happen(gave(crowded.do(newest), person, "Universe", 500_000))
    expect(coins).to_have_text(f"{was + 500_000:,}")
    assert ids(page) == before
    assert row.bounding_box() == place
    expect(rows(page).nth(7).get_by_role("checkbox")).to_be_checked()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Sort again").click()
    expect(rows(page).first).to_contain_text(known.name)
    assert sorted_down(page, "total_coins_spent")


def test_the_list_is_good_to_look_at_and_open_to_everybody(crowded: Lodging, opened: Opened) -> None:
    page = ready(opened(crowded, "/viewers"))
    look_around(page, shot, "list")
    page.goto("/viewers?where=coins%3Aat_least%3A1000&where=tier%3Aany&where=favorite%3Ais%3Ano&where=last_seen_days%3Aat_most%3A30")
    expect(page.locator("#builder-count")).to_have_text(re.compile("viewers?$"))
    rows(page).nth(0).get_by_role("checkbox").click()
    rows(page).nth(2).get_by_role("checkbox").click()
    look_around(page, shot, "list-building")
    page.get_by_role("button", name="Tag", exact=True).click()
    look_around(page, shot, "list-tagging")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.locator("#columns summary").click()
    look_around(page, shot, "list-columns", sizes=("wide",))
