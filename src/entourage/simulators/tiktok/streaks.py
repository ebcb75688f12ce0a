"""How one gift becomes frames: running counts, the end frame that comes late, out of order, twice or never."""

import random
from typing import NamedTuple

from entourage.simulators.tiktok.acts import Gift, GiftKind, GiftType, Guest
from entourage.simulators.tiktok.people import chance

_SETTLES_MS = 3400
"""So long after the last tap TikTok sends the end frame of a streak."""


class Sent(NamedTuple):
    """A frame of a gift: when it was made and when it goes out, in milliseconds since the stream's start."""

    made_ms: int
    sent_ms: int
    act: Gift


def whole(dice: random.Random, who: Guest, kind: GiftKind, units: int, at_ms: int) -> list[Sent]:
    """Turn a gift of `units` pieces, begun at `at_ms`, into its frames in the order in which they are made.

    A streak always shows its highest running count in some frame that gets out; anything else may go wrong.
    """
    if kind.type is not GiftType.STREAK:
        group = at_ms if kind.type is GiftType.SINGLE and chance(dice, 0.3) else None
        return [Sent(at_ms, at_ms, Gift(who, kind, group_ms=group))]
    frames = _running(dice, who, kind, units, at_ms)
    frames.append(_ending(frames[-1]))
    return _garbled(dice, frames)


def _running(dice: random.Random, who: Guest, kind: GiftKind, units: int, at_ms: int) -> list[Sent]:
    frames: list[Sent] = []
    moment, reached = at_ms, 0
    stride = max(1, units // 25)
    while reached < units:
        added = min(units - reached, 1 if reached == 0 else dice.randint(1, 3) * stride)
        reached += added
        frames.append(Sent(moment, moment, Gift(who, kind, reached, added, group_ms=at_ms)))
        moment += dice.randint(250, 900)
    return frames


def _ending(last: Sent) -> Sent:
    moment = last.made_ms + _SETTLES_MS
    act = last.act
    return Sent(moment, moment, Gift(act.who, act.kind, act.repeat, 0, ended=True, group_ms=act.group_ms))


def _garbled(dice: random.Random, frames: list[Sent]) -> list[Sent]:
    fate = dice.random()
    if fate < 0.10:  # noqa: PLR2004 - the end frame never comes
        return frames[:-1]
    if fate < 0.18:  # noqa: PLR2004 - the end frame comes a minute late
        return [*frames[:-1], frames[-1]._replace(sent_ms=frames[-1].made_ms + dice.randint(30_000, 120_000))]
    if fate < 0.25 and len(frames) > 2:  # noqa: PLR2004 - two neighbours overtake one another
        spot = dice.randrange(len(frames) - 1)
        one, two = frames[spot], frames[spot + 1]
        return [
            *frames[:spot],
            one._replace(sent_ms=two.sent_ms + 1),
            two._replace(sent_ms=max(0, one.sent_ms - 1)),
            *frames[spot + 2 :],
        ]
    if fate < 0.30:  # noqa: PLR2004 - a frame comes twice, the second time at the end
        twin = dice.choice(frames)
        return [*frames, twin._replace(sent_ms=frames[-1].sent_ms + dice.randint(100, 4000))]
    return frames


def steady(who: Guest, kind: GiftKind, counts: tuple[int, ...], at_ms: int) -> list[Sent]:
    """Turn a streak with these running counts into frames that all arrive, in order, with an end frame."""
    frames: list[Sent] = []
    for number, (before, reached) in enumerate(zip((0, *counts), counts, strict=False)):
        moment = at_ms + number * 700
        frames.append(Sent(moment, moment, Gift(who, kind, reached, reached - before, group_ms=at_ms)))
    return [*frames, _ending(frames[-1])]
