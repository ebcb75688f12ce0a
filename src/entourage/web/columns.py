"""The columns of the list of viewers, and which of them each person wants to see."""

from typing import Final, Literal, get_args

import msgspec
from litestar import put
from litestar.params import JSONBody

from entourage.kernel import tenancy
from entourage.kernel.accounts import people
from entourage.kernel.errors import NotAllowed
from entourage.kernel.http import Actor, Db, Who, allowed
from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import schemas
from entourage.web.i18n import gettext as _

Key = Literal[
    "vip_tier", "tags", "total_coins_spent", "total_watchtime_seconds", "total_visits", "total_gifts_sent", "total_comments",
    "total_likes", "total_shares", "platform", "first_seen_at", "last_seen_at",
]  # fmt: skip

KEYS: Final[tuple[Key, ...]] = get_args(Key)
"""All columns there are, in their order, beside the viewer's own."""
USUAL: Final[tuple[Key, ...]] = (
    "vip_tier", "tags", "total_coins_spent", "total_watchtime_seconds", "total_visits", "total_gifts_sent", "total_comments",
    "last_seen_at",
)  # fmt: skip
NUMBERS: Final = frozenset(key for key in KEYS if key.startswith("total_"))
SORTED: Final = frozenset(get_args(schemas.Sort))


class Columns(msgspec.Struct, forbid_unknown_fields=True):
    """Columns of the list of viewers; an empty list stands for the usual ones."""

    columns: list[Key]


def names() -> dict[str, str]:
    """Return what the columns are called, in the reader's language."""
    return {
        "vip_tier": _("Tier"),
        "tags": _("Tags"),
        "total_coins_spent": _("Coins"),
        "total_watchtime_seconds": _("Watch time"),
        "total_visits": _("Visits"),
        "total_gifts_sent": _("Gifts"),
        "total_comments": _("Comments"),
        "total_likes": _("Likes"),
        "total_shares": _("Shares"),
        "platform": _("Platform"),
        "first_seen_at": _("First seen"),
        "last_seen_at": _("Last seen"),
        "tiktok_username": _("Name"),
    }


async def chosen(session: CreatorSession, actor: Actor) -> tuple[Key, ...]:
    """Return the columns that somebody wants to see."""
    if actor.kind != "user":
        return USUAL
    kept = set((await people.get(session, actor.id)).list_columns.split())
    return tuple(key for key in KEYS if key in kept) or USUAL


@put("/api/me/columns", guards=[allowed("viewers.read")], tags=["me"])
async def choose_columns(actor: Who, db: Db, data: JSONBody[Columns]) -> Columns:
    """Choose the columns of the list of viewers; they are remembered for the person, in every browser."""
    if actor.kind != "user":
        msg = "A key sees no list. Sign in for this."
        raise NotAllowed(msg)
    wanted = [key for key in KEYS if key in data.columns]
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        user = await people.get(session, actor.id)
        user.list_columns = " ".join(wanted)
    return Columns(wanted)
