"""Colours that people choose, made readable: the shade of a colour in which words stand out on both themes."""

from typing import Final

ENOUGH = 4.6
"""Contrast of words against what is behind them; WCAG asks for 4.5."""

_TINT = 0.15  # a badge's ground takes on so much of its colour (static/css/people.css)
_STEP = 0.04

Rgb = tuple[float, float, float]


def _rgb(colour: str) -> Rgb:
    return (int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16))


# Of each theme: the grounds that a badge stands on (static/css/tokens.css), the ink, and how much of it a colour takes on at least.
_THEMES: Final[dict[str, tuple[tuple[Rgb, ...], Rgb, float]]] = {
    "dark": ((_rgb("#0f1219"), _rgb("#161b26"), _rgb("#1d2432")), _rgb("#ffffff"), 0.28),
    "light": ((_rgb("#f4f5f9"), _rgb("#ffffff"), _rgb("#eceef5")), _rgb("#10131a"), 0.56),
}
THEMES = tuple(_THEMES)


def ink(colour: str, theme: str) -> str:
    """Return the shade (#rrggbb) of a colour (#rrggbb) that can be read on its own badge in a theme: dark or light."""
    own = _rgb(colour)
    grounds, full, share = _THEMES[theme]
    behind = [_mix(ground, own, _TINT) for ground in grounds]
    shade = _mix(own, full, share)
    while share < 1 and min(_contrast(shade, ground) for ground in behind) < ENOUGH:
        share = min(1.0, share + _STEP)
        shade = _mix(own, full, share)
    return "#" + "".join(f"{round(part):02x}" for part in shade)


def _mix(one: Rgb, other: Rgb, share: float) -> Rgb:
    red, green, blue = (a + (b - a) * share for a, b in zip(one, other, strict=True))
    return red, green, blue


def _contrast(one: Rgb, other: Rgb) -> float:
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Rgb) -> float:
    red, green, blue = (part / 255 / 12.92 if part <= 10.31475 else ((part / 255 + 0.055) / 1.055) ** 2.4 for part in colour)  # noqa: PLR2004
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
