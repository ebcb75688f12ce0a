"""Clips in words: platforms, what came of a reading, doubts with their numbers, steps of a statement, and why a clip is refused."""

from collections.abc import Mapping, Sequence
from typing import Any

from entourage.clips.schemas import ClipRow
from entourage.web import clip_sums
from entourage.web.formats import compact, day, moment, number
from entourage.web.i18n import gettext as _
from entourage.web.i18n import ngettext


def platform(name: str) -> str:
    """Name a platform."""
    return {"tiktok": "TikTok", "instagram": "Instagram", "youtube": "YouTube", "x": "X"}.get(name, name)


def provider(name: str) -> str:
    """Say who counted."""
    names = {
        "apify_tiktok": "Apify (TikTok)",
        "apify_instagram": "Apify (Instagram)",
        "apify_x": "Apify (X)",
        "youtube_api": "YouTube",
        "ytdlp": "yt-dlp",
        "hand": _("by hand"),
    }
    return names.get(name, name)


def method(name: str) -> str:
    """Say how somebody wants to be paid."""
    return {"paypal": "PayPal", "bank": _("bank transfer"), "stripe": "Stripe"}.get(name, _("not said yet"))


def outcome(name: str) -> str:
    """Say what came of a reading."""
    words = {
        "ok": _("counted"),
        "not_found": _("There is no such video (any more)."),
        "private": _("The video is private."),
        "sensitive": _("The platform shows it only to those who are signed in."),
        "region": _("The platform does not show it where it was asked from."),
        "blocked": _("The platform refused to answer."),
        "timeout": _("There was no answer in time."),
        "missing": _("The answer left this video out."),
        "invalid": _("The numbers cannot be right, so they were not taken."),
        "error": _("Something went wrong at the provider."),
    }
    return words.get(name, name)


def why(name: str) -> str:
    """Say what made a run begin."""
    return {"schedule": _("on schedule"), "hand": _("asked by hand"), "deadline": _("at the deadline")}.get(name, name)


def refusals() -> dict[str, str]:
    """Return reasons to reject a clip, as the clipper reads them."""
    reasons = [
        _("This is not a clip of our stream."),
        _("The clip does not follow the brief of the campaign."),
        _("The clip is somebody else's."),
        _("The views do not look as if people had watched."),
        _("The clip shows something that we do not want to be seen with."),
    ]
    return {reason: reason for reason in reasons}


def called(clip: ClipRow) -> str:
    """Name a clip: by its title, or by where it is while nobody knows that."""
    return clip.title or _("%(platform)s clip of %(name)s") % {"platform": platform(clip.platform), "name": clip.clipper or _("somebody")}


def doubt(code: str) -> str:
    """Say what is doubtful about a clip."""
    words = {
        "low_engagement": _("Hardly anybody who watched did anything"),
        "spike": _("More views than a clip like this can gain by itself"),
        "flat_likes": _("Views grow, likes do not"),
        "drop": _("The platform took views away"),
        "wrong_author": _("Posted by an account that is not the clipper's"),
        "elsewhere": _("The same video was handed in elsewhere"),
        "outside_window": _("Posted outside of the campaign's time"),
        "too_short": _("Shorter than a clip should be"),
        "removed": _("The video is gone"),
    }
    return words.get(code, code.replace("_", " "))


def step(code: str) -> str:
    """Say which rule made a sum what it is."""
    words = {
        "counted": _("Views that count"),
        "not_eligible": _("Not approved, so it earns nothing"),
        "fixed": _("A sum that a person set"),
        "baseline": _("Less what was watched before it was handed in"),
        "min_views": _("Below the minimum of views, so it earns nothing"),
        "rate": _("At the rate of the campaign"),
        "least": _("Below the least that is paid for a clip"),
        "most": _("At most so much for one clip"),
        "clipper_most": _("At most so much for one clipper"),
        "budget": _("What was left in the pot"),
    }
    return words.get(code, code)


