"""Handing clips in: any form of a link, refused before anybody is paid; and what people decide and write about them."""

from datetime import timedelta
from typing import Any

import pytest

from entourage.clips import (
    access,
    campaigns,
    clippers,
    doubts,
    erasure,
    kinds,
    link,
    payouts,
    release,
    review,
    schemas,
    submissions,
    submitting,
    verification,
    words,
)  # fmt: skip
from entourage.clips.submissions import Wish
from entourage.clips.tables import ClipSubmission
from entourage.kernel import audit
from entourage.kernel.accounts.attempts import Attempts, MemoryCounter
from entourage.kernel.errors import Conflict, Invalid, Later, Never, NotFound, TooMany
from entourage.kernel.jobs import claims
from entourage.kernel.jobs.context import JobContext
from entourage.kernel.tenancy import everywhere
from tests.clips.studio import ACTOR, START, Studio, address, tiktok_id
from tests.people import Cast

pytestmark = pytest.mark.anyio
SHORT = "https://vm.tiktok.com/ZTM2kqBet/"


async def _follow(studio: Studio) -> None:
    """Do the jobs that follow short links."""
    async with everywhere(studio.db, "a test's worker", write=True) as session:
        waiting = await claims.find_waiting(session)
        taken = await claims.take(session, claims.Turns(), waiting, slots=1, lease_s=-1.0)
    for claim in taken:
        assert claim.kind == kinds.FOLLOW
        await submitting.follow(studio.desk, JobContext(studio.db, claim))


async def test_a_clip_is_kept_with_its_id_and_the_moment_it_was_posted(studio: Studio, cast: Cast) -> None:
    """Bug 6 of the original: a clip had no id of its own, and all of them shared one key."""
    campaign = await studio.campaign()
    first, second = address(handle="Mo.Clips"), address()
    rows = [await studio.submit(campaign, cast.clipper.id, text) for text in (f"look {first}?is_from_webapp=1 !", second)]
    assert [row.state for row in rows] == ["PENDING", "PENDING"]
    assert len({row.id for row in rows}) == len({row.video_id for row in rows}) == 2
    assert (rows[0].author, rows[0].posted_at, rows[0].next_read_at, rows[0].clipper) == ("mo.clips", START, START, "Cem")
    assert [update.audience for update in studio.screens.seen if update.event == "clip:updated"][:2] == [
        "staff",
        f"clipper:{cast.clipper.id}",
    ]


async def test_a_video_is_taken_once_whatever_its_link_looks_like_and_whoever_sends_it(studio: Studio, cast: Cast) -> None:
    """Bug 10 of the original: there was no de-duplication."""
    campaign, other = await studio.campaign(), await studio.campaign()
    video = tiktok_id(START)
    await studio.submit(campaign, cast.clipper.id, f"https://www.tiktok.com/@mo/video/{video}")
    for form in (
        f"m.tiktok.com/v/{video}.html",
        f"https://www.tiktok.com/@x/photo/{video}?_r=1",
        f"https://www.tiktok.com/embed/v2/{video}",
    ):
        for where in (campaign, other):
            with pytest.raises(Conflict, match="You handed this video in already"):
                await studio.submit(where, cast.clipper.id, form)
            with pytest.raises(Conflict) as refused:
                await studio.submit(where, cast.helper.id, form)
            assert refused.value.message == "This video was handed in already."


async def test_a_rejected_video_may_be_handed_in_again_and_is_then_held(studio: Studio, cast: Cast) -> None:
    campaign, text = await studio.campaign(), address()
    first = (await studio.submit(campaign, cast.clipper.id, text)).id
    await studio.reject(first)
    second = await studio.submit(campaign, cast.helper.id, text)
    with pytest.raises(Conflict):
        await studio.approve(first)
    async with studio.inside() as session:
        with pytest.raises(Conflict):
            await review.reopen(session, studio.desk, first, ACTOR)
    await studio.reject(second.id)
    async with studio.inside() as session:
        assert (await review.reopen(session, studio.desk, first, ACTOR)).state == "PENDING"


