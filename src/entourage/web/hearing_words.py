"""How it is with what a platform is asked to tell us, in words that a streamer understands."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from entourage.kernel.hearings import LINE, Heard, State
from entourage.web.i18n import gettext as _
from entourage.web.retelling import retell

Mood = Literal["good", "warn", "bad"]
_MOODS: dict[State, Mood] = {"on": "good", "waiting": "warn", "missing": "warn", "refused": "bad", "ended": "bad", "down": "bad"}


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that is told or not: its name, a sentence, how good that is, and since when."""

    kind: str
    name: str
    state: State
    mood: Mood
    words: str
    since: datetime


def told(heard: Heard) -> Told:
    """Say it in the reader's language."""
    return Told(heard.kind, _name(heard.kind), heard.state, _MOODS[heard.state], _words(heard), heard.since)


def _words(heard: Heard) -> str:
    if heard.kind == LINE:
        return (
            _("Twitch is heard.")
            if heard.state == "on"
            else _("Not heard now: %(why)s It is tried again by itself.") % {"why": retell(heard.detail)}
        )
    match heard.state:
        case "on":
            return _("Twitch tells it.")
        case "waiting":
            return _("Asked for; Twitch has not answered yet.")
        case "missing":
            return _("Not allowed yet (%(scope)s). Tick it under what it may do, and sign in again.") % {"scope": heard.detail}
        case "ended":
            return _("Twitch took it back (%(why)s).") % {"why": _ended(heard.detail)}
        case _:
            return _("Twitch refused it: %(why)s") % {"why": retell(heard.detail)}


def _ended(status: str) -> str:
    """Say why a subscription ended; a status that is not known stays in Twitch's word."""
    words = {
        "authorization_revoked": _("you took the permission back"),
        "user_removed": _("the account is gone"),
        "moderator_removed": _("whoever reads is no moderator any more"),
        "chat_user_banned": _("whoever reads was banned from the chat"),
        "notification_failures_exceeded": _("this house answered too late too often"),
        "version_removed": _("Twitch tells it differently now; update Entourage"),
    }
    return words.get(status, status)


def _name(kind: str) -> str:
    points = "channel.channel_points_custom_reward"
    names = {
        LINE: _("The line to Twitch"),
        f"{points}_redemption.add": _("Redemptions"),
        f"{points}_redemption.update": _("Redemptions settled by hand"),
        f"{points}.update": _("Changed rewards"),
        f"{points}.remove": _("Deleted rewards"),
        "channel.vip.add": _("VIP badges given"),
        "channel.vip.remove": _("VIP badges taken"),
        "channel.moderator.add": _("New moderators"),
        "stream.online": _("Stream begins"),
        "stream.offline": _("Stream ends"),
        "channel.subscribe": _("New subscriptions"),
        "channel.subscription.gift": _("Gifted subscriptions"),
        "channel.subscription.message": _("Renewed subscriptions"),
        "channel.bits.use": _("Bits"),
        "channel.follow": _("New followers"),
        "channel.chat.message": _("Chat"),
        "channel.ban": _("Bans"),
        "channel.raid": _("Raids"),
    }
    return names.get(kind, kind)
