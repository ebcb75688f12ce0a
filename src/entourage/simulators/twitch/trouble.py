"""The buttons of the panel that break things, and the one that mends them; minutes of 0 mean until mended."""

from entourage.simulators.buttons import Said
from entourage.simulators.twitch.faults import Fault
from entourage.simulators.twitch.scene import Button, Scene


def _seconds(scene: Scene) -> float | None:
    return scene.press.minutes * 60 or None


def _fail(scene: Scene) -> Said:
    press = scene.press
    scene.twitch.faults.put(Fault(press.way, press.status, press.path), seconds=_seconds(scene))
    return scene.said("failing")


def _mute(scene: Scene) -> Said:
    seconds = _seconds(scene)
    scene.twitch.faults.mute(seconds=seconds, times=0 if seconds else scene.press.count)
    return scene.said("muted")


def _refuse(scene: Scene) -> Said:
    scene.twitch.faults.shut_sockets(scene.press.status, seconds=_seconds(scene))
    return scene.said("refusing")


def _slow(scene: Scene) -> Said:
    scene.twitch.front.latency_ms = scene.press.latency_ms
    return scene.said("latency", count=scene.press.latency_ms)


def _heal(scene: Scene) -> Said:
    scene.twitch.faults.heal()
    scene.twitch.front.latency_ms = 0
    return scene.said("healed")


def _again(scene: Scene) -> Said:
    return scene.said("told_again", count=scene.twitch.hub.again(times=min(scene.press.count, 50)))


def _expire(scene: Scene) -> Said:
    return scene.said("expired", count=scene.twitch.tokens.expire(scene.channel.id))


def _spoil(scene: Scene) -> Said:
    scene.twitch.tokens.expire(scene.channel.id)
    return scene.said("spoiled", count=scene.twitch.tokens.spoil(scene.channel.id))


def _close(scene: Scene) -> Said:
    return scene.said("closed", count=scene.twitch.sessions.close(scene.press.code), code=scene.press.code)


def _cut(scene: Scene) -> Said:
    return scene.said("cut", count=scene.twitch.sessions.drop())


def _move(scene: Scene) -> Said:
    return scene.said("asked_to_move", count=scene.twitch.sessions.reconnect())


def _hush(scene: Scene) -> Said:
    return scene.said("hushed", count=scene.twitch.sessions.hush())


BUTTONS: dict[str, Button] = {
    "fail": _fail,
    "mute": _mute,
    "refuse": _refuse,
    "latency": _slow,
    "heal": _heal,
    "again": _again,
    "expire": _expire,
    "spoil": _spoil,
    "close": _close,
    "cut": _cut,
    "move": _move,
    "hush": _hush,
}
