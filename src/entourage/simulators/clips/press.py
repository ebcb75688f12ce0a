"""A press of one of the panel's buttons, and the sentences that come back."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from entourage.simulators.clips.curves import Kind
from entourage.simulators.clips.faults import End, Way
from entourage.simulators.clips.ids import Platform

VideoActs = Literal["post", "viral", "buy", "purge", "remove", "private", "sensitive", "region", "restore"]
TroubleActs = Literal["fail", "latency", "slow", "miss", "zeros", "strangers", "exact", "end", "spend", "bar", "units", "heal"]


class Press(Struct, frozen=True, forbid_unknown_fields=True):
    """One press, with what is set beside the button.

    `text` is the address or the id of a video; without one the newest is meant. `count` is a number of views, `percent` a share,
    `seconds` how long a run takes; `minutes` of 0 mean until mended, `times` of 0 any number of requests.
    """

    act: VideoActs | TroubleActs
    text: Annotated[str, Meta(max_length=500)] = ""
    platform: Platform = "tiktok"
    author: Annotated[str, Meta(max_length=40, pattern="^[A-Za-z0-9_.]*$")] = ""
    kind: Kind = "decay"
    count: Annotated[int, Meta(ge=1, le=100_000_000)] = 100_000
    percent: Annotated[int, Meta(ge=0, le=100)] = 20
    seconds: Annotated[float, Meta(ge=0, le=3600)] = 20.0
    way: Way = "status"
    status: Annotated[int, Meta(ge=400, le=599)] = 503
    path: Annotated[str, Meta(max_length=100)] = "*"
    times: Annotated[int, Meta(ge=0, le=10_000)] = 0
    minutes: Annotated[float, Meta(ge=0, le=1440)] = 0.0
    end: End = "FAILED"
    latency_ms: Annotated[int, Meta(ge=0, le=60_000)] = 0


SENTENCES = {
    "posted": "{who} posted: {url}",
    "viral": "The clip of {who} goes viral",
    "bought": "Somebody buys {count} views for the clip of {who}",
    "purged": "The platform takes views of {who} away",
    "removed": "The clip of {who} is gone",
    "private": "The clip of {who} is private",
    "sensitive": "The clip of {who} counts as sensitive",
    "region": "The clip of {who} is not shown everywhere",
    "restored": "The clip of {who} is there for everybody",
    "failing": "Requests fail",
    "latency": "Every answer takes {count} ms longer",
    "slow": "A run takes {count} seconds",
    "missing": "Runs leave out {count} of a hundred videos",
    "zeros": "Runs find no views for {count} of a hundred videos",
    "strangers": "Runs add {count} videos that nobody asked for",
    "exact": "Counts are told exactly",
    "ending": "The next run ends as {end}",
    "spent": "Apify's credit is used up",
    "barred": "Apify's key may not do anything",
    "units": "YouTube's units of today are used up",
    "healed": "Everything works again",
}
