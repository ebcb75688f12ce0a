"""Gaps in words: when nobody listened, for how long, why, and what of it was told again."""

from entourage.viewers.stream_shapes import GapRow
from entourage.web import chips, formats
from entourage.web.i18n import gettext as _
from entourage.web.i18n import ngettext

SHORT_S = 5
"""A gap that was shorter needs no banner; the ledger has it all the same."""


def source(gap: GapRow) -> str:
    """Name the platform whose line was lost."""
    return chips.NAMES.get(gap.platform, gap.platform)


def why(gap: GapRow) -> str:
    """Say in a sentence why nobody listened."""
    sentences = {
        "reconnecting": _("The line to %(name)s was lost."),
        "rate_limited": _("The sign server asked us to wait: too many tries in a short time."),
        "refused": _("The sign server refused the key. Look at it in the settings."),
        "unreachable": _("%(name)s did not answer."),
        "stopped": _("Entourage was not running."),
    }
    return sentences.get(gap.reason, _("Nobody listened to %(name)s.")) % {"name": source(gap)}


def is_endless(gap: GapRow) -> bool:
    """Tell whether nobody knows how long a gap was: the stream was over before anybody listened again."""
    return gap.until_at == gap.from_at


def when(gap: GapRow) -> str:
    """Say from when to when, without the day: 20:14–20:16."""
    began = formats.clock_time(gap.from_at)
    if gap.until_at is None:
        return _("since %(time)s") % {"time": began}
    if is_endless(gap):
        return _("from %(time)s on") % {"time": began}
    over = formats.clock_time(gap.until_at)
    return began if began == over else f"{began}–{over}"


def after(gap: GapRow) -> str:
    """Say what became of what happened meanwhile."""
    if gap.until_at is None:
        return _("It goes on. What happens meanwhile may be missing; we try again and again.")
    if is_endless(gap):
        return _("The stream was over when we listened again: nobody knows what happened until its end.")
    if not gap.recovered:
        return _("Nothing was told again: chat, gifts and likes of this time may be missing.")
    told = ngettext("%(n)s message of it was told again and is counted; others may be missing.",
                    "%(n)s messages of it were told again and are counted; others may be missing.", gap.recovered)  # fmt: skip
    return told % {"n": formats.number(gap.recovered)}


def worth_a_banner(gaps: list[GapRow], seen: int) -> list[GapRow]:
    """Leave out gaps that nobody would notice, and those that were put away: up to the id `seen`."""
    return [gap for gap in gaps if gap.id > seen and (gap.until_at is None or is_endless(gap) or gap.seconds >= SHORT_S)]
