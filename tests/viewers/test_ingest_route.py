"""`POST /api/ingest/events` takes events in every known form, and from garbage, giants and hostile input only what is good."""

import json
from typing import Any

import pytest
from sqlalchemy import func, select

from entourage.kernel import tenancy
from entourage.kernel.db import Database
from entourage.viewers.routes import body, sending
from entourage.viewers.stray import MOST_NAMES
from entourage.viewers.tables import Gift, Interaction, Stray, Stream, Viewer
from tests.people import Cast, Client, Doors
from tests.viewers.events import T0
from tests.viewers.recount import recount

pytestmark = pytest.mark.anyio

WAY = "/api/ingest/events"
ROOM, USER = "7515580000000000001", "7350000000000000138"
SAID = {"userId": USER, "uniqueId": "mara.live", "nickname": "Mara", "roomId": ROOM, "createTime": str(T0)}
EULER_1: dict[str, Any] = {"user": {"userId": USER, "uniqueId": "mara.live", "nickname": "Mara"}}
STUDIO: dict[str, Any] = {"room_id": ROOM, "user": {"id": USER, "display_id": "mara.live", "nickname": "Mara"}}


def flat(event: str, msg_id: int, **more: Any) -> dict[str, Any]:
    return {"event": event, "data": {**SAID, "msgId": str(msg_id), **more}}


def euler(kind: str, msg_id: int, **more: Any) -> dict[str, Any]:
    place = {"msgId": str(msg_id), "roomId": ROOM, "createTime": str(T0)}
    return {"type": f"Webcast{kind}Message", "data": {"common": place, **EULER_1, **more}}


FORMS: dict[str, dict[str, Any]] = {
    "flat": flat("chat", 1, comment="flat"),
    "flat, its name inside": {**flat("chat", 2, comment="inside")["data"], "event": "chat"},
    "typed": {"type": "chat", "data": flat("chat", 3, comment="typed")["data"]},
    "euler 1": {"type": "WebcastChatMessage", "data": {"event": {"msgId": "4", "roomId": ROOM, "createTime": str(T0)}, **EULER_1, "comment": "one"}},
    "euler 2": euler("Chat", 5, comment="two"),
    "proto 3": {
        "type": "WebcastChatMessage",
        "data": {
            "common": {"msgId": "6", "roomId": ROOM, "createTime": str(T0)},
            "user": {"id": USER, "displayId": "mara.live", "nickname": "Mara"},
            "content": "three",
        },
    },
    "live studio": {"type": "EVENT", "event": "live.chat", "timestamp": T0, "payload": {**STUDIO, "message_id": "7", "content": "studio"}},
    "euler's bundle": {"timestamp": T0, "messages": [euler("Chat", 8, comment="bundle"), euler("Like", 9, likeCount=3)]},
    "our own": {
        "event": "chat", "room": ROOM, "msg_id": "10", "at_ms": T0, "text": "own",
        "person": {"user_id": USER, "handle": "mara.live", "name": "Mara"},
    },
}  # fmt: skip

BAD: dict[str, Any] = {
    "no object": 7,
    "a list in the list": [],
    "nothing": None,
    "no name": {"data": SAID},
    "a name of the wrong type": {"event": 5, "data": SAID},
    "data of the wrong type": {"event": "chat", "data": [1]},
    "no text": flat("chat", 100),
    "a text of the wrong type": flat("chat", 101, comment={"a": 1}),
    "a negative count": flat("like", 102, likeCount=-5),
    "a count beyond 2^63": flat("like", 103, likeCount=2**63),
    "a count with a fraction": flat("like", 104, likeCount=1.5),
    "a negative price": flat("gift", 105, giftId=5655, diamondCount=-1),
    "a price beyond 2^63": flat("gift", 106, giftId=5655, diamondCount=2**64),
    "a worth that no gift has": flat("gift", 107, giftId=5655, diamondCount=2**31 - 1, repeatCount=2**31 - 1, groupId="1", giftType=1),
    "a negative streak": flat("gift", 108, giftId=5655, diamondCount=1, repeatCount=-3),
    "a gift without an id": flat("gift", 109, diamondCount=1),
    "a rounded user id": flat("chat", 110, comment="x", userId=7.35e18),
    "a negative user id": flat("chat", 111, comment="x", userId=-5),
    "a user id of the wrong type": flat("chat", 112, comment="x", userId=["7"]),
    "an endless user id": flat("chat", 113, comment="x", userId="7" * 65),
    "an endless room": flat("chat", 114, comment="x", roomId="7" * 65),
    "our own with a wrong platform": {"event": "chat", "at_ms": T0, "msg_id": "1", "text": "x", "platform": "a platform; DROP TABLE"},
}

