"""The gift drawer: what can be given, for how many coins."""

from entourage.simulators.tiktok.acts import GiftKind, GiftType

ROSE = GiftKind(5655, "Rose", 1, GiftType.STREAK)
HEART_ME = GiftKind(7934, "Heart Me", 1, GiftType.HEART_ME)
GALAXY = GiftKind(11046, "Galaxy", 1000, GiftType.SINGLE)

STREAKS = (
    ROSE,
    GiftKind(5269, "TikTok", 1, GiftType.STREAK),
    GiftKind(5827, "Ice Cream Cone", 1, GiftType.STREAK),
    GiftKind(5487, "Finger Heart", 5, GiftType.STREAK),
    GiftKind(5658, "Perfume", 20, GiftType.STREAK),
    GiftKind(5879, "Doughnut", 30, GiftType.STREAK),
    GiftKind(6104, "Cap", 99, GiftType.STREAK),
    GiftKind(5660, "Hand Hearts", 100, GiftType.STREAK),
)
"""Gifts sent in streaks, the most loved first."""

SINGLES = (
    GiftKind(6267, "Corgi", 299, GiftType.SINGLE),
    GiftKind(7168, "Money Gun", 500, GiftType.SINGLE),
    GALAXY,
    GiftKind(5978, "Train", 899, GiftType.SINGLE),
    GiftKind(6369, "Lion", 29_999, GiftType.SINGLE),
)
"""Gifts that are counted one by one."""

DRAWER = (*STREAKS, HEART_ME, *SINGLES)


def named(name: str) -> GiftKind | None:
    """Find a gift by its name, whatever the case."""
    return next((one for one in DRAWER if one.name.casefold() == name.casefold()), None)
