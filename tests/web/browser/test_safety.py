"""What is kept and what is backed up: shown before it is done, and done only when somebody is sure."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from entourage.kernel import clock, tenancy
from entourage.kernel.db import Database
from entourage.safety import backup, doctor
from entourage.viewers import jobs, retention
from entourage.viewers.intake import Intake
from entourage.viewers.retention_shapes import Retention
from entourage.wiring import House
from tests.looking import complaints, overflows
from tests.people import Cast
from tests.safety.conftest import stamp
from tests.viewers.events import Room
from tests.web.browser.conftest import Opened, shot
from tests.web.browser.lodging import Lodging

pytestmark = pytest.mark.browser

DAY_MS = 86_400_000


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lodging]:
    """A house that remembers evenings of a year ago and of last week."""

    async def furnish(db: Database, cast: Cast) -> None:
        intake = Intake(db)
        for days in (400, 7):
            room = Room(str(days), start_ms=clock.now_ms() - days * DAY_MS)
            await intake.store(cast.owner.creator_id, [room.chat("lena", 1, "hello"), room.chat("mo", 2), room.gift("mo", 3, coins=5)])
        await jobs.sweep(db)
        await intake.close()

    lodging = Lodging(tmp_path_factory.mktemp("old"), furnish)
    yield lodging
    lodging.close()


def kept_by(house: Lodging) -> Retention:
    """Return what the owner has chosen."""

    async def read(opened: House) -> Retention:
        async with tenancy.inside(opened.db, house.cast.owner.creator_id) as session:
            return await retention.read(session)

    return house.do(read)


def test_what_would_go_is_told_before_it_is_chosen_and_goes_only_when_one_is_sure(old: Lodging, opened: Opened) -> None:
    page = opened(old, "/settings")
    section = page.locator("#retention")
    expect(section.get_by_role("button")).to_have_count(0)
    section.get_by_label("Words of chats").select_option(label="1 year")
    expect(section).to_contain_text("In the coming night 2 messages lose their words for good.")
    section.get_by_label("Visits, gifts and deeds").select_option(label="180 days")
    expect(section).to_contain_text("the history of 1 stream up to")
    expect(section).to_contain_text("2 visits, 1 gift, 2 messages, likes, shares, follows and joins.")
    section.scroll_into_view_if_needed()
    shot(page, "retention")
    assert complaints(page, "#retention") == []

    section.get_by_role("button", name="Save").click()
    assert kept_by(old) == Retention(None, None), "the first press only asks"
    section.get_by_role("button", name="Really? It goes for good.").click()
    expect(page.locator(".toast-note")).to_contain_text("It acts in the coming night.")
    assert kept_by(old) == Retention(365, 180)
    expect(section.get_by_label("Words of chats")).to_have_value("365")

    old.do(lambda house: jobs.shed_all(house.db))
    section.get_by_label("Words of chats").select_option(label="For ever")
    expect(section).to_contain_text("Nothing goes in the coming night.")
    section.get_by_role("button", name="Save").click()
    expect(section.get_by_label("Words of chats")).to_have_value("")
    page.reload()
    expect(section.get_by_label("Visits, gifts and deeds")).to_have_value("180")


@pytest.mark.parametrize(("theme", "size", "language"), [("dark", "wide", "en-GB"), ("light", "phone", "de-DE")])
def test_backups_and_the_last_check_are_told_in_words(old: Lodging, opened: Opened, theme: str, size: str, language: str) -> None:
    settings = old.house.settings
    for made in settings.backup_path.glob("*"):
        made.unlink()
    page = opened(old, "/settings", theme=theme, size=size, language=language)
    section = page.locator("#backups")
    german = language == "de-DE"
    expect(section).to_contain_text("Es gibt noch keine Sicherung." if german else "There is no backup yet.")
    expect(section).to_contain_text("Es wurde noch nichts geprüft." if german else "Nothing was checked yet.")
    section.scroll_into_view_if_needed()
    shot(page, f"safety-before-{theme}-{size}")

    stamp(settings.database)
    _, manifest = backup.make(settings, "night")
    assert doctor.examine(settings).well
    page.reload()
    expect(section).to_contain_text("nachts" if german else "by night")
    expect(section).to_contain_text(
        "2 Zuschauer nachgezählt: Jede Zahl stimmt." if german else "2 viewers counted again: every number is right."
    )
    section.locator("summary").click()
    expect(section).to_contain_text(f"{sum(manifest.counts.values())} {'Zeilen' if german else 'rows'}")
    section.scroll_into_view_if_needed()
    shot(page, f"safety-{theme}-{size}")
    assert complaints(page, "#backups") == []
    assert not overflows(page)

    [file] = settings.backup_path.glob("*.zip")
    file.write_bytes(file.read_bytes()[:-3000])
    assert not doctor.examine(settings).well
    page.reload()
    expect(section).to_contain_text("Auf die neueste Sicherung ist kein Verlass." if german else "The newest backup cannot be relied on.")
    expect(section).to_contain_text("abgeschnitten" if german else "cut off")
    if not german:  # the other language finds it waiting
        section.get_by_role("button", name="Back up now").click()
    expect(section.get_by_role("button", name="Wartet" if german else "Waits")).to_be_disabled()
    shot(page, f"safety-bad-{theme}-{size}")


def test_a_helper_sees_neither(old: Lodging, opened: Opened) -> None:
    page = opened(old, "/settings", person=old.cast.helper)
    expect(page.locator("#look")).to_be_visible()
    expect(page.locator("#backups, #retention")).to_have_count(0)
    for path in ("/settings/backups", "/settings/retention/preview", "/api/house/safety"):
        assert page.request.get(path).status == 403
    assert Path(old.house.settings.data_dir).name != ".entourage"
