"""Timed VIPs in words: what a badge was given for, how far it is, and why something was refused or ended."""

from collections.abc import Mapping
from typing import Literal

from entourage.vips import schemas
from entourage.web import formats
from entourage.web.i18n import gettext as _
from entourage.web.i18n import ngettext

Tone = Literal["good", "warn", "bad", "off"]
_TIER = 1000


def cause(asked: schemas.ClaimRow | None, source: str, who: str = "") -> str:
    """Say what a badge was given for; `who` is the person of a hand."""
    amount = asked.amount if asked else 0
    if source == "redemption":
        return _("Channel points, %(n)s") % {"n": formats.number(amount)} if amount else _("Channel points")
    if source == "sub":
        return _("Subscription, tier %(n)s") % {"n": amount // _TIER} if amount >= _TIER else _("Subscription")
    if source == "gift":
        return ngettext("Gift of %(n)s sub", "Gift of %(n)s subs", amount) % {"n": formats.number(amount)}
    if source == "bits":
        return ngettext("%(n)s bit", "%(n)s bits", amount) % {"n": formats.number(amount)}
    if source == "tier":
        return _("Loyalty tier")
    return _("By hand, %(who)s") % {"who": who} if who else _("By hand")


def step(grant: schemas.GrantRow, next_try: str | None) -> tuple[Tone, str]:
    """Say how far a badge is; no words while it is simply out."""
    again = formats.clock_time(next_try)
    if grant.state == "needs_sign_in":
        return "bad", _("Twitch asks you to sign in again")
    if grant.trouble or again:
        if again:
            return "warn", _("Twitch did not answer, next try %(time)s") % {"time": again}
        return "warn", _("Twitch did not answer, trying again")
    words: dict[str, tuple[Tone, str]] = {
        "granting": ("warn", _("is being given")),
        "expiring": ("warn", _("is being taken back")),
    }
    return words.get(grant.state, ("good", ""))


def waiting(asked: schemas.ClaimRow, next_try: str | None) -> str:
    """Say what a claim waits for."""
    again = formats.clock_time(next_try)
    if again:
        return _("Twitch did not answer, next try %(time)s") % {"time": again}
    if asked.state == "granted":
        return _("has the badge; Twitch is being told")
    if asked.state == "refused":
        return _("the points are on their way back: %(why)s") % {"why": reason(asked.reason)}
    return _("is being looked at") if asked.state == "received" else _("the badge is being given")


def reason(code: str) -> str:
    """Say why somebody got no badge."""
    words = {
        "permanent": _("they have the badge already"),
        "moderator": _("moderators cannot be VIPs"),
        "full": _("all VIP places were taken"),
        "not_unlocked": _("the channel cannot give VIP badges yet"),
        "blocked": _("they are blocked"),
        "unknown": _("Twitch does not know the account"),
        "gave_up": _("Twitch did not answer for too long"),
        "refused": _("Twitch refused it"),
        "follow": _("they have not followed for long enough"),
        "once": _("they had it not long ago"),
        "tier": _("it is for higher tiers"),
        "cap": _("they would have more VIP time than is allowed"),
        "longer": _("they have the badge for longer already"),
        "revoked": _("it was taken back by hand"),
        "banned": _("they were banned"),
        "canceled_by_hand": _("the redemption was cancelled on Twitch"),
        "no_rule": _("no rule gives a badge for it"),
        "canceled": _("the redemption was cancelled"),
        "expired": _("its time was over"),
        "rotated": _("it made room for somebody new"),
        "taken_by_hand": _("somebody took it on Twitch"),
        "other_account": _("another channel was connected"),
    }
    return words.get(code, code.replace("_", " "))


def actor(label: str, people: Mapping[str, str]) -> str:
    """Say who did something; `people` names the labels of members."""
    if label in people:
        return people[label]
    kind = label.partition(":")[0]
    names = {"system": "Entourage", "platform": "Twitch", "key": _("a program"), "user": _("somebody of before")}
    return names.get(kind, label)
