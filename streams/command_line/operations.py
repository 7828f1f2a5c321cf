"""``zwaan lag`` and ``migrate``: for whoever runs Zwaan."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict
from pathlib import Path

import click

from streams.command_line.options import data_option, json_option, settings_of
from streams.command_line.state import make_state, require_log
from streams.logs.admin import PartitionLag
from streams.logs.opening import open_admin


@click.command()
@data_option
@json_option
def lag(data: Path | None, as_json: bool) -> int:
    """Show how many records wait for the processors, by topic."""
    from streams.process.processors import TOPICS  # noqa: PLC0415 - slow

    settings = settings_of(data=data)
    names = list(TOPICS.values())
    require_log(settings)
    admin = open_admin(settings)
    try:
        existing = {state.name for state in admin.topics(names)}
        waiting = admin.lag(settings.consumer_group, [name for name in names if name in existing])
    finally:
        admin.close()
    totals: dict[str, int] = dict.fromkeys(names, 0)
    for partition in waiting:
        totals[partition.topic] = totals.get(partition.topic, 0) + partition.lag
    if as_json:
        click.echo(json.dumps({"topics": totals, "partitions": [_lag(each) for each in waiting]}))
    else:
        for name, number in totals.items():
            click.echo(f"{name:<22}{number:>9}")
    return 0


def _lag(partition: PartitionLag) -> dict[str, int | str | None]:
    return asdict(partition) | {"lag": partition.lag}


@click.command()
@data_option
def migrate(data: Path | None) -> int:
    """Bring the database to the schema of this version (`up`, `web` and `worker` do so too)."""
    asyncio.run(make_state(settings_of(data=data)))
    click.echo("the database is up to date")
    return 0
