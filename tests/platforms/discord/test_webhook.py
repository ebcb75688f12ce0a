"""Notices reach Discord at its pace, ping nobody, and give no address away."""

import io
import json

import httpx2
import pytest

from entourage.kernel.errors import Invalid, Later, Never
from entourage.platforms.discord.webhook import BASES, DiscordWebhooks
from entourage.platforms.http import Client

pytestmark = pytest.mark.anyio
ADDRESS = f"{BASES[0]}123456/Abc-def_0123456789abcdef"


def discord(*answers: httpx2.Response, seen: list[httpx2.Request]) -> DiscordWebhooks:
    left = list(answers)

    def handle(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        return left.pop(0) if len(left) > 1 else left[0]

    return DiscordWebhooks(Client("Discord", transport=httpx2.MockTransport(handle), attempts=1))


async def test_a_notice_is_written_and_pings_nobody() -> None:
    seen: list[httpx2.Request] = []
    await discord(httpx2.Response(204), seen=seen).send(ADDRESS, "@everyone Mia is VIP now!" + "x" * 3000)

    body = json.loads(seen[0].content)
    assert (str(seen[0].url), body["allowed_mentions"], len(body["content"])) == (ADDRESS, {"parse": []}, 2000)


async def test_whoever_is_too_fast_is_told_when_to_come_back_and_asks_no_more_until_then() -> None:
    seen: list[httpx2.Request] = []
    webhooks = discord(httpx2.Response(429, headers={"retry-after": "64"}, json={"retry_after": 64}), httpx2.Response(204), seen=seen)
    with pytest.raises(Later) as caught:
        await webhooks.send(ADDRESS, "one")
    assert caught.value.retry_after_s == 64
    with pytest.raises(Later):
        await webhooks.send(ADDRESS, "two")
    assert len(seen) == 1


async def test_an_empty_bucket_is_waited_for() -> None:
    seen: list[httpx2.Request] = []
    empty = httpx2.Response(204, headers={"x-ratelimit-remaining": "0", "x-ratelimit-reset-after": "0.05"})
    webhooks = discord(empty, httpx2.Response(204), seen=seen)
    await webhooks.send(ADDRESS, "one")
    await webhooks.send(ADDRESS, "two")
    assert len(seen) == 2


@pytest.mark.parametrize("status", [401, 403, 404])
async def test_a_webhook_that_is_gone_is_said_in_words_without_its_address(status: int, written: io.StringIO) -> None:
    with pytest.raises(Never, match="was deleted") as caught:
        await discord(httpx2.Response(status), seen=[]).send(ADDRESS, "one")
    with pytest.raises(Never):
        await discord(httpx2.Response(400), seen=[]).send(ADDRESS, "one")
    assert "Abc-def" not in written.getvalue() + str(caught.value)
    assert written.getvalue()


async def test_no_other_address_is_called() -> None:
    seen: list[httpx2.Request] = []
    with pytest.raises(Invalid):
        await discord(httpx2.Response(204), seen=seen).send("http://169.254.169.254/latest", "one")
    assert seen == []
