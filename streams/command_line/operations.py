"""``zwaan topics``, ``lag`` and ``migrate``: for whoever runs Zwaan."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict
from pathlib import Path

import click

from streams.command_line.options import data_option, json_option, settings_of
from streams.command_line.state import make_state, require_log
from streams.log_admin import PartitionLag
from streams.logs import open_admin
from streams.topics import topic_specs


@click.command()
@click.option("--create", is_flag=True, help="Make the topics that are missing.")
@data_option
@json_option
def topics(create: bool, data: Path | None, as_json: bool) -> int:
    """List the topics with their partitions, records and retention."""
    settings = settings_of(data=data)
    if not create:
        require_log(settings)
    admin = open_admin(settings)
    try:
        made = admin.ensure_topics(topic_specs()) if create else []
        states = {state.name: state for state in admin.topics()}
    finally:
        admin.close()
    for spec in topic_specs():
        state = states.get(spec.name)
        partitions = len(state.partitions) if state else 0
        records = state.records if state else 0
        retention = state.retention if state else spec.retention
        days = retention.days if retention else None
        if as_json:
            line = {
                "topic": spec.name,
                "partitions": partitions,
                "records": records,
                "retention_days": days,
            }
            click.echo(json.dumps(line))
        else:
            note = " (made now)" if spec.name in made else "" if state else " (missing: --create)"
            kept = f"kept {days} days" if days else "kept for ever"
            click.echo(
                f"{spec.name:<22}{partitions:>3} partitions {records:>9} records  {kept}{note}"
            )
    return 0


@click.command()
@data_option
@json_option
def lag(data: Path | None, as_json: bool) -> int:
    """Show how many records wait for the processors, by topic."""
    from streams.processors import TOPICS  # noqa: PLC0415 - slow

    settings = settings_of(data=data)
    names = list(TOPICS.values())
    require_log(settings)
    admin = open_admin(settings)
    try:
        existing = {state.name for state in admin.topics()}
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
