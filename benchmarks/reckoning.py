"""What came of an evening of fan chats: each chat as the platform has it, against what the house believes."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, select

from benchmarks import ground
from benchmarks.chatting import Writer
from entourage.chats.tables import ChatFan, ChatReply
from entourage.kernel import tenancy
from entourage.simulators.fanvue.world import Message


@dataclass
class Sum:
    """Counts over all chats; `doubled` are answers with no message of the fan since the one before, `left` chats that wait."""

    chats: int = 0
    messages: int = 0
    answers: int = 0
    doubled: int = 0
    left: int = 0
    held: int = 0
    believed: int = 0
    states: dict[str, int] = field(default_factory=dict)
    waits_s: list[float] = field(default_factory=list)
    worst_of_creators_s: float = 0.0

    def story(self) -> str:
        """Tell the rest in a line."""
        states = ", ".join(f"{state} {count:,}" for state, count in sorted(self.states.items()))
        same = "as arrived" if self.believed == self.answers else f"but {self.answers:,} ARRIVED"
        return (
            f"replies: {states}; sent as the house believes {self.believed:,}, {same}; slowest creator p95 {self.worst_of_creators_s:.1f} s"
        )


async def count(address: str, writer: Writer) -> Sum:
    """Read every chat."""
    found, by_creator = Sum(messages=writer.messages), defaultdict[str, list[float]](list)
    async with ground.opened(address) as db, tenancy.everywhere(db, "a benchmark") as session:
        held = set(await session.scalars(select(ChatFan.fan_id).where(ChatFan.held_at.is_not(None))))
        rows = await session.execute(select(ChatReply.state, func.count()).group_by(ChatReply.state))
        found.states = {row[0]: row[1] for row in rows}
        found.believed = found.states.get("sent", 0)
    for bond in writer.bonds:
        if not bond.messages:
            continue
        found.chats += 1
        waits = _read(bond.messages, bond.fan.id, found)
        by_creator[bond.creator.id] += waits
        if bond.messages[-1].sender_id == bond.fan.id:
            found.held += bond.fan.id in held
            found.left += bond.fan.id not in held
    found.waits_s = sorted(wait for waits in by_creator.values() for wait in waits)
    found.worst_of_creators_s = max((sorted(waits)[int(0.95 * (len(waits) - 1))] for waits in by_creator.values() if waits), default=0.0)
    return found


def _read(messages: Sequence[Message], fan_id: str, found: Sum) -> list[float]:
    """Count the answers of one chat, in the order in which they stand; returns how long each let the fan wait, in seconds."""
    waits, asked = [], None
    for one in messages:
        if one.sender_id == fan_id:
            asked = one
            continue
        found.answers += 1
        if asked is None:
            found.doubled += 1
        else:
            waits.append((one.at - asked.at).total_seconds())
        asked = None
    return waits
