"""Whatever colour somebody chooses for a tier, its name can be read on both themes."""

import pytest

from entourage.web import contrast

CHOSEN = [
    "#000000",
    "#ffffff",
    "#0f1219",
    "#ff0000",
    "#00ff00",
    "#0000ff",
    "#ffff00",
    "#8a94a8",
    "#cd7f32",
    "#e5e4e2",
    "#6a4be0",
    "#161b26",
    "#f4f5f9",
]
GROUNDS = {"dark": ("#0f1219", "#161b26", "#1d2432"), "light": ("#f4f5f9", "#ffffff", "#eceef5")}


def parts(colour: str) -> list[int]:
    return [int(colour[place : place + 2], 16) for place in (1, 3, 5)]


def luminance(colour: list[float] | list[int]) -> float:
    lin = [p / 255 / 12.92 if p / 255 <= 0.04045 else ((p / 255 + 0.055) / 1.055) ** 2.4 for p in colour]
    return 0.2126 * lin[0] + 0.7152 * lin[1] + 0.0722 * lin[2]


@pytest.mark.parametrize("theme", contrast.THEMES)
@pytest.mark.parametrize("colour", CHOSEN)
def test_a_name_stands_out_on_its_badge(colour: str, theme: str) -> None:
    shade = luminance(parts(contrast.ink(colour, theme)))
    for ground in GROUNDS[theme]:
        behind = luminance([0.85 * g + 0.15 * c for g, c in zip(parts(ground), parts(colour), strict=True)])
        assert (max(shade, behind) + 0.05) / (min(shade, behind) + 0.05) >= 4.5


def test_a_colour_that_is_readable_keeps_its_own_character() -> None:
    red, green, blue = parts(contrast.ink("#ffd700", "dark"))
    assert red > green > blue