async def test_a_campaign_that_is_over_closed_or_unknown_takes_nothing(studio: Studio, cast: Cast) -> None:
    """Bug 10 of the original: the deadline was never enforced."""
    campaign = await studio.campaign(days=1)
    draft = await studio.campaign(open_=False)
    for where in (draft, 999):
        with pytest.raises(NotFound, match="Campaign not found or inactive"):
            await studio.submit(where, cast.clipper.id)
    studio.hands.turn(days=1)
    with pytest.raises(NotFound, match="Campaign not found or inactive"):
        await studio.submit(campaign, cast.clipper.id)
    async with studio.inside() as session:
        with pytest.raises(Conflict):
            await campaigns.set_state(session, studio.desk, draft, "PAUSED", ACTOR)
        assert [one.id for one in await campaigns.open_ones(session)] == []


async def test_a_campaign_with_an_empty_pot_is_offered_last(studio: Studio, cast: Cast) -> None:
    empty = await studio.campaign(days=10, budget=100)
    full = await studio.campaign(days=20)
    await studio.clip(empty, cast.clipper.id, 900_000)
    async with studio.inside() as session:
        assert [(one.id, one.exhausted) for one in await campaigns.open_ones(session)] == [(full, False), (empty, True)]


@pytest.mark.parametrize(("posted", "said"), [(-3, "before the campaign began"), (2, "in the future")], ids=["before", "in the future"])
async def test_a_video_that_was_not_posted_for_this_campaign_is_refused_without_a_paid_call(
    studio: Studio, cast: Cast, posted: int, said: str
) -> None:
    campaign = await studio.campaign()
    with pytest.raises(Invalid, match=said):
        await studio.submit(campaign, cast.clipper.id, address(START + timedelta(days=posted)))


async def test_a_platform_that_is_not_wanted_is_named(studio: Studio, cast: Cast) -> None:
    campaign = await studio.campaign()
    with pytest.raises(Invalid, match="takes clips on TikTok, YouTube"):
        await studio.submit(campaign, cast.clipper.id, "https://www.instagram.com/reel/DQabcdefghi/")
    with pytest.raises(Invalid, match=link.NO_LINK[:20]):
        await studio.submit(campaign, cast.clipper.id, "my newest clip")


async def test_a_short_link_is_followed_before_it_is_handed_in_or_by_a_job(studio: Studio, cast: Cast) -> None:
    campaign, target, attempts = await studio.campaign(), address(), Attempts(MemoryCounter())
    studio.links.leads[SHORT] = target
    assert await submitting.unfold(studio.desk, attempts, cast.clipper.id, SHORT) == target
    assert await submitting.unfold(studio.desk, attempts, cast.clipper.id, address()) != target
    studio.links.leads[SHORT] = Later("Nobody answered.")
    assert await submitting.unfold(studio.desk, attempts, cast.clipper.id, SHORT) == SHORT
    studio.links.leads[SHORT] = Never("This short link leads nowhere.")
    with pytest.raises(Invalid, match="leads nowhere"):
        await submitting.unfold(studio.desk, attempts, cast.clipper.id, SHORT)
    row = await studio.submit(campaign, cast.clipper.id, SHORT)
    assert (row.video_id, row.next_read_at) == (None, None)
    with pytest.raises(Conflict):
        await studio.submit(campaign, cast.clipper.id, SHORT)
    with pytest.raises(Conflict, match="still being followed"):
        await studio.approve(row.id)
    studio.links.leads[SHORT] = target
    await _follow(studio)
    async with studio.inside() as session:
        found = await submissions.row(session, row.id)
        assert (found.url, found.next_read_at is not None, found.posted_at) == (target, True, START)
        assert await submitting.resolve(session, studio.desk, row.id, address()) == found


async def test_the_house_follows_only_so_many_short_links_for_one_clipper(studio: Studio, cast: Cast) -> None:
    seconds = 0.0
    attempts = Attempts(MemoryCounter(lambda: seconds))
    studio.links.leads[SHORT] = address()
    for _ in range(submitting.FOLLOWED.most):
        await submitting.unfold(studio.desk, attempts, cast.clipper.id, SHORT)
    with pytest.raises(TooMany, match="in 10 min") as caught:
        await submitting.unfold(studio.desk, attempts, cast.clipper.id, SHORT)
    assert (caught.value.retry_after_s, len(studio.links.asked)) == (600, submitting.FOLLOWED.most)
    await submitting.unfold(studio.desk, attempts, cast.clipper.id, address())  # a long link costs nobody anything
    await submitting.unfold(studio.desk, attempts, cast.helper.id, SHORT)
    seconds = 601
    await submitting.unfold(studio.desk, attempts, cast.clipper.id, SHORT)


