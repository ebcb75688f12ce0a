"""Several clips decided at once: what is decided, what is left and why, money settled once, and again changes nothing."""

import pytest

from entourage.clips import bulk, campaigns, doubts, kinds, review, submissions, words
from entourage.clips.submissions import Wish
from entourage.kernel import audit
from entourage.kernel.errors import Invalid
from tests.clips.studio import ACTOR, Studio
from tests.people import Cast

pytestmark = pytest.mark.anyio
DOUBTED = "There are doubts about this clip. Decide on them first."


async def test_chosen_clips_are_approved_and_the_others_are_left_with_a_reason(studio: Studio, cast: Cast) -> None:
    campaign = await studio.campaign()
    plain, doubted, fallen, done = [await studio.clip(campaign, cast.clipper.id, 1_000, approved=False) for _ in range(4)]
    await studio.reject(fallen)
    await studio.approve(done)
    async with studio.inside() as session:
        await doubts.raise_(session, doubted, "spike", {"rate": 9})
        chosen = [plain, doubted, fallen, done, plain, 999]
        came = await bulk.approve(session, studio.desk, chosen, ACTOR)
        assert (came.approved, came.unchanged, came.undoable, came.dry) == ([plain], [done], [plain], [])
        assert came.refused == {
            str(doubted): DOUBTED, str(fallen): "It was rejected meanwhile. Open it to decide anew.", "999": "There is no such clip.",
        }  # fmt: skip
        again = await bulk.approve(session, studio.desk, chosen, ACTOR)
        assert (again.approved, again.unchanged, again.refused) == ([], [plain, done], came.refused)
        assert [row.earned for row in await submissions.rows_of(session, [plain, doubted])] == [500, 0]
        assert [entry.action for entry in await audit.page(session, subject=kinds.about(plain))] == ["clips.approve", "clips.submit"]


async def test_chosen_clips_are_rejected_with_one_reason_and_can_be_taken_back(studio: Studio, cast: Cast) -> None:
    campaign = await studio.campaign()
    first, second, done = [await studio.clip(campaign, cast.clipper.id, 1_000, approved=False) for _ in range(3)]
    await studio.approve(done)
    async with studio.inside() as session:
        for reason in (" ", "x" * 501):
            with pytest.raises(Invalid):
                await bulk.reject(session, studio.desk, [first], reason, ACTOR)
        with pytest.raises(Invalid):
            await bulk.reject(session, studio.desk, list(range(1, 1_002)), "No.", ACTOR)
        came = await bulk.reject(session, studio.desk, [first, second, done], " Not ours. ", ACTOR)
        assert (came.rejected, list(came.refused)) == ([first, second], [str(done)])
        assert {(row.state, row.reason) for row in await submissions.rows_of(session, [first, second])} == {("REJECTED", "Not ours.")}
        assert (await bulk.reject(session, studio.desk, [first], "Another reason.", ACTOR)).unchanged == [first]
        back = await bulk.reopen(session, studio.desk, came.undoable, ACTOR)
        assert (back.reopened, await submissions.count(session, Wish(waiting=True))) == ([first, second], 2)
        assert await submissions.waiting(session) == [(campaign, "Spring", 2)]


async def test_a_pot_that_is_empty_is_said_and_money_is_shared_once(studio: Studio, cast: Cast) -> None:
    dry, rich = await studio.campaign(budget=600), await studio.campaign()
    clips = [await studio.clip(where, cast.clipper.id, 1_000, approved=False) for where in (dry, rich, dry)]
    async with studio.inside() as session:
        came = await bulk.approve(session, studio.desk, clips, ACTOR)
        assert (came.approved, came.dry) == (clips, [clips[0], clips[2]])
        assert [row.earned for row in await submissions.rows_of(session, clips)] == [300, 500, 300]
        assert (await campaigns.row(session, dry)).left == 0


async def test_a_decision_answers_who_asked_for_another_look(studio: Studio, cast: Cast) -> None:
    campaign = await studio.campaign()
    fallen, held = [await studio.clip(campaign, cast.clipper.id, 1_000) for _ in range(2)]
    await studio.reject(fallen)
    async with studio.inside() as session:
        await doubts.raise_(session, held, "spike", {"rate": 9})
        for clip in (fallen, held):
            await words.appeal(session, studio.desk, clip, cast.clipper.id, "Look again.")
        came = await bulk.approve(session, studio.desk, [held], ACTOR)
        assert came.refused == {str(held): DOUBTED}
        assert (await bulk.reject(session, studio.desk, [fallen], "It stays so.", ACTOR)).rejected == [fallen]
        assert [row.id for row in (await submissions.listing(session, Wish(waiting=True))).rows] == [held]
        await doubts.clear(session, studio.desk, (await doubts.open_ones(session))[0].id, "", ACTOR)
        assert not (await review.approve(session, studio.desk, held, ACTOR)).appealed
        assert await submissions.count(session, Wish(waiting=True)) == 0
