"""What the jobs of the room work with: who counts views, who follows short links, and who tells screens."""

from dataclasses import dataclass

from entourage.clips.updates import Publisher
from entourage.ports.notices import Notices, Where
from entourage.ports.views import Counters, ShortLinks


@dataclass(frozen=True, slots=True)
class Desk:
    """What a job needs beside its own context."""

    counters: Counters
    links: ShortLinks
    publisher: Publisher
    notices: Notices | None = None
    discord: Where | None = None
