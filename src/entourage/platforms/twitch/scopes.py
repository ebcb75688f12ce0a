"""Which of Twitch's scopes each feature needs."""

from collections.abc import Collection

from entourage.ports.consent import FEATURES, Feature, Permission

_NEEDED: dict[Feature, tuple[str, ...]] = {
    "vips": ("channel:manage:vips",),
    "points": ("channel:manage:redemptions",),
    "chat": ("user:write:chat",),
    "moderators": ("moderation:read",),
    "announcements": ("moderator:manage:announcements",),
    "subs": ("channel:read:subscriptions",),
    "bits": ("bits:read",),
    "follows": ("moderator:read:followers",),
    "commands": ("user:read:chat",),
    "bans": ("channel:moderate",),
    "presence": ("moderator:read:chatters", "user:read:chat"),
}


def of(features: Collection[Feature]) -> tuple[str, ...]:
    """Return the scopes that these features need, each once."""
    return tuple(dict.fromkeys(scope for feature in FEATURES if feature in features for scope in _NEEDED[feature]))


def permissions(features: Collection[Feature], granted: Collection[str]) -> tuple[Permission, ...]:
    """Say for every feature which scopes it needs, and which are granted."""
    return tuple(
        Permission(scope, feature, granted=scope in granted, wanted=feature in features)
        for feature in FEATURES
        for scope in _NEEDED[feature]
    )