async def test_a_short_link_to_a_video_that_cannot_take_part_is_rejected_with_the_reason(studio: Studio, cast: Cast) -> None:
    """A short link got around the check for duplicates in the original."""
    campaign, target = await studio.campaign(), address()
    await studio.submit(campaign, cast.clipper.id, target)
    studio.links.leads = {SHORT: target}
    row = await studio.submit(campaign, cast.helper.id, SHORT)
    await _follow(studio)
    dead = await studio.submit(campaign, cast.helper.id, "https://vm.tiktok.com/ZTdead000/")
    await _follow(studio)
    async with studio.inside() as session:
        assert [(one.state, one.reason) for one in await submissions.rows_of(session, [row.id, dead.id])] == [
            ("REJECTED", "This video was handed in already."), ("REJECTED", "This short link leads nowhere."),
        ]  # fmt: skip


async def test_only_so_many_clips_of_one_clipper_wait_at_once(studio: Studio, cast: Cast) -> None:
    campaign = await studio.campaign()
    async with studio.inside() as session:
        for _ in range(submitting.MOST_PENDING):
            await submitting.submit(session, studio.desk, campaign, cast.clipper.id, address())
        with pytest.raises(Conflict, match="wait for a decision"):
            await submitting.submit(session, studio.desk, campaign, cast.clipper.id, address())
        await submitting.submit(session, studio.desk, campaign, cast.helper.id, address())


async def test_lists_find_clips_and_a_clipper_sees_only_their_own(studio: Studio, cast: Cast) -> None:
    campaign = await studio.campaign()
    mine = [await studio.clip(campaign, cast.clipper.id, 100 * n) for n in range(3)]
    theirs = await studio.clip(campaign, cast.helper.id, approved=False)
    async with studio.inside() as session:
        rows, following = await submissions.mine(session, cast.clipper.id, limit=2)
        assert ([row.id for row in rows], following) == ([mine[2], mine[1]], mine[1])
        rows, following = await submissions.mine(session, cast.clipper.id, limit=2, before=following)
        assert ([row.id for row in rows], following) == ([mine[0]], None)
        with pytest.raises(NotFound):
            await submissions.row(session, theirs, user_id=cast.clipper.id)
        wishes: list[tuple[Wish, list[int]]] = [
            (Wish(status="PENDING"), [theirs]), (Wish(search="cEm"), mine[::-1]), (Wish(platform="youtube"), []), (Wish(campaign=999), []),
            (Wish(search="%"), []), (Wish(user_id=cast.helper.id), [theirs]), (Wish(flagged=True), []), (Wish(appealed=True), []),
        ]  # fmt: skip
        for wish, wanted in wishes:
            page = await submissions.listing(session, wish)
            assert ([row.id for row in page.rows], page.total) == (wanted, len(wanted)), wish
        page = await submissions.listing(session, Wish(), limit=2, offset=1)
        assert ([row.id for row in page.rows], page.total) == ([mine[2], mine[1]], 4)
        assert [row.id for row in (await submissions.listing(session, Wish(), after=mine[1])).rows] == [mine[0]]


