"""All waits of the TikTok feed in one place, so that a test or a demo can live faster."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """All waits, in seconds."""

    poll_s: float = 60.0
    """Between two looks at the page of a creator who is offline (give or take a fifth)."""
    not_found_s: float = 300.0
    refused_s: float = 600.0
    limited_s: float = 60.0
    """After a rate limit that did not say how long."""
    shortest_s: float = 1.0
    longest_s: float = 60.0
    """The bounds of the waits between reconnects."""
    steady_s: float = 60.0
    """A line that has held for so long starts the reconnects' waits from the beginning."""
    silence_s: float = 60.0
    """A line on which nothing at all comes for so long is dead."""
    drain_s: float = 3.0
    """How long to listen on after the stream's end: the last gifts come late."""
    heartbeat_s: float = 5.0
    goodbye_s: float = 2.0
