"""The buttons of the panel for what a streamer does by hand: live and offline, badges, bans, rewards, the queue."""

from entourage.simulators.buttons import Said
from entourage.simulators.twitch.hindrance import Hindrance
from entourage.simulators.twitch.rewards import Reward
from entourage.simulators.twitch.scene import Button, Scene
from entourage.simulators.twitch.wire import uid

_TIMEOUT_S = 600


def _live(scene: Scene) -> Said:
    scene.twitch.deeds.go_live(scene.channel, scene.press.text)
    return scene.said("live")


def _offline(scene: Scene) -> Said:
    scene.twitch.deeds.go_offline(scene.channel)
    return scene.said("offline")


def _mod(scene: Scene) -> Said:
    return _if(scene, "modded", "moderator", done=scene.twitch.badges.mod(scene.channel, scene.who.id))


def _unmod(scene: Scene) -> Said:
    return _if(scene, "unmodded", "no_moderator", done=scene.twitch.badges.unmod(scene.channel, scene.who.id))


def _vip(scene: Scene) -> Said:
    outcome = scene.twitch.badges.give(scene.channel, scene.who.id, by="hand")
    return _if(scene, "given", outcome, done=outcome == "given")


def _unvip(scene: Scene) -> Said:
    outcome = scene.twitch.badges.take(scene.channel, scene.who.id, by="hand")
    return _if(scene, "taken", outcome, done=outcome == "taken")


def _fill(scene: Scene) -> Said:
    return scene.said("filled", count=scene.twitch.badges.fill(scene.channel))


def _empty(scene: Scene) -> Said:
    taken = [scene.twitch.badges.take(scene.channel, one, by="hand") for one in list(scene.channel.vips)]
    return scene.said("emptied", count=len(taken))


def _slots(scene: Scene) -> Said:
    scene.channel.slots = scene.press.count
    return scene.said("slots")


def _lock(scene: Scene) -> Said:
    scene.channel.unlocked = scene.press.act == "unlock"
    return scene.said(f"{scene.press.act}ed")


def _ban(scene: Scene) -> Said:
    scene.twitch.deeds.ban(scene.channel, scene.who, why=scene.press.text)
    return scene.said("banned")


def _time_out(scene: Scene) -> Said:
    seconds = scene.press.count if scene.press.count > 1 else _TIMEOUT_S
    scene.twitch.deeds.ban(scene.channel, scene.who, seconds=seconds, why=scene.press.text)
    return scene.said("timed_out", count=seconds)


def _unban(scene: Scene) -> Said:
    if scene.who.id in scene.channel.blocked:
        scene.channel.blocked.discard(scene.who.id)
    else:
        scene.twitch.deeds.unban(scene.channel, scene.who)
    return scene.said("unbanned")


def _block(scene: Scene) -> Said:
    scene.channel.blocked.add(scene.who.id)
    return scene.said("blocked")


def _make_reward(scene: Scene) -> Said:
    cost = scene.press.count if scene.press.count > 1 else 300
    made = scene.twitch.points.add(scene.channel, Reward(uid(), scene.press.text or "Hydrate!", cost))
    return scene.said("reward_made", title=made.title, id=made.id)


def _delete_reward(scene: Scene) -> Said:
    reward = scene.reward()
    scene.twitch.points.delete(scene.channel, reward)
    return scene.said("reward_deleted", title=reward.title)


def _settle(scene: Scene) -> Said:
    redemption = scene.waiting()
    scene.twitch.points.settle(scene.channel, redemption, "FULFILLED" if scene.press.act == "fulfil" else "CANCELED")
    person = scene.twitch.world.people.get(redemption.user_id)
    return scene.said("settled", who=person.login if person else redemption.user_id)


def _disconnect(scene: Scene) -> Said:
    ended = [scene.twitch.tokens.disconnect(client_id, scene.channel.id) for client_id in scene.twitch.clients.known]
    if not any(ended):
        raise Hindrance(code="no_consent", who=scene.channel.person.name)
    return scene.said("disconnected")


def _if(scene: Scene, code: str, why_not: str, *, done: bool) -> Said:
    if not done:
        raise Hindrance(code=why_not, who=scene.who.name)
    return scene.said(code)


BUTTONS: dict[str, Button] = {
    "live": _live,
    "offline": _offline,
    "mod": _mod,
    "unmod": _unmod,
    "vip": _vip,
    "unvip": _unvip,
    "fill": _fill,
    "empty": _empty,
    "slots": _slots,
    "lock": _lock,
    "unlock": _lock,
    "ban": _ban,
    "timeout": _time_out,
    "unban": _unban,
    "block": _block,
    "reward": _make_reward,
    "delete": _delete_reward,
    "fulfil": _settle,
    "refund": _settle,
    "disconnect": _disconnect,
}
