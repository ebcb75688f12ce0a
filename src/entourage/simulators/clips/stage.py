"""What the buttons of the panel do, and how things stand in the make-believe internet of videos."""

import re
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from entourage.simulators.buttons import Said
from entourage.simulators.clips import cast, links
from entourage.simulators.clips.fake import FakeClips
from entourage.simulators.clips.faults import Fault, Mood
from entourage.simulators.clips.hindrance import Hindrance
from entourage.simulators.clips.ids import PLATFORMS
from entourage.simulators.clips.press import Press
from entourage.simulators.clips.video import Video
from entourage.simulators.clips.youtube import UNITS

_SHOWN = 40
_STRANGERS = 3
_MOST_STRANGERS = 50
_ID = re.compile(r"/(?:video|photo|reels?|p|shorts|status|tv)/([\w-]+)|[?&]v=([\w-]+)|^([\w-]+)$")


class Stage:
    """Presses buttons on a make-believe internet of videos."""

    def __init__(self, fake: FakeClips) -> None:
        """Put it on stage."""
        self.fake = fake
        self._usual = replace(fake.machines.mood, ends=deque())
        self._credits = {token: one.credit_usd for token, one in fake.apify.accounts.items()}

    def press(self, press: Press) -> Said:
        """Do what a button says and tell what happened; raises Hindrance."""
        if press.act in _TROUBLE:
            return _TROUBLE[press.act](self, press)
        if press.act == "post":
            author = press.author or cast.CLIPPERS[0]
            video = self.fake.world.post(press.platform, author=author, kind=press.kind)
            return Said("posted", {"who": video.author, "url": links.canonical(video)})
        video = self.video(press.text)
        _VIDEO[press.act](self, video, press)
        return Said(_SAID[press.act], {"who": video.author, "count": press.count})

    def video(self, asked: str) -> Video:
        """Return the video with this address or id, the newest if none is named; raises Hindrance."""
        world = self.fake.world
        if not asked.strip():
            if not world.videos:
                raise Hindrance(code="none_yet")
            return max(world.videos.values(), key=lambda one: one.posted_at)
        found = _ID.search(asked.strip())
        name = next((one for one in found.groups() if one), "") if found else ""
        video = next((one for platform in PLATFORMS if (one := world.videos.get((platform, name)))), None)
        if video is None and found is not None:
            video = next((one for platform in PLATFORMS if platform in asked and (one := world.find(platform, name))), None)
        if video is None:
            raise Hindrance(code="no_video", who=asked[:80])
        return video

    def status(self) -> dict[str, Any]:
        """Tell how everything stands, newest things first."""
        fake, now = self.fake, self.fake.time.now()
        fake.machines.settle()
        videos = sorted(fake.world.videos.values(), key=lambda one: one.posted_at)[: -_SHOWN - 1 : -1]
        answers: Counter[int] = Counter()
        for (_, _, status), number in fake.front.counts.items():
            answers[status] += number
        runs = deque(fake.machines.runs.values(), maxlen=_SHOWN)
        return {
            "videos": [
                {
                    "who": one.author, "title": one.title, "url": links.canonical(one), "platform": one.platform, "kind": one.kind,
                    "views": one.counts(now).views, "standing": one.standing(now),
                }
                for one in videos
            ],
            "many": len(fake.world.videos),
            "runs": [
                {"actor": one.actor.name, "status": fake.machines.status(one), "items": len(one.items or []), "cost": one.cost_usd}
                for one in reversed(runs)
            ],
            "spent": round(sum(one.used_usd for one in fake.apify.accounts.values()), 4),
            "units": sum(used for _, used in fake.youtube.used.values()),
            "faults": [*fake.faults.seen(), *_moods(fake.machines.mood, self._usual)],
            "latency_ms": fake.front.latency_ms,
            "answers": {str(status): number for status, number in sorted(answers.items())},
        }  # fmt: skip

    def heal(self) -> None:
        """Let everything work again."""
        self.fake.faults.heal()
        self.fake.front.latency_ms = 0
        self.fake.machines.mood = replace(self._usual, ends=deque())
        self.fake.youtube.units = UNITS
        for token, account in self.fake.apify.accounts.items():
            account.credit_usd, account.barred = max(self._credits.get(token, 0.0), account.used_usd + 5.0), False


