"""The pages: each asks the rooms and hands what they say to a template."""

from litestar import Router

from entourage.web.pages import (
    birthdays,
    boards,
    drawer,
    frame,
    imports,
    links,
    overlays,
    rewards,
    rules,
    search,
    settings,
    streams,
    tiers,
    tonight,
    twitch,
    viewers,
    vip_activity,
    vip_analytics,
    vip_settings,
    vips,
)

_HANDLERS = [
    tonight.show, tonight.gaps, tonight.now, tonight.top, tonight.arrival, tonight.chips_again,
    viewers.show, boards.leaderboard, boards.week, birthdays.show, birthdays.more_coming, birthdays.more_missed, birthdays.on_tonight,
    streams.show, streams.newest, streams.gaps, streams.one, streams.course, streams.guests,
    drawer.show, drawer.about, drawer.tier, drawer.visits, drawer.gifts, drawer.chat, drawer.week, drawer.suggestions,
    links.candidates, links.preview,
    search.find,
    overlays.show, overlays.listed, overlays.edit, overlays.preview, overlays.on_air,
    tiers.show, tiers.history, tiers.edit, tiers.colours,
    settings.show, settings.part_of, settings.preview_retention, settings.backups, twitch.show,
    imports.show, imports.look,
    vips.show, vips.now, vips.whom, vip_activity.show, vip_activity.chain, vip_activity.export,
    rewards.show, rewards.others, rules.show, rules.rehearse, vip_settings.show, vip_analytics.show,
]  # fmt: skip

ROUTER = Router("/", route_handlers=_HANDLERS, before_request=frame.listen)
"""All pages and parts of pages, for the application."""