HOSTILE = [
    "👩‍👩‍👧‍👦🏳️‍🌈\U0001f1f9\U0001f1f7", "\u202eRTL \u2067עברית\u2069 عمر", "<script>alert('x')</script><img src=x onerror=alert(1)>",
    "'; DROP TABLE viewers; --", '" OR ""="', "${7*7} {{7*7}} <%= 7*7 %>", "=cmd|' /C calc'!A0", "%s%n%x %(x)s :x ? \\", "../../etc/passwd",
    "Z̸̡̢a̵͜͝l̷̛g̶̕o̸͠" * 20, "x" * 10_000, "a\x00b\x1b[31mc", "null", "٣٤٥", "＜ｂ＞", "\ufeff\u200b\u2060", "`$(id)`",
]  # fmt: skip


async def post(browser: Client, sent: Any, **params: str) -> Any:
    content = sent if isinstance(sent, bytes) else json.dumps(sent).encode()
    return await browser.post(WAY, content=content, headers={"content-type": "application/json"}, params=params)


@pytest.fixture
async def owner(doors: Doors, cast: Cast) -> Client:
    return await doors.of(cast.owner)


async def read(db: Database, cast: Cast, statement: Any) -> list[Any]:
    async with tenancy.inside(db, cast.owner.creator_id) as session:
        return list((await session.scalars(statement)).all())


async def check(db: Database, cast: Cast) -> None:
    async with tenancy.inside(db, cast.owner.creator_id) as session:
        assert await recount(session) == []


async def test_every_known_form_is_understood_and_stored_once(db: Database, cast: Cast, owner: Client) -> None:
    answer = await post(owner, list(FORMS.values()))
    assert answer.status_code == 200, answer.text
    assert answer.json() == {
        "success": True, "data": {"received": 9, "stored": 10, "repeated": 0, "refused": 0, "noted": 0, "errors": []},
    }  # fmt: skip

    again = (await post(owner, list(FORMS.values()))).json()["data"]
    assert (again["stored"], again["repeated"], again["refused"]) == (0, 10, 0)
    texts = await read(db, cast, select(Interaction.content).where(Interaction.content.is_not(None)).order_by(Interaction.id))
    assert texts == ["flat", "inside", "typed", "one", "two", "three", "studio", "bundle", "own"]
    [who] = await read(db, cast, select(Viewer))
    assert (who.user_id, who.handle, who.name, who.comments, who.likes, who.visits) == (USER, "mara.live", "Mara", 9, 3, 1)
    assert await read(db, cast, select(Stream.room)) == [ROOM]
    await check(db, cast)


async def test_one_object_a_list_a_list_by_name_and_lines_are_all_taken(cast: Cast, owner: Client) -> None:
    one, two, three, four = (flat("chat", n, comment="hi") for n in range(4))
    lines = b"\n".join(json.dumps(e).encode() for e in (three, four))
    for sent, stored in [
        (one, 1),
        ([one, two], 1),
        ({"events": [two, three]}, 1),
        (lines + b"\r\n\n", 1),
        (b"\xef\xbb\xbf" + lines, 0),
        ([], 0),
    ]:
        answer = await post(owner, sent)
        assert (answer.status_code, answer.json()["data"]["stored"]) == (200, stored), sent


async def test_all_kinds_of_events_end_where_they_belong(db: Database, cast: Cast, owner: Client) -> None:
    sent = [
        flat("member", 1, actionId=1), flat("chat", 2, comment="hi"), flat("like", 3, likeCount=15), flat("follow", 4), flat("share", 5),
        flat("subscribe", 6, subMonth=2), flat("social", 7, displayType="pm_mt_guidance_share"), flat("roomUser", 8, viewerCount=41),
        flat("gift", 9, giftId=5655, giftName="Rose", diamondCount=1, repeatCount=3, groupId="9", giftType=1, repeatEnd=False),
        flat("gift", 10, giftId=5655, giftName="Rose", diamondCount=1, repeatCount=5, groupId="9", giftType=1, repeatEnd=True),
        flat("linkMicBattle", 11), flat("streamEnd", 12),
    ]  # fmt: skip
    data = (await post(owner, sent)).json()["data"]

    assert (data["received"], data["stored"], data["repeated"], data["refused"], data["noted"]) == (12, 9, 0, 0, 3)
    [stream] = await read(db, cast, select(Stream))
    assert (stream.coins, stream.gifts, stream.comments, stream.likes, stream.shares, stream.follows, stream.joins) == (
        5,
        5,
        1,
        15,
        2,
        1,
        1,
    )
    assert (stream.peak_watching, stream.ended_ms) == (41, T0)
    assert await read(db, cast, select(Stray.name)) == ["linkMicBattle"]
    again = (await post(owner, sent)).json()["data"]
    assert (again["stored"], again["repeated"], again["noted"]) == (0, 9, 3)
    await check(db, cast)


