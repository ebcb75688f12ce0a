"""Smart lists, and the filters of the list of chats: who belongs."""

from collections.abc import Callable
from datetime import datetime, timedelta

from entourage.simulators.fanvue.till import Till
from entourage.simulators.fanvue.world import Bond

_FIFTY = 5000
_RECENT = timedelta(days=7)

Belongs = Callable[[Bond, Till, datetime], bool]

SMART: dict[str, tuple[str, Belongs]] = {
    "subscribers": ("Subscribers", lambda bond, _till, _now: bond.subscription is not None),
    "auto_renewing": ("Auto-renewing", lambda bond, _till, _now: bond.subscription is not None and bond.subscription.renews),
    "non_renewing": ("Non-renewing", lambda bond, _till, _now: bond.subscription is not None and not bond.subscription.renews),
    "followers": ("Followers", lambda bond, _till, _now: bond.follows),
    "free_trial_subscribers": ("Free trial", lambda bond, _till, _now: bond.subscription is not None and bond.subscription.trial),
    "expired_subscribers": ("Expired", lambda bond, _till, _now: bond.expired),
    "spent_more_than_50": ("Spent more than 50", lambda bond, till, _now: till.spent(bond.fan.id) > _FIFTY),
    "muted": ("Muted", lambda bond, _till, _now: bond.muted),
    "creators": ("Creators", lambda bond, _till, _now: bond.fan.creator),
}


def _recent(bond: Bond, _till: Till, now: datetime) -> bool:
    return bond.subscription is not None and now - bond.subscription.since < _RECENT


def _unanswered(bond: Bond, _till: Till, _now: datetime) -> bool:
    return bond.last is not None and bond.last.sender_id == bond.fan.id


FILTERS: dict[str, Belongs] = {
    "unread": lambda bond, _till, _now: bond.unread > 0 or bond.marked_unread,
    "subscribers": SMART["subscribers"][1],
    "followers": SMART["followers"][1],
    "online": lambda bond, _till, now: bond.online(now),
    "recent_subscribers": _recent,
    "not_answered": _unanswered,
    "spent_more_than_50": SMART["spent_more_than_50"][1],
    "on_free_trial": SMART["free_trial_subscribers"][1],
    "has_tipped": lambda bond, till, _now: any(one.source == "tip" for one in till.of(bond.fan.id)),
    "spenders": lambda bond, till, _now: till.spent(bond.fan.id) > 0,
    "exclude_creators": lambda bond, _till, _now: not bond.fan.creator,
    "subscribed_to": lambda bond, _till, _now: bond.fan.creator and bond.follows,
    "not_muted": lambda bond, _till, _now: not bond.muted,
    "archived": lambda bond, _till, _now: bond.archived,
}
