"""Chat, people and streams over Helix, as the documents have them."""

import pytest

from entourage.simulators.timepiece import Hourglass
from tests.twitch import Twitch, started

pytestmark = pytest.mark.anyio


async def test_a_line_is_sent_or_dropped_with_a_reason(twitch: Twitch) -> None:
    async with twitch.http() as http:

        async def send(text: str, sender: str = twitch.channel.id) -> tuple[int, bool | None, str]:
            body = {"broadcaster_id": twitch.channel.id, "sender_id": sender, "message": text}
            answer = await http.post("/chat/messages", json=body)
            if answer.status_code != 200:
                return answer.status_code, None, ""
            said = answer.json()["data"][0]
            return 200, said["is_sent"], (said["drop_reason"] or {}).get("code", "")

        assert await send("hello") == (200, True, "")
        assert await send("hello") == (200, False, "msg_duplicate")
        twitch.fake.talk.held.add("rude")
        assert await send("how rude") == (200, False, "msg_rejected")
        assert await send("x" * 501) == (422, None, "")
        assert await send("") == (400, None, "")
        assert await send("hi", twitch.viewer("mira")) == (401, None, "")
    assert [one.text for one in twitch.channel.lines] == ["hello"]
    assert twitch.fake.hub.told[-1].event["badges"][0]["set_id"] == "broadcaster"


async def test_a_program_s_own_token_writes_only_where_it_was_let_in(twitch: Twitch) -> None:
    timid, _ = twitch.let_in("timid", ["user:write:chat"])
    async with twitch.http() as http:
        for channel, status in ((twitch.channel, 200), (timid, 401)):
            body = {"broadcaster_id": channel.id, "sender_id": channel.id, "message": "hello", "for_source_only": True}
            assert (await http.post("/chat/messages", json=body, headers=twitch.app_headers())).status_code == status
        assert (await http.post("/chat/messages", json={**body, "sender_id": twitch.channel.id})).status_code == 400


async def test_at_most_twenty_lines_in_thirty_seconds_for_a_plain_sender() -> None:
    async with started(Hourglass()) as twitch:
        other, token = twitch.let_in("other")
        async with twitch.http(token) as http:
            codes = []
            for number in range(21):
                body = {"broadcaster_id": twitch.channel.id, "sender_id": other.id, "message": f"line {number}"}
                said = (await http.post("/chat/messages", json=body)).json()["data"][0]
                codes.append(said["is_sent"])
        assert codes == [True] * 20 + [False]


async def test_announcements_are_cut_coloured_and_paced() -> None:
    hourglass = Hourglass()
    async with started(hourglass) as twitch, twitch.http() as http:
        where = {"broadcaster_id": twitch.channel.id, "moderator_id": twitch.channel.id}
        assert (await http.post("/chat/announcements", params=where, json={"message": "x" * 600, "color": "purple"})).status_code == 204
        assert len(twitch.channel.lines[-1].text) == 500
        assert (await http.post("/chat/announcements", params=where, json={"message": "again"})).status_code == 429
        await hourglass.turn(2)
        assert (await http.post("/chat/announcements", params=where, json={"message": "again", "color": "pink"})).status_code == 400
        assert (await http.post("/chat/announcements", params=where, json={"message": "again"})).status_code == 204


async def test_who_people_are(twitch: Twitch) -> None:
    mira = twitch.viewer("mira")
    async with twitch.http() as http:
        me = (await http.get("/users")).json()["data"][0]
        assert (me["login"], me["broadcaster_type"]) == ("nova", "affiliate")
        found = (await http.get("/users", params={"id": [mira, "999"], "login": "nova"})).json()["data"]
        assert {one["login"] for one in found} == {"mira", "nova"}
        assert (await http.get("/users", params={"id": [str(one) for one in range(101)]})).status_code == 400
        assert (await http.get("/users", headers=twitch.app_headers())).status_code == 400


async def test_what_people_are_to_a_channel(twitch: Twitch) -> None:
    fake, channel = twitch.fake, twitch.channel
    mira, juno = fake.world.person("mira"), fake.world.person("juno")
    fake.badges.mod(channel, mira.id)
    fake.deeds.follow(channel, juno, days_ago=30)
    fake.deeds.subscribe(channel, juno, "2000")
    fake.deeds.come(channel, mira, juno)
    mine = {"broadcaster_id": channel.id}
    async with twitch.http() as http:
        mods = (await http.get("/moderation/moderators", params={**mine, "user_id": [mira.id, juno.id]})).json()["data"]
        assert [one["user_login"] for one in mods] == ["mira"]
        chatters = (await http.get("/chat/chatters", params={**mine, "moderator_id": channel.id, "first": 1000})).json()
        assert chatters["total"] == 2
        followers = (await http.get("/channels/followers", params={**mine, "user_id": juno.id})).json()
        assert (followers["total"], followers["data"][0]["user_login"]) == (1, "juno")
        subs = (await http.get("/subscriptions", params=mine)).json()
        assert (subs["total"], subs["points"], subs["data"][0]["tier"]) == (1, 2, "2000")
        assert (await http.get("/streams", params={"user_id": channel.id})).json()["data"] == []
        fake.deeds.go_live(channel, "Painting")
        assert (await http.get("/streams", params={"user_login": "NOVA"})).json()["data"][0]["title"] == "Painting"
