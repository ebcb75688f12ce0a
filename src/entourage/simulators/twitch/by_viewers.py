"""The buttons of the panel that make viewers do something."""

from entourage.simulators.buttons import Said
from entourage.simulators.twitch.scene import Button, Scene

_MOST_GIFTS = 100


def _redeem(scene: Scene) -> Said:
    reward = scene.reward()
    made = scene.twitch.points.redeem(scene.channel, reward.id, scene.who, scene.press.text)
    return scene.said("redeemed", title=reward.title, cost=reward.cost, id=made.id)


def _subscribe(scene: Scene) -> Said:
    scene.twitch.deeds.subscribe(scene.channel, scene.who, scene.press.tier)
    return scene.said("subscribed")


def _resubscribe(scene: Scene) -> Said:
    press = scene.press
    scene.twitch.deeds.resubscribe(scene.channel, scene.who, press.tier, months=press.count, text=press.text)
    return scene.said("resubscribed")


def _unsubscribe(scene: Scene) -> Said:
    scene.twitch.deeds.unsubscribe(scene.channel, scene.who)
    return scene.said("unsubscribed")


def _gift(scene: Scene) -> Said:
    lucky = scene.twitch.deeds.gift(scene.channel, scene.anybody, min(scene.press.count, _MOST_GIFTS), scene.press.tier)
    return scene.said("gifted", count=len(lucky))


def _cheer(scene: Scene) -> Said:
    scene.twitch.deeds.cheer(scene.channel, scene.anybody, scene.press.count, scene.press.text)
    return scene.said("cheered")


def _follow(scene: Scene) -> Said:
    scene.twitch.deeds.follow(scene.channel, scene.who)
    return scene.said("followed")


def _raid(scene: Scene) -> Said:
    scene.twitch.deeds.raid(scene.channel, scene.who, scene.press.count)
    return scene.said("raided")


def _write(scene: Scene) -> Said:
    scene.twitch.deeds.say(scene.channel, scene.who, scene.press.text or "hello")
    return scene.said("wrote")


def _come(scene: Scene) -> Said:
    scene.twitch.deeds.come(scene.channel, scene.who)
    return scene.said("came")


def _go(scene: Scene) -> Said:
    scene.twitch.deeds.go(scene.channel, scene.who)
    return scene.said("went")


BUTTONS: dict[str, Button] = {
    "redeem": _redeem,
    "sub": _subscribe,
    "resub": _resubscribe,
    "unsub": _unsubscribe,
    "gift": _gift,
    "cheer": _cheer,
    "follow": _follow,
    "raid": _raid,
    "chat": _write,
    "come": _come,
    "go": _go,
}
