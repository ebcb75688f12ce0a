"""The web's side of a running house: one Litestar application from its parts."""

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from litestar import Litestar, asgi
from litestar.config.compression import CompressionConfig
from litestar.datastructures import CacheControlHeader, State
from litestar.di import Provide
from litestar.handlers import ASGIRouteHandler
from litestar.middleware import DefineMiddleware
from litestar.plugins.flash import FlashConfig, FlashPlugin
from litestar.router import Router
from litestar.static_files import create_static_files_router
from litestar.types import ControllerRouterHandler, Middleware, Receive, Scope, Send
from litestar_htmx import HTMXPlugin

from entourage.chats.routes import answering, costs, sendings
from entourage.chats.routes import deciding as chat_deciding
from entourage.chats.routes import facts as chat_facts
from entourage.chats.routes import reading as chat_reading
from entourage.clips.routes import campaigning, clipping, paying, reviewing
from entourage.clips.routes import counting as clip_counting
from entourage.clips.routes import looking as clip_looking
from entourage.kernel import http
from entourage.viewers.routes import access, changing, choosing, evenings, histories, importing, linking, reading, sending
from entourage.viewers.routes import tiers as tier_routes
from entourage.vips.routes import badges, cron, deciding, points, strays, trying
from entourage.web import (
    auditlog,
    clip_keys,
    clipper_doors,
    columns,
    connect,
    connections,
    demo,
    docs,
    engine,
    fan_connect,
    fan_health,
    health,
    hearings,
    hooks,
    house_doors,
    keys,
    me,
    members,
    metrics,
    overlays,
    pages,
    protection,
    retelling,
    safety,
    signin,
    stream,
    traces,
    vitals,
    welcome,
)
from entourage.web import cron as clockwork
from entourage.web.requests import Requests
from entourage.web.sessions import SessionConfig, SessionStore
from entourage.web.socket import Sockets
from entourage.wiring import House

BODY_MOST = 10_000_000
_STATIC = Path(__file__).parent / "web" / "static"
_MINUTES_5 = 300
_PARTS = (
    "settings",
    "attempts",
    "passwords",
    "publisher",
    "intake",
    "mapper",
    "bus",
    "channels",
    "consents",
    "desk",
    "hooks",
    "beside",
    "chat_desk",
    "clip_desk",
    "key_checks",
    "fan_consents",
    "fan_trials",
    "shift",
)


def build(house: House) -> Litestar:
    """Build the application of a house; `house.close()` stays with whoever opened it."""
    return furnish(frame(house), house)


def furnish(app: Litestar, house: House) -> Litestar:
    """Let an application answer for a house; its frame must have been made for one with the same settings and panels."""
    sockets = Sockets(house.db, house.bus, house.publisher)
    house.serving += [sockets.run, sockets.watch]
    app.state.update({
        "house": house, "db": house.db, "settings": house.settings, "retell": retelling.answer, "sockets": sockets, **_looks(house),
    })  # fmt: skip
    app.stores.register("sessions", SessionStore(house.db), allow_override=True)
    return app


def frame(house: House) -> Litestar:
    """Build all of an application that does not depend on whose house it is: routes, guards, middleware."""
    secure = house.settings.base_url.startswith("https://")
    templates = engine.config()
    tracing = traces.begin(house.settings)
    if tracing is not None:
        house.closing.append(partial(asyncio.to_thread, tracing.end))
    return Litestar(
        route_handlers=[
            *routes_of_house(),
            _static(),
            _socket(),
            *([house.panel, *house.panels, *demo.ROUTES] if house.panel else []),
        ],
        dependencies={
            "db": Provide(http.provide_db, sync_to_thread=False),
            "actor": Provide(http.provide_actor, sync_to_thread=False),
            **{name: Provide(_part(name), sync_to_thread=False) for name in _PARTS},
            **_LOOKS,
        },
        guards=[http.closed],
        middleware=_middleware(house, tracing, secure=secure),
        exception_handlers=http.EXCEPTION_HANDLERS,
        before_send=[protection.add_headers],
        template_config=templates,
        plugins=[HTMXPlugin(), FlashPlugin(FlashConfig(template_config=templates)), *([tracing.plugin] if tracing else [])],
        compression_config=CompressionConfig("gzip", gzip_compress_level=5, exclude_opt_key="uncompressed"),
        openapi_config=docs.config(),
        request_max_body_size=BODY_MOST,
        request_class=http.Asked,
        # Our own structured log is set up by whoever starts the process.
        logging_config=None,
    )


