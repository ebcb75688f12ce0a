"""Rooms are found, tickets are signed, and every refusal says what to do."""

import time

import pytest

from entourage.kernel.errors import Later, Never, NotFound, SignInAgain
from entourage.platforms.tiktok.client import RateLimited, Room
from tests.platforms.tiktok.fake import KEY, fake_tiktok
from tests.platforms.tiktok.payloads import ROOM, chat

pytestmark = pytest.mark.anyio


async def test_the_page_tells_room_and_status() -> None:
    async with fake_tiktok() as fake:
        client = fake.client()
        assert await client.find_room("mara.live") == Room(str(ROOM), live=True)
        fake.live = False
        assert await client.find_room("mara.live") == Room(str(ROOM), live=False)
        await client.aclose()


@pytest.mark.parametrize("page", ["<html>a shell without state</html>", '<script id="SIGI_STATE">{not json</script>'])
async def test_a_page_that_tells_nothing_sends_us_to_the_api(page: str) -> None:
    async with fake_tiktok() as fake:
        fake.page = page
        client = fake.client()
        assert await client.find_room("mara.live") == Room(str(ROOM), live=True)
        await client.aclose()


@pytest.mark.parametrize("api", [True, False])
async def test_a_creator_that_does_not_exist_is_not_found(api: bool) -> None:
    async with fake_tiktok() as fake:
        fake.known, fake.api = False, api
        client = fake.client()
        with pytest.raises(NotFound, match="no TikTok creator called @nobody"):
            await client.find_room("nobody")
        await client.aclose()


async def test_neither_page_nor_api_is_a_platform_error() -> None:
    async with fake_tiktok() as fake:
        fake.page, fake.api = "shell", False
        client = fake.client()
        with pytest.raises(Never, match=r"TikTok refused the request \(403\)"):
            await client.find_room("mara.live")
        await client.aclose()


async def test_the_alive_check_answers_yes_and_no() -> None:
    async with fake_tiktok() as fake:
        client = fake.client()
        assert await client.is_alive(str(ROOM))
        fake.alive = False
        assert not await client.is_alive(str(ROOM))
        await client.aclose()


async def test_a_ticket_holds_address_cookie_and_history() -> None:
    async with fake_tiktok() as fake:
        fake.history = [chat(1)]
        client = fake.client()
        ticket = await client.sign(str(ROOM))
        await client.aclose()
        assert ticket.cookie == "ttwid=abc%3D"
        assert [message.method for message in ticket.history] == ["WebcastChatMessage"]
        assert f"ws://127.0.0.1:{fake.port}/push?" in ticket.url
        for part in (f"room_id={ROOM}", "compress=gzip", "wrss=a%20b%2Fc", "cursor=cur-1", "internal_ext=ext%3D0%7C1"):
            assert part in ticket.url
        assert ticket.url.endswith("&version_code=270000")
        request = fake.signs[0]
        assert request.headers["X-Api-Key"] == KEY
        assert KEY not in request.path
        assert f"room_id={ROOM}" in request.path


@pytest.mark.parametrize("status", [401, 403])
async def test_a_refused_key_asks_for_another_and_is_not_told(status: int) -> None:
    async with fake_tiktok() as fake:
        fake.refusals = [(status, f'{{"message":"bad api_key={KEY}"}}'.encode(), {})]
        client = fake.client()
        with pytest.raises(SignInAgain, match="refused the key") as refused:
            await client.sign(str(ROOM))
        await client.aclose()
        assert KEY not in str(refused.value)


async def test_a_rate_limit_tells_how_long_from_its_reset_and_not_from_what_remains() -> None:
    headers = {"RateLimit-Remaining": "0", "RateLimit-Reset": str(int(time.time()) + 90)}
    async with fake_tiktok() as fake:
        fake.refusals = [(429, b'{"message":"slow down","limit_label":"rate_limit_account_minute"}', headers)]
        client = fake.client()
        with pytest.raises(RateLimited, match="slow down rate_limit_account_minute") as limited:
            await client.sign(str(ROOM))
        await client.aclose()
        assert limited.value.retry_after_s == pytest.approx(90, abs=3)


async def test_a_ticket_without_a_cookie_is_no_ticket() -> None:
    async with fake_tiktok() as fake:
        fake.cookie = ""
        client = fake.client()
        with pytest.raises(Later, match="holds no cookie"):
            await client.sign(str(ROOM))
        await client.aclose()


async def test_an_answer_that_is_no_protobuf_comes_later() -> None:
    async with fake_tiktok() as fake:
        fake.refusals = [(200, b"<html>gateway</html>", {})]
        client = fake.client()
        with pytest.raises(Later):
            await client.sign(str(ROOM))
        await client.aclose()


async def test_a_sign_server_that_fails_is_asked_again_later_and_not_at_once() -> None:
    async with fake_tiktok() as fake:
        fake.refusals = [(500, b"", {})]
        client = fake.client()
        with pytest.raises(Later, match=r"problem of its own \(500\)"):
            await client.sign(str(ROOM))
        await client.aclose()
        assert len(fake.signs) == 1
