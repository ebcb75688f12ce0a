"""What a clipper reads of campaigns and clips: terms with an example, what a link means, why something does not earn, and what to do."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from entourage.clips import schemas
from entourage.clips.earning import Claim, Step, Terms, targets
from entourage.clips.link import Link, Mistimed
from entourage.kernel import clock
from entourage.kernel.money import decimals
from entourage.ports.views import Platform
from entourage.web import clip_sums, clip_words, retelling
from entourage.web.clip_curves import Foretold
from entourage.web.formats import compact, day, moment, number
from entourage.web.i18n import gettext as _
from entourage.web.i18n import ngettext, voice

_ROUND = (
    100,
    200,
    500,
    1_000,
    2_000,
    5_000,
    10_000,
    20_000,
    50_000,
    100_000,
    200_000,
    500_000,
    1_000_000,
    2_000_000,
    5_000_000,
    10_000_000,
)
_USUAL = 50_000
_HOUR_S = 3600
_WEEK = 7
_PLENTY = 10**15


def video(platform: Platform, video_id: str | None) -> str:
    """Name a video that has no title yet: TikTok video 7533731959172861206."""
    kinds = {"tiktok": _("TikTok video"), "instagram": _("Instagram reel"), "youtube": _("YouTube video"), "x": _("Post on X")}
    return (
        f"{kinds[platform]} {video_id}"
        if video_id
        else _("%(platform)s, behind a short link") % {"platform": clip_words.platform(platform)}
    )


def kind(platform: Platform) -> str:
    """Say what a clip is called on a platform."""
    return {"tiktok": _("TikTok video"), "instagram": _("Instagram reel"), "youtube": _("YouTube video"), "x": _("Post on X")}[platform]


def platforms(campaign: schemas.CampaignRow) -> str:
    """Name where clips of a campaign may be posted."""
    return " · ".join(clip_words.platform(one) for one in campaign.platforms)


def thousand() -> str:
    """Write the number of views that a rate is for; a number in a template would be written once for all languages."""
    return number(1000)


def views(count: int) -> str:
    """Say how many views."""
    return ngettext("%(n)s view", "%(n)s views", count) % {"n": number(count)}


def understood(clip: schemas.ClipRow) -> str:
    """Say what a clip is: TikTok video 7533731959172861206, by @cem, posted yesterday."""
    return _what(clip.platform, clip.video_id, clip.author, clip.posted_at)


def origin(clip: schemas.ClipRow) -> list[str]:
    """Say where a clip comes from, beside its title: by @cem, posted yesterday."""
    named = [video(clip.platform, clip.video_id)] if clip.title else []
    by = [_("by @%(name)s") % {"name": clip.author}] if clip.author else []
    return [*named, *by, *([_("posted %(when)s") % {"when": when(clip.posted_at)}] if clip.posted_at else [])]


def link(found: Link, posted_at: datetime | None) -> str:
    """Say what a link means, in the same words."""
    return _what(found.platform, found.video_id, found.handle, posted_at)


def state(name: schemas.CampaignState) -> str:
    """Say how a campaign stands, to its client."""
    said: dict[schemas.CampaignState, str] = {
        "DRAFT": _("draft"), "ACTIVE": _("running"), "PAUSED": _("paused"), "COMPLETED": _("completed"), "CANCELLED": _("cancelled"),
    }  # fmt: skip
    return said[name]


def mistimed(why: Mistimed) -> str:
    """Say why a video's moment does not fit a campaign."""
    said: dict[Mistimed, str] = {
        "before_campaign": _("This video was posted before the campaign began. Only new posts count."),
        "after_deadline": _("This video was posted after the campaign ended."),
        "from_future": _("This link says that its video was posted in the future. Copy it again."),
    }
    return said[why]


def when(at: datetime) -> str:
    """Say which day it was: today, yesterday, 3 days ago, on 5 Nov 2026."""
    zone = ZoneInfo(voice().zone)
    days = (clock.now().astimezone(zone).date() - at.astimezone(zone).date()).days
    if days <= 0:
        return _("today")
    if days == 1:
        return _("yesterday")
    return (
        ngettext("%(n)s day ago", "%(n)s days ago", days) % {"n": days} if days < _WEEK else _("on %(day)s") % {"day": day(at.isoformat())}
    )


