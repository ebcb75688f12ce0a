"""Payouts as files, statements that add up, and what a client may read."""

import csv
import io
import json
import re
from collections import defaultdict
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from entourage.clips import books, campaigns, clippers, files, ledger, payouts, release, reports, review, schemas, statement
from entourage.clips.tables import ClipReport
from entourage.kernel.errors import Conflict, Invalid, NotFound
from tests.clips.studio import ACTOR, Studio
from tests.people import Cast

pytestmark = pytest.mark.anyio
IBAN = "DE89370400440532013000"


async def _batch(studio: Studio, cast: Cast) -> tuple[schemas.BatchRow, int]:
    """Owe something to three clippers who are paid in three ways, and make a batch of it."""
    campaign = await studio.campaign()
    ways = [
        (cast.clipper.id, schemas.PayTo(method="paypal", email="cem@example.org"), 10_000),
        (cast.helper.id, schemas.PayTo(method="bank", holder="Bänjamin =Müller", iban=IBAN), 12_345),
        (cast.owner.id, schemas.PayTo(method="stripe", account="acct_1234567890"), 20_000),
    ]
    async with studio.inside() as session:
        for user_id, where, _ in ways:
            await clippers.put_details(session, user_id, where, ACTOR)
    clips = [await studio.clip(campaign, user_id, views) for user_id, _, views in ways]
    async with studio.inside() as session:
        await release.release(session)
        return await payouts.make_batch(session, studio.desk, ACTOR, "USD"), clips[1]


def _rows(file: files.File) -> list[list[str]]:
    return list(csv.reader(io.StringIO(file.text)))


async def test_a_batch_is_written_for_paypal_stripe_a_bank_and_people(studio: Studio, cast: Cast) -> None:
    batch, _ = await _batch(studio, cast)
    async with studio.inside() as session:
        made = {form: await files.make(session, batch.id, form) for form in files.FORMS}
        by_user = {row.user_id: row.id for row in await payouts.of_batch(session, batch.id)}
        assert await files.make(session, batch.id, "paypal.json") == made["paypal.json"]
    paypal = json.loads(made["paypal.json"].text)
    assert paypal["sender_batch_header"]["sender_batch_id"] == batch.key
    [item] = paypal["items"]
    key = f"{batch.key}-{by_user[cast.clipper.id]}"
    assert (item["receiver"], item["recipient_type"], item["amount"]) == ("cem@example.org", "EMAIL", {"value": "50.00", "currency": "USD"})
    assert (item["sender_item_id"], len(key) <= 63) == (key, True)
    assert _rows(made["paypal.csv"]) == [["cem@example.org", "50.00", "USD", key, "Clips"]]
    [transfer] = json.loads(made["stripe.json"].text)
    assert (transfer["destination"], transfer["amount"], transfer["currency"]) == ("acct_1234567890", 10_000, "usd")
    assert transfer["idempotency_key"] == _rows(made["stripe.csv"])[1][0] == f"{batch.key}-{by_user[cast.owner.id]}"
    [head, line] = _rows(made["bank.csv"])
    assert dict(zip(head, line, strict=True)) == {
        "holder": "Baenjamin Mueller", "iban": IBAN, "bic": "", "amount": "61.72", "currency": "USD",
        "purpose": f"Clips, payout {by_user[cast.helper.id]}", "end_to_end_id": f"{batch.key}-{by_user[cast.helper.id]}"[-35:],
    }  # fmt: skip
    plain = _rows(made["csv"])
    assert (len(plain), plain[0][:4], sum(Decimal(row[2]) for row in plain[1:])) == (
        4,
        ["payout", "clipper", "amount", "currency"],
        Decimal("211.72"),
    )


async def test_a_file_that_moves_money_holds_only_what_is_still_open(studio: Studio, cast: Cast) -> None:
    batch, _ = await _batch(studio, cast)
    async with studio.inside() as session:
        [mine] = [row for row in await payouts.of_batch(session, batch.id) if row.method == "paypal"]
        await payouts.mark_paid(session, studio.desk, mine.id, "=cmd|' /C calc'!A0", ACTOR)
        with pytest.raises(Conflict):
            await files.make(session, batch.id, "paypal.json")
        with pytest.raises(Conflict):
            await files.make(session, batch.id, "paypal.csv", part=2)
        plain = _rows(await files.make(session, batch.id, "csv"))
        assert [row[7] for row in plain[1:] if row[7]] == ["'=cmd|' /C calc'!A0"]
        with pytest.raises(NotFound):
            await files.make(session, 999, "csv")
        with pytest.raises(Invalid):
            await files.make(session, batch.id, "exe")


@pytest.mark.parametrize(
    ("amount", "currency", "written"), [(5, "USD", "0.05"), (-1234, "EUR", "-12.34"), (1234, "JPY", "1234"), (1234, "KWD", "1.234")]
)
def test_amounts_are_written_in_the_decimals_of_their_currency(amount: int, currency: str, written: str) -> None:
    assert files.as_decimal(amount, currency) == written


