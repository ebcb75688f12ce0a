"""Timed VIPs in words: how long a badge stays, what a rule says, how a reward stands, what became of somebody in a dry run."""

from dataclasses import dataclass
from typing import Literal

from entourage.vips import schemas
from entourage.vips.rule import Terms
from entourage.web.formats import number
from entourage.web.i18n import gettext as _
from entourage.web.i18n import ngettext

_DAY, _HOUR, _MINUTE = 86_400, 3_600, 60
_TIER = 1000


@dataclass(frozen=True, slots=True)
class Amount:
    """A length of time as it is typed: a number, and the seconds of its unit; both empty when there is none."""

    count: str
    unit: int


def span(seconds: int | None, *, smallest: int = _MINUTE) -> Amount:
    """Take seconds apart into the biggest unit that they are a whole number of."""
    if seconds is None:
        return Amount("", 0)
    unit = next((one for one in (_DAY, _HOUR, _MINUTE) if one >= smallest and seconds and seconds % one == 0), smallest)
    return Amount(str(seconds // unit) if seconds % unit == 0 else f"{seconds / unit:.2f}", unit)


def lasting(seconds: int | None) -> str:
    """Say for how long: for 30 days, until the stream ends."""
    if seconds is None:
        return _("until the stream ends")
    parts, rest = [], seconds
    for unit in (_DAY, _HOUR, _MINUTE):
        count, rest = divmod(rest, unit)
        if count:
            parts.append(_counted(count, unit))
    return _("for %(time)s") % {"time": " ".join(parts[:2]) or _counted(1, _MINUTE)}


def _counted(count: int, unit: int) -> str:
    said = {"n": number(count)}
    if unit == _DAY:
        return ngettext("%(n)s day", "%(n)s days", count) % said
    if unit == _HOUR:
        return ngettext("%(n)s hour", "%(n)s hours", count) % said
    return ngettext("%(n)s minute", "%(n)s minutes", count) % said


def rule(row: schemas.RuleRow) -> str:
    """Say what a rule does in one sentence."""
    return _("%(whoever)s gets the VIP badge %(how_long)s.") % {"whoever": _whoever(row), "how_long": lasting(row.terms.duration_s)}


def reward(title: str, terms: Terms) -> str:
    """Say what redeeming a reward does in one sentence."""
    whoever = _("Whoever redeems “%(title)s”") % {"title": title}
    return _("%(whoever)s gets the VIP badge %(how_long)s.") % {"whoever": whoever, "how_long": lasting(terms.duration_s)}


def _whoever(row: schemas.RuleRow) -> str:
    least = row.least
    if row.source == "cost":
        return ngettext(
            "Whoever redeems a reward of ours for %(n)s point or more", "Whoever redeems a reward of ours for %(n)s points or more", least
        ) % {"n": number(least)}
    if row.source == "sub":
        return (
            _("Whoever subscribes") if least <= _TIER else _("Whoever subscribes with tier %(tier)s or higher") % {"tier": least // _TIER}
        )
    if row.source == "gift":
        return ngettext("Whoever gives away a subscription", "Whoever gives away %(n)s or more subscriptions at once", least) % {
            "n": number(least)
        }
    if row.source == "bits":
        return ngettext("Whoever cheers %(n)s bit or more at once", "Whoever cheers %(n)s bits or more at once", least) % {
            "n": number(least)
        }
    return _("Whoever comes up to %(tier)s") % {"tier": row.tier}


def conditions(terms: Terms) -> list[str]:
    """Say what somebody must fulfil to get a badge, each in a few words."""
    said = []
    if terms.follow_days:
        said.append(
            ngettext("must follow for %(n)s day", "must follow for %(n)s days", terms.follow_days) % {"n": number(terms.follow_days)}
        )
    if terms.once_days:
        said.append(ngettext("once a day at most", "once in %(n)s days at most", terms.once_days) % {"n": number(terms.once_days)})
    if terms.tiers:
        said.append(_("must hold %(tiers)s") % {"tiers": _(" or ").join(terms.tiers)})
    return said


def sources() -> dict[str, str]:
    """Name what a badge may be given for."""
    return {
        "redemption": _("Channel points"), "cost": _("Expensive rewards"), "sub": _("Subscribing"), "gift": _("Giving subscriptions away"),
        "bits": _("Cheering bits"), "tier": _("A loyalty tier"), "hand": _("By hand"),
    }  # fmt: skip


def occasion(source: str, amount: int) -> str:
    """Say what somebody did, short: 5,000 points, tier 2, 5 subscriptions, 300 bits."""
    said = {"n": number(amount)}
    if source == "redemption":
        return ngettext("%(n)s point", "%(n)s points", amount) % said
    if source == "sub":
        return _("subscribed, tier %(tier)s") % {"tier": max(1, amount // _TIER)}
    if source == "gift":
        return ngettext("%(n)s subscription given", "%(n)s subscriptions given", amount) % said
    if source == "bits":
        return ngettext("%(n)s bit", "%(n)s bits", amount) % said
    return _("a new loyalty tier")


def verdicts() -> dict[str, str]:
    """Say what would have become of somebody in a dry run."""
    return {
        "given": _("gets the badge"),
        "no_rule": _("no rule for it"),
        "once": _("had it not long ago"),
        "follow": _("does not follow long enough"),
        "tier": _("holds another tier"),
        "moderator": _("was a moderator"),
        "permanent": _("had a VIP badge for good"),
        "unsure": _("only if a condition holds that we ask for at that moment"),
    }


def refusals() -> dict[str, str]:
    """Say why badges were refused, in the words of a list."""
    return {
        "permanent": _("had a VIP badge for good"), "moderator": _("was a moderator"), "full": _("all places were taken"),
        "not_unlocked": _("the channel could not give badges yet"), "blocked": _("was blocked by the channel"),
        "unknown": _("the account was gone"), "gave_up": _("Twitch did not answer for too long"), "refused": _("Twitch refused it"),
        "follow": _("did not follow long enough"), "once": _("had it not long before"), "tier": _("did not hold the tier"),
        "cap": _("would have had more time than allowed"), "longer": _("had it for longer already"), "revoked": _("taken back by hand"),
        "banned": _("was banned"),
    }  # fmt: skip


Tone = Literal["good", "warn", "bad", "off"]


@dataclass(frozen=True, slots=True)
class State:
    """How a reward stands: in words, and how loud they are."""

    tone: Tone
    words: str
    busy: bool = False


def state(row: schemas.RewardRow, waiting: int) -> State:
    """Say how a reward of ours stands."""
    if row.state == "deleting":
        return State("warn", _leaving(waiting), busy=not row.trouble)
    if row.state == "gone":
        return State("bad", _("was deleted on Twitch"))
    if row.trouble:
        return State("bad", _("Twitch did not take it") if row.state == "making" else _("Twitch did not take the last change"))
    if row.state == "making":
        return State("warn", _("is being made on Twitch ..."), busy=True)
    return _on(row)


def _on(row: schemas.RewardRow) -> State:
    if row.full:
        return State("warn", _("paused: all VIP places are taken"))
    return State("off", _("paused by you")) if row.shape.get("paused") else State("good", _("can be redeemed"))


def _leaving(waiting: int) -> str:
    if not waiting:
        return _("is being deleted")
    return ngettext(
        "is being deleted; %(n)s redemption gets its points back first",
        "is being deleted; %(n)s redemptions get their points back first",
        waiting,
    ) % {"n": number(waiting)}
