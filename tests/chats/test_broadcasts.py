"""Messages to many go out once, whatever breaks, and what became of them is known."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from sqlalchemy import select

from entourage.chats import broadcasts, choices, looking_up, schemas, wording
from entourage.chats.tables import ChatFan
from entourage.kernel import clock, secrets, tenancy
from entourage.kernel.db import Database
from entourage.kernel.errors import Conflict, Invalid, Later, Never, NotFound
from entourage.kernel.secrets import Vault
from entourage.kernel.tables import AuditEntry, Creator
from entourage.ports.fans import MassMessage, Spending, Uncertain
from tests.chats.outbox import Crash, Hand, Outbox
from tests.chats.test_notices import WEBHOOK, Board
from tests.people import KEY

pytestmark = pytest.mark.anyio

T0 = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)
TEXT = "New set tonight 💜"


class Stage:
    """A creator, the platform, a worker and a clock that a test pushes."""

    def __init__(self, db: Database, creator_id: int) -> None:
        self.db, self.creator_id, self.now = db, creator_id, T0
        self.outbox = Outbox()
        self.hand = Hand(db, self.outbox)

    async def draft(self, text: str = TEXT, **more: object) -> int:
        async with tenancy.inside(self.db, self.creator_id, write=True) as session:
            return (await broadcasts.draft(session, schemas.BroadcastDraft(text=text, **more), "user:ada")).id  # type: ignore[arg-type]

    async def ask(self, key: int) -> None:
        async with tenancy.inside(self.db, self.creator_id, write=True) as session:
            await broadcasts.ask(session, key, "user:ada")
        await self.hand.work()

    async def sent(self, **more: object) -> int:
        key = await self.draft(**more)  # type: ignore[arg-type]
        await self.ask(key)
        return key

    async def withdraw(self, key: int) -> None:
        async with tenancy.inside(self.db, self.creator_id, write=True) as session:
            await broadcasts.withdraw(session, key, "user:ada")

    async def pass_time(self, **span: float) -> None:
        self.now += timedelta(**span)
        await self.hand.work()

    async def row(self, key: int) -> schemas.BroadcastRow:
        async with tenancy.inside(self.db, self.creator_id) as session:
            return await broadcasts.one(session, key)

    async def fan(self, fan_id: str, **more: object) -> int:
        async with tenancy.inside(self.db, self.creator_id, write=True) as session:
            made = ChatFan(fan_id=fan_id, first_at=self.now, updated_at=self.now, heard_at=self.now, newest_at=self.now, **more)
            session.add(made)
            await looking_up.ask(session)
            await session.flush()
            return made.id


@pytest.fixture
async def stage(db: Database) -> Stage:
    """Ada's, in Berlin."""
    secrets.use(Vault([KEY]))
    async with tenancy.everywhere(db, "a test's creator", write=True) as session:
        creator = Creator(name="Ada", zone="Europe/Berlin", created_at=T0)
        session.add(creator)
        await session.flush()
    return Stage(db, creator.id)


@pytest.fixture(autouse=True)
def _clock(stage: Stage) -> Iterator[None]:
    before = clock.set_source(lambda: stage.now)
    yield
    clock.set_source(before)


@pytest.mark.thorough
async def test_a_draft_goes_out_once_and_its_results_are_read_until_it_is_old(stage: Stage) -> None:
    key = await stage.sent()
    row = await stage.row(key)
    assert (row.state, row.recipients, row.views) == ("sent", 450, 0)

    stage.outbox.sent[0] = msgspec.structs.replace(stage.outbox.sent[0], views=200, purchases=3, revenue=4500)
    await stage.pass_time(minutes=6)
    row = await stage.row(key)
    assert (row.views, row.purchases, row.revenue) == (200, 3, 4500)

    for _ in range(80):
        await stage.pass_time(hours=6)
    readings = stage.hand.ran.count("chats.results")
    for _ in range(10):
        await stage.pass_time(hours=6)
    assert stage.hand.ran.count("chats.results") == readings
    assert len(stage.outbox.sent) == 1
    async with tenancy.inside(stage.db, stage.creator_id) as session:
        actions = [entry.action for entry in await session.scalars(select(AuditEntry).order_by(AuditEntry.id))]
    assert actions == ["chats.broadcast.ask", "chats.broadcast.sent"]


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("error", [Uncertain("No answer."), Later("Down."), Crash()], ids=["uncertain", "down", "killed"])
async def test_whatever_breaks_around_the_call_it_arrives_exactly_once(stage: Stage, moment: str, error: BaseException) -> None:
    left = [error]
    stage.outbox.trouble = lambda when, call: left.pop() if (when, call) == (moment, "write_to_many") and left else None
    key = await stage.sent(at=T0 + timedelta(hours=2) if moment == "after" else None)
    assert isinstance(error, Crash) or (await stage.row(key)).state == "sending"

    await stage.pass_time(seconds=40)

    assert (await stage.row(key)).state == ("sent" if moment == "before" else "scheduled")
    assert len(stage.outbox.sent) == 1
    assert stage.hand.ran.count("chats.broadcast") == 2