async def test_a_rejected_clip_can_be_appealed_and_the_thread_is_kept(studio: Studio, cast: Cast) -> None:
    campaign = await studio.campaign()
    clip = await studio.clip(campaign, cast.clipper.id)
    async with studio.inside() as session:
        with pytest.raises(Conflict):
            await words.appeal(session, studio.desk, clip, cast.clipper.id, "But why?")
    await studio.reject(clip)
    async with studio.inside() as session:
        with pytest.raises(NotFound):
            await words.appeal(session, studio.desk, clip, cast.helper.id, "But why?")
        assert (await words.appeal(session, studio.desk, clip, cast.clipper.id, " But why? ")).appealed
        assert (await submissions.listing(session, Wish(appealed=True))).total == 1
        assert not (await words.answer(session, studio.desk, clip, "It shows another game.", ACTOR)).appealed
        assert [(one.side, one.text) for one in await words.thread(session, clip)] == [
            ("clipper", "But why?"), ("manager", "It shows another game."),
        ]  # fmt: skip
        with pytest.raises(NotFound):
            await words.thread(session, clip, user_id=cast.helper.id)
        with pytest.raises(Invalid):
            await words.write(session, studio.desk, clip, cast.clipper.id, " ")
        done = [entry.action for entry in await audit.page(session, subject=kinds.about(clip))]
    assert done == ["clips.answer", "clips.appeal", "clips.reject", "clips.approve", "clips.submit"]


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"method": "paypal", "email": "nobody"}, "email"),
    ({"method": "bank", "holder": "", "iban": "DE89370400440532013000"}, "holder"),
    ({"method": "bank", "holder": "Mo", "iban": "DE89370400440532013001"}, "iban"),
    ({"method": "bank", "holder": "Mo", "iban": "DE89370400440532013000", "bic": "X"}, "bic"),
    ({"method": "stripe", "account": "cus_123"}, "account"),
]


@pytest.mark.parametrize(("given", "field"), WRONG)
async def test_where_money_goes_is_checked(studio: Studio, cast: Cast, given: dict[str, Any], field: str) -> None:
    async with studio.inside() as session:
        with pytest.raises(Invalid) as refused:
            await clippers.put_details(session, cast.clipper.id, schemas.PayTo(**given), "user:cem")
    assert list(refused.value.details) == [field]


async def test_where_money_goes_is_kept_sealed_and_told_only_to_its_owner(studio: Studio, cast: Cast) -> None:
    async with studio.inside() as session:
        pay_to = schemas.PayTo(method="bank", holder="Mo Backt", iban="de89 3704 0044 0532 0130 00", email="not@for.this")
        row = await clippers.put_details(session, cast.clipper.id, pay_to, "user:cem")
        assert (row.method, row.hint) == ("bank", "3000")
        assert (await clippers.get(session, cast.clipper.id)).hint == ""
        assert (await clippers.me(session, cast.clipper.id)).hint == "3000"
        kept = await clippers.details(session, cast.clipper.id)
        assert kept == schemas.PayTo(method="bank", holder="Mo Backt", iban="DE89370400440532013000")
        raw = (await session.connection()).exec_driver_sql
        assert b"DE8937" not in bytes((await raw("SELECT details FROM clip_clippers")).scalar_one())
        row = await clippers.put_handles(session, cast.clipper.id, {"tiktok": ["@Mo", "mo", ""], "x": []}, "user:cem")
        assert row.handles == {"tiktok": ["mo"]}
        with pytest.raises(Invalid):
            await clippers.put_handles(session, cast.clipper.id, {"x": ["a b"]}, "user:cem")


async def test_a_doubt_about_a_clip_may_be_appealed(studio: Studio, cast: Cast) -> None:
    campaign = await studio.campaign()
    clip = await studio.clip(campaign, cast.clipper.id)
    async with studio.inside() as session:
        await doubts.raise_(session, clip, "spike", {"rate": 9})
        assert (await words.appeal(session, studio.desk, clip, cast.clipper.id, "A big account shared it.")).appealed
        assert (await session.get_one(ClipSubmission, clip)).flags == 1


async def test_that_all_is_well_can_be_taken_back_until_the_money_was_let_go(studio: Studio, cast: Cast) -> None:
    campaign = await studio.campaign()
    clip = await studio.clip(campaign, cast.clipper.id, 1_000)
    async with studio.inside() as session:
        await doubts.raise_(session, clip, "spike", {"rate": 9})
        [flag] = await doubts.open_ones(session)
        await doubts.clear(session, studio.desk, flag.id, "Looks fine.", ACTOR)
        for _ in range(2):
            assert (await doubts.reopen(session, studio.desk, flag.id, ACTOR)).flags == ["spike"]
        assert await doubts.open_ones(session) == [flag]
        assert (await release.release(session), (await verification.verify(session))[1]) == ([], [])
        await doubts.clear(session, studio.desk, flag.id, "", ACTOR)
        assert await release.release(session) == [clip]
        with pytest.raises(Conflict, match="let go meanwhile"):
            await doubts.reopen(session, studio.desk, flag.id, ACTOR)
        await review.reject(session, studio.desk, clip, "No.", ACTOR)
        with pytest.raises(Conflict, match="rejected meanwhile"):
            await doubts.reopen(session, studio.desk, flag.id, ACTOR)
        done = [entry.action for entry in await audit.page(session, subject=kinds.about(clip))]
    assert done[:4] == ["clips.reject", "clips.flag.clear", "clips.flag.reopen", "clips.flag.clear"]


