"""Rehearsals of an overlay: scenes with made-up people, marked as such, that nothing but this overlay ever sees."""

from typing import Any, Literal

import msgspec

from entourage.kernel import clock, ids
from entourage.kernel.errors import Invalid
from entourage.viewers import alerts, picture
from entourage.web import pictures

Scene = Literal["gift", "streak", "bomb", "follow", "tier", "birthday", "arrival", "first", "sample"]
SCENES: dict[str, tuple[Scene, ...]] = {
    "alerts": ("gift", "streak", "bomb", "follow", "tier", "birthday"),
    "arrivals": ("arrival", "first"),
    "leaderboard": ("sample",),
    "goal": ("sample",),
    "heatmap": ("sample",),
}
_CAST = ("Mila ☀️", "Björn Käfer", "ゆき", "Tante Erna", "DJ Samir", "Zoë", "عمر", "Pixel Pia", "Night Owl", "Karlo")
_DAY_MS = 86_400_000


def play(kind: str, scene: Scene, options: picture.Options, colours: dict[str, str], zone: str) -> dict[str, Any]:
    """Return what an overlay of a kind is sent for a scene; raises Invalid for one that it cannot play."""
    if scene not in SCENES.get(kind, ()):
        msg = f"This overlay can rehearse: {', '.join(SCENES.get(kind, ()))}."
        raise Invalid(msg, details={"scene": msg})
    people = [_person(place, colours) for place in range(len(_CAST))]
    if kind == "alerts":
        return {"alerts": msgspec.to_builtins(_alerts(scene, people, colours))}
    if kind == "arrivals":
        first = scene == "first"
        before = None if first else clock.iso(clock.now_ms() - 5 * _DAY_MS)
        arrival = alerts.Arrival(_name(), people[1 if first else 0], 1 if first else 7, before, 0 if first else 1_240)
        card = pictures.card(arrival, options, zone)
        card.simulated = True
        return {"arrivals": msgspec.to_builtins([card])}
    return {**msgspec.to_builtins(_sample(kind, options, people, zone)), "simulated": True}


def _alerts(scene: Scene, people: list[picture.Person], colours: dict[str, str]) -> list[alerts.Alert]:
    if scene == "bomb":
        return [
            alerts.Alert(_name(), "gift", people[turn % len(people)], 1 + turn % 3, (1 + turn % 3) * 10, "Rosa", simulated=True)
            for turn in range(40)
        ]
    if scene == "gift":
        return [alerts.Alert(_name(), "gift", people[0], 1, 299, "Corgi", simulated=True)]
    if scene == "streak":
        return [alerts.Alert(_name(), "gift", people[4], 12, 12, "Rose", simulated=True)]
    someone = people[2 if scene == "follow" else 3]
    if scene == "tier":
        highest = list(colours)[-1]
        someone = msgspec.structs.replace(someone, tier=highest, tint=colours[highest])
    return [alerts.Alert(_name(), scene, someone, simulated=True)]


def _sample(kind: str, options: picture.Options, people: list[picture.Person], zone: str) -> dict[str, Any]:
    if kind == "leaderboard":
        unit = 1 if options.board == "coins" else 60
        return {"board": [picture.Place(rank, people[rank - 1], (4_000 // rank) * unit) for rank in range(1, options.places + 1)]}
    if kind == "goal":
        return {"goal": picture.Goal(options.counts, max(1, options.target * 7 // 10), options.target)}
    hour = 3_600_000
    start = clock.now_ms() // hour * hour
    if options.span == "week":
        cells = [[round(max(0, 6 - abs(at - 20)) / 6 * (1 if day in {0, 3, 5} else 0.4), 2) for at in range(24)] for day in range(7)]
        hours = picture.Hours("week", list(range(7)), cells)
    else:
        cells = [[round(((row * 12 + cell) * 37 % 11) / 11, 2) for cell in range(12)] for row in range(3)]
        hours = picture.Hours("tonight", [start - 2 * hour, start - hour, start], cells)
    return {"hours": hours, "rows": pictures.row_names(hours, options, zone)}


def _person(place: int, colours: dict[str, str]) -> picture.Person:
    tiers = list(colours)
    tier = tiers[place % len(tiers)] if tiers and place % 2 == 0 else None
    return picture.Person(_CAST[place], None, place * 7 % 12, tier, colours.get(tier or ""))


def _name() -> str:
    return f"test-{ids.token(6)}"
