"""Sums and steps of fan chats in words: what the AI cost, what fans paid, how far a message to many is, and what jobs are at."""

from dataclasses import dataclass
from typing import Literal

from babel.numbers import format_decimal, format_percent

from entourage.chats import schemas
from entourage.chats.overview import Overview
from entourage.web.chat_words import money as money  # noqa: PLC0414 - what fans paid, for templates
from entourage.web.i18n import gettext as _
from entourage.web.i18n import voice

Tone = Literal["good", "warn", "bad", "live", "off"]
_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Step:
    """How something stands: a colour, and words."""

    tone: Tone
    words: str


def micro(sum_micro: int) -> str:
    """Write micro-units as the sum they are, to a hundredth, small ones to a ten-thousandth: 12.40, 0.0031."""
    shape = "#,##0.00" if sum_micro >= _MILLION // 10 or sum_micro == 0 else "#,##0.00##"
    return format_decimal(sum_micro / _MILLION, shape, locale=voice().locale)


def share(part: int, whole: int | None) -> str:
    """Write a part of a whole: 44 %; a dash where there is no whole."""
    return format_percent(part / whole, "#,##0.#%", locale=voice().locale) if whole else "–"


def lists() -> dict[str, str]:
    """Name the platform's lists."""
    return {
        "subscribers": _("Subscribers"),
        "auto_renewing": _("Subscribers who renew"),
        "non_renewing": _("Subscribers who do not renew"),
        "followers": _("Followers"),
        "free_trial_subscribers": _("On a free trial"),
        "expired_subscribers": _("Subscribed once"),
        "spent_more_than_50": _("Spent more than $50"),
        "muted": _("Muted"),
        "creators": _("Other creators"),
    }


def broadcast(row: schemas.BroadcastRow) -> Step:
    """Say how far a message to many is."""
    steps: dict[str, Step] = {
        "draft": Step("off", _("draft")),
        "asked": Step("warn", _("is being sent")),
        "sending": Step("warn", _("is being sent; we look whether it arrived")),
        "sent": Step("good", _("sent")),
        "scheduled": Step("warn", _("scheduled")),
        "failed": Step("bad", _("not sent")),
        "withdrawing": Step("warn", _("is being taken back")),
        "withdrawn": Step("off", _("taken back")),
    }
    return steps[row.state]


def health(seen: Overview, *, active: bool) -> Step:
    """Say how a creator's line to the platform does."""
    if not active:
        return Step("off", _("resting"))
    if not seen.connected:
        return Step("off", _("Fanvue is not connected"))
    if seen.sign_in_since is not None:
        return Step("bad", _("Fanvue: connect again"))
    if seen.trouble and (seen.heard_at is None or seen.trouble_at is None or seen.heard_at < seen.trouble_at):
        return Step("warn", _("Fanvue: something did not work"))
    return Step("good", _("Fanvue: connected"))


def purpose(name: str) -> str:
    """Say what the AI was asked for."""
    return {"reply": _("Replies"), "followup": _("Words after a silence"), "test": _("Trials by hand")}.get(name, name)


def call(row: schemas.CallRow) -> Step:
    """Say what became of a question to the AI."""
    if row.state == "open":
        return Step("warn", _("is being answered"))
    return Step("good", _("answered")) if row.state == "done" else Step("bad", _("failed"))


def errand_types() -> dict[schemas.ErrandType, str]:
    """Name the types of jobs."""
    return {"reply": _("Replies"), "broadcast": _("Broadcasts"), "followup": _("Follow-ups"), "upkeep": _("Upkeep")}


def errand_states() -> dict[schemas.ErrandState, str]:
    """Name how far jobs are."""
    return {"queued": _("Waiting"), "processing": _("Being done"), "completed": _("Done"), "failed": _("Failed")}


def errand(row: schemas.ErrandRow) -> Step:
    """Say how far a job is; one that waits after a failed try is tried again."""
    if row.state == "queued" and row.tries:
        return Step("warn", _("is tried again"))
    steps: dict[schemas.ErrandState, Step] = {
        "queued": Step("off", _("waits")),
        "processing": Step("live", _("being done")),
        "completed": Step("good", _("done")),
        "failed": Step("bad", _("failed")),
    }
    return steps[row.state]


def errand_kind(kind: str) -> str:
    """Say what a job does."""
    words = {
        "chats.heard": _("Take in what a fan wrote"),
        "chats.reply": _("Write a reply"),
        "chats.send": _("Send a reply"),
        "chats.broadcast": _("Send a message to many"),
        "chats.withdraw": _("Take a message to many back"),
        "chats.results": _("Read results"),
        "chats.followup": _("Write after a silence"),
        "chats.catch_up": _("Read unread chats"),
        "chats.look_up": _("Ask what fans spent"),
        "chats.round": _("Look whether anything was left"),
        "chats.forget": _("Forget a fan"),
        "chats.shed": _("Let old messages go"),
        "chats.tell": _("Write to Discord"),
    }
    return words.get(kind, kind)
