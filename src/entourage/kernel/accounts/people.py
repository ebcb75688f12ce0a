"""Users: who signs in, with which e-mail and password."""

import re
from typing import Literal, get_args
from uuid import UUID

from sqlalchemy import func, select, text

from entourage.kernel import clock, tenancy
from entourage.kernel.accounts import remembered
from entourage.kernel.accounts.passwords import Passwords
from entourage.kernel.db import Database
from entourage.kernel.errors import Conflict, Invalid, NotFound, SignInNeeded
from entourage.kernel.tables import User
from entourage.kernel.tenancy import CreatorSession

_EMAIL = re.compile(r"[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+")
_EMAIL_LONGEST = 254
NAME_LONGEST = 100
# Letters of any script and emoji; no control characters, and none that turn the direction of the text around them.
_NAME = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]+")
Theme = Literal["", "dark", "light"]
Language = Literal["", "en", "de"]


def read_email(typed: str) -> str:
    """Bring an e-mail address into the form it is kept in; raises Invalid."""
    email = typed.strip().lower()
    if len(email) > _EMAIL_LONGEST or not _EMAIL.fullmatch(email):
        msg = "This does not look like an e-mail address."
        raise Invalid(msg, details={"email": msg})
    return email


def read_name(typed: str, field: str = "name") -> str:
    """Trim a name; raises Invalid when nothing is left, it is too long, or it holds control characters."""
    name = typed.strip()
    if len(name) > NAME_LONGEST or not _NAME.fullmatch(name):
        msg = f"A name has 1 to {NAME_LONGEST} characters, without line breaks."
        raise Invalid(msg, details={field: msg})
    return name


async def find(session: CreatorSession, email: str) -> User | None:
    """Return the user with an e-mail address, or None."""
    return (await session.scalars(select(User).where(User.email == email.strip().lower()))).one_or_none()


async def get(session: CreatorSession, user_id: UUID) -> User:
    """Return a user; raises NotFound."""
    user = await session.get(User, user_id)
    if user is None:
        msg = "There is no such user."
        raise NotFound(msg)
    return user


async def has_owner(session: CreatorSession) -> bool:
    """Say whether the house has an owner yet."""
    return (await session.scalar(select(User.id).where(User.house_owner).limit(1))) is not None


async def check_has_no_owner(session: CreatorSession) -> None:
    """Raise Conflict when the house has an owner; until the transaction ends nobody else can pass here."""
    if session.dialect == "postgresql":
        await session.execute(text("SELECT pg_advisory_xact_lock(hashtext('entourage.first-owner'))"))
    if await has_owner(session):
        msg = "This house has an owner already. Sign in instead."
        raise Conflict(msg)


async def add(session: CreatorSession, *, email: str, name: str, password_hash: str | None, house_owner: bool = False) -> User:
    """Make a user; raises Conflict when the e-mail address is taken."""
    email = read_email(email)
    if await find(session, email) is not None:
        msg = "Somebody with this e-mail address is here already."
        raise Conflict(msg, details={"email": msg})
    user = User(email=email, name=read_name(name), password_hash=password_hash, house_owner=house_owner, created_at=clock.now())
    session.add(user)
    await session.flush()
    return user


async def edit(session: CreatorSession, user_id: UUID, **changes: str | None) -> User:
    """Change `name`, `language` or `theme` (None leaves it); raises Invalid."""
    user = await get(session, user_id)
    if (name := changes.get("name")) is not None:
        user.name = read_name(name)
    for field, known in (("language", get_args(Language)), ("theme", get_args(Theme))):
        if (value := changes.get(field)) is not None:
            if value not in known:
                msg = f"Choose one of {', '.join(k or 'nothing' for k in known)}."
                raise Invalid(msg, details={field: msg})
            setattr(user, field, value)
    session.after_commit(lambda: remembered.forget_user(user_id))
    return user


async def set_password(session: CreatorSession, user_id: UUID, password_hash: str) -> User:
    """Store a new password's hash; every session signed in with the old one ends."""
    user = await get(session, user_id)
    user.password_hash = password_hash
    session.after_commit(lambda: remembered.forget_user(user_id))
    return user


async def check_password(db: Database, passwords: Passwords, email: str, password: str) -> User:
    """Return the user whom e-mail and password belong to; raises SignInNeeded without saying which was wrong."""
    async with tenancy.everywhere(db, "somebody signs in") as session:
        user = await find(session, email)
    fits, stronger = await passwords.verify(password, user.password_hash if user else None)
    if user is None or not fits:
        msg = "E-mail and password do not match."
        raise SignInNeeded(msg)
    if stronger is not None:
        async with tenancy.everywhere(db, "a password gets a stronger hash", write=True) as session:
            user = await set_password(session, user.id, stronger)
    return user


async def count(session: CreatorSession) -> int:
    """Count the users of the house."""
    return int(await session.scalar(select(func.count()).select_from(User)) or 0)
