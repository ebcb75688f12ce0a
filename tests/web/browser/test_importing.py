"""A file is dropped, looked at, mapped, taken over, followed and undone; in both themes and sizes, and in German."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from entourage.kernel.db import Database
from entourage.kernel.jobs.registry import Registry
from entourage.kernel.jobs.worker import Pace, Worker
from entourage.viewers import import_jobs
from entourage.wiring import House
from tests import make
from tests.looking import complaints, look_around
from tests.people import Cast
from tests.viewers.imports import files
from tests.web.browser.conftest import Opened, shot
from tests.web.browser.lodging import Lodging

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def lodged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lodging]:
    """A house of one's own with 20 viewers and a worker."""

    async def furnish(db: Database, cast: Cast) -> None:
        await make.people(db, cast.owner.creator_id, 20)

    async def employ(house: House) -> None:
        registry = Registry()
        import_jobs.register(registry, house.publisher, house.settings.data_path)
        house.working.append(Worker(house.db, registry, Pace(poll_s=0.05)).run)
        house.start_working()

    lodging = Lodging(tmp_path_factory.mktemp("imports"), furnish)
    lodging.do(employ)
    yield lodging
    lodging.close()


def drop(page: Page, path: Path) -> None:
    page.locator("#file").set_input_files(path)
    expect(page.locator("#way")).to_have_attribute("data-whole", "yes")
    expect(page.locator("#look")).not_to_have_attribute("aria-busy", "true")


def count(page: Page, name: str) -> str:
    return page.locator(f'[data-count="{name}"] dd').inner_text()


def test_a_backup_of_firebot_is_recognised_taken_over_and_undone(lodged: Lodging, opened: Opened, tmp_path: Path) -> None:
    page = opened(lodged, "/viewers")
    page.get_by_role("link", name="Import", exact=True).click()
    page.wait_for_selector('body[data-line="open"]')
    expect(page.get_by_text("Nothing was imported yet")).to_be_visible()
    drop(page, files.ALL["firebot-backup"](tmp_path))
    expect(page.locator("#file-title")).to_be_focused()
    expect(page.get_by_label("Made by")).to_have_value("firebot")
    expect(page.get_by_label("People of")).to_have_value("twitch")
    assert (count(page, "new"), count(page, "rejected")) == ("2", "2")
    expect(page.locator(".samples").first).to_contain_text("lena_draws")
    expect(page.locator(".refusals")).to_contain_text("This line is broken: it is no JSON.")
    shot(page, "import-look")

    page.get_by_text("1 column is left out").click()
    gems = page.get_by_label("Gems becomes")
    gems.focus()
    gems.select_option("loyalty_points")
    expect(page.get_by_label("Points becomes", exact=True)).to_have_value("")
    expect(gems).to_be_focused()
    expect(page.get_by_text("1 column is left out")).to_be_visible()
    page.get_by_label("If there is something already: Loyalty points").select_option("add")
    expect(page.locator("#look")).not_to_have_attribute("aria-busy", "true")
    expect(page.locator(".samples").first).to_contain_text("Loyalty points: 3")
    page.get_by_role("button", name="Import 2 people").click()

    row = page.locator(".brought").first
    expect(row).to_have_attribute("data-state", "done")
    expect(row).to_contain_text("2 new people")
    with page.expect_download() as arriving:
        row.get_by_role("link", name="Failed rows").click()
    rejected = list(csv.reader(io.StringIO(arriving.value.path().read_text(encoding="utf-8-sig"))))
    assert (len(rejected), rejected[0][-1]) == (3, "errors")
    page.goto("/viewers?search=lena_draws")
    expect(page.get_by_text("@lena_draws")).to_be_visible()

    page.goto("/imports")
    page.get_by_role("button", name="Undo the import of").click()
    expect(page.locator(".toast-note")).to_contain_text("going back")
    expect(page.locator(".brought").first).to_have_attribute("data-state", "undone")
    page.goto("/viewers?search=lena_draws")
    expect(page.get_by_text("@lena_draws")).to_have_count(0)


def test_any_table_is_mapped_by_hand_and_refused_the_second_time(lodged: Lodging, opened: Opened, tmp_path: Path) -> None:
    path = tmp_path / "my list.csv"
    path.write_text("Wer;Wieviel;Stunden\nlena.draws;5.000;12,5\nnobody_yet;1;1\n", encoding="cp1252")
    page = opened(lodged, "/imports")
    drop(page, path)
    expect(page.locator("[data-wrong]")).to_contain_text("No column says who a row is about")
    expect(page.locator('#way [type="submit"]')).to_be_disabled()
    page.get_by_label("Wer becomes").select_option("handle")
    expect(page.locator('[data-count="unchanged"] dd')).to_have_text("1")
    page.get_by_label("Wieviel becomes").select_option("coins")
    expect(page.get_by_label("If there is something already: Coins")).to_be_visible()
    page.get_by_label("If there is something already: Coins").select_option("add")
    expect(page.locator("#look")).not_to_have_attribute("aria-busy", "true")
    assert (count(page, "matched"), count(page, "pending")) == ("1", "1")
    expect(page.locator(".change-line").first).to_contain_text("→")
    page.get_by_role("button", name="Import 2 people").click()
    expect(page.locator(".brought").first).to_have_attribute("data-state", "done")
    expect(page.locator(".brought").first).to_contain_text("1 waits to be seen")
    expect(page.locator("#drop")).to_be_visible()

    drop(page, path)
    page.get_by_label("Wer becomes").select_option("handle")
    page.get_by_label("Wieviel becomes").select_option("coins")
    expect(page.locator("[data-already]")).to_be_visible()
    expect(page.locator('#way [type="submit"]')).to_be_disabled()


def test_what_cannot_be_read_says_why_where_the_file_was_dropped(lodged: Lodging, opened: Opened, tmp_path: Path) -> None:
    path = tmp_path / "picture.csv"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(2_000))
    page = opened(lodged, "/imports")
    page.locator("#file").set_input_files(path)
    expect(page.locator("#wrong")).to_contain_text("no text file")
    shot(page, "import-refused")
    assert complaints(page) == []


def test_accounts_of_one_person_are_linked_beside_their_import(lodged: Lodging, opened: Opened, tmp_path: Path) -> None:
    page = opened(lodged, "/imports")
    drop(page, files.ALL["mixitup"](tmp_path))
    page.get_by_role("button", name="Import 2 people").click()
    row = page.locator(".brought").first
    expect(row).to_have_attribute("data-state", "done")
    expect(row.locator("[data-links]")).to_contain_text("1 person has accounts on several platforms")
    row.get_by_role("button", name="Link accounts").click()
    expect(row.locator("[data-links]")).to_contain_text("1 not seen with all of them yet")
    shot(page, "import-linked")
    assert complaints(page) == []


def test_the_page_reads_well(lodged: Lodging, opened: Opened, tmp_path: Path) -> None:
    page = opened(lodged, "/imports")
    look_around(page, shot, "import")
    drop(page, files.ALL["mixitup"](tmp_path))
    look_around(page, shot, "import-mixitup")


def test_it_speaks_german(lodged: Lodging, opened: Opened, tmp_path: Path) -> None:
    page = opened(lodged, "/imports", language="de-DE")
    drop(page, files.ALL["streamlabs-chatbot"](tmp_path))
    expect(page.locator(".refusals")).to_contain_text("Points: -4 ist weniger als nichts.")
    expect(page.get_by_role("heading", name="Was passieren würde")).to_be_visible()
    look_around(page, shot, "import-german", sizes=("phone",))