async def test_a_doubt_that_was_upheld_or_raised_anew_is_not_raised_by_undo(studio: Studio, cast: Cast) -> None:
    campaign = await studio.campaign()
    clip = await studio.clip(campaign, cast.clipper.id)
    async with studio.inside() as session:
        await doubts.raise_(session, clip, "spike", {"rate": 9})
        [flag] = await doubts.open_ones(session)
        await doubts.clear(session, studio.desk, flag.id, "", ACTOR)
        studio.hands.turn(days=8)
        await doubts.raise_(session, clip, "spike", {"rate": 11})
        with pytest.raises(Conflict, match="raised anew"):
            await doubts.reopen(session, studio.desk, flag.id, ACTOR)
        [newer] = await doubts.open_ones(session)
        await review.uphold(session, studio.desk, newer.id, "Bought.", ACTOR)
        with pytest.raises(Conflict, match="upheld"):
            await doubts.reopen(session, studio.desk, newer.id, ACTOR)
        with pytest.raises(NotFound):
            await doubts.reopen(session, studio.desk, 999, ACTOR)


async def test_a_clipper_takes_what_is_known_of_them_and_is_forgotten_but_for_the_ledger(studio: Studio, cast: Cast) -> None:
    campaign = await studio.campaign()
    await studio.pay_to(cast.clipper.id, "cem.secret@example.org")
    clip = await studio.clip(campaign, cast.clipper.id, 10_000)
    waiting = (await studio.submit(campaign, cast.clipper.id)).id
    async with studio.inside() as session:
        await clippers.put_handles(session, cast.clipper.id, {"tiktok": ["cem.clips"]}, "user:cem")
        await words.write(session, studio.desk, clip, cast.clipper.id, "It is Cem.")
        await release.release(session)
        known = await access.of(session, cast.clipper.id)
        assert (known["payment"]["email"], len(known["clips"]), known["words"][str(clip)][0]["text"]) == (
            "cem.secret@example.org",
            2,
            "It is Cem.",
        )
        assert [line["kind"] for line in known["ledger"]] == ["earn", "release"]
        batch = await payouts.make_batch(session, studio.desk, ACTOR, "USD")
        with pytest.raises(Conflict, match="on its way"):
            await erasure.forget(session, studio.desk, cast.clipper.id, ACTOR)
        await payouts.mark_batch_paid(session, studio.desk, batch.id, "PP", ACTOR)
        for _ in range(2):
            await erasure.forget(session, studio.desk, cast.clipper.id, ACTOR)
        known = await access.of(session, cast.clipper.id)
        assert (known["clipper"]["name"], known["clipper"]["handles"], known["payment"], known["words"]) == ("", {}, None, {})
        assert [line["kind"] for line in known["ledger"]] == ["earn", "release", "pay", "paid"]
        assert [(row.state, row.reason) for row in await submissions.rows_of(session, [clip, waiting])] == [
            ("APPROVED", ""), ("REJECTED", erasure.LEFT),
        ]  # fmt: skip
        with pytest.raises(NotFound):
            await erasure.forget(session, studio.desk, cast.helper.id, ACTOR)
        connection = await session.connection()
        for table in ("clip_clippers", "clip_payouts", "clip_submissions", "audit_log"):
            rows = str((await connection.exec_driver_sql(f"SELECT * FROM {table}")).all())
            assert "cem.clips" not in rows
            assert "cem.secret" not in rows
    assert not (await verification_of(studio))


async def verification_of(studio: Studio) -> list[verification.Difference]:
    """Count everything again."""
    async with studio.inside() as session:
        return (await verification.verify(session))[1]
