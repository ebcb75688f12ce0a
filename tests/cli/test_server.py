"""The web server of a process: who it believes."""

import asyncio
from typing import Any

import httpx
import pytest
from litestar import Litestar, Request, get

from entourage.cli import server


@get("/who")
async def who(request: Request[Any, Any, Any]) -> str:
    """Say from which address somebody comes."""
    return request.client.host if request.client else ""


@pytest.mark.anyio
@pytest.mark.parametrize(("trusted", "seen"), [("127.0.0.0/8", "192.0.2.7"), ("10.0.0.0/8", "127.0.0.1")])
async def test_only_a_trusted_proxy_says_who_comes(trusted: str, seen: str) -> None:
    with server.open_socket("127.0.0.1", 0) as taken:
        web = server.serve(Litestar([who], logging_config=None, openapi_config=None), trusted_proxies=trusted)
        serving = asyncio.create_task(web.serve(sockets=[taken]))
        async with httpx.AsyncClient() as client:
            address = f"http://127.0.0.1:{taken.getsockname()[1]}/who"
            assert (await client.get(address, headers={"x-forwarded-for": "198.51.100.1, 192.0.2.7"})).text == seen
        web.should_exit = True
        await serving
