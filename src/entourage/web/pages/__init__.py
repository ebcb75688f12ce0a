"""The pages: each asks the rooms and hands what they say to a template."""

from litestar.types import ControllerRouterHandler

from entourage.web.pages import boards, drawer, search, settings, tiers, tonight, viewers

HANDLERS: list[ControllerRouterHandler] = [
    tonight.show, tonight.now, tonight.top, tonight.arrival, tonight.chips_again,
    viewers.show, boards.leaderboard, boards.week,
    drawer.show, drawer.about, drawer.visits, drawer.gifts, drawer.chat, drawer.week,
    search.find,
    tiers.show, tiers.colours,
    settings.show, settings.part_of,
]  # fmt: skip
"""All pages and parts of pages, for the application."""
