"""Who may do what: four roles for each creator, and the permissions they hold."""

from typing import Literal, get_args

from entourage.kernel.errors import Invalid, NotAllowed

Role = Literal["owner", "manager", "moderator", "clipper"]

ROLES: tuple[Role, ...] = ("owner", "manager", "moderator", "clipper")
"""From the one who may do most to the one who may do least."""

_OWNER: frozenset[Role] = frozenset({"owner"})
_MANAGERS: frozenset[Role] = frozenset({"owner", "manager"})
_HELPERS: frozenset[Role] = frozenset({"owner", "manager", "moderator"})
_EVERYBODY: frozenset[Role] = frozenset(ROLES)

PERMISSIONS: dict[str, frozenset[Role]] = {
    "viewers.read": _HELPERS,
    "viewers.edit": _HELPERS,
    "viewers.erase": _MANAGERS,
    "viewers.export": _MANAGERS,
    "viewers.import": _MANAGERS,
    "tiers.edit": _MANAGERS,
    "vips.read": _HELPERS,
    "vips.edit": _HELPERS,
    "vips.decide": _MANAGERS,
    "chats.read": _MANAGERS,
    "chats.answer": _MANAGERS,
    "chats.decide": _MANAGERS,
    "clips.read": _MANAGERS,
    "clips.review": _MANAGERS,
    "clips.decide": _MANAGERS,
    "clips.pay": _MANAGERS,
    "clips.submit": _EVERYBODY,
    "live.control": _MANAGERS,
    "ingest.write": _MANAGERS,
    "settings.edit": _MANAGERS,
    "overlays.edit": _MANAGERS,
    "audit.read": _MANAGERS,
    "keys.edit": _OWNER,
    "members.edit": _MANAGERS,
}

KeyScope = Literal[
    "viewers.read",
    "viewers.edit",
    "viewers.erase",
    "viewers.export",
    "viewers.import",
    "tiers.edit",
    "vips.read",
    "vips.edit",
    "vips.decide",
    "chats.read",
    "chats.answer",
    "chats.decide",
    "clips.read",
    "clips.review",
    "clips.decide",
    "clips.pay",
    "live.control",
    "ingest.write",
    "settings.edit",
    "audit.read",
]
"""What a key may be given: it can make no keys, overlays or people, so that revoking it ends everything it could do."""

KEY_SCOPES: frozenset[str] = frozenset(get_args(KeyScope))


def permissions_of(role: Role) -> frozenset[str]:
    """Return what a role may do."""
    return frozenset(name for name, roles in PERMISSIONS.items() if role in roles)


def read(text: str) -> Role:
    """Read a role's name; raises Invalid."""
    if text not in ROLES:
        msg = f"A role is one of {', '.join(ROLES)}."
        raise Invalid(msg, details={"role": msg})
    return text


def check_may_give(giver: Role | None, role: Role) -> None:
    """Refuse to give, change or take a role the giver does not stand above (an owner stands above all)."""
    if giver == "owner":
        return
    if giver is None or ROLES.index(role) <= ROLES.index(giver):
        msg = f"Only an owner may decide about the role {role}."
        raise NotAllowed(msg)
