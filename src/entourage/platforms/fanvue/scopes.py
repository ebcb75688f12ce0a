"""Which of Fanvue's scopes are asked for, and what for."""

from collections.abc import Collection

from entourage.ports.fan_consent import Feature, Permission

_NEEDED: dict[Feature, tuple[str, ...]] = {
    # Without the first three nothing works, and no refresh token is issued.
    "sign_in": ("openid", "offline_access", "offline", "read:self"),
    "read": ("read:chat",),
    "write": ("write:chat",),
    "fans": ("read:fan",),
    "insights": ("read:insights",),
    "creator": ("read:creator",),  # to be told of followers and subscriptions
}
ALL: tuple[str, ...] = tuple(scope for scopes in _NEEDED.values() for scope in scopes)
"""Everything that is asked for."""


def permissions(granted: Collection[str]) -> tuple[Permission, ...]:
    """Say for every scope what it is for and whether it was given."""
    return tuple(Permission(scope, feature, scope in granted) for feature, scopes in _NEEDED.items() for scope in scopes)
