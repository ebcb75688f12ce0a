"""The seed's paths answer with its envelope and its names, refuse in one shape, and let in who may."""

import csv
import io
import re
from typing import Any

import pytest
from sqlalchemy import select

from entourage.kernel import tenancy
from entourage.kernel.db import Database
from entourage.kernel.tables import Job
from entourage.viewers import profile
from entourage.viewers.intake import Intake
from tests import make
from tests.people import Cast, Client, Doors
from tests.viewers.events import T0, Room, person

pytestmark = pytest.mark.anyio

VP = "/api/viewer-profiles"
EVENING = Room()
NUMBER, TEXT, FLAG = (int,), (str,), (bool,)
MAYBE = (str, type(None))
COUNT = (int, type(None))
ROW: dict[str, tuple[type, ...]] = {
    "id": NUMBER, "platform": TEXT, "tiktok_username": TEXT, "tiktok_user_id": TEXT, "display_name": TEXT, "profile_picture_url": MAYBE,
    "verified": FLAG, "first_seen_at": TEXT, "last_seen_at": TEXT, "total_visits": NUMBER, "total_watchtime_seconds": NUMBER,
    "total_coins_spent": NUMBER, "total_gifts_sent": NUMBER, "total_comments": NUMBER, "total_likes": NUMBER, "total_shares": NUMBER,
    "is_vip": FLAG, "vip_tier": MAYBE, "vip_since": MAYBE, "is_blocked": FLAG, "is_favorite": FLAG, "is_moderator": FLAG,
    "is_subscriber": FLAG, "is_follower": FLAG, "online": FLAG,
}  # fmt: skip
DETAIL = ROW | {
    "bio": MAYBE, "age": COUNT, "gender": MAYBE, "country": MAYBE, "language": MAYBE, "follower_count": COUNT, "following_count": COUNT,
    "tts_voice": MAYBE, "discord_username": MAYBE, "birthday": MAYBE, "notes": TEXT, "tags": (list,), "loyalty_points": NUMBER,
    "created_at": TEXT, "updated_at": TEXT, "tier": (dict,), "topGifts": (list,), "heatmap": (list,), "handles": (list,), "accounts": (list,),
}  # fmt: skip
SEED_ROW = [
    "id", "tiktok_username", "tiktok_user_id", "display_name", "profile_picture_url", "bio", "age", "gender", "country", "language",
    "verified", "follower_count", "following_count", "first_seen_at", "last_seen_at", "total_visits", "total_watchtime_seconds",
    "total_coins_spent", "total_gifts_sent", "total_comments", "total_likes", "total_shares", "tts_voice", "discord_username", "birthday",
    "notes", "tags", "is_vip", "vip_since", "vip_tier", "loyalty_points", "is_blocked", "is_favorite", "is_moderator", "created_at",
    "updated_at",
]  # fmt: skip
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def check(value: dict[str, Any], shape: dict[str, tuple[type, ...]]) -> None:
    """Compare names and types; moments are ISO 8601 in UTC."""
    assert value.keys() == shape.keys()
    assert [name for name, kinds in shape.items() if type(value[name]) not in kinds] == []
    moments = [text for name, text in value.items() if name.endswith("_at") and text]
    assert [text for text in moments if not MOMENT.fullmatch(text)] == []


@pytest.fixture
async def owner(doors: Doors, cast: Cast) -> Client:
    """Ada's browser, on an evening with bo, cy and di in it, who gave 530, 20 and no coins."""
    intake: Intake = doors.app.state.house.intake
    bo = person("bo", bio="I knit.", followers=12, avatar_url="https://cdn.example/bo.webp")
    await intake.store(
        cast.owner.creator_id,
        [
            EVENING.chat(bo, 0, "first"), EVENING.gift(bo, 30, coins=10, repeat=3, group="1"), EVENING.gift(bo, 60, coins=500),
            EVENING.like("cy", 10, count=9), EVENING.gift("cy", 20, coins=20), EVENING.share("cy", 40), EVENING.chat("di", 50, "last"),
            EVENING.follow("di", 70),
        ],
    )  # fmt: skip
    return await doors.of(cast.owner)


