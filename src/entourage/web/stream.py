"""Server-sent events: the same updates as over Socket.IO, for programs that would rather read a stream."""

import asyncio
from collections.abc import AsyncIterator

import msgspec
from litestar import get
from litestar.di import NamedDependency
from litestar.params import SkipValidation
from litestar.response import ServerSentEvent, ServerSentEventMessage

from entourage.kernel.bus.port import Bus
from entourage.kernel.http import Who, allowed
from entourage.viewers import updates

LIFE_S = 600.0
_KEEPALIVE_S = 15.0


@get("/api/stream", guards=[allowed("viewers.read")], opt={"uncompressed": True}, tags=["viewers"])
async def stream_updates(actor: Who, bus: NamedDependency[SkipValidation[Bus]]) -> ServerSentEvent:
    """Stream a creator's updates; a connection lives ten minutes, then the client comes again by itself."""
    return ServerSentEvent(_messages(actor.creator_id, bus))


async def _messages(creator_id: int, bus: Bus) -> AsyncIterator[ServerSentEventMessage]:
    yield ServerSentEventMessage(event="hello", data="{}", retry=2000)
    loop = asyncio.get_running_loop()
    until = loop.time() + LIFE_S
    async with bus.subscribe() as batches:
        coming = asyncio.ensure_future(anext(batches))
        try:
            while loop.time() < until:
                done, _ = await asyncio.wait({coming}, timeout=_KEEPALIVE_S)
                if not done:
                    yield ServerSentEventMessage(comment="still here")
                    continue
                batch = coming.result()
                coming = asyncio.ensure_future(anext(batches))
                for update in batch:
                    if update.creator_id == creator_id and update.audience == updates.STAFF:
                        yield ServerSentEventMessage(event=update.event, data=bytes(msgspec.Raw(update.payload)).decode())
        finally:
            coming.cancel()
