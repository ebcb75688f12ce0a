"""The five settings of the room (row A18)."""

from entourage.kernel import audit
from entourage.kernel.errors import Invalid
from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import memory, schemas
from entourage.viewers.tables import Choice

_SHORTEST, _LONGEST = 30, 86_400


async def read(session: CreatorSession) -> schemas.Config:
    """Return the settings, or their defaults."""
    row = await session.get(Choice, session.creator)
    if row is None:
        return schemas.Config()
    return schemas.Config(
        autoVipPromotion=row.auto_vip_promotion,
        birthdayReminder=row.birthday_reminder,
        autoFetchTikTokData=row.auto_fetch_tiktok_data,
        sessionTimeout=row.session_timeout,
        heatmapEnabled=row.heatmap_enabled,
    )


async def write(session: CreatorSession, config: schemas.Config, actor: str) -> schemas.Config:
    """Store the settings; raises Invalid for a timeout outside 30 seconds to a day."""
    if not _SHORTEST <= config.sessionTimeout <= _LONGEST:
        msg = f"sessionTimeout is in seconds, from {_SHORTEST} to {_LONGEST}."
        raise Invalid(msg, details={"sessionTimeout": msg})
    await memory.outdate(session)
    row = await session.get(Choice, session.creator)
    if row is None:
        row = Choice(creator_id=session.creator)
        session.add(row)
    row.auto_vip_promotion = config.autoVipPromotion
    row.birthday_reminder = config.birthdayReminder
    row.auto_fetch_tiktok_data = config.autoFetchTikTokData
    row.session_timeout = config.sessionTimeout
    row.heatmap_enabled = config.heatmapEnabled
    audit.record(session, "viewers.config.set", "viewers.config", actor=actor, meta=schemas.as_dict(config))
    return config