async def test_bad_events_are_refused_one_by_one_and_the_rest_is_kept(db: Database, cast: Cast, owner: Client) -> None:
    good = [flat("chat", n, comment=f"good {n}") for n in range(len(BAD) + 1)]
    mixed = [good[0]]
    for kept, bad in zip(good[1:], BAD.values(), strict=True):
        mixed += [bad, kept]

    answer = await post(owner, mixed)

    data = answer.json()["data"]
    assert (answer.status_code, data["stored"], data["refused"]) == (200, len(good), len(BAD))
    # All but what only counting could find out have their place and a reason.
    assert {error["index"] for error in data["errors"]} == {2 * n + 1 for n, what in enumerate(BAD) if what != "a worth that no gift has"}
    assert all(error["error"].endswith(".") for error in data["errors"])
    assert sum(await read(db, cast, select(Stray.count))) == len(BAD)
    assert await read(db, cast, select(Viewer.comments)) == [len(good)]
    await check(db, cast)


async def test_a_request_of_nothing_but_bad_events_is_refused_with_the_reasons(db: Database, cast: Cast, owner: Client) -> None:
    answer = await post(owner, [flat("like", 1, likeCount=-5), 7])

    assert answer.status_code == 400
    assert answer.json()["errors"] == {"0": "like: likeCount is negative (-5).", "1": "An event is a JSON object."}
    assert await read(db, cast, select(Viewer)) == []


async def test_a_bad_line_is_refused_alone(db: Database, cast: Cast, owner: Client) -> None:
    lines = [json.dumps(flat("chat", n, comment=f"line {n}")).encode() for n in range(4)]
    bad = [b'{"event":"chat","data":{', b"\xff\xfe", b"[" * 5_000, b'"just a text"']

    data = (await post(owner, b"\n".join(x for pair in zip(bad, lines, strict=True) for x in pair))).json()["data"]

    assert (data["received"], data["stored"], data["refused"]) == (8, 4, 4)
    assert [error["index"] for error in data["errors"]] == [0, 2, 4, 6]
    assert "nested too deeply" in data["errors"][2]["error"]


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("sent", "status", "said"),
    [
        (b"", 400, "nothing in this request"),
        (b" \n\t ", 400, "nothing in this request"),
        (b"hello", 400, "not JSON"),
        (b"\xff\xfe\x00", 400, "not JSON"),
        (b"{", 400, "not JSON"),
        (b'{"event": "chat", "data": ', 400, "not JSON"),
        (b"<events/>\n<events/>", 400, "not JSON"),
        (b"[" * 100_000, 400, "nested too deeply"),
        (b'{"data":' * 50_000, 400, "nested too deeply"),
        (b"\x00" * 1_000, 400, "not JSON"),
        (b"null", 400, "JSON object"),
        (b'"chat"', 400, "JSON object"),
        (b"1e999", 400, "JSON object"),
        (b"9" * 5_000, 400, "not JSON"),
        (b"[" + b"{}," * 5_000 + b"{}]", 413, "At most 5,000"),
        (b"{}\n" * 5_001, 413, "At most 5,000"),
        (b'{"messages": [' + b"1," * 5_000 + b"1]}", 413, "At most 5,000"),
        (b"[" + b" " * 10_000_001 + b"]", 413, "10 MB"),
    ],
    ids=lambda value: str(value)[:20],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_garbage_is_answered_in_a_sentence(db: Database, cast: Cast, owner: Client, sent: bytes, status: int, said: str) -> None:
    answer = await post(owner, sent)

    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert said in answer.json()["detail"]
    assert await read(db, cast, select(func.count()).select_from(Viewer)) == [0]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_ten_megabytes_of_garbage_are_answered(owner: Client) -> None:
    for sent in (
        b"x" * 9_900_000,
        b"[" * 9_900_000,
        b'{"event":"chat","data":{"comment":"' + b"x" * 9_900_000 + b'"}}',
        b"1\n" * 4_900_000,
    ):
        answer = await post(owner, sent)
        assert answer.status_code in {200, 400, 413}, answer.text[:200]


