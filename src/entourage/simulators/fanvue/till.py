"""What a creator earned: one row for each payment, refunds as rows of their own, amounts in cents."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Source = Literal["subscription", "renewal", "post", "message", "tip"]
_FEE_PERCENT = 20


@dataclass(frozen=True, slots=True)
class Earning:
    """One row; `message_id` says for which message it was paid, `refunds` which order it takes back."""

    order_id: str
    at: datetime
    source: Source
    gross: int
    fan_id: str
    message_id: str = ""
    refunds: str = ""

    @property
    def net(self) -> int:
        """What is left after Fanvue's share."""
        return self.gross - self.gross * _FEE_PERCENT // 100


@dataclass(slots=True)
class Till:
    """All rows of a creator, oldest first."""

    rows: list[Earning] = field(default_factory=list)

    def of(self, fan_id: str) -> list[Earning]:
        """Return the rows of one fan."""
        return [one for one in self.rows if one.fan_id == fan_id]

    def spent(self, fan_id: str) -> int:
        """Return what a fan paid in all, refunds taken off."""
        return sum(one.gross for one in self.of(fan_id))

    def order(self, order_id: str) -> Earning | None:
        """Return the payment of this order, if it was not taken back."""
        if any(one.refunds == order_id for one in self.rows):
            return None
        return next((one for one in self.rows if one.order_id == order_id), None)

    def last(self, fan_id: str) -> Earning | None:
        """Return a fan's last payment that was not taken back."""
        return next((one for one in reversed(self.of(fan_id)) if not one.refunds and self.order(one.order_id)), None)