def soon(at: datetime) -> str:
    """Say when something is due: soon, in 5 h, in 2 days."""
    left = int((at - clock.now()).total_seconds())
    if left < _HOUR_S:
        return _("soon")
    hours = left // _HOUR_S
    return _("in %(n)s h") % {"n": hours} if hours < 48 else ngettext("in %(n)s day", "in %(n)s days", hours // 24) % {"n": hours // 24}  # noqa: PLR2004


def standing(clip: schemas.ClipRow) -> str:
    """Say how a clip stands, to whom it belongs."""
    if clip.state == "PENDING":
        return _("waits to be looked at") if clip.video_id else _("the link is being followed")
    if clip.state == "REJECTED":
        return _("rejected; your answer is being read") if clip.appealed else _("rejected")
    if clip.flags:
        return _("its money waits: being looked at")
    if clip.removed:
        return _("the video is gone")
    return _("paid") if clip.state == "PAID" else _("approved, and counted")


def ask(clip: schemas.ClipRow) -> str:
    """Say what the field for words is for."""
    if clip.state == "REJECTED":
        return _("Not right? Say why, and a person looks again.")
    return _("Explain, and a person looks again.") if clip.flags else _("A question about this clip?")


def terms(campaign: schemas.CampaignRow) -> list[str]:
    """Say a campaign's terms in plain sentences."""
    held, currency = read(campaign.terms), campaign.currency

    def money(minor: int) -> str:
        return clip_sums.money(minor, currency)

    said = []
    if held.min_views:
        said.append(
            _("From %(n)s views on. Below that a clip earns nothing, from there on all its views earn.") % {"n": number(held.min_views)}
        )
    if held.clip_least:
        said.append(_("A clip that is worth less than %(sum)s earns nothing; from there on all of it.") % {"sum": money(held.clip_least)})
    if held.clip_most is not None:
        said.append(_("One clip earns %(sum)s at most.") % {"sum": money(held.clip_most)})
    if held.clipper_most is not None:
        said.append(_("All your clips of this campaign together earn %(sum)s at most.") % {"sum": money(held.clipper_most)})
    said.append(
        _("Only views after you hand a clip in count, so hand it in right after you post.")
        if held.from_submission
        else _("All views of the clip count, also those from before you hand it in.")
    )
    since, until = day(campaign.starts_at.isoformat()), day(campaign.deadline.isoformat())
    said.append(_("What you posted before %(day)s cannot take part.") % {"day": since})
    said.append(_("Views count until %(day)s. What comes later is watched, but earns nothing.") % {"day": until})
    if held.hold_days:
        waits = ngettext(
            "What a clip earns waits for %(n)s day for checks, then goes out with the next payout.",
            "What a clip earns waits for %(n)s days for checks, then goes out with the next payout.",
            held.hold_days,
        )
        said.append(waits % {"n": held.hold_days})
    said.append(_("If the pot does not suffice for everybody, what is left is shared fairly."))
    return said


def example(campaign: schemas.CampaignRow) -> list[str]:
    """Reckon with made-up clips what a campaign pays, by the same rule that pays: one that does well, and one that does not."""
    held, currency = read(campaign.terms), campaign.currency
    good = next((count for count in _ROUND if count >= max(_USUAL, 2 * held.min_views) and _earned(held, currency, count)[0]), _ROUND[-1])
    sum_, steps = _earned(held, currency, good)
    given = {
        "views": number(good),
        "sum": clip_sums.money(sum_, currency),
        "rate": clip_sums.rate(held.rate_micro, currency),
        "n": number(1000),
    }
    said = [_("For example: a clip with %(views)s views earns %(sum)s.") % given]
    if steps[-1].code == "rate":
        said.append(f"{given['views']} ÷ {given['n']} × {given['rate']} = {given['sum']}")
    else:
        at = next(step for step in steps if step.code == "rate")
        said.append(_("By its views it would be %(sum)s, but there is a limit.") % {"sum": clip_sums.money(at.amount, currency)})
    low = next((count for count in reversed(_ROUND) if count < good and not _earned(held, currency, count)[0]), None)
    if low is not None:
        said.append(_("One with %(views)s views earns nothing yet.") % {"views": number(low)})
    return said


def reasons(clip: schemas.ClipRow, held: Terms, steps: Sequence[Mapping[str, Any]]) -> list[str]:
    """Say why a clip earns nothing, or less than its views would, and what can be done; `steps` are what the rule says of it now."""
    if not clip.video_id:
        return [
            _("The platform did not tell yet where your short link leads. It is asked again; the full link of the video works at once.")
        ]
    if clip.state == "PENDING":
        return [_("A person looks at it first. Once it is approved, its views earn, also those until then.")]
    if clip.state == "REJECTED":
        return [*([retelling.retell(clip.reason)] if clip.reason else []), _("If that is not right, answer below: a person looks again.")]
    said = []
    if clip.flags:
        said.append(
            _("Something about it is being looked at. Until then what it earns is kept for you, but not paid. Nothing is lost by that.")
        )
    if clip.removed:
        said.append(_("The platform says that the video is gone. What it earned waits. If it is public again, nothing needs to be done."))
    if clip.fixed is not None:
        return [*said, _("A person set what this clip earns, whatever its views are.")]
    return [*said, *(one for step in steps if (one := _cut(str(step["code"]), clip, held)))]


def doubt(flag: schemas.FlagRow) -> str:
    """Say what a doubt means for whom it is about, and what to do."""
    if flag.state == "cleared":
        return _("A person looked, and all is well: the money goes on.")
    if flag.state == "upheld":
        return _("A person looked, and it stays so.")
    doings = {
        "wrong_author": _("If that account is yours, add it under “My money”, and write below."),
        "elsewhere": _("If you were first, write below and say where it was handed in."),
        "drop": _("Platforms take views away that they do not believe. You keep what you have; a person looks at why."),
        "spike": _("If you know where so many came from, say so below: another post, a newsletter, a big account."),
    }
    return doings.get(flag.code, _("The money waits until a person has looked. Write below what you know about it."))


def numbers(flag: schemas.FlagRow) -> str:
    """Say the numbers that a doubt rests on, in a sentence; "" where there are none that can be said so."""
    seen = flag.evidence
    said = {
        "low_engagement": _(
            "%(engaged)s likes, comments and shares came with %(views)s views: %(percent)s %%. Usual is %(least_percent)s %% and more."
        ),
        "spike": _(
            "%(gained)s views came at once; at most %(at_most)s in all were expected, and %(likes_usual)s likes. %(likes_gained)s came."
        ),
        "flat_likes": _("%(gained)s new views brought %(likes_gained)s likes; %(likes_usual)s would be usual."),
        "drop": _("The platform said %(most)s views, and now %(views)s: %(lost_percent)s %% less."),
        "wrong_author": _("It was posted by @%(author)s. Your accounts are: %(handles)s."),
        "elsewhere": _("The same video was handed in elsewhere too."),
        "outside_window": _("It was posted outside of the time of the campaign: %(posted)s."),
        "too_short": _("It is %(seconds)s seconds long. It takes %(least_seconds)s at least."),
    }.get(flag.code, "")
    try:
        return said % {key: _shown(key, value) for key, value in seen.items()}
    except KeyError:  # a doubt that was noted with other numbers
        return " · ".join(clip_words.evidence(seen))


def ahead(band: Sequence[Foretold], views: int) -> str:
    """Say what is expected of a clip at the end of its campaign; "" where nothing more is."""
    if not band or band[-1].mid <= views:
        return ""
    last = band[-1]
    given = {"day": day(last.at.isoformat()), "low": compact(last.low), "high": compact(last.high)}
    return _("expected by %(day)s: between %(low)s and %(high)s") % given


def read(kept: object) -> Terms:
    """Return terms from what a campaign tells of them."""
    return msgspec.convert(kept, Terms)


def _shown(key: str, value: object) -> str:
    if key in {"posted", "starts", "deadline"}:
        return moment(str(value))
    return number(value) if isinstance(value, int | float) else str(value)


def _earned(held: Terms, currency: str, count: int) -> tuple[int, Sequence[Step]]:
    share = targets({1: held}, [Claim(clip=1, clipper="", views=count, stands=True)], _PLENTY, digits=decimals(currency))[0]
    return share.target, share.steps


def _cut(code: str, clip: schemas.ClipRow, held: Terms) -> str:
    money = clip_sums.money
    said = {
        "baseline": _("What was watched before you handed it in does not count in this campaign."),
        "min_views": _("It takes %(n)s views until a clip of this campaign earns; this one has %(views)s."),
        "least": _("It has to be worth %(least)s before it earns anything; then all of it is yours."),
        "most": _("It has earned the most that one clip of this campaign can: %(most)s."),
        "clipper_most": _("Your clips of this campaign have earned the most that one clipper can: %(clipper_most)s."),
        "budget": _("The pot did not suffice for everybody. What was left was shared; it goes on if the pot is filled again."),
    }.get(code, "")
    return said % {
        "n": number(held.min_views), "views": number(clip.views), "least": money(held.clip_least, clip.currency),
        "most": money(held.clip_most or 0, clip.currency), "clipper_most": money(held.clipper_most or 0, clip.currency),
    }  # fmt: skip


def _what(platform: Platform, video_id: str | None, handle: str, posted_at: datetime | None) -> str:
    parts = [video(platform, video_id)]
    if handle:
        parts.append(_("by @%(name)s") % {"name": handle})
    if posted_at:
        parts.append(_("posted %(when)s") % {"when": when(posted_at)})
    return ", ".join(parts)
