"""A parcel: something that a platform told us, on its way to be stored."""

from dataclasses import dataclass
from typing import Any

_ID_LONGEST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """Something to be stored for a creator, and the kind and lane of the job that acts on it (`{"delivery": id}`).

    With `together` one job acts on all that came until it begins (`deliveries.unhandled`): while a job of this kind waits for
    the creator under that name, no other is asked for.
    """

    creator_id: int
    source: str
    message_id: str
    kind: str
    payload: dict[str, Any]
    job: str
    lane: str | None = None
    together: str | None = None

    def __post_init__(self) -> None:
        """Refuse what no column could hold, before it joins others in one transaction."""
        if not 0 < len(self.message_id) <= _ID_LONGEST:
            msg = f"A message has no usable id ({len(self.message_id)} characters)."
            raise ValueError(msg)
