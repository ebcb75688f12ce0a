"""Money, views and steps of clips as a person reads them: sums with their currency, short counts with the exact one on hover."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from babel.numbers import format_currency, format_percent, get_currency_symbol
from markupsafe import Markup

from entourage.clips import schemas
from entourage.kernel import clock
from entourage.kernel.money import decimals
from entourage.web import formats
from entourage.web.i18n import gettext as _
from entourage.web.i18n import voice

_SMALL = Decimal("0.1")
Tone = Literal["good", "warn", "bad", "live", "off"]
CURRENCIES = ("USD", "EUR", "GBP", "CHF", "CAD", "AUD", "PLN", "SEK", "NOK", "DKK", "CZK", "JPY", "KRW", "BRL", "MXN", "INR")


@dataclass(frozen=True, slots=True)
class Step:
    """How something stands: a colour, and words."""

    tone: Tone
    words: str


def money(minor: int, currency: str) -> str:
    """Write minor units with their currency: $1,240.50."""
    return _written(Decimal(minor).scaleb(-decimals(currency)), currency)


def plain(minor: int | None, currency: str) -> str:
    """Write minor units as a field of a form takes them: 1240.50; nothing for None."""
    return "" if minor is None else str(Decimal(minor).scaleb(-decimals(currency)))


def rate(rate_micro: int, currency: str) -> str:
    """Write what 1,000 views earn: $1.50."""
    return _written(Decimal(rate_micro).scaleb(-6), currency)


def plain_rate(rate_micro: int) -> str:
    """Write a rate as a field of a form takes it: 1.5."""
    return f"{Decimal(rate_micro).scaleb(-6).normalize():f}"


def dollars(micro: int | None) -> str:
    """Write millionths of US dollars, small sums to a ten-thousandth: $1.20, $0.0017."""
    amount = Decimal(micro or 0).scaleb(-6)
    exact = round(amount, 4 if 0 < abs(amount) < _SMALL else 2)
    return format_currency(exact, "USD", locale=voice().locale, decimal_quantization=False)


def factor(currency: str) -> int:
    """Return how many minor units one unit has: 100."""
    return int(10 ** decimals(currency))


def step(currency: str) -> str:
    """Return the smallest difference that a field of money takes: 0.01."""
    return str(Decimal(1).scaleb(-decimals(currency)))


def sign(currency: str) -> str:
    """Return the currency's sign: $."""
    return str(get_currency_symbol(currency, locale=voice().locale))


def views(count: int) -> Markup:
    """Write views short, with the exact number on hover."""
    return Markup('<span class="num" title="{}" data-views="{}">{}</span>').format(formats.number(count), count, formats.compact(count))


def percent(part: float) -> str:
    """Write a share of one: 18%."""
    return format_percent(part, locale=voice().locale)


def campaign(row: schemas.CampaignRow) -> Step:
    """Say how a campaign stands."""
    if row.state == "ACTIVE" and row.exhausted:
        return Step("warn", _("the pot is empty"))
    if row.state == "ACTIVE" and row.starts_at > clock.now():
        return Step("off", _("starts %(day)s") % {"day": formats.day(row.starts_at.isoformat())})
    steps: dict[schemas.CampaignState, Step] = {
        "DRAFT": Step("off", _("draft")),
        "ACTIVE": Step("good", _("running")),
        "PAUSED": Step("warn", _("paused")),
        "COMPLETED": Step("off", _("completed")),
        "CANCELLED": Step("off", _("cancelled")),
    }
    return steps[row.state]


def states() -> dict[schemas.State, str]:
    """Name the states of clips."""
    return {"PENDING": _("waits for review"), "APPROVED": _("approved"), "REJECTED": _("rejected"), "PAID": _("paid")}


def clip(row: schemas.ClipRow) -> Step:
    """Say how a clip stands."""
    if row.state == "PENDING":
        return Step("warn", _("waits for review"))
    if row.state == "REJECTED":
        return Step("bad", _("rejected; asks for another look") if row.appealed else _("rejected"))
    if row.flags:
        return Step("bad", _("held: to be looked at"))
    if row.removed:
        return Step("bad", _("gone from the platform"))
    return Step("good", _("paid") if row.state == "PAID" else _("approved"))


def payout(row: schemas.PayoutRow) -> Step:
    """Say how far a payout is."""
    steps = {"batched": Step("warn", _("on its way")), "paid": Step("good", _("paid")), "failed": Step("bad", _("failed"))}
    return steps[row.state]


def batch(row: schemas.BatchRow) -> Step:
    """Say how far a batch is."""
    if row.open:
        return Step("warn", _("%(paid)s of %(count)s paid") % {"paid": formats.number(row.paid), "count": formats.number(row.count)})
    return Step("bad", _("%(n)s failed") % {"n": formats.number(row.failed)}) if row.failed else Step("good", _("paid"))


def run(row: schemas.RunRow) -> Step:
    """Say how far a run of counting is."""
    if row.state == "done" and row.good < row.asked:
        return Step("warn", _("%(good)s of %(asked)s counted") % {"good": formats.number(row.good), "asked": formats.number(row.asked)})
    steps = {
        "planned": Step("off", _("about to begin")),
        "started": Step("live", _("being counted")),
        "done": Step("good", _("counted")),
        "failed": Step("bad", _("failed")),
    }
    return steps[row.state]


def _written(amount: Decimal, currency: str) -> str:
    """Write an amount with at least its currency's decimals, and more where it has more."""
    return format_currency(amount.normalize(), currency, locale=voice().locale, decimal_quantization=False)
