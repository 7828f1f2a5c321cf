"""``zwaan demo``: everything at once, with simulated people, and a summary at the end."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
import requests

from connectors.sandbox import SandboxApp
from services.campaigns.accept_events import accept
from services.database import outbox
from services.errors import Stop, WrongSetting
from services.figures.statistics import Statistics, statistics
from services.message import message
from services.people.sign_in import make_link
from services.people.store import people
from services.post import PostState
from services.posts.store import posts
from services.settings import Settings
from streams.bootstrap import Parts, clock
from streams.command_line.figures import table
from streams.command_line.state import open_state
from streams.command_line.terminal import command_name, data_words
from streams.demo.organisation import (
    ORGANISATION,
    Example,
    beside_images,
    image_base,
    load_example,
    with_images_at,
)
from streams.run import Running, everything, until_stopped
from streams.serving.serve import stop_signal

#: An hour of the audience's life passes in one second, so that there is something to see.
_PACE = 3600.0
#: A network that is slow or away does not keep the demo from ending.
_SETTLE_SECONDS = 5.0


async def run_demo(
    settings: Settings, *, seconds: float | None, ambassadors: int | None, as_json: bool
) -> int:
    """Run until a signal, or for ``seconds`` after everything is up."""
    if settings.real_networks or not settings.sandbox:
        raise WrongSetting(
            message(
                "demo.sandbox-only",
                "the demo posts in the sandbox alone; unset ZWAAN_LINKEDIN_URL, ZWAAN_X_URL, ZWAAN_MASTODON_URL and ZWAAN_OTHER_NETWORKS",
            )
        )
    if settings.organisation == type(settings).model_fields["organisation"].default:
        settings = settings.model_copy(update={"organisation": ORGANISATION})
    # A campaign of weeks passes in seconds, so no post waits for a good time.
    settings = settings.model_copy(update={"weekly_cap": 0, "stagger": timedelta()})
    example = load_example(ambassadors)
    images = image_base(settings.local_url)
    settings = settings.model_copy(update={"image_urls": (*settings.image_urls, images)})
    stopping = stop_signal()
    startup, arrived = 0.0, False

    async def answering(parts: Parts, sandbox: SandboxApp | None) -> None:
        nonlocal startup, arrived
        startup = await _first_page(settings)
        _quicken(sandbox)
        arrived = await _move_in(parts, example)
        if not as_json:
            await _welcome(parts, example, startup)

    async with everything(
        settings,
        simulated=True,
        around=lambda pages: beside_images(pages, example.images),
        answering=answering,
    ) as running:
        async with _simulation(running, example, arrived=arrived):
            events = [with_images_at(event, images) for event in example.events]
            acceptance = await accept(running.parts.log, events, running.parts.database)
            # A demo that goes on in its folder keeps the facts of before, also at another address.
            if arrived and acceptance.refused:
                first = acceptance.refused[0]
                raise Stop(
                    message(
                        "demo.refused", "an example event is refused: {fault}", fault=first.fault
                    )
                )
            await _last(stopping, running, seconds)
        await _settle(running)
    # Only now nothing moves any more: what was under way at the end has been finished or put off.
    async with open_state(settings) as database, database.read() as transaction:
        figures = await statistics(transaction)
    _print(figures, startup, as_json=as_json)
    return 0


async def _last(stopping: asyncio.Event, running: Running, seconds: float | None) -> None:
    if seconds is not None:
        asyncio.get_running_loop().call_later(seconds, stopping.set)
    await until_stopped(stopping, running.worker.wait_until_broken)


async def _settle(running: Running) -> None:
    """Let what is on its way arrive, so that the summary counts few half-done things."""
    moving = (PostState.APPROVED.value, PostState.PUBLISHING.value)
    with suppress(TimeoutError):
        async with asyncio.timeout(_SETTLE_SECONDS):
            while True:
                async with running.parts.database.read() as transaction:
                    states = await posts.counts_by_state(transaction)
                    waiting = await outbox.size(transaction)
                on_its_way = waiting or any(states.get(state) for state in moving)
                if not on_its_way and await running.worker.lag() == 0:
                    return
                await asyncio.sleep(0.05)


async def _first_page(settings: Settings) -> float:
    """Ask for the first page; seconds since this process was started."""
    answer = await asyncio.to_thread(requests.get, f"{settings.local_url}/", timeout=60)
    answer.raise_for_status()
    return _age_of_process()


def _age_of_process() -> float:
    """Seconds, from the kernel's own account of when the process began (proc(5), starttime).

    Interpreter and imports are part of what a user waits for, so no clock of ours will do.
    """
    fields = Path("/proc/self/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    started = int(fields[19]) / os.sysconf("SC_CLK_TCK")
    return time.clock_gettime(time.CLOCK_BOOTTIME) - started


def _quicken(sandbox: SandboxApp | None) -> None:
    assert sandbox is not None  # noqa: S101 - checked by `run_demo`
    visitor = sandbox.networks.visitor
    visitor.change(replace(visitor.audience, pace=_PACE))


async def _move_in(parts: Parts, example: Example) -> bool:
    """Returns whether the reader of the demo is new here, or comes back to an earlier demo."""
    now = datetime.now(UTC)
    async with parts.database.write() as transaction:
        known = await people.person(transaction, example.you.id)
        await people.save_ambassadors(transaction, example.people, now=now)
        for person in example.staff:
            await people.save_person(transaction, person, now=now)
    return known is None


async def _welcome(parts: Parts, example: Example, startup: float) -> None:
    who = {"ambassador": example.you.id} | {
        role: person.id for person in example.staff for role in sorted(person.roles)
    }
    async with parts.database.write() as transaction:
        links = {
            role: await make_link(
                transaction, identity, base_url=parts.settings.base_url, now=clock()
            )
            for role, identity in who.items()
        }
    click.echo(f"Zwaan is up at {parts.settings.base_url} ({startup:.1f} s)\n")
    click.echo(f"Sign in at {ORGANISATION} (everybody else there is simulated):")
    for role, link in links.items():
        click.echo(f"  {role:<14}{link}")
    name, data = command_name(), data_words(parts.settings)
    click.echo("\nFrom a second terminal in this folder:")
    click.echo(f"  an event of your own    {name} publish my-event.json{data}")
    click.echo(f"  your own people         {name} import ambassadors my-people.csv{data}")
    click.echo("                          (they are simulated too: they decide and post here)")
    click.echo(f"  the figures             {name} stats{data}\n")
    click.echo("Stop with Ctrl-C; the next demo in this folder goes on from here.\n")


@asynccontextmanager
async def _simulation(running: Running, example: Example, *, arrived: bool) -> AsyncIterator[None]:
    from streams.demo.simulated import (  # noqa: PLC0415 - slow, and the first page comes before
        SimulatedAmbassadors,
        SimulatedAudience,
    )

    assert running.sandbox is not None  # noqa: S101 - checked by `run_demo`
    ambassadors = SimulatedAmbassadors(
        running.parts,
        left_alone={example.you.id},
        answers=example.answers,
        declines=example.declines,
    )
    audience = SimulatedAudience(running.parts, running.sandbox)
    await ambassadors.connect_everybody()
    if arrived:
        # Once, so that the first draft can be shared; from then on the reader's accounts are theirs.
        await ambassadors.connect(example.you)
    loops = [
        asyncio.create_task(ambassadors.run(), name="simulated ambassadors"),
        asyncio.create_task(audience.run(), name="simulated audience"),
    ]
    try:
        yield
    finally:
        for loop in loops:
            loop.cancel()
        for loop in loops:
            with suppress(asyncio.CancelledError):
                await loop


def _print(figures: Statistics, startup: float, *, as_json: bool) -> None:
    if as_json:
        summary: dict[str, Any] = figures.as_dict() | {"startup_seconds": round(startup, 3)}
        click.echo(json.dumps(summary))
    else:
        click.echo(table(figures))
