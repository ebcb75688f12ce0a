"""What can be asked of viewers, said in words: the fields of a segment's conditions and how each is asked."""

from typing import Any

from entourage.viewers import segment
from entourage.web.i18n import gettext as _

PLATFORMS = {"tiktok": "TikTok", "twitch": "Twitch"}


def spoken(tiers: list[str]) -> dict[str, Any]:
    """Return all that the builder of conditions needs: fields with kind and name, the ways to ask of each kind, and choices."""
    names, units = _names(), _units()
    fields = [{"key": key, "kind": kind, "name": names[key], "unit": units.get(key, "")} for key, kind in segment.FIELDS.items()]
    ways = {kind: [{"key": op, "name": _ways(kind)[op]} for op in ops] for kind, ops in segment.OPS.items()}
    ways["yes_no"] = [{"key": "yes", "name": _("yes")}, {"key": "no", "name": _("no")}]
    return {"fields": fields, "ways": ways, "tiers": tiers, "platforms": PLATFORMS, "most": segment.MOST}


def _names() -> dict[str, str]:
    return {
        "coins": _("Gave"),
        "watch_hours": _("Watched"),
        "visits": _("Came"),
        "gifts": _("Sent gifts"),
        "comments": _("Wrote comments"),
        "likes": _("Liked"),
        "shares": _("Shared"),
        "last_seen_days": _("Last seen"),
        "first_seen_days": _("First seen"),
        "tier": _("Tier"),
        "tag": _("Tag"),
        "platform": _("Platform"),
        "favorite": _("Favorite"),
        "blocked": _("Blocked"),
        "moderator": _("Moderator"),
        "subscriber": _("Subscriber"),
        "follower": _("Follower"),
        "birthday": _("Birthday is known"),
    }


def _units() -> dict[str, str]:
    times = _("times")
    days = _("days")
    return {
        "coins": _("coins"), "watch_hours": _("hours"), "visits": times, "shares": times, "likes": times,
        "last_seen_days": days, "first_seen_days": days,
    }  # fmt: skip


def _ways(kind: segment.Kind) -> dict[str, str]:
    if kind == "number":
        return {"at_least": _("at least"), "at_most": _("at most")}
    if kind == "days":
        return {"at_most": _("within the last"), "at_least": _("not for")}
    if kind == "tier":
        return {"any": _("any"), "none": _("none"), "is": _("is"), "is_not": _("is not")}
    if kind == "tag":
        return {"is": _("has"), "is_not": _("does not have")}
    return {"is": _("is"), "is_not": _("is not")}
