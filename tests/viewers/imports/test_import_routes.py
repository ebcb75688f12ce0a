"""Importing over REST: a file is handed in, looked at, imported by a job, listed, and taken back."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from entourage.kernel.jobs.registry import Registry
from entourage.viewers import import_jobs
from entourage.wiring import House
from tests.labour import employed
from tests.people import Cast, Client, Doors
from tests.viewers.imports import files
from tests.viewers.imports.content import hashes

pytestmark = pytest.mark.anyio

IMPORTS = "/api/viewer-profiles/imports"


@pytest.fixture
async def worker(house: House) -> AsyncIterator[None]:
    """Somebody who does the jobs."""
    registry = Registry()
    import_jobs.register(registry, house.publisher, house.settings.data_path)
    async with employed(house.db, registry):
        yield


@pytest.fixture
async def owner(doors: Doors, cast: Cast) -> Client:
    """The owner's browser."""
    return await doors.of(cast.owner)


async def hand_in(browser: Client, content: bytes) -> str:
    answer = await browser.post(f"{IMPORTS}/files", content=content, headers={"content-type": "application/octet-stream"})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["data"]["upload"])


async def ended(browser: Client, import_id: int) -> dict[str, Any]:
    async with asyncio.timeout(20):
        while True:
            past: dict[str, Any] = (await browser.get(f"{IMPORTS}/{import_id}")).json()["data"]
            if past["state"] in {"done", "undone", "failed"}:
                return past
            await asyncio.sleep(0.02)


async def test_a_file_goes_all_the_way_and_back(owner: Client, house: House, worker: None, tmp_path: Path) -> None:
    await owner.get("/api/me")
    before = await hashes(house.db)
    content = files.ALL["firebot-backup"](tmp_path).read_bytes()
    mark = await hand_in(owner, content)

    seen = (await owner.post(f"{IMPORTS}/preview", json={"upload": mark})).json()["data"]
    assert (seen["source"], seen["known_as"], seen["platform"]) == ("firebot", "Firebot", "twitch")
    assert seen["mapping"]["Points"] == "loyalty_points"
    assert (seen["counts"]["new"], seen["counts"]["rejected"]) == (2, 2)
    assert {one["handle"] for one in seen["samples"]} == {"lena_draws", "mo_backt"}
    assert seen["refusals"][0]["reason"] == "This line is broken: it is no JSON."

    way = {"upload": mark, "name": "backup.zip", "rules": {"watch_ms": "add"}, "platform": "twitch"}
    answer = await owner.post(IMPORTS, json=way)
    assert answer.status_code == 202
    past = await ended(owner, answer.json()["data"]["id"])
    assert (past["state"], past["counts"]["new"], past["rules"]["watch_ms"]) == ("done", 2, "add")
    shown = (await owner.get("/api/viewer-profiles/lena_draws")).json()["data"]
    assert (shown["total_watchtime_seconds"], shown["loyalty_points"]) == (75_000, 5200)
    assert [one["id"] for one in (await owner.get(IMPORTS)).json()["data"]] == [past["id"]]

    failed = await owner.get(f"{IMPORTS}/{past['id']}/failed")
    assert failed.headers["content-disposition"] == 'attachment; filename="backup-failed.csv"'
    assert failed.text.splitlines()[0].endswith(",errors")

    again = await owner.post(IMPORTS, json={"upload": await hand_in(owner, content)})
    assert (again.status_code, "imported on" in again.json()["error"]) == (409, True)

    assert (await owner.post(f"{IMPORTS}/{past['id']}/undo")).status_code == 202
    assert (await ended(owner, past["id"]))["state"] == "undone"
    after = await hashes(house.db)
    assert {k: v for k, v in after.items() if k.startswith(("viewer_", "viewers")) and k != "viewer_totals"} == {
        k: v for k, v in before.items() if k.startswith(("viewer_", "viewers")) and k != "viewer_totals"
    }
    log = (await owner.get("/api/audit-log")).text
    assert "viewers.import" in log
    assert "viewers.import.undo" in log


async def test_a_look_at_the_beginning_is_quick_and_says_so(owner: Client) -> None:
    mark = await hand_in(owner, b"username,points,coins\n" + b"".join(b"u%d,1,2\n" % n for n in range(3_000)))
    seen = (await owner.post(f"{IMPORTS}/preview", json={"upload": mark, "most": 500})).json()["data"]
    assert (seen["counts"]["rows"], seen["whole"]) == (500, False)
    seen = (await owner.post(f"{IMPORTS}/preview", json={"upload": mark, "mapping": {"1": "handle", "coins": "coins"}})).json()["data"]
    assert (seen["counts"]["rows"], seen["whole"], seen["mapping"]) == (3_000, True, {"username": "handle", "coins": "coins"})


async def test_what_cannot_be_is_refused_with_the_place_of_it(owner: Client) -> None:
    mark = await hand_in(owner, b"username,points\nlena,1\n")
    for change, status, words in (
        ({"rules": {"coins": "double"}}, 400, "set, add or larger"),
        ({"mapping": {"points": "coins"}}, 400, "who a row is about"),
        ({"source": "nightbot"}, 400, "no format"),
        ({"upload": "0" * 32}, 404, "not here any more"),
        ({"upload": "../../../etc/passwd"}, 404, "not here any more"),
    ):
        answer = await owner.post(f"{IMPORTS}/preview", json={"upload": mark} | change)
        assert (answer.status_code, words in answer.json()["error"]) == (status, True), answer.text
    assert (await owner.post(f"{IMPORTS}/files", content=b"")).json()["error"] == "The file is empty."
    assert (await owner.get(f"{IMPORTS}/99")).status_code == 404
    assert (await owner.post(f"{IMPORTS}/99/undo")).status_code == 404
    assert (await owner.get(f"{IMPORTS}/ways")).json()["data"]["formats"]["ltth"] == "LTTH"


async def test_a_file_that_is_too_large_is_refused_while_it_arrives(owner: Client) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(120):
            yield bytes(1_000_000)

    answer = await owner.post(f"{IMPORTS}/files", content=endless())
    assert answer.status_code == 413
    assert "100 MB" in answer.json()["error"]


async def test_only_who_may_import_does_and_nobody_finds_anothers_file(doors: Doors, cast: Cast, owner: Client) -> None:
    mark = await hand_in(owner, b"username,points\nlena,1\n")
    helper = await doors.of(cast.helper)
    assert (await helper.post(f"{IMPORTS}/preview", json={"upload": mark})).status_code == 403
    assert (await helper.post(f"{IMPORTS}/files", content=b"x")).status_code == 403
    assert (await helper.get(IMPORTS)).status_code == 403
    neighbour = await doors.of(cast.neighbour)
    assert (await neighbour.post(f"{IMPORTS}/preview", json={"upload": mark})).status_code == 404
