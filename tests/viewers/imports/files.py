"""Makes the files that other programs write, by their documented columns, with some lines that are broken."""

import json
import sqlite3
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from openpyxl import Workbook

Make = Callable[[Path], Path]

FIREBOT_VIEWERS = """ID,Username,Join Date,Last Seen,Minutes in Channel,Chat Messages
1001,lena_draws,2024-03-01,2026-11-02,1250,340
1002,mo_backt,2026-11-01,2024-05-05,90,12
1003,broken_minutes,2024-01-01,2024-02-02,many,3
1004,Karlo,2025-01-01,2025-06-06,0,0
,,2025-01-01,2025-06-06,3,1
"""
FIREBOT_CURRENCIES = """ID,Username,Points,Gems
1001,lena_draws,5200,3
1002,mo_backt,40,0
1005,comma,in,name,12,0
,nobody,1,1
"""
CHATBOT = """Name,Rank,Points,Hours
Lena_Draws,Regular,5200,20.5
mo_backt,Unranked,40,1.25
minus,Unranked,-4,2
"""
CLOUDBOT = """Username,Points,WatchTimeMinutes,UpdatedAt,CreatedAt
lena_draws,5200,1250,2026-11-02 20:11:00,2024-03-01 10:00:00
mo_backt,"1,040",90,2026-10-01T20:11:00Z,2024-04-01T10:00:00Z
toolong,5,99999999999999999,2026-10-01,2026-10-01
"""
STREAMELEMENTS = """username,points,pointsAlltime,minutes
lena_draws,5200,9000,1250
mo_backt,40,60,
,12,12,3
"""
MIXITUP = (
    "MixItUpID\tTwitchID\tTwitchUsername\tYouTubeID\tYouTubeUsername\tCoffeeBeans\tTeaLeaves\tMinutes\tCustomTitle\tTotalStreamsWatched\t"
    "TotalAmountDonated\tTotalSubsGifted\tTotalSubsReceived\tTotalChatMessagesSent\tTotalTimesTagged\tTotalCommandsRun\tTotalMonthsSubbed\tLastSeen\n"
    "6f1\t1001\tlena_draws\tUCxyz\tLena Draws\t5200\t3\t1250\tThe Artist\t42\t0\t0\t0\t340\t0\t0\t0\t2026-11-02 20:11:00\n"
    "6f2\t\t\tUCabc\tMo\t40\t0\t90\t\t3\t0\t0\t0\t12\t0\t0\t0\t2026-11-01 20:11:00\n"
    "6f3\t\t\t\t\t1\t0\t9\t\t3\t0\t0\t0\t12\t0\t0\t0\t2026-11-01 20:11:00\n"
    "6f4\t1004\tkarlo\t\t\tx\t0\t9\t\t3\t0\t0\t0\t12\t0\t0\t0\t2026-11-01 20:11:00\n"
)
PHANTOMBOT = """Username,Seconds,Points
lena_draws,75000,5200
mo_backt,5400,40
half,,
bad,12,ten
"""
ANY_CSV = "Zuschauer;Punkte;Stunden;Geburtstag;Notizen;Tags\nLena_Draws;5.200;20,5;17.05.1990;Mag Katzen;Stammgast, Künstler\nmo_backt;40;1,25;;;\nbad;1;1;31.02.1990;;\n"


def text(name: str, content: str, encoding: str = "utf-8") -> Make:
    """Make a text file."""

    def make(folder: Path) -> Path:
        path = folder / name
        path.write_bytes(content.encode(encoding))
        return path

    return make


def workbook(name: str, sheet: str, rows: Iterable[Iterable[Any]]) -> Make:
    """Make an Excel workbook whose first sheet is not the one that matters."""

    def make(folder: Path) -> Path:
        book = Workbook()
        assert book.active is not None
        book.active.title = "Commands"
        book.active.append(["!hello", "Hi"])
        page = book.create_sheet(sheet)
        for row in rows:
            page.append(list(row))
        path = folder / name
        book.save(path)
        return path

    return make


def _user(user_id: str, name: str, **more: Any) -> dict[str, Any]:
    return {
        "_id": user_id, "username": name, "displayName": name.title(), "profilePicUrl": "", "twitch": True, "twitchRoles": [], "online": False,
        "onlineAt": 0, "lastSeen": 1_762_113_060_000, "joinDate": 1_709_287_200_000, "minutesInChannel": 10, "chatMessages": 4,
        "currency": {"c1": 5, "c2": 0}, "ranks": {}, "metadata": {},
    } | more  # fmt: skip


USERS_DB = "\n".join(
    [
        json.dumps(_user("1001", "lena_draws", minutesInChannel=1)),
        json.dumps(_user("1002", "mo_backt")),
        json.dumps(_user("1003", "gone")),
        json.dumps(_user("1001", "lena_draws", minutesInChannel=1250, chatMessages=340, currency={"c1": 5200, "c2": 3})),
        '{"$$indexCreated":{"fieldName":"username","unique":false,"sparse":false}}',
        '{"$$deleted":true,"_id":"1003"}',
        '{"_id":"1004","username":"torn',
        json.dumps(_user("1005", "minus", minutesInChannel=-3)),
        "",
    ]
)


def backup(name: str = "backup_1762113060000_v5.66.6_manual.zip") -> Make:
    """Make a backup of Firebot with two profiles."""

    def make(folder: Path) -> Path:
        path = folder / name
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("profiles/Main Profile/db/users.db", USERS_DB)
            archive.writestr("profiles/Other/db/users.db", json.dumps(_user("9", "other")) + "\n")
            archive.writestr(
                "profiles/Main Profile/currency/currency.json",
                json.dumps({"c1": {"id": "c1", "name": "Points"}, "c2": {"id": "c2", "name": "Gems"}}),
            )
            archive.writestr("global-settings.json", "{}")
        return path

    return make