async def test_while_nobody_can_look_whether_it_arrived_it_is_neither_sent_again_nor_called_failed(stage: Stage) -> None:
    left: dict[str, list[BaseException]] = {"write_to_many": [Uncertain("No answer.")], "mass_messages": [Never("Not allowed.")]}
    moments = {("after", "write_to_many"), ("before", "mass_messages")}
    stage.outbox.trouble = lambda when, call: left[call].pop() if (when, call) in moments and left[call] else None
    key = await stage.sent()
    await stage.pass_time(seconds=40)
    assert ((await stage.row(key)).state, len(stage.outbox.sent)) == ("sending", 1)

    await stage.pass_time(minutes=6)
    assert ((await stage.row(key)).state, len(stage.outbox.sent)) == ("sent", 1)


async def test_the_same_text_sent_before_is_not_taken_for_ours(stage: Stage) -> None:
    stage.outbox.sent.append(MassMessage(id="old", text=TEXT, state="sent", created_at=T0 - timedelta(days=1)))
    first = await stage.sent()
    left: list[BaseException] = [Uncertain("No answer.")]
    stage.outbox.trouble = lambda when, call: left.pop() if (when, call) == ("before", "write_to_many") and left else None
    second = await stage.sent()
    await stage.pass_time(seconds=40)

    assert [(await stage.row(key)).state for key in (first, second)] == ["sent", "sent"]
    assert len(stage.outbox.sent) == 3


async def test_what_the_platform_refuses_says_why_and_can_be_mended_and_sent_again(stage: Stage) -> None:
    left: list[BaseException] = [Never("This word is not allowed.")]
    stage.outbox.trouble = lambda when, call: left.pop() if (when, call) == ("before", "write_to_many") and left else None
    key = await stage.sent()
    row = await stage.row(key)
    assert (row.state, row.trouble) == ("failed", "This word is not allowed.")

    async with tenancy.inside(stage.db, stage.creator_id, write=True) as session:
        await broadcasts.change(session, key, schemas.BroadcastDraft(text="Tonight"), "user:ada")
    await stage.ask(key)
    assert ((await stage.row(key)).state, stage.outbox.sent[0].text) == ("sent", "Tonight")

    stage.outbox.sent[0] = msgspec.structs.replace(stage.outbox.sent[0], state="moderated")
    await stage.pass_time(minutes=6)
    assert (await stage.row(key)).state == "failed"


async def test_who_wants_it_is_told_on_discord_once_for_each_that_did_not_go_out(stage: Stage) -> None:
    board = Board()

    async def discord(_: int) -> tuple[str, str]:
        return WEBHOOK, "en"

    stage.hand = Hand(stage.db, stage.outbox, notices=board, discord=discord)
    left: list[BaseException] = [Never("This word is not allowed."), Never("This word is not allowed.")]
    stage.outbox.trouble = lambda when, call: left.pop() if (when, call) == ("before", "write_to_many") and left else None
    await stage.sent()
    assert board.written == []  # nobody wants it yet

    async with tenancy.inside(stage.db, stage.creator_id, write=True) as session:
        await choices.write(session, schemas.Settings(notices={"broadcast": schemas.Notice(on=True)}), "user:ada")
    key = await stage.sent()
    said = (WEBHOOK, wording.TEXTS["en"]["broadcast"])
    assert board.written == [said]

    await stage.ask(key)
    stage.outbox.sent[0] = msgspec.structs.replace(stage.outbox.sent[0], state="moderated")
    await stage.pass_time(minutes=6)
    await stage.pass_time(minutes=6)
    assert board.written == [said, said]


async def test_nothing_goes_out_without_a_sign_in_or_while_everything_is_stopped(stage: Stage) -> None:
    stage.outbox.signed_in = False
    key = await stage.sent()
    assert ((await stage.row(key)).state, (await stage.row(key)).trouble) == ("failed", "Connect Fanvue again.")

    stage.outbox.signed_in = True
    async with tenancy.inside(stage.db, stage.creator_id, write=True) as session:
        await choices.stop(session, "user:ada")
    with pytest.raises(Conflict, match="stopped"):
        await stage.ask(key)
    stage.hand = Hand(stage.db, stage.outbox, stopped=True)
    async with tenancy.inside(stage.db, stage.creator_id, write=True) as session:
        await choices.go_on(session, "user:ada")
    await stage.ask(key)
    assert (await stage.row(key)).state == "failed"
    assert stage.outbox.sent == []