def reckoning(steps: Sequence[Mapping[str, Any]], currency: str) -> list[str]:
    """Say how a sum came about, one rule after the other (earning.Step as it is kept)."""
    said = []
    for one in steps:
        code, views, amount = str(one["code"]), int(one["views"]), int(one["amount"])
        shown = _("%(n)s views") % {"n": number(views)} if code in {"counted", "baseline"} else clip_sums.money(amount, currency)
        said.append(f"{step(code)}: {shown}")
    return said


def line(kind: str, *, gained: bool) -> str:
    """Say what a line of a statement is."""
    words = {
        "earn": _("Earned"),
        "release": _("Free to be paid"),
        "unearn": _("Taken back"),
        "pay": _("Put into a payout"),
        "paid": _("Paid"),
        "failed": _("The payout failed; the money is free again"),
    }
    return words.get(kind, _("Added") if gained else _("Taken off"))


def evidence(numbers: Mapping[str, Any]) -> list[str]:
    """Write the numbers that a doubt rests on; what only a program reads (ids of readings) is left out."""
    names = {
        "views": _("views"),
        "engaged": _("likes, comments and shares"),
        "percent": _("of a hundred who watched"),
        "least_percent": _("usually at least"),
        "expected": _("expected"),
        "at_most": _("expected at most"),
        "gained": _("views gained"),
        "likes_gained": _("likes gained"),
        "likes_usual": _("likes usual for that"),
        "in_readings": _("in readings"),
        "most": _("views before"),
        "lost_percent": _("lost of a hundred"),
        "author": _("posted by"),
        "handles": _("the clipper's accounts"),
        "submissions": _("times handed in"),
        "posted": _("posted"),
        "starts": _("campaign began"),
        "deadline": _("deadline"),
        "seconds": _("seconds"),
        "least_seconds": _("seconds at least"),
    }
    return [f"{names[key]}: {_shown(key, value)}" for key, value in numbers.items() if key in names and value is not None]


def clips(count: int) -> str:
    """Say how many clips."""
    return ngettext("%(n)s clip", "%(n)s clips", count) % {"n": number(count)}


def deadline(iso: str) -> str:
    """Say until when a campaign goes."""
    return _("until %(day)s") % {"day": day(iso)}


def span(starts: str, ends: str) -> str:
    """Say from when to when a campaign takes clips."""
    return _("%(start)s to %(end)s") % {"start": day(starts), "end": day(ends)}


def platforms(names: Sequence[str]) -> str:
    """Name platforms, one after the other."""
    return ", ".join(platform(name) for name in names)


def terms(held_to: Mapping[str, Any], currency: str) -> list[str]:
    """Say terms (earning.Terms) in sentences, without those that limit nothing."""
    said = [_("%(rate)s per 1,000 views") % {"rate": clip_sums.rate(held_to["rate_micro"], currency)}]
    if held_to.get("min_views"):
        said.append(_("Below %(n)s views a clip earns nothing") % {"n": number(held_to["min_views"])})
    if held_to.get("clip_least"):
        said.append(_("A clip that is worth less than %(sum)s earns nothing") % {"sum": clip_sums.money(held_to["clip_least"], currency)})
    if held_to.get("clip_most") is not None:
        said.append(_("At most %(sum)s for one clip") % {"sum": clip_sums.money(held_to["clip_most"], currency)})
    if held_to.get("clipper_most") is not None:
        said.append(_("At most %(sum)s for one clipper") % {"sum": clip_sums.money(held_to["clipper_most"], currency)})
    if held_to.get("from_submission"):
        said.append(_("Only views from the moment a clip is handed in count"))
    days = held_to.get("hold_days", 0)
    if days:
        said.append(
            ngettext("Held for %(n)s day before it can be paid", "Held for %(n)s days before it can be paid", days) % {"n": number(days)}
        )
    return said


def _shown(key: str, value: Any) -> str:  # noqa: ANN401 - what a doubt noted
    if key in {"posted", "starts", "deadline"}:
        return moment(str(value))
    if isinstance(value, float):
        return number(round(value, 2))
    return compact(value) if isinstance(value, int) else str(value)