async def get(browser: Client, path: str, **params: Any) -> Any:
    answer = await browser.get(VP + path, params=params)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert found["success"] is True
    return found


async def test_a_row_has_every_key_of_the_seed(owner: Client) -> None:
    detail = (await get(owner, "/bo"))["data"]
    check(detail, DETAIL)
    assert set(SEED_ROW) <= detail.keys()


async def test_viewers_are_listed_in_pages(owner: Client) -> None:
    first = await get(owner, "", limit=2)
    assert first.keys() == {"success", "data", "pagination"}
    for row in first["data"]:
        check(row, ROW)
    assert [row["tiktok_username"] for row in first["data"]] == ["bo", "cy"]
    assert first["pagination"] == {"limit": 2, "page": 1, "total": 3, "next": first["pagination"]["next"]}

    second = await get(owner, "", limit=2, cursor=first["pagination"]["next"])
    assert [row["tiktok_username"] for row in second["data"]] == ["di"]
    assert second["pagination"] == {"limit": 2, "page": None, "total": 3, "next": None}
    assert (await get(owner, "", limit=2, page=2))["data"] == second["data"]
    assert (await get(owner, "", limit=2, page=3))["data"] == []
    upward = await get(owner, "", sortBy="total_likes", order="ASC", search="c", filter="all")
    assert [row["tiktok_username"] for row in upward["data"]] == ["cy"]


async def test_a_viewer_is_shown_by_id_handle_and_at(owner: Client) -> None:
    shown = (await get(owner, "/bo"))["data"]
    assert (await get(owner, f"/{shown['id']}"))["data"] == (await get(owner, "/@bo"))["data"] == shown
    assert shown["topGifts"] == [{"gift_name": "Rose", "total_quantity": 4, "total_coins": 530}]
    assert shown["tier"]["missing"]["coins"] == {"have": 530, "need": 1_000}


async def test_a_change_is_answered_with_the_whole_profile(owner: Client) -> None:
    answer = await owner.patch(f"{VP}/bo", json={"notes": "knits", "tags": "a, b", "is_favorite": True})
    assert answer.status_code == 200, answer.text
    check(answer.json()["data"], DETAIL)
    assert answer.json()["data"] == (await get(owner, "/bo"))["data"]
    assert [row["tiktok_username"] for row in (await get(owner, "", filter="favorites"))["data"]] == ["bo"]


async def test_tiers_are_set_removed_and_released(owner: Client) -> None:
    tiers = (await get(owner, "/vip/tiers"))["data"]
    assert [
        (one["tier_name"], one["min_coins_spent"], one["min_watchtime_hours"], one["min_visits"], one["badge_color"]) for one in tiers
    ] == [
        ("Bronze", 1_000, 5, 10, "#cd7f32"),
        ("Silver", 5_000, 20, 25, "#c0c0c0"),
        ("Gold", 20_000, 50, 50, "#ffd700"),
        ("Platinum", 100_000, 200, 100, "#e5e4e2"),
    ]
    assert tiers[0].keys() == {
        "id", "tier_name", "min_coins_spent", "min_watchtime_hours", "min_visits", "benefits", "badge_color", "sort_order",
    }  # fmt: skip
    given = await owner.post(f"{VP}/bo/vip", json={"tier": "Gold"})
    assert (given.status_code, given.json()["data"]["vip_tier"], given.json()["data"]["is_vip"]) == (200, "Gold", True)
    assert [row["tiktok_username"] for row in (await get(owner, "/vip/list"))["data"]] == ["bo"]
    assert (await get(owner, "/vip/list", tier="Silver"))["data"] == []
    taken = await owner.post(f"{VP}/bo/vip", json={"remove": True})
    assert (taken.status_code, taken.json()["data"]["vip_tier"]) == (200, None)
    assert (await owner.post(f"{VP}/bo/vip", json={"release": True})).json()["data"]["tier"]["held"] is False


