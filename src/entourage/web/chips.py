"""How each connection is doing, in words: the chips at the top of every page and the lines in the settings."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, Literal, Protocol

from entourage.kernel import clock
from entourage.web import formats
from entourage.web.i18n import gettext as _
from entourage.web.i18n import ngettext

NAMES: Final = {"tiktok": "TikTok", "tikfinity": "TikFinity", "euler": "Euler", "twitch": "Twitch", "fanvue": "Fanvue"}
Tone = Literal["live", "good", "warn", "bad", "off"]
_FIRST: Final[tuple[Tone, ...]] = ("bad", "live", "warn", "good", "off")
"""On a phone only the first chips fit: what wants something of the streamer, then the stream."""


class Link(Protocol):
    """What a chip needs to know of a connection."""

    source: str
    account: str
    enabled: bool
    state: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Chip:
    """A connection in words; `text` names the source, `state` does not."""

    source: str
    tone: Tone
    text: str
    state: str
    title: str


def of(connections: Iterable[Link]) -> list[Chip]:
    """Return a chip for each connection that is switched on, what is wrong first, or one that says that nothing is connected."""
    chips = [one(link) for link in connections if link.enabled and (link.account or link.source == "tikfinity")]
    missing = _("%(name)s: not connected") % {"name": "TikTok"}
    return sorted(chips, key=lambda chip: _FIRST.index(chip.tone)) or [
        Chip("tiktok", "off", missing, _("not connected"), _("Connect it in the settings"))
    ]


def one(link: Link) -> Chip:
    """Return the chip of one connection."""
    name = NAMES.get(link.source, link.source)
    tone, state = _state(link) if link.enabled else ("off", _("switched off"))
    return Chip(link.source, tone, f"{name}: {state}", state, f"@{link.account}" if link.account else name)


def _state(link: Link) -> tuple[Tone, str]:
    state = link.state
    watching = state.get("watching")
    if state.get("code") == "live" and watching is not None:
        return "live", ngettext("live, %(n)s watching", "live, %(n)s watching", watching) % {"n": formats.number(watching)}
    until = formats.clock_time(clock.iso(state.get("until_ms")))
    if until and state["until_ms"] > clock.now_ms():
        later: dict[str, str] = {
            "rate_limited": _("must wait until %(time)s"),
            "reconnecting": _("lost the line, next try %(time)s"),
            "unreachable": _("does not answer, next try %(time)s"),
        }
        if state.get("code") in later:
            return "warn", later[state["code"]] % {"time": until}
    return _plain(str(state.get("code", "")))


def _plain(code: str) -> tuple[Tone, str]:
    words: dict[str, tuple[Tone, str]] = {
        "not_connected": ("off", _("not connected")),
        "offline": ("good", _("ready, waiting for you to go live")),
        "connected": ("good", _("connected")),
        "connecting": ("warn", _("connecting")),
        "live": ("live", _("live")),
        "paused": ("warn", _("paused")),
        "reconnecting": ("warn", _("lost the line, trying again")),
        "rate_limited": ("warn", _("asked us to wait a moment")),
        "refused": ("bad", _("the sign server refused the key")),
        "sign_in": ("bad", _("sign in again")),
        "not_found": ("bad", _("there is no such account")),
        "unreachable": ("warn", _("does not answer, trying again")),
        "ended": ("good", _("the stream is over")),
    }
    return words.get(code, ("warn", _("starting")))
