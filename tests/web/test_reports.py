"""The client's report: opened by a link and by nothing else, with no name that is not allowed, quiet about where it is, and gone when taken back."""

import io
import re

import pytest

from entourage.clips import clippers, reports
from entourage.kernel import clock, tenancy
from entourage.kernel.accounts.attempts import KNOCKS
from entourage.kernel.db import Database
from entourage.kernel.tables import Creator
from entourage.web import sessions
from tests.clips.studio import ACTOR, Hands, Studio, address
from tests.people import Cast, Doors

pytestmark = pytest.mark.anyio
HTML = {"accept": "text/html"}


@pytest.fixture
async def studio(db: Database, cast: Cast) -> Studio:
    """A studio in which Cem has a clip with a title that gives him away."""
    studio = Studio(db, cast.owner.creator_id, Hands(clock.now()))
    campaign = await studio.campaign()
    await studio.pay_to(cast.clipper.id, "cem.private@example.org")
    async with studio.inside() as session:
        await clippers.rename(session, cast.clipper.id, "Cem Clipson")
        await clippers.put_handles(session, cast.clipper.id, {"tiktok": ["cemsecret"]}, ACTOR)
    clip = (await studio.submit(campaign, cast.clipper.id, address(clock.now(), "cemsecret"))).id
    await studio.watch(clip, 20_000)
    await studio.approve(clip)
    rejected = await studio.clip(campaign, cast.clipper.id, views=777_777)
    await studio.reject(rejected)
    return studio


async def link(studio: Studio, *, names: bool) -> tuple[int, str]:
    """Make a link to the report of the first campaign; returns its id and its secret."""
    async with studio.inside() as session:
        row, token = await reports.make(session, 1, "Acme", names=names, actor=ACTOR)
    return row.id, token


@pytest.mark.thorough
async def test_a_client_reads_sums_and_no_name_unless_it_is_allowed(doors: Doors, studio: Studio) -> None:
    _, unnamed = await link(studio, names=False)
    _, named = await link(studio, names=True)
    nobody = await doors.nobody()
    page = await nobody.get(f"/report/{unnamed}", headers=HTML)
    assert page.status_code == 200
    assert "Report for Acme" in page.text
    assert "20,000" in page.text
    assert "$100.00" in page.text
    assert "777,777" not in page.text
    for secret in ("Cem", "cemsecret", "cem.private", "@example.org"):
        assert secret not in page.text, secret
    assert "Clipper 1" in page.text
    allowed = await nobody.get(f"/report/{named}", headers=HTML)
    assert "Cem Clipson" in allowed.text
    assert "cem.private" not in allowed.text
    german = await nobody.get(f"/report/{unnamed}", headers=HTML | {"accept-language": "de"})
    assert "Bericht für Acme" in german.text
    assert "20.000" in german.text


@pytest.mark.thorough
async def test_a_link_that_was_taken_back_looks_like_one_that_never_was(doors: Doors, studio: Studio) -> None:
    report, token = await link(studio, names=True)
    nobody = await doors.nobody()
    async with studio.inside() as session:
        await reports.revoke(session, report, ACTOR)
    gone = await nobody.get(f"/report/{token}", headers=HTML)
    unknown = await nobody.get("/report/made-up", headers=HTML)
    assert (gone.status_code, unknown.status_code) == (404, 404)
    assert gone.text == unknown.text
    assert "Spring" not in gone.text
    assert "Acme" not in gone.text


@pytest.mark.thorough
async def test_a_report_tells_nobody_where_it_is_and_leaves_no_session(doors: Doors, studio: Studio, written: io.StringIO) -> None:
    _, token = await link(studio, names=True)
    nobody = await doors.nobody()
    page = await nobody.get(f"/report/{token}", headers=HTML)
    assert page.headers["referrer-policy"] == "no-referrer"
    assert "noindex" in page.headers["x-robots-tag"]
    assert page.headers["cache-control"] == "no-store"
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert sessions.COOKIE not in nobody.cookies
    assert "<script" not in page.text
    assert token not in page.text
    for tag in re.findall(r'<a href="https?://[^>]*>', page.text):
        assert "noreferrer" in tag
    assert token not in written.getvalue()


@pytest.mark.thorough
async def test_a_report_is_not_opened_over_and_over(doors: Doors, studio: Studio) -> None:
    _, token = await link(studio, names=False)
    busy, other = await doors.nobody("203.0.113.9"), await doors.nobody("203.0.113.10")
    answers = [(await busy.get(f"/report/made-up-{n}", headers=HTML)).status_code for n in range(KNOCKS.most)]
    assert set(answers) == {404}
    refused = await busy.get(f"/report/{token}", headers=HTML)
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 0
    assert "opened very often" in refused.text
    assert (await other.get(f"/report/{token}", headers=HTML)).status_code == 200


async def test_a_report_of_a_creator_who_rests_is_not_there(doors: Doors, db: Database, cast: Cast, studio: Studio) -> None:
    _, token = await link(studio, names=False)
    async with tenancy.everywhere(db, "a test", write=True) as session:
        creator = await session.get_one(Creator, cast.owner.creator_id)
        creator.active = False
    assert (await (await doors.nobody()).get(f"/report/{token}", headers=HTML)).status_code == 404