async def test_the_summary_has_the_seeds_names(owner: Client) -> None:
    summary = (await get(owner, "/stats/summary"))["data"]
    bo = (await get(owner, "/bo"))["data"]["id"]
    assert summary == {
        "totalViewers": 3, "totalRevenue": 550, "totalGifts": 5, "totalComments": 2, "totalLikes": 9, "avgWatchtime": (60 + 30 + 20) // 3,
        "vipCount": 0, "activeViewers": 3, "topSpender": {"username": "bo", "displayName": "Bo", "coinsSpent": 530, "id": bo},
    }  # fmt: skip


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_every_leaderboard_is_ranked(owner: Client) -> None:
    wanted = {
        "coins": [("bo", 1), ("cy", 2)], "gifts": [("bo", 1), ("cy", 2)], "comments": [("di", 1), ("bo", 1)], "likes": [("cy", 1)],
        "watchtime": [("bo", 1), ("cy", 2), ("di", 3)], "visits": [("di", 1), ("cy", 1), ("bo", 1)],
    }  # fmt: skip
    for board, ranked in wanted.items():
        rows = (await get(owner, "/leaderboard", type=board))["data"]
        assert [(row["tiktok_username"], row["rank"]) for row in rows] == ranked, board
        check(rows[0], ROW | {"rank": NUMBER})
    assert len((await get(owner, "/leaderboard", type="coins", limit=1))["data"]) == 1


async def test_heatmaps_are_grids_with_peaks(owner: Client) -> None:
    everybody, bo = (await get(owner, "/heatmap/global"))["data"], (await get(owner, "/bo/heatmap"))["data"]
    assert everybody.keys() == bo.keys() == {"activity", "coins", "peaks", "coin_peaks", "zone"}
    assert [len(day) for day in everybody["activity"]] == [len(day) for day in bo["coins"]] == [24] * 7
    assert everybody["peaks"] == [{"hour_of_day": 20, "day_of_week": 6, "activity": 8, "coins": 550}]
    assert (everybody["activity"][6][20], everybody["coins"][6][20], bo["coins"][6][20], everybody["zone"]) == (
        8,
        550,
        530,
        "Europe/Berlin",
    )


async def test_upcoming_birthdays_hold_the_viewer_and_the_days(owner: Client) -> None:
    await owner.patch(f"{VP}/bo", json={"birthday": f"1988-{make.day():%m-%d}"})
    [row] = (await get(owner, "/birthdays/upcoming", days=2))["data"]
    assert row.keys() == {"viewer", "birthday", "days_until", "turns", "on", "wished"}
    check(row["viewer"], ROW)
    await owner.patch(f"{VP}/bo", json={"birthday": f"1988-{make.day(-3):%m-%d}"})
    [past] = (await get(owner, "/birthdays/missed"))["data"]
    assert (past["days_until"], past["wished"], past["viewer"]["tiktok_username"]) == (-3, False, "bo")


