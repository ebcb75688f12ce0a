"""A page as everybody meets it: what axe-core says of it, whether it fits, in both lights, on a desk and in a hand."""

from collections.abc import Callable, Iterator

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

SIZES = {"wide": (1440, 900), "phone": (390, 844), "dock": (400, 620)}
"""What pages are looked at in: a desk, a hand, and a dock of OBS."""
_ALIKE = [["tbody > tr:nth-child(n+13)"], ["li:nth-child(n+13)"]]
"""What comes after the twelfth of a list looks like those before it: most of the time of axe-core goes into comparing it again."""
_ALL = {"resultTypes": ["violations"]}
_COLOURS = _ALL | {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}


def complaints(page: Page, place: str | None = None, *, colours: bool = False) -> list[str]:
    """Ask axe-core what is wrong where on a page or in a `place` of it; with `colours` only what another light can change."""
    where = {"include": [[place]], "exclude": _ALIKE} if place else {"exclude": _ALIKE}
    found = Axe().run(page, where, _COLOURS if colours else _ALL).response["violations"]
    return [f"{page.url} {one['impact']} {one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]]


def overflows(page: Page) -> bool:
    """Tell whether a page can be scrolled sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


def light(page: Page, theme: str) -> None:
    """Switch between dark and light as the button does, without keeping it."""
    page.evaluate("theme => { document.documentElement.dataset.bsTheme = theme; document.dispatchEvent(new CustomEvent('theme')); }", theme)


def around(page: Page, place: str | None = None, sizes: tuple[str, ...] = ("wide", "phone")) -> Iterator[tuple[str, list[str]]]:
    """Look at what is on a page in each size and in both lights: yields what it is seen in, and what is wrong with it.

    Size changes what stands where and light changes only colours, so each size is asked about everything once and about colours twice.
    """
    theme = str(page.evaluate("document.documentElement.dataset.bsTheme"))
    other = {"dark": "light", "light": "dark"}
    for size in sizes:
        width, height = SIZES[size]
        page.set_viewport_size({"width": width, "height": height})
        wrong = complaints(page, place)
        if overflows(page):
            wrong.append(f"{page.url} is wider than a screen of {width}")
        yield f"{theme}-{size}", wrong
        theme = other[theme]
        light(page, theme)
        yield f"{theme}-{size}", complaints(page, place, colours=True)
    width, height = SIZES[sizes[0]]
    page.set_viewport_size({"width": width, "height": height})


def look_around(
    page: Page, shot: Callable[[Page, str], None], name: str, place: str | None = None, sizes: tuple[str, ...] = ("wide", "phone")
) -> None:
    """Look at a page in these sizes and both lights, keep a picture of each, and find nothing wrong."""
    found: list[str] = []
    for seen_in, wrong in around(page, place, sizes):
        shot(page, f"{name}-{seen_in}")
        found += [f"{seen_in}: {one}" for one in wrong]
    assert found == [], found
