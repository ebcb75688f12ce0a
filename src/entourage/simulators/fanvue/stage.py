"""What the buttons of the panel do, and how things stand: one fake Fanvue with a creator in the middle."""

from collections import Counter
from collections.abc import Awaitable
from typing import Any

from entourage.simulators.buttons import Said
from entourage.simulators.fanvue import by_people, trouble
from entourage.simulators.fanvue.crowd import Crowd
from entourage.simulators.fanvue.fake import FakeFanvue
from entourage.simulators.fanvue.press import Press
from entourage.simulators.fanvue.scene import Scene
from entourage.simulators.fanvue.wire import moment, stamp
from entourage.simulators.fanvue.world import Account, Bond

_SHOWN = 30
BUTTONS = by_people.BUTTONS | trouble.BUTTONS


class Stage:
    """Presses buttons on a fake Fanvue; `host` is the handle of the creator that is meant when none is named."""

    def __init__(self, fanvue: FakeFanvue, host: str) -> None:
        """Put a creator on stage."""
        self.fanvue = fanvue
        self.host = host
        self.crowds: dict[str, Crowd] = {}

    def crowd(self, creator: Account) -> Crowd:
        """Return a creator's company, who are let in by the panel."""
        if creator.id not in self.crowds:
            self.crowds[creator.id] = Crowd(self.fanvue, creator, self.fanvue.seed)
        return self.crowds[creator.id]

    def catch_up(self) -> int:
        """Let all company do what is due."""
        return sum(one.catch_up() for one in self.crowds.values())

    async def press(self, press: Press) -> Said:
        """Do what a button says and tell what happened; raises Hindrance where Fanvue would not let anybody."""
        creator = self.fanvue.world.creator(press.creator or self.host)
        bond = self.fanvue.world.bond(creator, self.fanvue.world.account(press.who or "mira"))
        said = BUTTONS[press.act](Scene(self.fanvue, self.crowd(creator), bond, press))
        return await said if isinstance(said, Awaitable) else said

    def status(self, handle: str = "") -> dict[str, Any]:
        """Tell how a creator stands, newest things first."""
        self.catch_up()
        fanvue, world = self.fanvue, self.fanvue.world
        asked = world.find(handle)
        creator = asked if asked is not None and asked.creator else world.creator(self.host)
        bonds = sorted((one for one in world.of(creator.id) if one.last), key=lambda one: one.last.at if one.last else fanvue.time.now())
        answers: Counter[int] = Counter()
        for (_, _, status), number in fanvue.front.counts.items():
            answers[status] += number
        lines = sorted(((one.at, bond, one) for bond in bonds for one in bond.messages[-_SHOWN:]), key=lambda row: row[0])
        return {
            "creator": creator.handle,
            "creators": [one.handle for one in world.creators()[:100]],
            "connected": bool(fanvue.tokens.of(creator.id)),
            "fans": [self._fan(one) for one in bonds[: -_SHOWN - 1 : -1]],
            "unread": sum(one.unread for one in bonds),
            "lines": [
                {"who": bond.fan.handle, "text": one.text, "by": one.by if one.sender_id == creator.id else "fan", "at": stamp(one.at)}
                for _, bond, one in lines[: -_SHOWN - 1 : -1]
            ],
            "earned": sum(one.gross for one in world.till(creator.id).rows),
            "events": [{"kind": one.kind, "answers": one.answers} for one in list(fanvue.mailbag.deliveries)[: -_SHOWN - 1 : -1]],
            "held": len(fanvue.mailbag.held),
            "refreshed": fanvue.tokens.refreshed,
            "reused": fanvue.tokens.reused,
            "faults": fanvue.faults.seen(),
            "latency_ms": fanvue.front.latency_ms,
            "honoured": fanvue.keys.honoured,
            "answers": {str(status): number for status, number in sorted(answers.items())},
        }

    def written(self, handle: str = "") -> list[dict[str, Any]]:
        """Return everything that a creator's side ever wrote, oldest first: when, to whom, what, and whose hand."""
        world = self.fanvue.world
        creator = world.creator(handle or self.host)
        return [
            {"at": stamp(one.at), "who": world.accounts[one.fan_id].handle, "uuid": one.message_id, "text": one.text, "by": one.by}
            for one in world.written
            if one.creator_id == creator.id
        ]

    def counts(self) -> list[dict[str, Any]]:
        """Return how many requests there were, by verb, path and status."""
        return [
            {"verb": verb, "path": path, "status": status, "count": number}
            for (verb, path, status), number in sorted(self.fanvue.front.counts.items())
        ]

    def _fan(self, bond: Bond) -> dict[str, Any]:
        guest = self.crowds[bond.creator.id].guests.get(bond.fan.id) if bond.creator.id in self.crowds else None
        last = bond.last
        return {
            "who": bond.fan.handle,
            "temper": guest.temper if guest else "",
            "tongue": guest.tongue if guest else "",
            "unread": bond.unread,
            "reachable": bond.reachable,
            "at": moment(last.at if last else None),
        }
