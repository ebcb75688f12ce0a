"""The actor that reads Instagram (apify~instagram-scraper): what it is asked, and what its items mean."""

import re
from collections.abc import Sequence
from typing import Any

from entourage.platforms.apify import reader
from entourage.platforms.apify.shapes import Item
from entourage.ports.views import Outcome, Platform, Reading, Wanted

_CODE = re.compile(r"instagram\.com/(?:[\w.]+/)?(?:reels?|p|tv)/([\w-]+)")
_LENGTH = 11
_OUTCOMES: dict[str, Outcome] = {
    "not_found": "not_found",
    # Blocked or private: nobody can tell, so it may pass.
    "no_items": "blocked",
    "private": "private",
    "restricted_page": "sensitive",
}
METRIC = "videoPlayCount"
"""What Instagram itself shows; `videoViewCount` is another, far smaller number, and never taken for it."""


class Instagram:
    """What apify~instagram-scraper speaks."""

    name = "apify_instagram"
    platform: Platform = "instagram"

    def address(self, wanted: Wanted) -> str:
        """Return the address with /reel/: asked with /p/, the answer lacks `videoPlayCount`."""
        return f"https://www.instagram.com/reel/{wanted.video_id}/"

    def ask(self, wanted: Sequence[Wanted]) -> dict[str, Any]:
        """Ask for single posts."""
        return {"directUrls": [self.address(one) for one in wanted], "resultsType": "posts", "resultsLimit": 1, "addParentData": False}

    def key(self, item: Item) -> str:
        """Return the post's code; those of private posts go on behind the eleventh letter."""
        code = item.get("shortCode")
        if isinstance(code, str) and code:
            return code[:_LENGTH]
        for name in ("inputUrl", "url"):
            if found := _CODE.search(str(item.get(name) or "")):
                return found[1][:_LENGTH]
        return ""

    def read(self, item: Item, video_id: str) -> Reading:
        """Say what an item means."""
        if wrong := item.get("error"):
            code = str(wrong).strip().lower()
            said = reader.text(item.get("errorDescription")) or code
            return reader.failed(self.platform, video_id, item, _OUTCOMES.get(code, "error"), f"{code}: {said}")
        counts = reader.Counts(
            metric=METRIC, views=reader.whole(item.get(METRIC)), likes=reader.whole(item.get("likesCount")),
            comments=reader.whole(item.get("commentsCount")), author=reader.text(item.get("ownerUsername")),
            title=reader.text(item.get("caption")), posted_at=reader.moment(item.get("timestamp")),
            duration_s=reader.seconds(item.get("videoDuration")),
        )  # fmt: skip
        return reader.counted(self.platform, video_id, item, counts)