async def test_who_is_here_is_counted_and_listed(owner: Client) -> None:
    here = (await get(owner, "/sessions/active"))["data"]
    assert (here["count"], len(here["sessions"])) == (3, 3)
    assert here["sessions"][0].keys() == {"id", "username", "displayName", "joinedAt", "duration", "watched"}
    assert [one["username"] for one in here["sessions"]] == ["bo", "cy", "di"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_histories_are_paged_back_to_the_beginning(owner: Client) -> None:
    gifts = await get(owner, "/bo/gifts", limit=1)
    assert gifts["data"] == [
        {
            "gift_id": "5655",
            "gift_name": "Rose",
            "gift_coins": 500,
            "gift_diamond_count": 500,
            "quantity": 1,
            "timestamp": "2025-11-15T19:01:00.000Z",
        }
    ]
    older = await get(owner, "/bo/gifts", limit=1, before=gifts["pagination"]["next"])
    assert (older["data"][0]["quantity"], older["data"][0]["gift_coins"], older["pagination"]["next"]) == (3, 30, None)
    deeds = (await get(owner, "/cy/interactions"))["data"]
    assert [(one["interaction_type"], one["content"], one["amount"]) for one in deeds] == [("share", None, 1), ("like", None, 9)]
    assert [one["content"] for one in (await get(owner, "/bo/interactions", chat="true"))["data"]] == ["first"]
    [visit] = (await get(owner, "/bo/visits"))["data"]
    assert (visit["joined_at"], visit["left_at"], visit["duration_seconds"], visit["platform"]) == (
        "2025-11-15T19:00:00.000Z",
        None,
        60,
        "tiktok",
    )


async def test_the_feed_and_tonight_say_what_happened(owner: Client) -> None:
    lines = (await get(owner, "/feed", limit=3))["data"]
    assert [(line["kind"], line["username"]) for line in lines] == [("follow", "di"), ("gift", "bo"), ("comment", "di")]
    tonight = (await get(owner, "/tonight"))["data"]
    assert (tonight["coins"], tonight["viewers"], tonight["new_viewers"], tonight["here"]) == (550, 3, 3, 3)


async def test_settings_are_shown_and_changed(owner: Client) -> None:
    house = (await get(owner, "/config"))["data"]
    assert house == {
        "autoVipPromotion": True,
        "birthdayReminder": True,
        "autoFetchTikTokData": True,
        "sessionTimeout": 300,
        "heatmapEnabled": True,
    }
    answer = await owner.put(f"{VP}/config", json=house | {"sessionTimeout": 600})
    assert (answer.status_code, answer.json()["data"]["sessionTimeout"]) == (200, 600)
    assert (await get(owner, "/config"))["data"]["sessionTimeout"] == 600


async def test_exports_are_files(owner: Client) -> None:
    answer = await owner.get(f"{VP}/export", params={"format": "csv", "filter": "all", "search": "bo"})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert re.fullmatch(r'attachment; filename="viewers-\d{4}-\d\d-\d\d\.csv"', answer.headers["content-disposition"])
    assert answer.headers["cache-control"] == "no-store"
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert [row["tiktok_username"] for row in rows] == ["bo"]
    as_json = await owner.get(f"{VP}/export", params={"format": "json", "sortBy": "total_likes"})
    assert as_json.headers["content-type"] == "application/json"
    assert [row["tiktok_username"] for row in as_json.json()] == ["cy", "di", "bo"]


async def test_a_forgotten_viewer_is_gone(owner: Client) -> None:
    viewer_id = (await get(owner, "/bo"))["data"]["id"]
    answer = await owner.delete(f"{VP}/bo")
    assert (answer.status_code, answer.json()) == (200, {"success": True, "data": {"id": viewer_id}})
    for ref in ("bo", str(viewer_id)):
        assert (await owner.get(f"{VP}/{ref}")).status_code == 404
    assert (await get(owner, "/stats/summary"))["data"]["totalRevenue"] == 20
    assert (await owner.delete(f"{VP}/bo")).status_code == 404


async def test_words_of_ours_do_not_hide_viewers(db: Database, cast: Cast, owner: Client) -> None:
    intake = Intake(db)
    await intake.store(cast.owner.creator_id, [EVENING.chat(word, 90) for word in ("export", "leaderboard", "config", "feed", "tonight")])
    await intake.close()

    for word in ("export", "leaderboard", "config", "feed", "tonight"):
        assert (await get(owner, f"/@{word}"))["data"]["tiktok_username"] == word


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_cannot_be_asked_is_refused_by_its_name(owner: Client) -> None:
    refused: list[tuple[str, str, dict[str, Any], int, str | None]] = [
        ("GET", "?limit=0", {}, 400, "limit"), ("GET", "?limit=201", {}, 400, "limit"), ("GET", "?limit=ten", {}, 400, "limit"),
        ("GET", "?page=0", {}, 400, "page"), ("GET", "?page=100000&limit=200", {}, 400, None),
        ("GET", "?sortBy=tiktok_username;DROP TABLE viewers", {}, 400, "sortBy"), ("GET", "?order=up", {}, 400, "order"),
        ("GET", "?filter=everybody", {}, 400, "filter"), ("GET", "?search=" + "x" * 101, {}, 400, "search"),
        ("GET", "?cursor=nonsense", {}, 400, None), ("GET", "?cursor=WyJjb2lucyIsMSwx", {}, 400, None), ("GET", "?cursor=%C3%A9", {}, 400, None),
        ("GET", "?cursor=WyJjb2lucyIsIDFlOTksIDFd", {}, 400, None),
        ("GET", "/bo/visits?before=nonsense", {}, 400, None), ("GET", "/bo/gifts?before=OS45OTk5OTk5OTk5OTk5OTk5OTk5OTk", {}, 400, None),
        ("GET", "/leaderboard?type=beauty", {}, 400, "type"), ("GET", "/leaderboard?limit=101", {}, 400, "limit"),
        ("GET", "/birthdays/upcoming?days=-1", {}, 400, "days"), ("GET", "/birthdays/upcoming?days=366", {}, 400, "days"),
        ("GET", "/export?format=xml", {}, 400, "format"), ("GET", "/nobody", {}, 404, None), ("GET", "/nobody/heatmap", {}, 404, None),
        ("GET", "/%00", {}, 404, None), ("GET", "/%F0%9F%90%88", {}, 404, None), ("GET", "/bo/nothing", {}, 404, None),
        ("PATCH", "/nobody", {"notes": "x"}, 404, None), ("PATCH", "/bo", {}, 400, None), ("PATCH", "/bo", {"birthday": "9999-99-99"}, 400, "birthday"),
        ("PATCH", "/bo", {"total_coins_spent": 5}, 400, None), ("PATCH", "/bo", {"is_favorite": "yes"}, 400, "is_favorite"),
        ("PATCH", "/bo", {"is_favorite": None}, 400, "is_favorite"), ("PATCH", "/bo", {"tags": [1]}, 400, None), ("PATCH", "/bo", {"notes": "\x00"}, 200, None),
        ("POST", "/bo/vip", {}, 400, None), ("POST", "/bo/vip", {"tier": "Diamond"}, 400, "tier"), ("POST", "/nobody/vip", {"tier": "Gold"}, 404, None),
        ("POST", "/bo/vip", {"tier": "Gold", "remove": True}, 400, None), ("POST", "/bo/vip", {"level": 3}, 400, None),
        ("PUT", "/config", {"sessionTimeout": 1}, 400, "sessionTimeout"), ("PUT", "/config", {"sessionTimeout": "long"}, 400, "sessionTimeout"),
        ("DELETE", "/nobody", {}, 404, None), ("PUT", "/bo", {}, 405, None),
    ]  # fmt: skip
    for method, path, body, status, field in refused:
        answer = await owner.request(method, VP + path, json=None if method in {"GET", "DELETE"} else body)
        assert answer.status_code == status, (method, path, body, answer.text)
        if status >= 400:
            said = answer.json()
            assert answer.headers["content-type"] == "application/problem+json"
            assert (said["success"], said["status"], said["error"]) == (False, status, said["detail"])
            assert field is None or field in said["errors"], (method, path, said)


async def test_a_helper_may_read_and_edit_but_neither_erase_nor_take_along(doors: Doors, cast: Cast, owner: Client) -> None:
    helper = await doors.of(cast.helper)
    asked: list[tuple[str, str, Any]] = [
        ("GET", "", None), ("GET", "/bo", None), ("PATCH", "/bo", {"notes": "x"}), ("POST", "/bo/vip", {"tier": "Gold"}), ("GET", "/config", None),
        ("DELETE", "/bo", None), ("GET", "/export", None), ("PUT", "/config", {}),
    ]  # fmt: skip
    answers = [await helper.request(method, VP + path, json=body) for method, path, body in asked]
    assert [answer.status_code for answer in answers] == [200] * 5 + [403] * 3
    assert all(answer.json()["title"] == "This is not for you" for answer in answers[5:])
    assert (await get(owner, "/bo"))["data"]["notes"] == "x"


async def test_a_clipper_sees_nothing_of_the_viewers(doors: Doors, cast: Cast, owner: Client) -> None:
    clipper = await doors.of(cast.clipper)
    for path in (
        "",
        "/bo",
        "/stats/summary",
        "/leaderboard",
        "/heatmap/global",
        "/bo/heatmap",
        "/vip/list",
        "/export",
        "/feed",
        "/sessions/active",
    ):
        answer = await clipper.get(VP + path)
        assert (answer.status_code, "Elm" in answer.text) == (403, False), path


async def test_a_key_may_do_what_its_scopes_say_and_is_in_the_audit_log(doors: Doors, owner: Client) -> None:
    async def key(*scopes: str) -> Client:
        made = (await owner.post("/api/keys", json={"name": "a program", "scopes": list(scopes)})).json()
        return await doors.nobody(headers={"authorization": f"Bearer {made['key']}"})

    reader, editor = await key("viewers.read"), await key("viewers.read", "viewers.edit")
    assert (await reader.get(f"{VP}/bo")).status_code == 200
    assert [(await reader.patch(f"{VP}/bo", json={"notes": "x"})).status_code, (await reader.delete(f"{VP}/bo")).status_code] == [403, 403]
    assert [(await editor.patch(f"{VP}/bo", json={"notes": "x"})).status_code, (await editor.delete(f"{VP}/bo")).status_code] == [200, 403]
    [entry, *_] = (await owner.get("/api/audit-log", params={"action": "viewer.edit"})).json()["entries"]
    assert entry["actor"].startswith("key:")


async def test_a_neighbours_viewers_are_not_found(doors: Doors, cast: Cast, owner: Client) -> None:
    neighbour = await doors.of(cast.neighbour)
    viewer_id = (await get(owner, "/bo"))["data"]["id"]
    for ref in ("bo", "@bo", str(viewer_id)):
        assert (await neighbour.get(f"{VP}/{ref}")).status_code == 404
        assert (await neighbour.delete(f"{VP}/{ref}")).status_code == 404
    assert (await get(neighbour, ""))["data"] == []
    assert (await get(neighbour, "/stats/summary"))["data"]["totalViewers"] == 0


async def test_an_empty_house_answers_everywhere(doors: Doors, cast: Cast) -> None:
    browser = await doors.of(cast.neighbour)
    paths = [
        "",
        "/stats/summary",
        "/leaderboard",
        "/heatmap/global",
        "/vip/list",
        "/vip/tiers",
        "/birthdays/upcoming",
        "/sessions/active",
        "/feed",
    ]
    for path in [*paths, "/tonight", "/config"]:
        await get(browser, path)
    assert (await browser.get(f"{VP}/export", params={"format": "json"})).json() == []


async def test_the_pages_address_of_the_seed_opens_the_viewers(owner: Client) -> None:
    answer = await owner.get("/viewer-profiles/ui", headers={"accept": "text/html"}, follow_redirects=True)
    assert answer.status_code == 200
    assert "bo" in answer.text


async def test_a_thousand_viewers_are_paged_over_http_without_loss(db: Database, cast: Cast, doors: Doors) -> None:
    ids = await make.people(db, cast.owner.creator_id, 450)
    browser, seen, cursor = await doors.of(cast.owner), list[int](), None
    while True:
        page = await get(browser, "", limit=200, sortBy="total_likes", **({"cursor": cursor} if cursor else {}))
        seen += [row["id"] for row in page["data"]]
        cursor = page["pagination"]["next"]
        if cursor is None:
            break
    assert sorted(seen) == sorted(ids)
    assert page["pagination"]["total"] == 450
    assert T0


async def test_who_forgets_a_viewer_says_whether_fans_are_meant_and_needs_the_right_to(doors: Doors, owner: Client, db: Database) -> None:
    made = (await owner.post("/api/keys", json={"name": "a program", "scopes": ["viewers.read", "viewers.erase"]})).json()
    program = await doors.nobody(headers={"authorization": f"Bearer {made['key']}"})
    assert (await owner.delete(f"{VP}/@bo")).status_code == 200
    assert (await owner.delete(f"{VP}/@cy?forgetFans=false")).status_code == 200
    assert (await program.delete(f"{VP}/@di?forgetFans=true")).status_code == 200
    async with tenancy.everywhere(db, "a test looks for jobs") as session:
        told = (await session.scalars(select(Job.payload).where(Job.kind == profile.FORGOTTEN).order_by(Job.id))).all()
    assert [one["fans"] for one in told] == [True, False, False]
