"""The buttons of the panel that make fans and the creator do something."""

from entourage.simulators.buttons import Said
from entourage.simulators.fanvue.crowd import Guest
from entourage.simulators.fanvue.hindrance import Hindrance
from entourage.simulators.fanvue.scene import Button, Scene


def _write(scene: Scene) -> Said:
    scene.fanvue.post.receive(scene.bond, scene.press.text or "hey")
    return scene.said("wrote")


def _burst(scene: Scene) -> Said:
    guest = Guest(scene.bond, scene.press.temper, scene.press.tongue)
    scene.crowd.guests[scene.bond.fan.id] = guest
    said = scene.crowd.burst(guest)
    scene.crowd.catch_up()
    return scene.said("bursting", count=len(said))


def _read(scene: Scene) -> Said:
    return scene.said("read", count=len(scene.fanvue.post.read_by_fan(scene.bond)))


def _come(scene: Scene) -> Said:
    scene.fanvue.deeds.come(scene.bond)
    return scene.said("online")


def _follow(scene: Scene) -> Said:
    scene.fanvue.deeds.follow(scene.bond)
    return scene.said("followed")


def _subscribe(scene: Scene) -> Said:
    scene.fanvue.deeds.subscribe(scene.bond)
    return scene.said("subscribed")


def _renew(scene: Scene) -> Said:
    scene.fanvue.deeds.renew(scene.bond)
    return scene.said("renewed")


def _cancel(scene: Scene) -> Said:
    scene.fanvue.deeds.cancel(scene.bond)
    return scene.said("cancelled")


def _lapse(scene: Scene) -> Said:
    scene.fanvue.deeds.lapse(scene.bond)
    return scene.said("lapsed")


def _tip(scene: Scene) -> Said:
    scene.fanvue.deeds.tip(scene.bond, scene.press.count, scene.press.text)
    return scene.said("tipped")


def _buy(scene: Scene) -> Said:
    return scene.said("bought", count=scene.fanvue.deeds.buy(scene.bond).gross)


def _refund(scene: Scene) -> Said:
    return scene.said("refunded", count=-scene.fanvue.deeds.refund(scene.bond).gross)


def _block(scene: Scene) -> Said:
    scene.fanvue.deeds.block(scene.bond)
    return scene.said("blocked")


def _unblock(scene: Scene) -> Said:
    scene.fanvue.deeds.unblock(scene.bond)
    return scene.said("unblocked")


def _leave(scene: Scene) -> Said:
    scene.fanvue.deeds.leave(scene.bond)
    return scene.said("left")


def _hand(scene: Scene) -> Said:
    if not scene.bond.reachable:
        raise Hindrance(code="unreachable", who=scene.bond.fan.name)
    if scene.press.act == "automatic":
        scene.fanvue.post.by_hand(scene.bond, scene.press.text or "Welcome!", by="platform", kind="AUTOMATED_NEW_FOLLOWER")
        return scene.said("automatic")
    scene.fanvue.post.by_hand(scene.bond, scene.press.text or "It is me.")
    return scene.said("by_hand")


def _mute(scene: Scene) -> Said:
    scene.bond.muted = scene.press.act == "mute"
    return scene.said("muted" if scene.bond.muted else "unmuted")


def _invite(scene: Scene) -> Said:
    return scene.said("invited", count=len(scene.crowd.invite(min(scene.press.count, 200))))


def _going(scene: Scene) -> Said:
    scene.crowd.going = scene.press.act == "go"
    return scene.said("going" if scene.crowd.going else "hushed")


def _disconnect(scene: Scene) -> Said:
    if not scene.fanvue.tokens.disconnect(scene.bond.creator.id):
        raise Hindrance(code="no_consent", who=scene.bond.creator.name)
    return scene.said("disconnected")


BUTTONS: dict[str, Button] = {
    "write": _write,
    "burst": _burst,
    "read": _read,
    "come": _come,
    "follow": _follow,
    "subscribe": _subscribe,
    "renew": _renew,
    "cancel": _cancel,
    "lapse": _lapse,
    "tip": _tip,
    "buy": _buy,
    "refund": _refund,
    "block": _block,
    "unblock": _unblock,
    "leave": _leave,
    "hand": _hand,
    "automatic": _hand,
    "mute": _mute,
    "unmute": _mute,
    "invite": _invite,
    "hush": _going,
    "go": _going,
    "disconnect": _disconnect,
}