async def test_it_is_taken_back_at_once_before_anybody_was_asked_and_by_a_job_afterwards(stage: Stage) -> None:
    later = await stage.sent(at=T0 + timedelta(days=1))
    await stage.withdraw(later)
    assert (await stage.row(later)).state == "withdrawing"
    await stage.hand.work()
    assert ((await stage.row(later)).state, stage.outbox.sent) == ("withdrawn", [])

    key = await stage.draft()
    async with tenancy.inside(stage.db, stage.creator_id, write=True) as session:
        await broadcasts.ask(session, key, "user:ada")
    await stage.withdraw(key)
    await stage.hand.work()
    assert ((await stage.row(key)).state, stage.outbox.sent) == ("withdrawn", [])
    with pytest.raises(Conflict):
        await stage.withdraw(key)


async def test_what_cannot_be_sent_is_said_by_field_and_what_is_on_its_way_cannot_be_changed(stage: Stage) -> None:
    key = await stage.draft(text="", lists=schemas.Lists(included=[], excluded=[]), at=T0 - timedelta(days=1))
    with pytest.raises(Invalid) as refused:
        await stage.ask(key)
    assert refused.value.details.keys() == {"text", "included", "at"}

    sent = await stage.sent()
    async with tenancy.inside(stage.db, stage.creator_id, write=True) as session:
        with pytest.raises(Conflict):
            await broadcasts.change(session, sent, schemas.BroadcastDraft(text="other"), "user:ada")
        with pytest.raises(Conflict):
            await broadcasts.discard(session, sent)
        await broadcasts.discard(session, key)
        with pytest.raises(NotFound):
            await broadcasts.one(session, key)


async def test_a_preview_says_how_many_get_it_and_what_the_guard_sees(stage: Stage) -> None:
    async with tenancy.inside(stage.db, stage.creator_id) as session:
        lists = await stage.outbox.lists()
        good = await broadcasts.preview(session, schemas.BroadcastDraft(text=TEXT, lists=schemas.Lists(excluded=["muted"])), lists)
        bad = await broadcasts.preview(session, schemas.BroadcastDraft(text="Pay me on paypal"), [])
    assert (good.wrong, good.warnings, good.least, good.most) == ({}, {}, 430, 450)
    assert ("payment" in bad.warnings, bad.least, bad.most) == (True, None, None)


async def test_two_wordings_stand_side_by_side_and_pages_show_each_once(stage: Stage) -> None:
    first = await stage.draft("One way")
    second = await stage.draft("Another way", twin=first)
    third = await stage.draft("A third", twin=second)
    async with tenancy.inside(stage.db, stage.creator_id) as session:
        assert [row.id for row in await broadcasts.twins(session, third)] == [first, second, third]
        rows, mark = await broadcasts.page(session, most=2)
        rest, end = await broadcasts.page(session, before=mark, most=2)
    assert ([row.id for row in rows + rest], end) == ([third, second, first], None)


async def test_what_fans_spent_is_asked_for_together_once_an_hour_and_after_they_paid(stage: Stage) -> None:
    stage.outbox.spent = {f"fan{n}": Spending(total=n * 100, standing="subscriber") for n in range(1, 130)}
    keys = [await stage.fan(f"fan{n}") for n in range(130)]
    await stage.pass_time(seconds=6)
    assert [len(one) for one in stage.outbox.asked] == [100, 30]

    await stage.pass_time(minutes=30)
    async with tenancy.inside(stage.db, stage.creator_id, write=True) as session:
        fan = await session.get_one(ChatFan, keys[7])
        assert (fan.spent, fan.standing, looking_up.due(fan)) == (700, "subscriber", False)
        assert (await session.get_one(ChatFan, keys[0])).spent is None
        await looking_up.paid(session, fan)
    stage.outbox.spent["fan7"] = Spending(total=9000)
    await stage.pass_time(seconds=6)
    assert stage.outbox.asked[2:] == [["fan7"]]

    await stage.pass_time(hours=2)
    async with tenancy.inside(stage.db, stage.creator_id, write=True) as session:
        fan = await session.get_one(ChatFan, keys[9])
        fan.heard_at = stage.now
        assert looking_up.due(fan)
        await looking_up.ask(session)
        assert (await session.get_one(ChatFan, keys[7])).spent == 9000
    await stage.pass_time(seconds=6)
    assert stage.outbox.asked[3:] == [["fan9"]]
