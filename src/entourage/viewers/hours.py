"""Hours of the week by a creator's clock. Rules: docs/rules/heatmap.md."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

CELLS = 168
QUARTER_MS = 900_000


class Week:
    """Maps moments to cells 0..167 (day * 24 + hour, Sunday first) in one zone.

    Every zone's offset is a multiple of a quarter of an hour, so each quarter has one cell and is worked out once.
    A repeated hour in autumn counts into the same cell twice, the skipped one in spring into none.
    """

    def __init__(self, zone: ZoneInfo) -> None:
        """Take the creator's zone."""
        self.zone = zone
        self._cells: dict[int, int] = {}

    def cell(self, at_ms: int) -> int:
        """Return the cell of a moment in milliseconds since 1970-01-01 UTC."""
        quarter = at_ms // QUARTER_MS
        cell = self._cells.get(quarter)
        if cell is None:
            if len(self._cells) > 10_000:  # noqa: PLR2004 - about a hundred days of quarters
                self._cells.clear()
            local = datetime.fromtimestamp(quarter * 900, UTC).astimezone(self.zone)
            cell = self._cells[quarter] = (local.isoweekday() % 7) * 24 + local.hour
        return cell


def zone(name: str | None) -> ZoneInfo:
    """Return the zone of a name, UTC for none and for one that this machine does not know."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def periods(at_ms: int, zone: ZoneInfo) -> tuple[str, str]:
    """Return the ISO week and the month of a moment by a creator's clock: 2026-W47 and 2026-11."""
    local = datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(zone)
    year, week, _ = local.isocalendar()
    return f"{year}-W{week:02}", f"{local.year}-{local.month:02}"