async def test_the_books_balance_line_by_line_and_say_the_same_as_the_ledger(studio: Studio, cast: Cast) -> None:
    batch, clip = await _batch(studio, cast)
    await studio.reject(clip)
    async with studio.inside() as session:
        await payouts.mark_batch_paid(session, studio.desk, batch.id, "REF", ACTOR)
        campaign = await ledger.sums(session, "campaign")
    text = "".join([part async for part in books.beancount(studio.db, cast.owner.creator_id)])
    held: dict[str, Decimal] = defaultdict(Decimal)
    for entry in text.split("\n\n"):
        moved = re.findall(r"^  ((?:Income|Assets|Expenses):\S+)  (-?[\d.]+) USD$", entry, flags=re.MULTILINE)
        assert sum(Decimal(value) for _, value in moved) == 0
        for name, value in moved:
            held[name] += Decimal(value)
    opened = set(re.findall(r"open (\S+)", text))
    assert set(held) == opened
    [sums] = campaign.values()
    assert sum(value for name, value in held.items() if name.startswith("Assets:Clips:Funds")) * 100 == sums.funds
    assert sum(value for name, value in held.items() if name.startswith("Expenses")) * 100 == sums.paid == 21_172


async def test_a_ledger_is_read_a_page_at_a_time_and_each_line_once(studio: Studio, cast: Cast) -> None:
    await _batch(studio, cast)
    async with studio.inside() as session:
        lines = [line.id for line in await ledger.lines(session)]
    pages = [[line.id for line in page] async for page in ledger.pages(studio.db, cast.owner.creator_id, at_once=2)]
    assert ([line for page in pages for line in page], {len(page) for page in pages[:-1]}) == (lines, {2})
    assert [page async for page in ledger.pages(studio.db, cast.neighbour.creator_id)] == []


async def test_the_books_are_dated_by_the_creators_clock(studio: Studio, cast: Cast) -> None:
    """Half an hour into the new year in Berlin is no expense of the old one."""
    studio.hands.now = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    await studio.campaign(budget=500)
    text = "".join([part async for part in books.beancount(studio.db, cast.owner.creator_id)])
    assert "2027-01-01 open" in text
    assert '2027-01-01 * "fund"' in text
    assert "2026" not in text


async def test_a_statement_traces_every_cent_to_its_reading_terms_and_steps(studio: Studio, cast: Cast) -> None:
    campaign = await studio.campaign(min_views=1_000, clip_most=900)
    clip = await studio.clip(campaign, cast.clipper.id, 999)
    async with studio.inside() as session:
        made = await statement.of_clip(session, clip)
        assert (made.lines, [step["code"] for step in made.steps]) == ([], ["counted", "min_views"])
    for views in (1_500, 3_000):
        await studio.watch(clip, views)
        await studio.accrue(campaign)
    async with studio.inside() as session:
        await release.release(session)
    await studio.reject(clip)
    async with studio.inside() as session:
        made = await statement.of_clip(session, clip, user_id=cast.clipper.id)
        assert [(line.kind, line.amount, line.views) for line in made.lines] == [
            ("earn", 750, 1_500), ("earn", 150, 3_000), ("release", 900, None), ("unearn", -900, 3_000),
        ]  # fmt: skip
        assert [step["code"] for step in made.lines[1].steps] == ["counted", "rate", "most"]
        assert all(line.reading for line in made.lines if line.kind == "earn")
        assert sum(line.amount for line in made.lines if line.kind in {"earn", "unearn"}) == made.earned == made.available == 0
        with pytest.raises(NotFound):
            await statement.of_clip(session, clip, user_id=cast.helper.id)
        await review.approve(session, studio.desk, clip, ACTOR)
        mine = await statement.of_clipper(session, cast.clipper.id)
        assert ([one.earned for one in mine.clips], mine.balances[0].held, mine.payouts) == ([900], 900, [])
        assert (await statement.of_clipper(session, cast.helper.id)).clips == []


async def test_a_client_reads_sums_without_what_was_rejected_and_without_names(studio: Studio, cast: Cast) -> None:
    campaign = await studio.campaign()
    await studio.clip(campaign, cast.clipper.id, 10_000)
    await studio.clip(campaign, cast.helper.id, 4_000, approved=False)
    rejected = await studio.clip(campaign, cast.helper.id, 90_000)
    await studio.reject(rejected)
    async with studio.inside() as session:
        row, token = await reports.make(session, campaign, "Acme", names=False, actor=ACTOR)
        named, open_token = await reports.make(session, campaign, "Acme, for us", names=True, actor=ACTOR)
        assert (row.hint, [one.id for one in await reports.rows(session, campaign)]) == (token[-4:], [named.id, row.id])
        assert token not in str((await session.get_one(ClipReport, row.id)).__dict__)
    report = await reports.open_(studio.db, token)
    assert (report.clips, report.approved, report.pending) == (2, 1, 1)
    assert (report.views, report.approved_views, report.pending_views, report.spent) == (14_000, 10_000, 4_000, 5_000)
    async with studio.inside() as session:
        ours = await campaigns.row(session, campaign)
    assert (ours.views, ours.approved_views, ours.spent) == (report.views, report.approved_views, report.spent)
    assert [(one.name, one.views) for one in report.clippers] == [("Clipper 1", 10_000), ("Clipper 2", 4_000)]
    assert [(one.name, one.clips) for one in report.platforms] == [("TikTok", 2)]
    assert [one.views for one in report.top] == [10_000, 4_000]
    told = str(report).lower()
    assert not any(name in told for name in ("cem", "ben", "@mo", str(cast.clipper.id)))
    assert [one.name for one in (await reports.open_(studio.db, open_token)).clippers] == ["Cem", "Ben"]
    async with studio.inside() as session:
        assert (await reports.rows(session, campaign))[1].seen_at is not None
        for _ in range(2):
            assert (await reports.revoke(session, row.id, ACTOR)).revoked_at is not None
    for no_good in (token, "made-up", ""):
        with pytest.raises(NotFound):
            await reports.open_(studio.db, no_good)
