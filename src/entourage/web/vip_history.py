"""What the audit log says of timed VIPs, as sentences: one for every action that there is."""

from collections.abc import Mapping
from typing import Any, Protocol

from entourage.web import formats
from entourage.web.badge_words import reason
from entourage.web.i18n import gettext as _
from entourage.web.i18n import ngettext


class Entry(Protocol):
    """What a sentence needs of an entry of the audit log."""

    action: str
    subject: str
    meta: dict[str, Any]


Sentences = Mapping[str, str]
_SIGNS = {
    "vips.grant.given": "diamond", "vips.grant.extended": "clock-plus", "vips.grant.ended": "user-minus",
    "vips.grant.expiring": "hourglass", "vips.grant.intended": "hourglass", "vips.grant": "ban",
    "vips.redemption": "coin", "vips.sub": "star", "vips.gift": "gift",
    "vips.bits": "sparkles", "vips.tier": "award", "vips.hand": "user-check", "vips.claim.fulfilled": "check",
    "vips.claim.refunded": "arrow-back-up", "vips.claim": "ban", "vips.chat": "message", "vips.discord": "brand-discord",
    "vips.permanent": "shield-check", "vips.badge": "brand-twitch", "vips.sign_in": "key", "vips.rule": "list-check",
    "vips.reward": "gift", "vips.settings": "settings", "vips.stream": "broadcast", "vips.missed": "plug-off", "twitch": "brand-twitch",
}  # fmt: skip


def sign(action: str) -> str:
    """Return the icon of an action."""
    while action:
        if action in _SIGNS:
            return _SIGNS[action]
        action = action.rpartition(".")[0]
    return "info-circle"


def tell(entry: Entry, who: str) -> str:
    """Say what an entry tells; `who` is the person it is about, or empty."""
    meta = entry.meta
    said = {
        "who": who or str(meta.get("name") or _("somebody")),
        "n": formats.number(_number(meta)),
        "why": reason(str(meta.get("why") or meta.get("reason") or "")),
        "text": str(meta.get("text") or ""),
        "time": _when(meta.get("ends_at")),
    }
    for found in (_asked(meta), _badges(meta), _claims(), _theirs(), _twitch(meta), _choices(meta)):
        if entry.action in found:
            return found[entry.action] % said
    return entry.action


def _asked(meta: Mapping[str, Any]) -> Sentences:
    amount = _number(meta)
    return {
        "vips.redemption.received": _("%(who)s redeemed %(n)s channel points."),
        "vips.sub.received": _("%(who)s subscribed."),
        "vips.gift.received": ngettext("%(who)s gave %(n)s sub.", "%(who)s gave %(n)s subs.", amount),
        "vips.bits.received": ngettext("%(who)s cheered %(n)s bit.", "%(who)s cheered %(n)s bits.", amount),
        "vips.tier.received": _("%(who)s came up to a loyalty tier."),
        "vips.hand.received": _("A badge for %(who)s was asked for by hand."),
    }


def _badges(meta: Mapping[str, Any]) -> Sentences:
    why = str(meta.get("why") or "")
    lasting = _("The badge of %(who)s stays longer, until %(time)s.") if meta.get("ends_at") else _("The badge of %(who)s stays longer.")
    taken = _("The time of %(who)s is over: the badge is being taken back.")
    ended = _("The badge of %(who)s is gone: its time was over.")
    return {
        "vips.grant.intended": _("Twitch is asked for a badge for %(who)s."),
        "vips.grant.given": _("%(who)s has the VIP badge."),
        "vips.grant.extended": lasting,
        "vips.grant.expiring": taken if why == "expired" else _("The badge of %(who)s is being taken back: %(why)s."),
        "vips.grant.ended": ended if why == "expired" else _("The badge of %(who)s is gone: %(why)s."),
        "vips.grant.refused": _("Twitch gave %(who)s no badge: %(why)s."),
    }


