"""What each long-running command runs, until a signal or a failure ends it, also when a library hangs
on to a broker that is away.

Pages answer short links also while the database and the log are away: those are prepared when
they are back.

The sandbox networks are served beside the pages, or alone.
"""

from __future__ import annotations

import asyncio
import gc
import os
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click
import structlog
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from connectors.sandbox import PREFIXES, SandboxApp, create_sandbox, is_control
from services.errors import RetryLater, Stop
from services.message import Message
from services.settings import Settings
from services.web.access import comes_from
from services.web.api.access import bears, is_direct
from services.web.app import create_redirect, create_web
from streams.bootstrap import Parts, connect_parts, open_parts
from streams.command_line.terminal import command_name, data_words
from streams.serving.serve import Readinesses, listen, operations, pages, serving, stop_signal
from streams.worker.watch import watch

if TYPE_CHECKING:
    from streams.worker.worker import Worker


def open_sandbox(settings: Settings) -> SandboxApp:
    """The sandbox networks, remembered in the data folder."""
    settings.data.mkdir(parents=True, exist_ok=True)
    return create_sandbox(settings.data / "sandbox.db", public_url=settings.base_url)


class WithSandbox:
    """The pages, with the sandbox networks on their own paths beside them.

    ``may_steer`` says who gets past `is_control`; see `steering`.
    """

    def __init__(
        self, pages: ASGIApp, sandbox: ASGIApp, may_steer: Callable[[Request], bool]
    ) -> None:
        self._pages = pages
        self._sandbox = sandbox
        self._may_steer = may_steer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "") if scope["type"] == "http" else ""
        first = "/" + path.split("/", 2)[1] if path else ""
        if first not in PREFIXES or (is_control(path) and not self._may_steer(Request(scope))):
            await self._pages(scope, receive, send)
        else:
            await self._sandbox(scope, receive, send)


def alone(sandbox: ASGIApp, may_steer: Callable[[Request], bool]) -> WithSandbox:
    """The sandbox networks without pages, as well guarded as beside them."""
    return WithSandbox(
        PlainTextResponse(
            "There is nothing here for you. /_sandbox answers programs on this machine alone, "
            "who ask for it as localhost or 127.0.0.1, or with ZWAAN_API_TOKEN.\n",
            status_code=404,
        ),
        sandbox,
        may_steer,
    )


def steering(settings: Settings) -> Callable[[Request], bool]:
    """Whether a request may set faults and clock and read the journal.

    With the API token. On a laptop without it too: for this machine alone, and no foreign page
    in its browser.
    """
    token = settings.api_token.get_secret_value() if settings.api_token else None

    def may_steer(request: Request) -> bool:
        if bears(request, token):
            return True
        return settings.is_laptop and is_direct(request) and comes_from(request)

    return may_steer


_log = structlog.get_logger("run")


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """Everything in one process, up and running."""

    parts: Parts
    worker: Worker
    sandbox: SandboxApp | None


@asynccontextmanager
async def everything(
    settings: Settings,
    *,
    simulated: bool = False,
    around: Callable[[ASGIApp], ASGIApp] = lambda pages: pages,
    answering: Callable[[Parts, SandboxApp | None], Awaitable[None]] | None = None,
    drained: Callable[[], None] = lambda: None,
) -> AsyncIterator[Running]:
    """Pages, worker and, where a network is one, its sandbox.

    The pages answer first; the worker starts behind them, after ``answering``. ``simulated``: colleagues are, and the
    pages say so. ``around`` may put more beside what is served. ``drained``: see `Worker.running`.
    """
    listener = listen(settings)
    try:
        async with open_parts(settings) as parts:
            readiness = Readinesses()
            sandbox = open_sandbox(settings) if settings.sandbox else None
            try:
                async with pages(parts, readiness, simulated=simulated) as ours:
                    served: ASGIApp = ours.application
                    if sandbox is not None:
                        served = WithSandbox(served, sandbox, steering(settings))
                    async with serving(
                        around(served),
                        listener,
                        trusted_proxies=settings.trusted_proxies,
                        redirects=ours.application.short_links,
                    ):
                        if answering is not None:
                            await answering(parts, sandbox)
                        kind = await asyncio.to_thread(_import_worker)
                        worker = kind(parts, give_way=ours.clicks.give_way)
                        async with worker.running(drained=drained):
                            readiness.ask = worker.readiness
                            yield Running(parts=parts, worker=worker, sandbox=sandbox)
            finally:
                if sandbox is not None:
                    sandbox.close()
    finally:
        listener.close()


def _import_worker() -> type[Worker]:
    """Faust takes longer to import than a page to be made; a process with pages alone needs none of it."""
    from streams.worker.worker import Worker  # noqa: PLC0415 - slow

    return Worker


async def run_up(settings: Settings) -> int:
    stopping = stop_signal()
    async with everything(settings, drained=end_anyway) as running:
        click.echo(f"Zwaan is up at {settings.base_url}")
        if settings.real_networks:
            click.echo(f"Posts on these networks are real: {', '.join(settings.real_networks)}")
        elif settings.sandbox:
            click.echo("The networks are the sandbox; nothing leaves this machine.")
        click.echo(
            f"To sign in: {command_name()} sign-in you@example.org --role administrator"
            f"{data_words(settings)}"
        )
        await until_stopped(stopping, running.worker.wait_until_broken)
    return 0


