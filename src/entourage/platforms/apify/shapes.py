"""What Apify's REST API says, as far as we read it."""

from datetime import datetime
from typing import Any

import msgspec


class Run(msgspec.Struct, rename="camel"):
    """A run of an actor; `usage_total_usd` may still grow for a while after the end."""

    id: str
    status: str
    status_message: str | None = None
    default_dataset_id: str = ""
    usage_total_usd: float | None = None


class OfRun(msgspec.Struct):
    """A run in its envelope."""

    data: Run


class Begun(msgspec.Struct, rename="camel"):
    """A run in a list of runs, and where its input lies."""

    id: str
    started_at: datetime
    default_key_value_store_id: str = ""


class Page(msgspec.Struct):
    """A page of runs."""

    items: list[Begun] = []


class OfPage(msgspec.Struct):
    """A page in its envelope."""

    data: Page


class Plan(msgspec.Struct, rename="camel"):
    """What somebody has booked."""

    id: str = ""
    monthly_usage_credits_usd: float | None = None


class Person(msgspec.Struct, rename="camel"):
    """Whose key it is."""

    username: str = ""
    plan: Plan = msgspec.field(default_factory=Plan)


class OfPerson(msgspec.Struct):
    """A person in an envelope."""

    data: Person


class Current(msgspec.Struct, rename="camel"):
    """What was used in this cycle."""

    monthly_usage_usd: float = 0.0


class Limit(msgspec.Struct, rename="camel"):
    """What may be used in this cycle."""

    max_monthly_usage_usd: float | None = None


class Limits(msgspec.Struct, rename="camel"):
    """How a month stands."""

    current: Current = msgspec.field(default_factory=Current)
    limits: Limit = msgspec.field(default_factory=Limit)


class OfLimits(msgspec.Struct):
    """Limits in their envelope."""

    data: Limits


class Wrong(msgspec.Struct):
    """Why something was refused."""

    type: str = ""
    message: str = ""


class OfWrong(msgspec.Struct):
    """A refusal in its envelope."""

    error: Wrong


Item = dict[str, Any]
"""An item of a dataset; each actor has its own."""
