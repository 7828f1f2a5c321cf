"""Listen and answer: the pages of this process, or health and metrics alone."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, cast

import structlog
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from connectors.linkedin import sunset_ahead
from connectors.registry import share_intents
from services.errors import Stop
from services.figures.follow_link import Links
from services.figures.refresh_links import LinkRefresher
from services.figures.rules.link_table import LinkTable
from services.message import message
from services.posts.suggest import Suggester
from services.settings import Settings
from services.web.app import Web, create_operations, create_web
from services.web.parts import Readiness, WebParts
from streams.bootstrap import Parts, clock
from streams.key_files import session_key
from streams.logs.embedded.owner import last_owner, write_owner
from streams.serving.answer_at_once import HttpWithRedirects, Redirects
from streams.serving.click_writer import ClickWriter
from streams.serving.link_file import LinkFile, LinkKeeper

_log = structlog.get_logger("serve")

_BACKLOG = 1024
_GRACE_SECONDS = 2


def listen(settings: Settings, *, shared: bool = False) -> socket.socket:
    """Bind the address of the pages. Raises Stop when it is taken.

    ``shared``: other processes that share it may bind it too, and the system deals connections out.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # Of a socket that does not name TCP, asyncio does not know that answers should leave at once.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if shared:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as error:
        listener.close()
        raise Stop(
            message(
                "address.taken",
                "the address {address} cannot be used ({fault}); choose another with --host or --port",
                address=f"{settings.host}:{settings.port}",
                fault=str(error.strerror),
            )
        ) from error
    listener.listen(_BACKLOG)
    return listener


@asynccontextmanager
async def serving(
    application: ASGIApp,
    listener: socket.socket,
    *,
    trusted_proxies: Sequence[str],
    redirects: Redirects | None = None,
) -> AsyncIterator[None]:
    """Answer requests on ``listener`` until the block ends.

    ``trusted_proxies`` (addresses and networks) may name the client of a request. ``redirects`` may take
    those below ``/r/`` from the application.
    """
    http = type("Http", (HttpWithRedirects,), {"redirects": redirects})
    server = _Server(
        uvicorn.Config(
            _Forwarded(application, trusted_proxies),
            interface="asgi3",
            http=http,
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=_GRACE_SECONDS,
        )
    )
    running = asyncio.create_task(server.serve(sockets=[listener]), name="web server")
    try:
        while not server.started and not running.done():  # noqa: ASYNC110 - uvicorn has no event
            await asyncio.sleep(0.005)
        yield
    finally:
        server.should_exit = True
        await running


class _Forwarded:
    """Puts the visitor in the place of a trusted proxy. Who comes by themselves pay nothing for it."""

    def __init__(self, application: ASGIApp, trusted_proxies: Sequence[str]) -> None:
        self._application = application
        self._forwarded = ProxyHeadersMiddleware(
            cast("Any", application), trusted_hosts=list(trusted_proxies)
        )

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        for name, _ in scope["headers"]:
            if name.startswith(b"x-forwarded-"):
                return self._forwarded(cast("Any", scope), cast("Any", receive), cast("Any", send))
        return self._application(scope, receive, send)


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are ours: one owner, one way to stop."""
        yield


@dataclass(frozen=True, slots=True)
class Pages:
    """The web application of a process, and where its clicks go."""

    application: Web
    clicks: ClickWriter


@asynccontextmanager
async def pages(
    parts: Parts,
    readiness: Readinesses,
    *,
    simulated: bool = False,
    create: Callable[[WebParts], Web] = create_web,
) -> AsyncIterator[Pages]:
    """The web application of this process, with what runs beside it: clicks written, links known."""
    settings = parts.settings
    clicks = ClickWriter(
        log=parts.log,
        journal=settings.data / "clicks.journal",
        ahead=settings.data / "clicks.ahead" if settings.embedded else None,
    )
    table = LinkTable()
    links = LinkKeeper(
        table,
        LinkFile(settings.data / "links.table"),
        LinkRefresher(parts.database, table, clock=clock),
    )
    await links.start()
    owner_token = secrets.token_urlsafe(24)
    application = create(
        replace(
            web_parts(parts, readiness, clicks, table),
            owner_token=owner_token,
            simulated=simulated,
        )
    )
    running = [
        asyncio.create_task(clicks.run(), name="clicks"),
        asyncio.create_task(links.run(), name="links"),
    ]
    if settings.embedded:
        if warning := older_links(settings):
            _log.warning(warning)
        write_owner(
            settings.log_path,
            url=settings.local_url,
            public_url=settings.base_url,
            token=owner_token,
        )
    try:
        yield Pages(application, clicks)
    finally:
        for each in running:
            each.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await each


def older_links(settings: Settings) -> str:
    """A sentence when the pages are at another address than last time, otherwise nothing.

    Short links hold the address of the day they were written.
    """
    before = last_owner(settings.log_path)
    if before is None or before.public_url == settings.base_url:
        return ""
    return (
        f"links in texts of before lead to {before.public_url}, and Zwaan is now at "
        f"{settings.base_url}: start it at that address again (--port) to keep them working"
    )


def operations(parts: Parts, readiness: Readinesses) -> ASGIApp:
    """Health and metrics alone, for a worker, which serves no links."""
    clicks = ClickWriter(log=parts.log, journal=parts.settings.data / "clicks.journal")
    return create_operations(web_parts(parts, readiness, clicks, LinkTable()))


def web_parts(
    parts: Parts, readiness: Readinesses, clicks: ClickWriter, table: LinkTable
) -> WebParts:
    settings = parts.settings
    templates = parts.current_templates()
    metrics = parts.metrics
    metrics.clicks_lost.set_function(lambda: clicks.lost)
    return WebParts(
        metrics=metrics,
        database=parts.database,
        log=parts.log,
        accounts=parts.accounts,
        networks=parts.networks,
        links=Links(
            table=table,
            database=parts.database,
            sink=clicks,
            clock=clock,
            home=settings.base_url,
            careers=settings.careers_url,
        ),
        share_intents=share_intents,
        suggester=Suggester(templates, short_link=parts.short_link),
        ask_model=parts.ask_model,
        templates=templates,
        clock=clock,
        readiness=readiness,
        base_url=settings.base_url,
        organisation=settings.organisation,
        contact=settings.contact,
        pace=settings.pace,
        prices=settings.prices,
        image_urls=settings.image_urls,
        images=parts.images,
        reach_rates=settings.reach_rates,
        standing_consent=settings.offers_standing_consent,
        sandboxes=settings.sandboxes,
        is_laptop=settings.is_laptop,
        secret_key=session_key(settings),
        api_token=settings.api_token.get_secret_value() if settings.api_token else None,
        notifier=parts.notifier,
        linkedin_sunset=lambda: sunset_ahead(settings.linkedin_version, today=clock().date()),
    )


class Readinesses:
    """The readiness of this process, which the pages ask for before it is known."""

    def __init__(self) -> None:
        self.ask = self._not_yet

    async def __call__(self) -> Readiness:
        return await self.ask()

    @staticmethod
    async def _not_yet() -> Readiness:
        return Readiness(
            ready=False,
            reason=message("readiness.starting", "this process is still starting; wait a moment"),
        )


def stop_signal() -> asyncio.Event:
    """Set when the process is asked to stop (SIGINT or SIGTERM)."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    return stopping