async def run_web(settings: Settings, *, only_redirect: bool = False) -> int:
    """``only_redirect``: the short links without the pages, in any number of processes on one port."""
    stopping = stop_signal()
    listener = listen(settings, shared=only_redirect)
    readiness = Readinesses()
    create = create_redirect if only_redirect else create_web
    async with (
        connect_parts(settings) as parts,
        preparing({"database": parts.database.migrate, "log": parts.make_topics}) as preparation,
        pages(parts, readiness, create=create) as ours,
        serving(
            ours.application,
            listener,
            trusted_proxies=settings.trusted_proxies,
            redirects=ours.application.short_links,
        ),
    ):
        # How far workers are behind is theirs and the pages' to say: finding out took enough of a
        # redirect's processor, every two seconds, to make its slowest hundredth.
        watching = watch(parts, topics=()) if only_redirect else watch(parts)
        readiness.ask = watching.readiness
        served = "short links" if only_redirect else "pages"
        _log.info(f"{served} are served", address=settings.local_url)
        # What is there now stays: looking through all of it would stop every visitor for a while.
        gc.freeze()
        looking = asyncio.create_task(watching.run(), name="the watch")
        try:
            await until_stopped(stopping, preparation.wait_until_broken)
        finally:
            looking.cancel()
            end_anyway()
    return 0


async def run_worker(settings: Settings) -> int:
    stopping = stop_signal()
    listener = listen(settings)
    async with open_parts(settings) as parts:
        readiness = Readinesses()
        async with serving(
            operations(parts, readiness), listener, trusted_proxies=settings.trusted_proxies
        ):
            worker = _import_worker()(parts)
            async with worker.running(drained=end_anyway):
                readiness.ask = worker.readiness
                _log.info("the worker runs", health=f"{settings.local_url}/readyz")
                await until_stopped(stopping, worker.wait_until_broken)
    return 0


async def run_sandbox(settings: Settings) -> int:
    stopping = stop_signal()
    listener = listen(settings)
    sandbox = open_sandbox(settings)
    try:
        served = alone(sandbox, steering(settings))
        async with serving(served, listener, trusted_proxies=settings.trusted_proxies):
            click.echo(f"The sandbox networks: {settings.base_url}/linkedin, {settings.base_url}/x")
            await until_stopped(stopping)
    finally:
        sandbox.close()
    return 0


async def until_stopped(
    stopping: asyncio.Event, broken: Callable[[], Awaitable[Message]] | None = None
) -> None:
    """Return when asked to stop. Raises Stop with the reason when the worker cannot go on.

    The process then ends with an error, and its supervisor starts it again: a fresh process
    is the only cure for a consumer that hangs.
    """
    waits = [asyncio.ensure_future(stopping.wait())]
    watching = asyncio.ensure_future(broken()) if broken is not None else None
    everything_watched = [*waits, *([watching] if watching else [])]
    await asyncio.wait(everything_watched, return_when=asyncio.FIRST_COMPLETED)
    for each in everything_watched:
        each.cancel()
        with suppress(asyncio.CancelledError):
            await each
    if watching is not None and not watching.cancelled() and not stopping.is_set():
        raise Stop(watching.result())


#: What has to end in order takes a few seconds; supervisors kill after thirty.
_SECONDS = 20.0


def end_anyway(seconds: float = _SECONDS) -> None:
    """Cut this process off in ``seconds``, unless it has ended by then.

    For a process that may be cut off: its posts are recorded, offsets that were not committed mean
    that their records come again, and everything else was written before it was answered.
    """
    broken = sys.exception()

    def cut_off() -> None:
        _log.error("cut off: something did not end", reason=str(broken or "asked to stop"))
        # Neither threads nor the interpreter are waited for. As `zwaan` would have answered.
        os._exit(0 if broken is None else 3)

    timer = threading.Timer(seconds, cut_off)
    timer.daemon = True
    timer.start()


#: How long a start waits for both, so that the first page is a whole one where nothing is away.
_PATIENCE_SECONDS = 2.0
_AGAIN_SECONDS = 1.0

Step = Callable[[], Awaitable[None]]


class Preparation:
    """What a start needs and may be away: taken care of as soon as it answers."""

    def __init__(self, under_way: asyncio.Future[list[None]]) -> None:
        self._under_way = under_way

    async def wait_until_broken(self) -> Message:
        """Does not return. Raises Stop when this version cannot go on with what it found."""
        await asyncio.shield(self._under_way)
        return await asyncio.Future[Message]()


@asynccontextmanager
async def preparing(steps: Mapping[str, Step]) -> AsyncIterator[Preparation]:
    """Take these steps beside what runs in the block, each until it was taken.

    They raise RetryLater while what they prepare is away. Raises Stop as `wait_until_broken` does.
    """
    under_way = asyncio.gather(*(_until_done(what, step) for what, step in steps.items()))
    try:
        await asyncio.wait([under_way], timeout=_PATIENCE_SECONDS)
        if under_way.done():
            under_way.result()
        yield Preparation(under_way)
    finally:
        under_way.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await under_way


async def _until_done(what: str, step: Step) -> None:
    logged = False
    while True:
        try:
            await step()
        except RetryLater as away:
            if not logged:
                _log.warning("started without it", what=what, reason=str(away))
            logged = True
        else:
            if logged:
                _log.info("it is back", what=what)
            return
        await asyncio.sleep(_AGAIN_SECONDS)
