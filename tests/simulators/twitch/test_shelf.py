"""What is kept of the fake Twitch from one start to the next, and the crowd that keeps a channel company."""

from pathlib import Path

import pytest

from entourage.simulators.twitch.crowd import Crowd
from entourage.simulators.twitch.fake import FakeTwitch
from entourage.simulators.twitch.shelf import Shelf
from tests.twitch import CLIENT_ID, CLIENT_SECRET, Twitch

pytestmark = pytest.mark.anyio


@pytest.mark.thorough
async def test_badges_queue_and_consent_are_the_same_after_a_restart(twitch: Twitch, tmp_path: Path) -> None:
    path = tmp_path / "twitch.json"
    redemption = twitch.redeem(twitch.reward(), "mira")
    twitch.fake.badges.give(twitch.channel, twitch.viewer("mira"), by="hand")
    twitch.channel.blocked.add(twitch.viewer("troll"))
    twitch.fake.deeds.ban(twitch.channel, twitch.fake.world.person("bully"))
    Shelf(twitch.fake, path).put()
    assert path.stat().st_mode & 0o077 == 0

    async with FakeTwitch() as again:
        again.register(CLIENT_ID, CLIENT_SECRET)
        assert Shelf(again, path).take()
        channel = again.world.channel("nova")
        assert channel == again.world.channels[twitch.channel.id]
        assert list(channel.vips) == list(twitch.channel.vips)
        assert channel.redemptions[redemption.id] == redemption
        assert channel.blocked == twitch.channel.blocked
        assert channel.banned == twitch.channel.banned
        assert again.world.badges == twitch.fake.world.badges
        kept = Twitch(again, channel, twitch.token)
        async with kept.http() as http:
            assert (await http.get("/users")).json()["data"][0]["login"] == "nova"
        fresh = again.tokens.refresh(again.clients.at(CLIENT_ID), twitch.token["refresh_token"])
        assert fresh["scope"] == twitch.token["scope"]
        assert kept.viewer("somebody_new") not in twitch.fake.world.people


async def test_a_file_that_is_missing_or_broken_begins_anew(tmp_path: Path) -> None:
    twitch = FakeTwitch()
    assert not Shelf(twitch, tmp_path / "none.json").take()
    (tmp_path / "broken.json").write_text("{")
    assert not Shelf(twitch, tmp_path / "broken.json").take()


async def test_the_crowd_comes_writes_and_leaves_while_the_channel_is_live(twitch: Twitch) -> None:
    crowd = Crowd(twitch.fake, twitch.channel)
    crowd.step()
    assert not twitch.channel.chatters
    twitch.fake.deeds.go_live(twitch.channel)
    for _ in range(300):
        crowd.step()
    assert len(twitch.channel.chatters) > 8
    assert len(twitch.channel.lines) > 100
    assert len(twitch.channel.followers) == 20