def streamelements_json(key: str = "points") -> Make:
    """Make an answer of the points API."""
    values = {"points": (5200, 40), "minutes": (1250, 90)}[key]
    users: list[Any] = [{"username": "lena_draws", key: values[0]}, {"username": "mo_backt", key: values[1]}, {"username": "", key: 1}, "x"]
    return text(f"{key}.json", json.dumps({"_total": 4, "users": users}))


_PLUGIN = (
    "tiktok_username TEXT, tiktok_user_id TEXT, display_name TEXT, profile_picture_url TEXT, bio TEXT, age INTEGER, gender TEXT, country TEXT,"
    " language TEXT, verified INTEGER, follower_count INTEGER, following_count INTEGER, first_seen_at TEXT, last_seen_at TEXT, total_visits INTEGER,"
    " total_watchtime_seconds INTEGER, total_coins_spent INTEGER, total_gifts_sent INTEGER, total_comments INTEGER, total_likes INTEGER,"
    " total_shares INTEGER, tts_voice TEXT, discord_username TEXT, birthday TEXT, notes TEXT, tags TEXT, is_vip INTEGER, vip_since TEXT,"
    " vip_tier TEXT, loyalty_points INTEGER, is_blocked INTEGER, is_favorite INTEGER, is_moderator INTEGER, created_at TEXT, updated_at TEXT"
)


def predecessor(name: str = "app.db") -> Make:
    """Make a database of the predecessor, with the leaderboard that knows ids, and its doubled coins."""

    def make(folder: Path) -> Path:
        path = folder / name
        with sqlite3.connect(path) as database:
            database.execute(f"CREATE TABLE viewer_profiles (id INTEGER PRIMARY KEY, {_PLUGIN})")
            database.execute(
                "CREATE TABLE viewer_gift_history (id INTEGER PRIMARY KEY, viewer_id INTEGER, gift_coins INTEGER, gift_diamond_count INTEGER)"
            )
            database.execute(
                "CREATE TABLE leaderboard_alltime (user_id TEXT PRIMARY KEY, nickname TEXT, unique_id TEXT, total_coins INTEGER, last_gift_at TEXT)"
            )
            database.execute("INSERT INTO viewer_gift_history VALUES (1, 1, 20, 10)")
            database.execute("INSERT INTO leaderboard_alltime VALUES ('6813181309701719620', 'Lena', 'lena_draws', 5200, NULL)")
            for person in (
                {"tiktok_username": "lena_draws", "display_name": "Lena", "total_coins_spent": 10400, "total_visits": 42, "total_watchtime_seconds": 75000,
                 "total_comments": 340, "birthday": "1990-05-17", "notes": "Likes cats", "tags": '["regular","artist"]', "is_vip": 1, "vip_tier": "Gold",
                 "vip_since": "2026-01-01T10:00:00.000Z", "is_favorite": 1, "first_seen_at": "2025-11-20 23:18:57", "last_seen_at": "2026-11-20T23:18:57.799Z"},
                {"tiktok_username": "mo", "tiktok_user_id": "7.14186514107164e+18", "total_coins_spent": 80, "first_seen_at": "2025-11-20 23:18:57"},
                {"tiktok_username": "bad", "birthday": "9999-99-99"},
            ):  # fmt: skip
                names = ", ".join(person)
                database.execute(f"INSERT INTO viewer_profiles ({names}) VALUES ({', '.join('?' * len(person))})", tuple(person.values()))
        database.close()
        return path

    return make


def levels(name: str = "xp.db") -> Make:
    """Make the database of the predecessor's other plugin, whose table has the same name."""

    def make(folder: Path) -> Path:
        path = folder / name
        with sqlite3.connect(path) as database:
            database.execute("CREATE TABLE viewer_profiles (username TEXT PRIMARY KEY, xp INTEGER, level INTEGER)")
            database.executemany("INSERT INTO viewer_profiles VALUES (?, ?, 1)", [("lena_draws", 5200), ("mo_backt", 40), ("", 3)])
        database.close()
        return path

    return make


ALL: dict[str, Make] = {
    "firebot-viewers": text("viewers.csv", FIREBOT_VIEWERS),
    "firebot-currencies": text("currencies.csv", FIREBOT_CURRENCIES),
    "firebot-backup": backup(),
    "firebot-users": text("users.db", USERS_DB),
    "streamlabs-xlsx": workbook("Ankh.xlsx", "Currency", [["Name", "Rank", "Points", "Hours"], ["Lena_Draws", "Regular", 5200, 20.5], ["mo_backt", "Unranked", 40, 1.25], ["bad", "Unranked", "x", 1]]),
    "streamlabs-chatbot": text("points.csv", CHATBOT),
    "streamlabs-cloudbot": text("cloudbot.csv", CLOUDBOT),
    "streamelements-json": streamelements_json("points"),
    "streamelements-minutes": streamelements_json("minutes"),
    "streamelements-csv": text("se.csv", STREAMELEMENTS),
    "mixitup": text("User Data.txt", MIXITUP),
    "mixitup-utf16": text("User Data 2.txt", MIXITUP.replace("5200", "5300"), "utf-16"),
    "phantombot": text("points_export.csv", PHANTOMBOT),
    "phantombot-mac": text("points_export_2.csv", PHANTOMBOT.replace("\n", "\r\n").replace("5200", "5300"), "utf-8-sig"),
    "ltth": predecessor(),
    "ltth-levels": levels(),
    "csv": text("liste.csv", ANY_CSV, "cp1252"),
    "csv-utf16": text("liste2.csv", ANY_CSV.replace(";", "\t"), "utf-16"),
}  # fmt: skip
"""Two files of every format at least."""
