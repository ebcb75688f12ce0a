"""What each role may do."""

import itertools

import pytest

from entourage.kernel.accounts import roles
from entourage.kernel.accounts.roles import Role
from entourage.kernel.errors import Invalid, NotAllowed


def test_each_role_may_do_all_that_the_role_below_may() -> None:
    rights = [roles.permissions_of(role) for role in roles.ROLES]
    assert all(upper >= lower for upper, lower in itertools.pairwise(rights))


def test_an_owner_may_do_everything_and_a_clipper_only_hand_in_clips() -> None:
    assert roles.permissions_of("owner") == set(roles.PERMISSIONS)
    assert roles.permissions_of("clipper") == {"clips.submit"}


def test_a_moderator_sees_and_edits_viewers_but_erases_none() -> None:
    assert roles.permissions_of("moderator") == {"viewers.read", "viewers.edit", "vips.read", "vips.edit", "clips.submit"}


def test_a_key_can_make_no_keys_overlays_or_people_and_is_no_clipper() -> None:
    assert set(roles.PERMISSIONS) - {"keys.edit", "members.edit", "overlays.edit", "clips.submit"} == roles.KEY_SCOPES


@pytest.mark.parametrize(
    ("giver", "role", "may"),
    [
        ("owner", "owner", True),
        ("owner", "clipper", True),
        ("manager", "owner", False),
        ("manager", "manager", False),
        ("manager", "moderator", True),
        ("moderator", "clipper", True),
        (None, "clipper", False),
    ],
)
def test_nobody_gives_a_role_they_do_not_stand_above(giver: Role | None, role: Role, *, may: bool) -> None:
    if may:
        roles.check_may_give(giver, role)
    else:
        with pytest.raises(NotAllowed):
            roles.check_may_give(giver, role)


def test_an_unknown_role_is_refused() -> None:
    with pytest.raises(Invalid):
        roles.read("admin")
