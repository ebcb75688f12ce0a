"""Members: which people help a creator, and as what; a creator always keeps an owner."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from entourage.kernel import clock
from entourage.kernel.accounts import remembered, roles
from entourage.kernel.accounts.roles import Role
from entourage.kernel.errors import Conflict, NotFound
from entourage.kernel.tables import Membership, User
from entourage.kernel.tenancy import CreatorSession


async def all_of(session: CreatorSession) -> Sequence[tuple[User, Membership]]:
    """Return the members of the session's creator, oldest first."""
    found = await session.execute(
        select(User, Membership)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.creator_id == session.creator)
        .order_by(Membership.created_at, User.id)
    )
    return [(user, membership) for user, membership in found]


async def add(session: CreatorSession, user_id: UUID, role: Role) -> Membership:
    """Let a user help the session's creator; raises Conflict when they do already."""
    if await session.get(Membership, (user_id, session.creator)) is not None:
        msg = "You belong to this creator's people already."
        raise Conflict(msg)
    membership = Membership(user_id=user_id, creator_id=session.creator, role=role, created_at=clock.now())
    session.add(membership)
    await session.flush()
    session.after_commit(lambda: remembered.forget_user(user_id))
    return membership


async def set_role(session: CreatorSession, user_id: UUID, role: Role, *, by: Role | None) -> Membership:
    """Change a member's role; raises NotAllowed (`by` does not stand above), Conflict (last owner) or NotFound."""
    membership = await _one(session, user_id)
    roles.check_may_give(by, roles.read(membership.role))
    roles.check_may_give(by, role)
    if membership.role == "owner" and role != "owner":
        await _check_another_owner(session, user_id)
    membership.role = role
    session.after_commit(lambda: remembered.forget_user(user_id))
    return membership


async def remove(session: CreatorSession, user_id: UUID, *, by: Role | None, myself: bool = False) -> Membership:
    """End a membership; anybody may end their own. Raises NotAllowed, Conflict (last owner) or NotFound."""
    membership = await _one(session, user_id)
    if not myself:
        roles.check_may_give(by, roles.read(membership.role))
    if membership.role == "owner":
        await _check_another_owner(session, user_id)
    await session.delete(membership)
    session.after_commit(lambda: remembered.forget_user(user_id))
    return membership


async def _one(session: CreatorSession, user_id: UUID) -> Membership:
    membership = await session.get(Membership, (user_id, session.creator))
    if membership is None:
        msg = "There is no such member."
        raise NotFound(msg)
    return membership


async def _check_another_owner(session: CreatorSession, user_id: UUID) -> None:
    # The lock lets two owners who remove one another at the same moment go one after the other.
    owners = await session.scalars(
        select(Membership.user_id)
        .where(Membership.creator_id == session.creator, Membership.role == "owner")
        .order_by(Membership.user_id)
        .with_for_update()
    )
    if not set(owners) - {user_id}:
        msg = "A creator needs an owner. Make somebody else an owner first."
        raise Conflict(msg)
