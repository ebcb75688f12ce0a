"""How the counting of views does, in one sentence, with the way to do something about it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from entourage.clips import choices, planning, runs
from entourage.clips.desk import Desk
from entourage.clips.runs import Meter
from entourage.kernel import clock
from entourage.kernel.tenancy import CreatorSession
from entourage.ports.views import Platform
from entourage.web import clip_sums, clip_words, formats
from entourage.web.i18n import gettext as _
from entourage.web.i18n import ngettext

_SOON_S = 60
_HOUR_S = 3_600


@dataclass(frozen=True, slots=True)
class Health:
    """How counting does: a colour, a sentence, what it costs, and where something can be done about it."""

    tone: Literal["good", "warn", "bad"]
    words: str
    cost: str = ""
    link: str = ""
    link_words: str = ""


async def platforms(desk: Desk, creator_id: int) -> frozenset[Platform]:
    """Return the platforms on which somebody counts for a creator; call it outside of a session."""
    return frozenset(await planning.counters_of(desk, creator_id))


async def of(session: CreatorSession, counted: Collection[Platform], wanted: Collection[Platform] = ()) -> tuple[Health, Meter]:
    """Say how counting does, given where somebody counts and where clips are wanted; and what it costs this month."""
    settings = await choices.read(session)
    meter = await runs.meter(session, settings.month_micro)
    missing = [one for one in wanted if one not in counted]
    if not counted or (missing and len(missing) == len(set(wanted))):
        words = _("No key yet: paste your Apify key, and views are counted by themselves. Until then you enter them by hand.")
        return Health("warn", words, "", "/clips/settings", _("Paste a key")), meter
    if not settings.counting:
        return Health("warn", _("Counting is switched off."), _cost(meter), "/clips/settings", _("Switch it on")), meter
    if meter.left_micro == 0:
        words = _("The money for counting is used up for this month.")
        return Health("bad", words, _cost(meter), "/clips/settings", _("Raise the limit")), meter
    failing = await runs.failing(session)
    for name, one in failing.items():
        if one.times > 1:
            words = _("%(who)s could not count %(n)s times in a row; it is tried again by itself.")
            said = words % {"who": clip_words.provider(name), "n": formats.number(one.times)}
            return Health("bad", said, one.trouble, "/clips/counting", _("What happened")), meter
    if missing:
        words = _("Nobody counts on %(platforms)s yet: paste a key, or enter views by hand.") % {"platforms": clip_words.platforms(missing)}
        return Health("warn", words, _cost(meter), "/clips/settings", _("Paste a key")), meter
    due, following = await planning.due(session)
    return Health("good", _working(due, following), _cost(meter)), meter


def until(at: datetime | None) -> str:
    """Say when something comes: now, in 4 min, in 3 h, or its day."""
    if at is None:
        return _("no more")
    seconds = int((at - clock.now()).total_seconds())
    if seconds < _SOON_S:
        return _("now")
    if seconds < _HOUR_S * 24:
        return _("in %(time)s") % {"time": formats.duration(seconds // 60 * 60 if seconds < _HOUR_S else seconds // _HOUR_S * _HOUR_S)}
    return formats.day(at.isoformat())


def _working(due: int, following: datetime | None) -> str:
    if due:
        return ngettext("Counting works: %(n)s clip is due now.", "Counting works: %(n)s clips are due now.", due) % {
            "n": formats.number(due)
        }
    if following is not None:
        return _("Counting works: the next clip is counted %(when)s.") % {"when": until(following)}
    return _("Counting works; there is nothing to count right now.")


def _cost(meter: Meter) -> str:
    spent = clip_sums.dollars(meter.spent_micro + meter.reserved_micro)
    if meter.most_micro is None:
        return _("%(sum)s this month, without a limit.") % {"sum": spent}
    return _("%(sum)s of %(most)s this month.") % {"sum": spent, "most": clip_sums.dollars(meter.most_micro)}
