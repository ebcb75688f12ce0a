"""The buttons of the panel that break things, and the one that mends them."""

from entourage.simulators.buttons import Said
from entourage.simulators.fanvue.faults import Fault
from entourage.simulators.fanvue.hindrance import Hindrance
from entourage.simulators.fanvue.mailbag import Delivery, Mischief
from entourage.simulators.fanvue.scene import Button, Scene

_MOST_AGAIN = 50
_OLD_S = 600


def _fail(scene: Scene) -> Said:
    press = scene.press
    fault = Fault(press.way, press.status, press.path)
    scene.fanvue.faults.put(fault, times=press.times or None, seconds=press.minutes * 60 or None)
    return scene.said("failing")


def _slow(scene: Scene) -> Said:
    scene.fanvue.front.latency_ms = scene.press.latency_ms
    return scene.said("latency", count=scene.press.latency_ms)


def _limit(scene: Scene) -> Said:
    for client_id in scene.fanvue.clients.known:
        scene.fanvue.bucket.empty((client_id, scene.bond.creator.id))
    return scene.said("limited")


def _expire(scene: Scene) -> Said:
    return scene.said("expired", count=scene.fanvue.tokens.expire(scene.bond.creator.id))


def _heal(scene: Scene) -> Said:
    scene.fanvue.faults.heal()
    scene.fanvue.front.latency_ms = 0
    scene.fanvue.mailbag.mischief = Mischief()
    scene.fanvue.hub.with_text = True
    return scene.said("healed")


def _double(scene: Scene) -> Said:
    scene.fanvue.mailbag.mischief.double = scene.press.count
    return scene.said("doubling")


def _lose(scene: Scene) -> Said:
    scene.fanvue.mailbag.mischief.lose = scene.press.count
    return scene.said("losing")


def _hold(scene: Scene) -> Said:
    scene.fanvue.mailbag.mischief.hold = scene.press.count
    return scene.said("holding")


async def _release(scene: Scene) -> Said:
    scene.fanvue.mailbag.mischief.hold = 0
    return scene.said("released", count=await scene.fanvue.mailbag.release())


def _again(scene: Scene) -> Said:
    return scene.said("told_again", count=scene.fanvue.mailbag.again(min(scene.press.count, _MOST_AGAIN)))


async def _old(scene: Scene) -> Said:
    return scene.said("told_old", count=await scene.fanvue.mailbag.once(_last(scene), age_s=_OLD_S))


async def _forged(scene: Scene) -> Said:
    return scene.said("told_forged", count=await scene.fanvue.mailbag.once(_last(scene), secrets=("whsec_guessed",)))


def _honour(scene: Scene) -> Said:
    scene.fanvue.keys.honoured = scene.press.act == "honour"
    return scene.said("honoured" if scene.fanvue.keys.honoured else "ignored")


def _strip(scene: Scene) -> Said:
    scene.fanvue.hub.with_text = False
    return scene.said("stripped")


def _last(scene: Scene) -> Delivery:
    if not scene.fanvue.mailbag.deliveries:
        raise Hindrance(code="no_address")
    return scene.fanvue.mailbag.deliveries[-1]


BUTTONS: dict[str, Button] = {
    "fail": _fail,
    "latency": _slow,
    "limit": _limit,
    "expire": _expire,
    "heal": _heal,
    "double": _double,
    "lose": _lose,
    "hold": _hold,
    "release": _release,
    "again": _again,
    "old": _old,
    "forged": _forged,
    "honour": _honour,
    "ignore": _honour,
    "strip": _strip,
}
