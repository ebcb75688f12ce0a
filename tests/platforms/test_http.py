"""Every call ends in time, is repeated only where that is safe, and fails in words that give nothing away."""

import asyncio
import time
from datetime import UTC, datetime
from email.utils import formatdate

import httpx2
import pytest

from entourage.kernel import clock
from entourage.kernel.errors import Later, Never, SignInAgain
from entourage.platforms.http import Client, backoff, wait_asked

pytestmark = pytest.mark.anyio
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECRET = "s3cr3t-value"
URL = f"https://api.example/things?access_token={SECRET}"


def answering(*answers: httpx2.Response | Exception, seen: list[httpx2.Request] | None = None) -> httpx2.MockTransport:
    left = list(answers)

    def handle(request: httpx2.Request) -> httpx2.Response:
        if seen is not None:
            seen.append(request)
        answer = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    return httpx2.MockTransport(handle)


async def test_a_good_answer_comes_back_with_lower_case_headers() -> None:
    async with Client("Example", transport=answering(httpx2.Response(200, json={"a": 1}, headers={"X-Thing": "b"}))) as client:
        reply = await client.get(URL)
    assert (reply.status, reply.json(), reply.headers["x-thing"]) == (200, {"a": 1}, "b")


@pytest.mark.thorough
async def test_a_passing_failure_is_healed_by_another_try() -> None:
    seen: list[httpx2.Request] = []
    answers = answering(httpx2.ConnectError("refused"), httpx2.Response(503), httpx2.Response(200), seen=seen)
    async with Client("Example", transport=answers) as client:
        assert (await client.get(URL)).status == 200
    assert len(seen) == 3


@pytest.mark.parametrize("key", [f"{SECRET}\x00", f"{SECRET}\nHost: evil", f"{SECRET}\u202e", f"{SECRET}²"])
async def test_a_key_that_fits_in_no_header_is_refused_without_being_told(key: str) -> None:
    async with await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0) as server, Client("Example") as client:
        address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        with pytest.raises(Never, match="was not asked") as refused:
            await client.get(address, headers={"authorization": f"Bearer {key}"})
    assert SECRET not in f"{refused.value}{refused.value.__cause__}"


@pytest.mark.thorough
@pytest.mark.parametrize(("repeat", "tries"), [(None, 1), (True, 3)])
async def test_a_post_is_repeated_only_when_told_so(repeat: bool | None, tries: int) -> None:
    seen: list[httpx2.Request] = []
    async with Client("Example", transport=answering(httpx2.Response(500), seen=seen)) as client:
        with pytest.raises(Later, match=r"Example has a problem of its own \(500\)"):
            await client.call("POST", URL, repeat=repeat, json={"x": 1})
    assert len(seen) == tries


@pytest.mark.parametrize(
    ("status", "error"),
    [(401, SignInAgain), (403, Never), (404, Never), (400, Never), (429, Later), (502, Later), (408, Later)],
)
async def test_each_status_has_its_kind_of_error(status: int, error: type[Exception]) -> None:
    async with Client("Example", attempts=1, transport=answering(httpx2.Response(status))) as client:
        with pytest.raises(error):
            await client.get(URL)
        assert (await client.get(URL, accept={status})).status == status


async def test_a_request_to_slow_down_is_not_repeated_and_tells_its_wait() -> None:
    seen: list[httpx2.Request] = []
    async with Client("Example", transport=answering(httpx2.Response(429, headers={"Retry-After": "7"}), seen=seen)) as client:
        with pytest.raises(Later) as slow:
            await client.get(URL)
    assert (slow.value.retry_after_s, len(seen)) == (7.0, 1)


async def test_a_call_ends_at_its_deadline_with_all_its_tries() -> None:
    async def sleep(_: httpx2.Request) -> httpx2.Response:
        await asyncio.sleep(5)
        return httpx2.Response(200)

    began = time.monotonic()
    async with Client("Example", transport=httpx2.MockTransport(sleep)) as client:
        with pytest.raises(Later, match=r"Example did not answer within 0\.2 seconds"):
            await client.get(URL, deadline_s=0.2)
    assert time.monotonic() - began < 1


async def test_an_answer_without_end_is_cut_off() -> None:
    async with Client("Example", max_bytes=1000, transport=answering(httpx2.Response(200, content=b"x" * 1001))) as client:
        with pytest.raises(Never, match="more than 1000 bytes"):
            await client.get(URL)


@pytest.mark.thorough
@pytest.mark.parametrize(
    "answer",
    [
        httpx2.Response(400, text=f'{{"error":"bad","api_key":"{SECRET}"}}'),
        httpx2.Response(401),
        httpx2.ConnectError(f"cannot reach {URL}"),
        httpx2.ReadTimeout("slow"),
    ],
)
async def test_no_error_and_no_log_gives_a_secret_away(
    answer: httpx2.Response | Exception, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    async with Client("Example", attempts=2, transport=answering(answer), headers={"Authorization": f"Bearer {SECRET}"}) as client:
        with pytest.raises((Later, Never, SignInAgain)) as failed:
            await client.get(URL)
    told = capsys.readouterr()
    assert SECRET not in str(failed.value)
    assert SECRET not in told.out + told.err + caplog.text


async def test_an_address_that_is_none_never_works() -> None:
    async with Client("Example") as client:
        with pytest.raises(Never, match="could not be reached"):
            await client.get("nonsense")


async def test_an_answer_that_is_no_json_comes_later() -> None:
    async with Client("Example", transport=answering(httpx2.Response(200, text="<html>"))) as client:
        reply = await client.get(URL)
    with pytest.raises(Later, match="Example answered with something that is no JSON"):
        reply.json()


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "12"}, 12),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "-3"}, 0),
        ({"retry-after": formatdate(NOON.timestamp() + 100, usegmt=True)}, 100),
        ({"ratelimit-reset": str(int(NOON.timestamp()) + 50)}, 50),
        ({"ratelimit-reset": "30"}, 30),
        ({"ratelimit-remaining": "0", "x-ratelimit-reset": "5"}, 5),
        ({"retry-after": "99999999"}, 86_400),
        ({"retry-after": "", "ratelimit-reset": "9"}, 9),
    ],
)
async def test_the_wait_asked_for_is_read_in_all_its_forms(headers: dict[str, str], seconds: float | None) -> None:
    real = clock.set_source(lambda: NOON)
    try:
        assert wait_asked(headers) == seconds
    finally:
        clock.set_source(real)


async def test_waits_between_tries_grow_and_stay_within_bounds() -> None:
    waits = [[backoff(attempt, 1, 60) for _ in range(300)] for attempt in (1, 2, 3, 10, 5000)]
    assert all(1 <= wait <= 60 for some in waits for wait in some)
    assert [max(some) <= bound for some, bound in zip(waits, (2, 4, 8, 60, 60), strict=True)] == [True] * 5
    assert max(waits[4]) > 50
    assert min(waits[4]) < 10
