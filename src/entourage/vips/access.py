"""What the room knows of one person, for the file of all their own data (GDPR, article 15); what names a member of the team is left out."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from entourage.kernel.tables import AuditEntry
from entourage.kernel.tenancy import CreatorSession
from entourage.vips import kinds, schemas, shown
from entourage.vips.tables import PermanentVip, VipClaim, VipGrant

_TEAM = frozenset({"by", "ended_by", "id", "grant_id"})


async def of_person(session: CreatorSession, user_id: str) -> Mapping[str, Sequence[Mapping[str, object]]]:
    """Return what somebody asked for, their timed badges, one that is not ours, and what was done about them."""
    asked = await session.scalars(select(VipClaim).where(VipClaim.user_id == user_id).order_by(VipClaim.id))
    badges = await session.scalars(select(VipGrant).where(VipGrant.user_id == user_id).order_by(VipGrant.id))
    others = await session.scalars(select(PermanentVip).where(PermanentVip.user_id == user_id))
    about = AuditEntry.subject == kinds.about(user_id)
    done = await session.execute(select(AuditEntry.at, AuditEntry.action).where(about).order_by(AuditEntry.id))
    return {
        "badges_asked_for": [_record(shown.claim(one)) for one in asked],
        "badges": [_record(shown.grant(one)) for one in badges],
        "badges_not_given_here": [_record(shown.permanent(one)) for one in others],
        "done_about_badges": [{"at": at, "action": action} for at, action in done],
    }


def _record(row: schemas.ClaimRow | schemas.GrantRow | schemas.PermanentRow) -> Mapping[str, object]:
    return {name: value for name, value in schemas.as_dict(row).items() if name not in _TEAM}
