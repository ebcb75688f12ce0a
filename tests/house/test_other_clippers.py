"""A clipper sees and changes only what is their own, on every route there is: the route table is walked with another clipper's ids in hand."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from entourage.clips import campaigns, clippers, doubts, payouts, release, reports, words
from entourage.clips.tables import (
    ClipCampaign,
    ClipFlag,
    ClipPayout,
    Clipper,
    ClipReading,
    ClipReport,
    ClipSubmission,
    ClipTransfer,
    ClipWord,
)
from entourage.kernel import clock, http, tenancy
from entourage.kernel.accounts import members, people
from entourage.kernel.db import Database
from entourage.simulators.tiktok import panel
from entourage.simulators.tiktok.fake import FakeTikTok
from entourage.simulators.tiktok.stage import Stage
from entourage.wiring import House
from tests.clips.studio import ACTOR, Hands, Studio, address
from tests.house.test_strangers import ENDLESS, PUBLIC, _ask, _doors_of, _filled
from tests.people import PASSWORD, Cast, Doors, Person, light_passwords, make_house

pytestmark = pytest.mark.anyio
CANARY = "kanarienvogel"
THEIRS = {
    "/": "leads them to their own pages",
    "/clips/mine": "their clips", "/clips/mine/list": "the same", "/clips/mine/money": "their money",
    "/clips/mine/look": "what a link means", "/clips/mine/payout": "their payouts", "/clips/mine/statement.csv": "their statement",
    "/clips/mine/welcome/{step:int}": "their first steps", "/clips/open": "campaigns that are open to every clipper",
    "/api/clippers/submissions": "their clips", "/api/clippers/campaigns": "open campaigns", "/api/clippers/statement": "their statement",
    "/api/clippers/me": "their account", "/api/clippers/me/access": "all that is known of them", "/api/clippers/me/handles": "their accounts",
    "/api/clippers/me/payout": "where their money goes",
    "/api/me": "who they are", "/api/creators": "whom they clip for", "/api/me/password": "their password",
    "/api/members/{user_id:uuid}": "they may leave, and remove nobody else",
}  # fmt: skip
"""All that answers a clipper at all, with the reason; a route that is added is looked at once more."""


@pytest.fixture
def house(db: Database, tmp_path: Path) -> House:
    """Make a house with every route there is, those of a demo too."""
    house = make_house(db, data_dir=str(tmp_path / "data"))
    house.panel = panel.router(Stage(FakeTikTok(), "nova.live"), guards=[http.allowed("live.control")])
    return house


@pytest.fixture
async def dua(db: Database, cast: Cast) -> Person:
    """Let Dua clip for Ada too, with clips, a doubt, words, payouts, and names that would be recognised anywhere."""
    password_hash = await light_passwords().hash(PASSWORD)
    async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
        user = await people.add(session, email=f"{CANARY}@example.org", name=CANARY, password_hash=password_hash)
        await members.add(session, user.id, "clipper")
    studio = Studio(db, cast.owner.creator_id, Hands(clock.now()))
    campaign = await studio.campaign(hold_days=0)
    await studio.pay_to(user.id, f"{CANARY}@example.org")
    first = (await studio.submit(campaign, user.id, address(clock.now(), CANARY))).id
    await studio.watch(first, 50_000)
    await studio.approve(first)
    async with studio.inside() as session:
        await clippers.put_handles(session, user.id, {"tiktok": [CANARY]}, ACTOR)
        await release.release(session, now=clock.now() + timedelta(days=1))
        batch = await payouts.make_batch(session, studio.desk, ACTOR, "USD")
        await payouts.mark_batch_paid(session, studio.desk, batch.id, CANARY, ACTOR)
        await doubts.raise_(session, first, "wrong_author", {"author": CANARY, "handles": CANARY})
        await words.answer(session, studio.desk, first, CANARY, ACTOR)
        await reports.make(session, campaign, CANARY, names=True, actor=ACTOR)
        draft = await campaigns.get(session, campaign)
        assert first == draft.id == batch.id == 1  # so that one number means something of hers wherever it is asked for
    await studio.submit(campaign, user.id, address(clock.now(), CANARY))
    return Person(user.id, user.email, cast.owner.creator_id)


async def _hers(db: Database, dua: Person) -> dict[str, list[Any]]:
    """Return every row that is Dua's or the campaign's."""
    found = {}
    async with tenancy.everywhere(db, "a test") as session:
        for table in (ClipSubmission, ClipPayout, Clipper, ClipTransfer):
            rows = await session.execute(sa.select(table.__table__).where(table.user_id == dua.id))
            found[table.__tablename__] = [tuple(row) for row in rows]
        for other in (ClipCampaign, ClipFlag, ClipWord, ClipReading, ClipReport):
            found[other.__tablename__] = [tuple(row) for row in await session.execute(sa.select(other.__table__))]
    assert all(found.values()), found
    return found


@pytest.mark.thorough
async def test_another_clipper_sees_nothing_of_hers_and_changes_nothing(db: Database, doors: Doors, cast: Cast, dua: Person) -> None:
    before, browser = await _hers(db, dua), await doors.of(cast.clipper)
    answered: set[str] = set()
    for method, template in _doors_of(doors):
        if template in PUBLIC or template in ENDLESS or (method, template) == ("DELETE", "/api/clippers/me"):
            continue
        kinds = dict.fromkeys(("clip", "campaign", "submission", "flag", "payout", "batch", "report", "step", "run", "fan", "reading"), "1")
        path = _filled(template, **kinds, user_id=str(dua.id))
        for accept in ("application/json", "text/html"):
            browser.headers["accept"] = accept
            answer = await _ask(browser, method, path, template)
            assert answer.status_code < 500, (method, path, answer.text)
            assert CANARY not in answer.text, (method, path)
            assert str(dua.id) not in answer.text or answer.status_code >= 400, (method, path)
            if answer.status_code < 400:
                answered.add(template)
    assert answered <= THEIRS.keys(), answered - THEIRS.keys()
    assert {"/", "/clips/mine", "/clips/open", "/api/clippers/statement"} <= answered
    assert await _hers(db, dua) == before


@pytest.mark.thorough
async def test_she_herself_sees_all_of_it(doors: Doors, dua: Person) -> None:
    browser = await doors.of(dua)
    for path in ("/clips/mine/1", "/clips/mine/payout", "/api/clippers/me/access", "/api/clippers/submissions/1/words"):
        answer = await browser.get(path)
        assert answer.status_code == 200, path
        assert CANARY in answer.text, path


@pytest.mark.thorough
async def test_what_is_hers_cannot_be_answered_or_withdrawn_by_another(doors: Doors, db: Database, cast: Cast, dua: Person) -> None:
    before, browser = await _hers(db, dua), await doors.of(cast.clipper)
    for path in ("/api/clippers/submissions/1/appeal", "/api/clippers/submissions/1/words"):
        assert (await browser.post(path, json={"text": "let me"})).status_code == 404
    assert (await browser.post("/clips/mine/1/words", data={"text": "let me"})).status_code == 404
    for path in ("/clips/mine/1", "/clips/mine/1/row", "/clips/mine/1/words"):
        assert (await browser.get(path, headers={"hx-request": "true"})).status_code == 404
    assert await _hers(db, dua) == before


@pytest.mark.thorough
async def test_a_moderator_who_clips_reads_no_clips_of_others(doors: Doors, cast: Cast, dua: Person) -> None:
    browser = await doors.of(cast.helper)
    assert dua.creator_id == cast.helper.creator_id
    for path in ("/clips", "/clips/clips/1", "/api/admin/submissions", "/clips/mine/1"):
        assert (await browser.get(path)).status_code in {403, 404}, path
    assert CANARY not in (await browser.get("/clips/mine")).text
