"""The door that Fanvue calls (a `ports.hooks.Hook`): what is signed is stored with the job that acts on it, and then acknowledged.

One address serves all creators: whose it is stands in the body. An address may name a creator of the house too
(`?creatorId=`); then nobody else's is taken there, and 404 is all that a stranger learns. Without a name, what belongs to
no creator of ours is thanked for and dropped: Fanvue gives up an address that refuses too often, and somebody who has left
this house must not cost the others their events.
"""

import hashlib
from collections.abc import Mapping

import msgspec

from entourage.kernel import clock, log, metrics
from entourage.kernel.db import Database
from entourage.kernel.desk import Desk
from entourage.kernel.errors import NotFound, SignInNeeded
from entourage.kernel.parcel import Parcel
from entourage.platforms.fanvue import signature
from entourage.platforms.fanvue.apps import Apps
from entourage.platforms.fanvue.grant import SOURCE
from entourage.platforms.fanvue.roster import Roster
from entourage.platforms.fanvue.told import Heard, Puzzle, read
from entourage.ports.fans import AnyTold, Tested
from entourage.ports.hooks import Reply

_DONE = Reply(200)
_log = log.get(__name__)


class FanvueHook:
    """Answers Fanvue; what it tells becomes a delivery, and one job of kind `job` acts on all that came until it begins."""

    def __init__(self, db: Database, apps: Apps, job: str) -> None:
        """Take where the secrets are, and who acts on what was told."""
        self._apps = apps
        self._job = job
        self._desk = Desk(db)
        self._roster = Roster(db)

    async def receive(self, headers: Mapping[str, str], body: bytes, *, to: str = "") -> Reply:
        """Answer a call; what it told is stored by then. `to` is the creator whom the address names.

        Raises SignInNeeded for a call that is not Fanvue's, NotFound where it is for nobody here, and Unavailable so that
        Fanvue sends it again. Nothing is looked up for a call that is not signed.
        """
        try:
            form = signature.check(await self._apps.webhook_secrets(), headers.get(signature.HEADER, ""), body, clock.wall().timestamp())
        except signature.Forged as reason:
            metrics.DELIVERIES.add(SOURCE, "refused")
            _log.warning("fanvue.webhook_refused", why=str(reason))
            msg = "This was not signed by Fanvue for this house."
            raise SignInNeeded(msg) from None
        named = await self._roster.creator_named(to) if to else None
        if to and named is None:
            raise _nobody()
        if form == "trial":
            return await self._tried(named, body)
        heard = _read(body)
        if heard is None:
            return _DONE
        creator_id = await self._roster.creator_of(heard.told.owner_id)
        if creator_id is None:
            if to:
                raise _nobody()
            metrics.DELIVERIES.add(SOURCE, "stranger")
            return _DONE
        await self._store(creator_id, heard)
        return _DONE

    async def _tried(self, creator_id: int | None, body: bytes) -> Reply:
        """Note a call in the plain form: that something arrives, and nothing else, since it may be of any time; once a minute."""
        if creator_id is None:
            raise _nobody()
        told = Tested(owner_id=await self._roster.owner_of(creator_id), at=clock.now())
        await self._store(creator_id, Heard(f"trial:{hashlib.sha256(body).hexdigest()}:{int(clock.wall().timestamp()) // 60}", told))
        return _DONE

    async def _store(self, creator_id: int, heard: Heard) -> None:
        told: AnyTold = heard.told
        parcel = Parcel(
            creator_id=creator_id, source=SOURCE, message_id=heard.message_id, kind=str(told.__struct_config__.tag),
            payload=msgspec.to_builtins(told), job=self._job, lane=self._job, together="all",
        )  # fmt: skip
        await self._desk.take(parcel)


def _read(body: bytes) -> Heard | None:
    """Read what is signed; to have sent again what nobody understands would not help."""
    try:
        heard = read(body)
    except Puzzle as puzzle:
        metrics.DELIVERIES.add(SOURCE, "unknown")
        _log.info("fanvue.puzzle", name=puzzle.name)
        return None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        metrics.DELIVERIES.add(SOURCE, "unreadable")
        _log.error("fanvue.webhook_unreadable", why=str(error)[:200], bytes=len(body))
        return None
    if heard is None:
        metrics.DELIVERIES.add(SOURCE, "idle")
    return heard


def _nobody() -> NotFound:
    metrics.DELIVERIES.add(SOURCE, "stranger")
    msg = "There is nothing here."
    return NotFound(msg)
