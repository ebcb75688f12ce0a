"""Channel point rewards and what was redeemed, as they are kept and as they are written."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from entourage.simulators.twitch.wire import moment, nano

Status = Literal["UNFULFILLED", "FULFILLED", "CANCELED"]

_PICTURES = {f"url_{one}x": f"https://static-cdn.jtvnw.net/custom-reward-images/default-{one}.png" for one in (1, 2, 4)}


@dataclass(slots=True)
class Reward:
    """A reward; `client_id` made it and alone may change it (empty for one made in the dashboard). None is no limit."""

    id: str
    title: str
    cost: int
    client_id: str = ""
    prompt: str = ""
    color: str = "#9147FF"
    enabled: bool = True
    paused: bool = False
    input_required: bool = False
    skip_queue: bool = False
    per_stream: int | None = None
    per_user: int | None = None
    cooldown_s: int | None = None
    redeemed_in_stream: int = 0
    redeemed_by: dict[str, int] = field(default_factory=dict)
    redeemed_at: datetime | None = None

    def cool_at(self, now: datetime) -> datetime | None:
        """Return when it can be redeemed again, None for now."""
        if self.cooldown_s is None or self.redeemed_at is None:
            return None
        until = self.redeemed_at + timedelta(seconds=self.cooldown_s)
        return until if until > now else None

    def in_stock(self) -> bool:
        """Say whether this stream has some left."""
        return self.per_stream is None or self.redeemed_in_stream < self.per_stream

    def helix(self, broadcaster: dict[str, str], now: datetime) -> dict[str, Any]:
        """Write it as Helix does; `broadcaster` holds the three broadcaster fields."""
        cool = self.cool_at(now)
        return {
            **broadcaster,
            **self._shared(cool),
            "max_per_stream_setting": {"is_enabled": self.per_stream is not None, "max_per_stream": self.per_stream or 0},
            "max_per_user_per_stream_setting": {"is_enabled": self.per_user is not None, "max_per_user_per_stream": self.per_user or 0},
            "global_cooldown_setting": {"is_enabled": self.cooldown_s is not None, "global_cooldown_seconds": self.cooldown_s or 0},
        }

    def event(self, broadcaster: dict[str, str], now: datetime) -> dict[str, Any]:
        """Write it as EventSub does."""
        return {
            **broadcaster,
            **self._shared(self.cool_at(now)),
            "max_per_stream": {"is_enabled": self.per_stream is not None, "value": self.per_stream or 0},
            "max_per_user_per_stream": {"is_enabled": self.per_user is not None, "value": self.per_user or 0},
            "global_cooldown": {"is_enabled": self.cooldown_s is not None, "seconds": self.cooldown_s or 0},
        }

    def short(self) -> dict[str, Any]:
        """Write it as a redemption does."""
        return {"id": self.id, "title": self.title, "prompt": self.prompt, "cost": self.cost}

    def _shared(self, cool: datetime | None) -> dict[str, Any]:
        return {
            "id": self.id,
            "title": self.title,
            "prompt": self.prompt,
            "cost": self.cost,
            "background_color": self.color,
            "image": None,
            "default_image": _PICTURES,
            "is_enabled": self.enabled,
            "is_paused": self.paused,
            "is_in_stock": self.in_stock(),
            "is_user_input_required": self.input_required,
            "should_redemptions_skip_request_queue": self.skip_queue,
            "redemptions_redeemed_current_stream": self.redeemed_in_stream or None,
            "cooldown_expires_at": moment(cool) if cool else None,
        }


@dataclass(slots=True)
class Redemption:
    """Points that somebody spent; `reward` says what it was at that moment."""

    id: str
    reward_id: str
    reward: dict[str, Any]
    user_id: str
    said: str
    at: datetime
    status: Status = "UNFULFILLED"

    def helix(self, people: dict[str, str]) -> dict[str, Any]:
        """Write it as Helix does; `people` holds the fields of broadcaster and user."""
        return {
            **people,
            "id": self.id,
            "user_input": self.said,
            "status": self.status,
            "redeemed_at": moment(self.at),
            "reward": self.reward,
        }

    def event(self, people: dict[str, str]) -> dict[str, Any]:
        """Write it as EventSub does: the status in small letters, nanoseconds in the moment."""
        return {
            **people,
            "id": self.id,
            "user_input": self.said,
            "status": self.status.lower(),
            "redeemed_at": nano(self.at),
            "reward": self.reward,
        }