async def test_hostile_names_and_texts_come_back_as_they_were_typed(db: Database, cast: Cast, owner: Client) -> None:
    sent = [flat("chat", n, comment=text, nickname=text, userId=str(n + 1), uniqueId=f"h{n}") for n, text in enumerate(HOSTILE)]

    assert (await post(owner, sent)).json()["data"]["stored"] == len(HOSTILE)

    names = await read(db, cast, select(Viewer.name).order_by(Viewer.id))
    cut = [text.replace("\x00", "").replace("\x1b", "")[:200] for text in HOSTILE]
    assert names == cut
    listed = (await owner.get("/api/viewer-profiles", params={"limit": "200"})).json()["data"]
    assert sorted(row["display_name"] for row in listed) == sorted(name or f"h{n}" for n, name in enumerate(cut))
    assert (await owner.get("/api/viewer-profiles/feed")).status_code == 200
    assert (await owner.get("/viewers", headers={"accept": "text/html"})).status_code == 200


async def test_half_an_emoji_spoils_nothing(db: Database, cast: Cast, owner: Client) -> None:
    sent = rb'[{"event":"chat","data":{"userId":"5","uniqueId":"bo","nickname":"Bo \ud83d","comment":"\ud83d\ude00 \udc00","msgId":"1","roomId":"7"}}]'

    assert (await post(owner, sent)).json()["data"]["stored"] == 1
    assert await read(db, cast, select(Viewer.name)) == ["Bo "]
    assert await read(db, cast, select(Interaction.content)) == ["😀 "]


async def test_ids_beyond_2_63_are_kept_exactly_and_deep_values_do_no_harm(db: Database, cast: Cast, owner: Client) -> None:
    deep: Any = "x"
    for _ in range(400):
        deep = {"a": [deep]}
    big = str(2**64 - 1)
    sent = [
        flat("chat", 1, comment="x", userId=2**64 - 1, msgId=2**64 - 1, roomId=big),
        flat("chat", 2, comment="x", userId=big, msgId=str(2**64 - 1), roomId=big),
        flat("chat", 3, comment="x", userId=big, msgId="a-uuid", roomId=big, extra=deep),
        {"event": "oddity", "data": deep},
        flat("chat", 4, comment=deep),
    ]

    data = (await post(owner, sent)).json()["data"]

    assert (data["stored"], data["repeated"], data["noted"], data["refused"]) == (2, 1, 1, 1)
    assert await read(db, cast, select(Viewer.user_id)) == [big]


async def test_a_flood_of_invented_names_does_not_fill_the_house(db: Database, cast: Cast, owner: Client) -> None:
    for start in range(0, 3_000, 1_000):
        assert (await post(owner, [{"event": f"odd{n}", "data": {}} for n in range(start, start + 1_000)])).json()["data"]["noted"] == 1_000

    assert await read(db, cast, select(func.count()).select_from(Stray)) == [MOST_NAMES + 1]
    assert await read(db, cast, select(func.sum(Stray.count))) == [3_000]
    assert await read(db, cast, select(Stray.count).where(Stray.name == "others")) == [3_000 - MOST_NAMES]


async def test_events_without_ids_are_known_again_by_what_they_say(db: Database, cast: Cast, owner: Client) -> None:
    """A source that names neither room nor message: the same chat twice is one, other texts and counts are not."""
    said = {"userId": USER, "uniqueId": "mara.live", "createTime": str(T0)}
    sent = [
        {"event": "chat", "data": {**said, "comment": "hi"}},
        {"event": "chat", "data": {**said, "comment": "ho"}},
        {"event": "like", "data": {**said, "likeCount": 3}},
        {"event": "like", "data": {**said, "likeCount": 4}},
        {"event": "gift", "data": {**said, "giftId": 1, "diamondCount": 5, "repeatCount": 2}},
    ]
    first, second = [(await post(owner, sent)).json()["data"] for _ in range(2)]

    assert (first["stored"], second["stored"], second["repeated"]) == (5, 0, 5)
    assert await read(db, cast, select(Gift.quantity)) == [2]
    await check(db, cast)


async def test_only_who_may_send_events_may(doors: Doors, cast: Cast, owner: Client) -> None:
    sent = flat("chat", 1, comment="hi")
    made = (await owner.post("/api/keys", json={"name": "OBS", "scopes": ["ingest.write"]})).json()
    other = (await owner.post("/api/keys", json={"name": "Sheet", "scopes": ["viewers.read"]})).json()
    helper, clipper, program = await doors.of(cast.helper), await doors.of(cast.clipper), await doors.nobody()

    assert [(await post(browser, sent)).status_code for browser in (helper, clipper, program)] == [403, 403, 401]
    for token, status in ((made["key"], 200), (other["key"], 403)):
        answer = await program.post(WAY, json=sent, headers={"authorization": f"Bearer {token}"})
        assert answer.status_code == status, answer.text


def test_reading_a_body_counts_bundles_by_what_is_in_them() -> None:
    assert len(body.read(b'[{"messages": [1, 2, 3]}, 4]', most=4)) == 2
    assert sending.MOST_EVENTS == 5_000
