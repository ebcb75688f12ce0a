"""There is no session, only a creator's session.

`inside(db, creator_id)` opens one transaction that sees and writes rows of that creator only: ORM statements get the
filter here, new rows get the creator here, and on PostgreSQL forced row-level security repeats it in the database.
`everywhere(db, reason)` is the one way across creators; a house test counts its callers.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, nullcontext
from typing import Any, TypeVar

from sqlalchemy import Connection, event, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction, with_loader_criteria

from entourage.kernel.db import Database
from entourage.kernel.errors import NotAllowed
from entourage.kernel.tables import Owned

T = TypeVar("T")
_SCOPE = text("SELECT set_config('entourage.creator_id', :creator, true), set_config('entourage.everywhere', :everywhere, true)")


class CreatorSession(AsyncSession):
    """One transaction of one creator (`creator_id`), or of the whole house (`creator_id` is None)."""

    creator_id: int | None = None

    @property
    def creator(self) -> int:
        """The creator's id; raises NotAllowed in a session of the whole house."""
        if self.creator_id is None:
            msg = "This needs a creator."
            raise NotAllowed(msg)
        return self.creator_id

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self.get_bind().dialect.name

    def after_commit(self, call: Callable[[], None]) -> None:
        """Run `call` once the transaction is durable; not at all when it fails."""
        self.info.setdefault("after_commit", []).append(call)


@asynccontextmanager
async def inside(db: Database, creator_id: int, *, write: bool = False) -> AsyncIterator[CreatorSession]:
    """Open a creator's transaction; it commits when the block ends well and rolls back when it does not."""
    async with _open(db, creator_id, write=write) as session:
        yield session


@asynccontextmanager
async def everywhere(db: Database, reason: str, *, write: bool = False) -> AsyncIterator[CreatorSession]:
    """Open a transaction over all creators, for the reason given: signing in, job claims, house administration."""
    if not reason:
        msg = "Crossing creators needs a reason."
        raise ValueError(msg)
    async with _open(db, None, write=write) as session:
        yield session


async def batch_inside(db: Database, creator_id: int, work: Callable[[Connection], T]) -> T:
    """Run `work` in one of the database's batch transactions, scoped to a creator.

    On PostgreSQL row-level security holds; on both engines `work` names the creator in its statements.
    """
    return (await batch_of_each(db, {creator_id: work}))[creator_id]


async def batch_of_each(db: Database, works: Mapping[int, Callable[[Connection], T]]) -> dict[int, T]:
    """Run the work of several creators in one batch transaction, each scoped to its creator; all of it commits or none."""

    def scoped(connection: Connection) -> dict[int, T]:
        done = {}
        for creator_id, work in works.items():
            if db.dialect == "postgresql":
                connection.execute(_SCOPE, {"creator": str(creator_id), "everywhere": "off"})
            done[creator_id] = work(connection)
        return done

    return await db.write_batch(scoped)


@asynccontextmanager
async def _open(db: Database, creator_id: int | None, *, write: bool) -> AsyncIterator[CreatorSession]:
    session = CreatorSession(
        bind=db.writer if write else db.reader, expire_on_commit=False, info={"creator_id": creator_id}, sync_session_class=_Scoped
    )
    session.creator_id = creator_id
    async with session:
        async with db.turn() if write else nullcontext(), session.begin():
            if db.dialect == "postgresql":
                scope = {"creator": str(creator_id or ""), "everywhere": "on" if creator_id is None else "off"}
                await session.execute(_SCOPE, scope)
            yield session
        for call in session.info.pop("after_commit", ()):
            call()


class _Scoped(Session):
    """The synchronous half, on which the scoping hooks hang."""


@event.listens_for(_Scoped, "do_orm_execute")
def _filter(state: ORMExecuteState) -> None:
    creator_id = state.session.info.get("creator_id")
    if creator_id is None or state.is_column_load or state.is_relationship_load:
        return
    if state.is_select or state.is_update or state.is_delete:
        state.statement = state.statement.options(
            with_loader_criteria(Owned, lambda cls: cls.creator_id == creator_id, include_aliases=True)
        )


@event.listens_for(_Scoped, "before_flush")
def _stamp(session: Session, _: UOWTransaction, __: Any) -> None:  # noqa: ANN401
    creator_id = session.info.get("creator_id")
    if creator_id is None:
        return
    for row in (*session.new, *session.dirty, *session.deleted):
        if not isinstance(row, Owned):
            continue
        if row.creator_id is None:
            row.creator_id = creator_id
        elif row.creator_id != creator_id:
            msg = "This belongs to another creator."
            raise NotAllowed(msg)