def build_watch(house: House) -> Litestar:
    """Build what a listener or worker without web answers: how it is doing, for supervisors."""
    return Litestar(
        route_handlers=[health.live, health.ready, health.health, metrics.show_metrics],
        state=State({"house": house, "db": house.db, "settings": house.settings, **_looks(house)}),
        dependencies={"settings": Provide(_part("settings"), sync_to_thread=False), **_LOOKS},
        exception_handlers=http.EXCEPTION_HANDLERS,
        before_send=[protection.add_headers],
        template_config=engine.config(),
        openapi_config=None,
        logging_config=None,
    )


def _looks(house: House) -> dict[str, object]:
    look = vitals.Vitals(db=house.db, pulse=house.pulse, redis=house.redis.ping if house.redis else None)
    return {"vitals": look, "meter": metrics.Meter(db=house.db, lost=lambda: house.bus.lost, intake=house.intake)}


def _look(name: str) -> Callable[[State], object]:
    """Make the provider of a way to look at the house, for a handler's argument of the same name."""

    def provide(state: State) -> Any:  # noqa: ANN401 - whatever the handler says it is
        return state[name]

    return provide


_LOOKS = {name: Provide(_look(name), sync_to_thread=False) for name in ("vitals", "meter")}


def routes_of_house() -> list[ControllerRouterHandler]:
    """Return all that answers: pages, REST, streams and sockets, room by room."""
    return [
        health.live, health.ready, health.health, metrics.show_metrics,
        signin.show_sign_in, signin.sign_in, signin.sign_out,
        welcome.show_welcome, welcome.welcome, welcome.show_link, welcome.use_link, welcome.show_join, welcome.join,
        me.show_me, me.change_me, me.change_password, columns.choose_columns,
        me.list_creators, me.add_creator, me.change_creator, me.switch_creator, *house_doors.ROUTES,
        members.list_members, members.change_role, members.remove_member,
        members.list_invitations, members.invite, members.withdraw, *clipper_doors.ROUTES,
        keys.list_keys, keys.make_key, keys.revoke_key, clip_keys.keep_key, clip_keys.drop_key,
        *overlays.ROUTES,
        connections.list_connections, connections.put_connection, connections.remove_connection, *connect.ROUTES,
        auditlog.list_entries, *safety.ROUTES,
        *reading.ROUTES, *histories.ROUTES, *evenings.ROUTES, *changing.ROUTES, *choosing.ROUTES, *linking.ROUTES, *tier_routes.ROUTES,
        *sending.ROUTES, *access.ROUTES, *importing.ROUTES, *hooks.ROUTES, *hearings.ROUTES, stream.stream_updates,
        *badges.ROUTES, *deciding.ROUTES, *points.ROUTES, *trying.ROUTES, *strays.ROUTES, *cron.ROUTES,
        *chat_deciding.ROUTES, *chat_facts.ROUTES, *chat_reading.ROUTES, *answering.ROUTES,
        *sendings.ROUTES, *costs.ROUTES,
        *clip_looking.ROUTES,
        *clip_counting.ROUTES,
        *clipping.ROUTES, *reviewing.ROUTES, *campaigning.ROUTES, *paying.ROUTES,
        *fan_connect.ROUTES, *fan_health.ROUTES, *clockwork.ROUTES,
        pages.ROUTER,
    ]  # fmt: skip


def _middleware(house: House, tracing: traces.Traces | None, *, secure: bool) -> list[Middleware]:
    return [
        Requests(lines=bool(house.settings.log_requests), name=tracing.name if tracing else None),
        *metrics.middleware(),
        protection.Hosts(house.settings),
        SessionConfig(secure=secure).middleware,
        DefineMiddleware(protection.Csrf, config=protection.csrf_config(house.csrf_secret, secure=secure)),
        DefineMiddleware(http.Authentication),
    ]


def _static() -> Router:
    return create_static_files_router(
        path="/static",
        directories=[_STATIC],
        cache_control=CacheControlHeader(public=True, max_age=_MINUTES_5, stale_while_revalidate=_MINUTES_5),
        opt={**http.ANYONE, "skip_session": True, "exclude_from_csrf": True, "exclude_from_auth": True},
    )


def _part(name: str) -> Callable[[State], object]:
    """Make the provider of a part of the house, for a handler's argument of the same name."""

    def provide(state: State) -> Any:  # noqa: ANN401 - whatever the handler says it is
        return getattr(state.house, name)

    return provide


def _socket() -> ASGIRouteHandler:
    """Mount Socket.IO."""

    # Litestar checks no session and no guard on a mounted app: Sockets asks for itself who connects.
    @asgi("/socket.io", is_mount=True, copy_scope=True, opt={**http.ANYONE, "exclude_from_csrf": True})
    async def socket_io(scope: Scope, receive: Receive, send: Send) -> None:
        scope["path"] = "/socket.io/" + scope["path"].lstrip("/")
        await scope["litestar_app"].state.sockets.app(scope, receive, send)

    return socket_io
