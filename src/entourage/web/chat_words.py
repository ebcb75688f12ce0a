"""Fan chats in words: modes, languages, why a person is called, why a draft was refused, and how far a reply is."""

from decimal import Decimal

from babel.numbers import format_currency

from entourage.chats import schemas
from entourage.chats.guard.reasons import Reason, Refusal
from entourage.web.i18n import gettext as _
from entourage.web.i18n import voice

EVENTS = (
    "creator.message.received",
    "creator.message.sent",
    "creator.message.deleted",
    "creator.payment.succeeded",
    "creator.refund.created",
    "creator.follow.created",
    "creator.subscription.activated",
    "creator.subscription.renewed",
    "creator.subscription.deactivated",
)
"""What Fanvue should tell of, by its own names."""


def language(code: str) -> str:
    """Name a language that fans write."""
    return {"en": _("English"), "de": _("German"), "es": _("Spanish"), "other": _("another language")}.get(code, code)


def mode(name: str) -> str:
    """Name a mode."""
    return {"off": _("Off"), "draft": _("Drafts"), "auto": _("Automatic")}.get(name, name)


def held(reason: str) -> str:
    """Say why a person must look at what a fan wrote."""
    words: dict[Reason | str, str] = {
        "minor": _("The fan may be under 18."),
        "self_harm": _("The fan may want to hurt themselves."),
        "threat": _("A threat."),
        "medical": _("A question for a doctor."),
        "legal": _("It is about law or the police."),
        "refund": _("It is about money back or a cancellation."),
        "private": _("The fan asks for something private."),
        "meeting": _("The fan wants to meet."),
        "off_platform": _("The fan wants to write or pay elsewhere."),
        "injection": _("Somebody tries to give the AI orders."),
        "real": _("The fan asks whether an AI writes."),
        "person": _("The fan asks for a person."),
        "own_words": _("One of your own words."),
        "language": _("A language that the guard does not read."),
        "too_long": _("Longer than anybody writes."),
        "silent": _("No words, only a picture or a sign."),
        "handoff": _("The AI hands this to you."),
        "in_a_row": _("The AI has answered many times in a row."),
        "vip": _("A big spender: you answer yourself."),
        "taken_over": _("Somebody of you took over."),
        "no_model": _("No language model is set up, or it does not answer."),
        "budget": _("The AI's budget of this month is used up."),
        "unreadable": _("The AI wrote nothing that can be used."),
        "refused": _("The AI did not want to answer this."),
    }
    return words.get(reason, reason.replace("_", " "))


def refused(reason: str) -> str:
    """Say why the guard does not let a draft out."""
    words: dict[Refusal | str, str] = {
        "empty": _("There is nothing in it."),
        "too_long": _("It is too long."),
        "shape": _("It does not look like a message."),
        "prompt": _("It tells of the AI's instructions."),
        "human": _("It claims to be human."),
        "minor": _("It is about somebody under 18."),
        "danger": _("It could do harm."),
        "link": _("There is a link in it."),
        "email": _("There is an e-mail address in it."),
        "phone": _("There is a telephone number in it."),
        "handle": _("It names an account that is not yours."),
        "contact": _("It leads to another platform."),
        "payment": _("It names another way to pay."),
        "price": _("It names a price that is not on your list."),
        "meeting": _("It promises to meet."),
        "own_words": _("One of your own words is in it."),
        "language": _("It is in another language than the fan's."),
        "repeated": _("It was said before, word for word."),
    }
    return words.get(reason, reason.replace("_", " "))


def band(name: str) -> str:
    """Name how much a fan has spent."""
    return {"new": _("nothing yet"), "buyer": _("buyer"), "regular": _("regular buyer"), "vip": _("big spender")}.get(name, name)


def bond(standing: str) -> str:
    """Say how a fan stands to the creator on the platform."""
    words = {
        "subscriber": _("subscriber"),
        "expired": _("was a subscriber"),
        "follower": _("follower"),
        "not_contactable": _("out of reach"),
        "": _("not asked yet"),
    }
    return words.get(standing, standing)


def standing(fan: schemas.FanRow, *, stopped: bool) -> str:
    """Say in a line how the AI behaves towards a fan now."""
    if stopped:
        return _("everything is stopped")
    if fan.held_at:
        return _("waits for you")
    if fan.paused_until:
        return _("the AI pauses")
    return {"off": _("you write yourself"), "draft": _("the AI drafts"), "auto": _("the AI answers by itself")}[fan.effective]


def money(cents: int) -> str:
    """Write an amount of the platform, which counts in dollars."""
    return format_currency(Decimal(cents) / 100, "USD", locale=voice().locale)


def steps() -> tuple[str, ...]:
    """Name the seven steps of the wizard."""
    return (_("Welcome"), _("Your voice"), _("App"), _("Connect"), _("Events"), _("Test"), _("Done"))


def features() -> dict[str, str]:
    """Say what each permission on Fanvue is for."""
    return {
        "sign_in": _("Know which account is yours, and stay connected"),
        "read": _("Read your chats"),
        "write": _("Send messages in your chats, once you have approved them or chosen automatic"),
        "fans": _("See who follows and subscribes, and send to lists of them"),
        "insights": _("See what a fan has spent, so that big spenders stay yours"),
        "creator": _("Hear of new followers and subscribers"),
    }
