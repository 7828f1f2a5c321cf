"""``zwaan up``, ``demo``, ``web``, ``worker`` and ``sandbox``: what keeps running."""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from streams.command_line.terminal import address_options, data_option, json_option, settings_of

_TURN_SECONDS = 0.001


@contextmanager
def importing() -> Iterator[None]:
    """Import without the collector of cycles: it would go through what stays again and again, which is
    a seventh of the time, and does so no more afterwards."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def run_fast(main: Coroutine[Any, Any, int]) -> int:
    """As `asyncio.run`, on uvloop where there is one."""
    from uvicorn.loops.auto import auto_loop_factory  # noqa: PLC0415 - slow

    # Threads write the log and the database: each turn that they take of a busy loop is waited for.
    sys.setswitchinterval(_TURN_SECONDS)
    with asyncio.Runner(loop_factory=auto_loop_factory()) as runner:
        return runner.run(main)


@click.command()
@data_option
@address_options
def up(data: Path | None, host: str | None, port: int | None) -> int:
    """Run everything in one process: pages, worker, and the sandbox networks until real ones are set."""
    with importing():
        from streams.run import run_up  # noqa: PLC0415 - slow

    return run_fast(run_up(settings_of(data=data, host=host, port=port)))


@click.command()
@click.option(
    "--seconds",
    type=click.IntRange(1, 1_000_000),
    help="End by itself, with a summary. Default: run.",
)
@click.option(
    "--ambassadors",
    type=click.IntRange(1, 100_000),
    help="How many people the example organisation has (default: those of examples/).",
)
@data_option
@address_options
@json_option
def demo(
    *,
    seconds: int | None,
    ambassadors: int | None,
    data: Path | None,
    host: str | None,
    port: int | None,
    as_json: bool,
) -> int:
    """Run `up` with an example organisation, simulated ambassadors and a simulated audience.

    With --seconds it ends by itself and prints a summary; with --json that is one JSON object on
    the last line.
    """
    with importing():
        from streams.demo.run import run_demo  # noqa: PLC0415 - slow

    settings = settings_of(data=data, host=host, port=port, reach_after="2s,5s,15s,60s,5m,30m")
    return run_fast(run_demo(settings, seconds=seconds, ambassadors=ambassadors, as_json=as_json))


@click.command()
@data_option
@address_options
@click.option(
    "--only",
    type=click.Choice(["redirect"]),
    help="The short links without the pages; several processes may share one port.",
)
def web(*, data: Path | None, host: str | None, port: int | None, only: str | None) -> int:
    """Serve the pages and the HTTP API; workers run elsewhere."""
    with importing():
        from streams.run import run_web  # noqa: PLC0415 - slow

    settings = settings_of(data=data, host=host, port=port)
    return run_fast(run_web(settings, only_redirect=only == "redirect"))


@click.command()
@data_option
@address_options
def worker(data: Path | None, host: str | None, port: int | None) -> int:
    """Process events, publish and measure. Answers /healthz, /readyz and /metrics on its port."""
    with importing():
        from streams.run import run_worker  # noqa: PLC0415 - slow

    return run_fast(run_worker(settings_of(data=data, host=host, port=port)))


@click.command()
@data_option
@address_options
def sandbox(data: Path | None, host: str | None, port: int | None) -> int:
    """Serve the sandbox networks alone, with /_sandbox/journal, /_sandbox/faults, /_sandbox/clock."""
    with importing():
        from streams.run import run_sandbox  # noqa: PLC0415 - slow

    return run_fast(run_sandbox(settings_of(data=data, host=host, port=port)))
