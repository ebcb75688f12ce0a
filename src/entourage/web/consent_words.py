"""What each thing that we may do on a creator's channel is called, and what it is for."""

from dataclasses import dataclass

from entourage.ports.consent import Feature
from entourage.web.i18n import gettext as _


@dataclass(frozen=True, slots=True)
class Words:
    """A short name, and a sentence."""

    name: str
    about: str


def features() -> dict[Feature, Words]:
    """Return the words for every feature, in the reader's language."""
    return {
        "vips": Words(_("VIP badges"), _("Give VIP badges and take them back.")),
        "points": Words(_("Channel points"), _("Make rewards, and fulfil or refund what is redeemed.")),
        "chat": Words(_("Chat lines"), _("Write in your chat in your name.")),
        "moderators": Words(_("Moderators"), _("See who is a moderator, to leave them alone.")),
        "announcements": Words(_("Announcements"), _("Write announcements in your chat.")),
        "subs": Words(_("Subscriptions"), _("Give badges to those who subscribe or give subscriptions away.")),
        "bits": Words(_("Bits"), _("Give badges to those who cheer.")),
        "follows": Words(_("Follow age"), _("See since when somebody follows.")),
        "commands": Words(_("Chat commands"), _("Read your chat, to answer !vip.")),
        "bans": Words(_("Bans"), _("See bans, to end the badge of who was banned.")),
        "presence": Words(_("Who is watching"), _("See who is in your chat, so that visits count here too.")),
    }