def _moods(mood: Mood, usual: Mood) -> list[str]:
    """Say in which way the actors do worse than usual."""
    said = [f"{end}" for end, _ in mood.ends]
    if mood.run_s > usual.run_s:
        said.append(f"{mood.run_s:g} s")
    shares = (("missing", mood.missing, usual.missing), ("zeros", mood.zeros, usual.zeros))
    said += [f"{name} {share:.0%}" for name, share, before in shares if share > before]
    return [*said, f"+{mood.strangers}"] if mood.strangers else said


def _fail(stage: Stage, press: Press) -> Said:
    fault = Fault(press.way, press.status, press.path)
    stage.fake.faults.put(fault, times=press.times or None, seconds=press.minutes * 60 or None)
    return Said("failing", {})


def _latency(stage: Stage, press: Press) -> Said:
    stage.fake.front.latency_ms = press.latency_ms
    return Said("latency", {"count": press.latency_ms})


def _slow(stage: Stage, press: Press) -> Said:
    stage.fake.machines.mood.run_s = press.seconds
    return Said("slow", {"count": round(press.seconds)})


def _miss(stage: Stage, press: Press) -> Said:
    stage.fake.machines.mood.missing = press.percent / 100
    return Said("missing", {"count": press.percent})


def _zeros(stage: Stage, press: Press) -> Said:
    stage.fake.machines.mood.zeros = press.percent / 100
    return Said("zeros", {"count": press.percent})


def _strangers(stage: Stage, _: Press) -> Said:
    mood = stage.fake.machines.mood
    mood.strangers = min(_MOST_STRANGERS, mood.strangers + _STRANGERS)
    return Said("strangers", {"count": mood.strangers})


def _exact(stage: Stage, _: Press) -> Said:
    stage.fake.machines.mood.rounds = False
    return Said("exact", {})


def _end(stage: Stage, press: Press) -> Said:
    stage.fake.machines.mood.ends.append((press.end, "Ended by a button of the panel."))
    return Said("ending", {"end": press.end})


def _spend(stage: Stage, _: Press) -> Said:
    for account in stage.fake.apify.accounts.values():
        account.credit_usd = account.used_usd
    return Said("spent", {})


def _bar(stage: Stage, _: Press) -> Said:
    for account in stage.fake.apify.accounts.values():
        account.barred = True
    return Said("barred", {})


def _units(stage: Stage, _: Press) -> Said:
    stage.fake.youtube.units = 0
    return Said("units", {})


def _heal(stage: Stage, _: Press) -> Said:
    stage.heal()
    return Said("healed", {})


def _remove(stage: Stage, video: Video, _: Press) -> None:
    video.removed_at = stage.fake.time.now()


def _private(stage: Stage, video: Video, _: Press) -> None:
    video.private_at = stage.fake.time.now()


def _sensitive(_: Stage, video: Video, __: Press) -> None:
    video.sensitive = True


def _region(_: Stage, video: Video, __: Press) -> None:
    video.region = True


def _restore(_: Stage, video: Video, __: Press) -> None:
    video.removed_at = video.private_at = None
    video.sensitive = video.region = False


_SAID = {
    "viral": "viral", "buy": "bought", "purge": "purged", "remove": "removed", "private": "private", "sensitive": "sensitive",
    "region": "region", "restore": "restored",
}  # fmt: skip
_VIDEO: dict[str, Callable[[Stage, Video, Press], None]] = {
    "viral": lambda stage, video, press: stage.fake.world.go_viral(video, press.count),
    "buy": lambda stage, video, press: stage.fake.world.buy(video, press.count),
    "purge": lambda stage, video, press: stage.fake.world.purge(video, press.percent / 100),
    "remove": _remove,
    "private": _private,
    "sensitive": _sensitive,
    "region": _region,
    "restore": _restore,
}
_TROUBLE: dict[str, Callable[[Stage, Press], Said]] = {
    "fail": _fail, "latency": _latency, "slow": _slow, "miss": _miss, "zeros": _zeros, "strangers": _strangers, "exact": _exact,
    "end": _end, "spend": _spend, "bar": _bar, "units": _units, "heal": _heal,
}  # fmt: skip
BUTTONS = frozenset({"post", *_VIDEO, *_TROUBLE})
