"""The picture of an overlay as it goes over the line: its look, and what it shows, in the overlay's own language."""

from typing import Any

import msgspec

from entourage.kernel.accounts.overlays import Opened
from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import alerts, picture
from entourage.web import formats, i18n
from entourage.web.i18n import gettext as _
from entourage.web.i18n import ngettext

Painted = dict[str, Any]


class Card(msgspec.Struct):
    """Somebody who walked in, in words; `first` is for who was never here before."""

    id: str
    person: picture.Person
    facts: list[str]
    first: bool
    simulated: bool = False


async def paint(session: CreatorSession, overlay: Opened, watch: alerts.Watch) -> Painted:
    """Return all that an overlay shows now; `watch` remembers how far its news have been read."""
    options = picture.read_options(overlay.options)
    painted: Painted = {"kind": overlay.kind, "options": options, "zone": overlay.zone}
    match overlay.kind:
        case "alerts":
            painted["taken"] = await alerts.taken_back(session, watch)
            painted["alerts"] = await alerts.newest(session, options, watch, overlay.zone)
        case "arrivals":
            painted["arrivals"] = [card(one, options, overlay.zone) for one in await alerts.arrivals(session, options)]
        case "leaderboard":
            painted["board"] = await picture.board(session, options)
        case "goal":
            painted["goal"] = await picture.goal(session, options)
        case "heatmap":
            painted["hours"] = await picture.hours(session, options)
            painted["rows"] = row_names(painted["hours"], options, overlay.zone)
    return painted


def card(one: alerts.Arrival, options: picture.Options, zone: str) -> Card:
    """Say who walked in as a person would: 7th visit, last seen Sunday, 1,240 coins ever."""
    speak(options, zone)
    first = one.visits <= 1
    facts = [_("first visit") if first else _("%(nth)s visit") % {"nth": formats.ordinal(one.visits)}]
    if one.before:
        facts.append(_("last seen %(when)s") % {"when": formats.last_seen(one.before)})
    if one.coins:
        coins = ngettext("%(n)s coin", "%(n)s coins", one.coins) % {"n": formats.number(one.coins)}
        facts.append(coins + " " + _("ever"))
    return Card(one.id, one.person, facts, first)


def row_names(hours: picture.Hours, options: picture.Options, zone: str) -> list[dict[str, Any]]:
    """Name the rows of a heatmap, and say in which order the week's stand: Monday comes first where it does."""
    speak(options, zone)
    if hours.span == "week":
        return [{"row": day.place, "name": day.short} for day in formats.weekdays()]
    return [{"row": row, "name": formats.hour_name(start)} for row, start in enumerate(hours.starts)]


def speak(options: picture.Options, zone: str) -> None:
    """Speak the overlay's language from here on in this task."""
    i18n.speak(i18n.Voice(options.language, "en-GB" if options.language == "en" else options.language, zone))
