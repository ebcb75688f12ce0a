"""Exactly what is switched on is asked for, each permission once."""

from entourage.platforms.twitch import scopes
from entourage.ports.consent import FEATURES
from entourage.simulators.twitch.scopes import SCOPES


def test_each_feature_asks_for_its_own_and_nothing_else() -> None:
    assert scopes.of({"vips"}, by_app=True) == ("channel:manage:vips",)
    assert scopes.of({"bits", "vips"}, by_app=False) == ("channel:manage:vips", "bits:read")
    assert scopes.of((), by_app=True) == ()


def test_an_app_that_reads_the_chat_itself_asks_for_that_too() -> None:
    assert scopes.of({"commands", "presence"}, by_app=False) == ("user:read:chat", "moderator:read:chatters")
    assert scopes.of({"commands", "presence"}, by_app=True) == ("user:read:chat", "user:bot", "channel:bot", "moderator:read:chatters")


def test_every_scope_is_one_of_twitchs() -> None:
    assert set(scopes.of(FEATURES, by_app=True)) <= SCOPES


def test_what_is_wanted_and_what_is_granted_stand_side_by_side() -> None:
    listed = scopes.permissions({"vips"}, {"bits:read"}, by_app=False)
    told = {one.scope: (one.wanted, one.granted) for one in listed}
    assert (told["channel:manage:vips"], told["bits:read"], told["moderation:read"]) == ((True, False), (False, True), (False, False))
