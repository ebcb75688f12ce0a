"""The actor that reads X (apidojo~twitter-scraper-lite): what it is asked, and what its items mean."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from entourage.platforms.apify import reader
from entourage.platforms.apify.shapes import Item
from entourage.ports.views import Platform, Reading, Wanted

_ID = re.compile(r"/status(?:es)?/(\d+)")
_WRITTEN = "%a %b %d %H:%M:%S %z %Y"
METRIC = "viewCount"


class X:
    """What apidojo~twitter-scraper-lite speaks; it says nothing at all of what it did not find."""

    name = "apify_x"
    platform: Platform = "x"

    def address(self, wanted: Wanted) -> str:
        """Return the address."""
        return wanted.url

    def ask(self, wanted: Sequence[Wanted]) -> dict[str, Any]:
        """Ask for single posts."""
        return {"startUrls": [self.address(one) for one in wanted], "maxItems": len(wanted)}

    def key(self, item: Item) -> str:
        """Return the post's id; made-up posts, with which such actors fill what they did not find, have none."""
        if item.get("type") not in {None, "tweet"}:
            return ""
        own = str(item.get("id") or "")
        if own.isascii() and own.isdigit():
            return own
        found = _ID.search(str(item.get("url") or item.get("twitterUrl") or ""))
        return found[1] if found else ""

    def read(self, item: Item, video_id: str) -> Reading:
        """Say what an item means."""
        if wrong := item.get("error"):
            return reader.failed(self.platform, video_id, item, "error", reader.text(wrong))
        counts = reader.Counts(
            metric=METRIC, views=reader.whole(item.get(METRIC)), likes=reader.whole(item.get("likeCount")),
            comments=reader.whole(item.get("replyCount")), shares=reader.whole(item.get("retweetCount")),
            author=reader.text(reader.part(item, "author").get("userName")), title=reader.text(item.get("text")),
            posted_at=_posted(item.get("createdAt")),
        )  # fmt: skip
        return reader.counted(self.platform, video_id, item, counts)


def _posted(value: object) -> datetime | None:
    """Read a moment as Twitter always wrote it, or as everybody else does."""
    if not isinstance(value, str):
        return None
    try:
        return datetime.strptime(value, _WRITTEN)  # noqa: DTZ007 - %z stands in it
    except ValueError:
        return reader.moment(value)
