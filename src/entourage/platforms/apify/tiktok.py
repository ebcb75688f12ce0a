"""The actor that reads TikTok (clockworks~tiktok-scraper): what it is asked, and what its items mean."""

import re
from collections.abc import Sequence
from typing import Any

from entourage.platforms.apify import reader
from entourage.platforms.apify.shapes import Item
from entourage.ports.views import Outcome, Platform, Reading, Wanted

_ID = re.compile(r"/(?:video|photo|v|embed(?:/v2)?)/(\d+)")
_ID_IN_QUERY = re.compile(r"[?&](?:item_id|share_item_id)=(\d+)")
_OUTCOMES: dict[str, Outcome] = {
    "POST_NOT_FOUND_OR_PRIVATE": "not_found",
    "POST_NOT_FOUND": "not_found",
    "VIDEO_NOT_FOUND": "not_found",
    "NOT_FOUND": "not_found",
    "POST_PRIVATE": "private",
    "PROFILE_PRIVATE": "private",
    "POST_SENSITIVE": "sensitive",
    "REGION_LOCKED": "region",
    "POST_REGION_LOCKED": "region",
    "INVALID_URLS": "invalid",
    "INVALID_URL": "invalid",
    "BLOCKED": "blocked",
    "TIMEOUT": "timeout",
    "PROFILE_EMPTY": "missing",
}
METRIC = "playCount"


class TikTok:
    """What clockworks~tiktok-scraper speaks."""

    name = "apify_tiktok"
    platform: Platform = "tiktok"

    def address(self, wanted: Wanted) -> str:
        """Return the address; it cannot read those with /photo/, and finds the same under /video/."""
        return wanted.url.replace("/photo/", "/video/")

    def ask(self, wanted: Sequence[Wanted]) -> dict[str, Any]:
        """Ask for single videos, and for nothing that costs extra."""
        return {
            "postURLs": [self.address(one) for one in wanted],
            "resultsPerPage": 1,
            "excludePinnedPosts": False,
            "scrapeRelatedVideos": False,
            "shouldDownloadVideos": False,
            "shouldDownloadCovers": False,
            "shouldDownloadSubtitles": False,
            "shouldDownloadSlideshowImages": False,
            "shouldDownloadAvatars": False,
            "shouldDownloadMusicCovers": False,
            "commentsPerPost": 0,
            "proxyCountryCode": "None",
        }

    def key(self, item: Item) -> str:
        """Return the video's id: its own, or the one in the address that was asked for."""
        if (own := item.get("id")) and not item.get("error"):
            return str(own)
        for name in ("submittedVideoUrl", "url", "webVideoUrl", "input"):
            address = str(item.get(name) or "")
            if found := _ID.search(address) or _ID_IN_QUERY.search(address):
                return found[1]
        return ""

    def read(self, item: Item, video_id: str) -> Reading:
        """Say what an item means; at times `error` itself holds the code."""
        if wrong := item.get("errorCode") or item.get("error"):
            code = str(wrong).strip().upper().replace(" ", "_")
            said = reader.text(item.get("error")) or code
            return reader.failed(self.platform, video_id, item, _OUTCOMES.get(code, _guessed(code)), f"{code}: {said}")
        counts = reader.Counts(
            metric=METRIC, views=reader.whole(item.get("playCount")), likes=reader.whole(item.get("diggCount")),
            comments=reader.whole(item.get("commentCount")), shares=reader.whole(item.get("shareCount")),
            author=reader.text(reader.part(item, "authorMeta").get("name")), title=reader.text(item.get("text")),
            posted_at=reader.moment(item.get("createTime")) or reader.moment(item.get("createTimeISO")),
            duration_s=reader.seconds(reader.part(item, "videoMeta").get("duration")),
        )  # fmt: skip
        return reader.counted(self.platform, video_id, item, counts)


def _guessed(code: str) -> Outcome:
    """Say what a code means that nobody wrote down; the list that we know is not complete."""
    if "PRIVATE" in code and "NOT_FOUND" not in code:
        return "private"
    if "NOT_FOUND" in code or "UNAVAILABLE" in code or "DELETED" in code:
        return "not_found"
    return "blocked" if "BLOCK" in code or "CAPTCHA" in code else "timeout" if "TIMEOUT" in code else "error"
