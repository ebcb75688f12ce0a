"""Server-sent events: the same updates as over Socket.IO, for programs that would rather read a stream."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec
from litestar import Request, get
from litestar.di import NamedDependency
from litestar.params import SkipValidation
from litestar.response import ServerSentEvent, ServerSentEventMessage

from entourage.kernel import metrics
from entourage.kernel.bus.port import Bus
from entourage.kernel.http import Db, Who, allowed
from entourage.viewers import updates
from entourage.web.standing import CHECK_S, HEARD, Standing, needed

LIFE_S = 600.0
_KEEPALIVE_S = 15.0


@get(["/api/stream", "/api/ws"], guards=[allowed("viewers.read")], opt={"uncompressed": True}, tags=["viewers"])
async def stream_updates(request: Request[Any, Any, Any], actor: Who, db: Db, bus: NamedDependency[SkipValidation[Bus]]) -> ServerSentEvent:
    """Stream a creator's updates; a connection lives ten minutes, then the client comes again by itself."""
    return ServerSentEvent(_messages(actor.creator_id, Standing(db, request.scope), bus))


async def _messages(creator_id: int, standing: Standing, bus: Bus) -> AsyncIterator[ServerSentEventMessage]:
    loop = asyncio.get_running_loop()
    until, spoke, checked = loop.time() + LIFE_S, loop.time(), 0.0
    heard: set[str] = set()
    async with bus.subscribe() as batches:
        yield ServerSentEventMessage(event="hello", data="{}", retry=2000)  # nothing is missed from here on
        coming = asyncio.ensure_future(anext(batches))
        metrics.LINES.add("sse", by=1)
        try:
            while (now := loop.time()) < until:
                if now - checked >= CHECK_S:
                    checked = now
                    heard = {permission for permission in HEARD if await standing.may(permission)}
                    if "viewers.read" not in heard:
                        return
                done, _ = await asyncio.wait({coming}, timeout=CHECK_S)
                if done:
                    batch, spoke = coming.result(), loop.time()
                    coming = asyncio.ensure_future(anext(batches))
                    for update in batch:
                        if update.creator_id == creator_id and update.audience == updates.STAFF and needed(update.event) in heard:
                            yield ServerSentEventMessage(event=update.event, data=bytes(msgspec.Raw(update.payload)).decode())
                elif loop.time() - spoke >= _KEEPALIVE_S:
                    spoke = loop.time()
                    yield ServerSentEventMessage(comment="still here")
        finally:
            metrics.LINES.add("sse", by=-1)
            coming.cancel()