def _claims() -> Sentences:
    return {
        "vips.claim.refused": _("%(who)s got no badge: %(why)s."),
        "vips.claim.passed": _("%(who)s got no badge: no rule gives one for this."),
        "vips.claim.closed": _("The redemption of %(who)s was cancelled on Twitch."),
        "vips.claim.fulfilled": _("Twitch knows that the redemption of %(who)s is fulfilled."),
        "vips.claim.refunded": _("%(who)s got the points back."),
        "vips.claim.by_hand": _("Somebody settled the redemption of %(who)s on Twitch."),
        "vips.claim.gone": _("The redemption of %(who)s is not on Twitch any more."),
        "vips.claim.never": _("Twitch would not settle the redemption of %(who)s."),
    }


def _theirs() -> Sentences:
    return {
        "vips.permanent.import": _("The VIPs from before were written down: they are never touched."),
        "vips.permanent.imported": _("%(who)s was VIP before us: never touched."),
        "vips.permanent.seen": _("%(who)s has a badge that was not given here: never touched."),
        "vips.permanent.gone": _("%(who)s is not VIP any more: somebody took the badge on Twitch."),
        "vips.permanent.kept": _("The badge of %(who)s, given on Twitch, stays as it is."),
        "vips.permanent.taken_over": _("The badge of %(who)s, given on Twitch, ends by itself from now on."),
        "vips.badge.given_by_hand": _("Somebody gave %(who)s the badge on Twitch."),
        "vips.badge.taken_by_hand": _("Somebody took the badge of %(who)s on Twitch."),
        "vips.person.forget": _("%(who)s was forgotten among the VIPs."),
        "vips.badge.moderator": _("%(who)s became a moderator, and the badge went."),
        "vips.chat.sent": _("Said in the chat: “%(text)s”"),
        "vips.chat.unsent": _("Not said in the chat: %(text)s"),
        "vips.chat.unknown": _("It may have been said in the chat, or not."),
        "vips.discord.sent": _("Written to Discord: “%(text)s”"),
        "vips.discord.unsent": _("Not written to Discord: %(text)s"),
    }


def _twitch(meta: Mapping[str, Any]) -> Sentences:
    began = (
        _("The stream began.") if meta.get("live") else _("The stream ended: badges until the end of the stream have their last minutes.")
    )
    found = ngettext("%(n)s redemption that was missed was found.", "%(n)s redemptions that were missed were found.", _number(meta))
    return {
        "vips.slots.learned": _("Twitch has no place left: there are %(n)s VIPs."),
        "vips.sign_in.needed": _("Twitch asks for a new sign-in; everything waits."),
        "vips.sign_in.done": _("Signed in again: what waited goes on."),
        "vips.caught_up": found,
        "vips.missed": _("What happened on Twitch meanwhile is looked for."),
        "vips.stream.turned": began,
        "vips.channel.left": _("Another channel was connected; the badges of the old one were left alone."),
        "twitch.sign_in": _("Signed in with Twitch."),
        "twitch.sign_in.ended": _("Twitch no longer accepts the sign-in."),
        "twitch.disconnect": _("Twitch was disconnected."),
    }


def _choices(meta: Mapping[str, Any]) -> Sentences:
    discord = _("A Discord address was kept.") if meta.get("kept") else _("The Discord address was forgotten.")
    return {
        "vips.settings.set": _("The settings of VIPs were changed."),
        "vips.discord.set": discord,
        "vips.rule.set": _("A rule was saved."),
        "vips.rule.remove": _("A rule was removed."),
        "vips.reward.make": _("A reward is being made."),
        "vips.reward.made": _("Twitch has the reward."),
        "vips.reward.change": _("A reward was changed."),
        "vips.reward.synced": _("Twitch has the changed reward."),
        "vips.reward.recreate": _("A reward is being made again."),
        "vips.reward.delete": _("A reward is being deleted."),
        "vips.reward.deleted": _("The reward is gone from Twitch."),
        "vips.reward.gone": _("Somebody deleted a reward on Twitch."),
        "vips.reward.refused": _("Twitch would not have the reward."),
        "vips.reward.rest": _("A reward rests until a place is free."),
        "vips.reward.wake": _("A place is free: the reward is on again."),
    }


def _number(meta: Mapping[str, Any]) -> int:
    for name in ("amount", "redemptions", "slots", "badges"):
        if isinstance(value := meta.get(name), int):
            return value
    return 0


def _when(iso: object) -> str:
    return formats.moment(iso) if isinstance(iso, str) else ""
