"""Which of Twitch's scopes each feature needs."""

from collections.abc import Collection

from entourage.ports.consent import FEATURES, Feature, Permission

_BY_APP: dict[Feature, tuple[str, ...]] = {"commands": ("user:bot", "channel:bot"), "presence": ("user:bot", "channel:bot")}
"""What is needed besides where the app itself reads the chat: over a conduit or a webhook."""

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


def of(features: Collection[Feature], *, by_app: bool) -> tuple[str, ...]:
    """Return the scopes that these features need, each once; `by_app` where there is a secret, so that the app itself listens."""
    return tuple(dict.fromkeys(scope for feature in FEATURES if feature in features for scope in _scopes(feature, by_app=by_app)))


def permissions(features: Collection[Feature], granted: Collection[str], *, by_app: bool) -> tuple[Permission, ...]:
    """Say for every feature which scopes it needs, and which are granted."""
    return tuple(
        Permission(scope, feature, granted=scope in granted, wanted=feature in features)
        for feature in FEATURES
        for scope in _scopes(feature, by_app=by_app)
    )


def _scopes(feature: Feature, *, by_app: bool) -> tuple[str, ...]:
    return _NEEDED[feature] + (_BY_APP.get(feature, ()) if by_app else ())
