"""``zwaan topics``, ``lag``, ``dead-letters`` and ``migrate``: for whoever runs Zwaan."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TypeVar

import click

from services.errors import Rejected
from services.ports import Record
from services.settings import Settings
from services.storage import dead_letters as letters
from services.storage.database import Database
from services.storage.dead_letters import DeadLetter
from services.storage.migrate import migrate as migrate_database
from services.storage.transaction import Transaction
from streams.bootstrap import clock
from streams.command_line.options import data_option, json_option, settings_of
from streams.log_admin import PartitionLag
from streams.logs import open_admin
from streams.topics import topic_specs

_T = TypeVar("_T")


@click.command()
@click.option("--create", is_flag=True, help="Make the topics that are missing.")
@data_option
@json_option
def topics(create: bool, data: Path | None, as_json: bool) -> int:
    """List the topics with their partitions, records and retention."""
    settings = settings_of(data=data)
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
        days = spec.retention.days if spec.retention else None
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
            click.echo(f"{spec.name:<22}{partitions:>3} partitions {records:>9} records{note}")
    return 0


@click.command()
@data_option
@json_option
def lag(data: Path | None, as_json: bool) -> int:
    """Show how many records wait for the processors, by topic."""
    from streams.processors import projections  # noqa: PLC0415 - slow

    settings = settings_of(data=data)
    names = [
        "story.approved",
        "vacancy.opened",
        "vacancy.closed",
        "share.requested",
        *(processor.topic for processor in projections()),
    ]
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


@click.group("dead-letters")
def dead_letters() -> None:
    """Events that could not be processed: look at them, and replay them when the cause is mended."""


@dead_letters.command("list")
@click.option("--all", "everything", is_flag=True, help="Also those that were replayed.")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 100_000))
@data_option
@json_option
def list_letters(everything: bool, limit: int, data: Path | None, as_json: bool) -> int:
    """List the dead letters that wait, oldest first."""
    found = _with_database(
        settings_of(data=data),
        lambda transaction: letters.waiting(transaction, limit=limit, replayed=everything),
    )
    for letter in found:
        if as_json:
            click.echo(json.dumps(_letter(letter), ensure_ascii=False))
        else:
            first = letter.error.strip().splitlines()[-1]
            click.echo(
                f"{letter.id}  {letter.died_at:%Y-%m-%d %H:%M}  {letter.topic}"
                f"[{letter.partition}]@{letter.offset}  {first}"
            )
    if not found and not as_json:
        click.echo("No dead letters.")
    return 0


@dead_letters.command("show")
@click.argument("letter_id", type=int, metavar="ID")
@data_option
@json_option
def show_letter(letter_id: int, data: Path | None, as_json: bool) -> int:
    """Show one dead letter with its error, its remedy and its original bytes."""
    letter = _with_database(
        settings_of(data=data), lambda transaction: _get(transaction, letter_id)
    )
    if as_json:
        click.echo(json.dumps(_letter(letter), ensure_ascii=False))
        return 0
    click.echo(f"topic      {letter.topic}, partition {letter.partition}, offset {letter.offset}")
    click.echo(f"processor  {letter.processor}")
    click.echo(f"died       {letter.died_at.isoformat()}")
    if letter.replayed_at:
        click.echo(f"replayed   {letter.replayed_at.isoformat()}")
    click.echo(f"error      {letter.error}")
    click.echo(f"remedy     {letter.remedy or '-'}")
    click.echo(letter.value.decode("utf-8", "backslashreplace"))
    return 0


@dead_letters.command("replay")
@click.argument("letter_ids", type=int, nargs=-1, metavar="[ID…]")
@click.option("--all", "everything", is_flag=True, help="Every dead letter that waits.")
@data_option
def replay_letters(letter_ids: tuple[int, ...], everything: bool, data: Path | None) -> int:
    """Put the original bytes back on their topic."""
    if bool(letter_ids) == everything:
        raise click.UsageError("Name dead letters, or say --all.")
    settings = settings_of(data=data)

    async def chosen(transaction: Transaction) -> list[DeadLetter]:
        if everything:
            return await letters.waiting(transaction, limit=100_000)
        return [await _get(transaction, letter_id) for letter_id in letter_ids]

    replay(settings, _with_database(settings, chosen))
    return 0


def replay(settings: Settings, chosen: list[DeadLetter]) -> None:
    """Append each letter's bytes to its topic again, and remember that it was replayed."""
    admin = open_admin(settings)
    try:
        for letter in chosen:
            admin.append([Record(topic=letter.topic, key=letter.key, value=letter.value)])
            _with_database(settings, partial(_replayed, letter))
    finally:
        admin.close()
    click.echo(f"{len(chosen)} replayed")


async def _replayed(letter: DeadLetter, transaction: Transaction) -> None:
    assert letter.id is not None  # noqa: S101 - it was read from the database
    await letters.mark_replayed(transaction, letter.id, now=clock())


async def _get(transaction: Transaction, letter_id: int) -> DeadLetter:
    letter = await letters.get(transaction, letter_id)
    if letter is None:
        raise Rejected(
            f"there is no dead letter {letter_id}", remedy="See: zwaan dead-letters list."
        )
    return letter


def _letter(letter: DeadLetter) -> dict[str, object]:
    return {
        "id": letter.id,
        "topic": letter.topic,
        "partition": letter.partition,
        "offset": letter.offset,
        "part": letter.part,
        "processor": letter.processor,
        "key": letter.key.decode("utf-8", "backslashreplace") if letter.key else None,
        "value": letter.value.decode("utf-8", "backslashreplace"),
        "error": letter.error,
        "remedy": letter.remedy,
        "died_at": letter.died_at.isoformat(),
        "replayed_at": letter.replayed_at.isoformat() if letter.replayed_at else None,
    }


@click.command()
@data_option
def migrate(data: Path | None) -> int:
    """Bring the database to the schema of this version (`up`, `web` and `worker` do so too)."""
    settings = settings_of(data=data)

    async def nothing(_transaction: Transaction) -> None: ...

    _with_database(settings, nothing)
    click.echo("the database is up to date")
    return 0


def _with_database(settings: Settings, work: Callable[[Transaction], Awaitable[_T]]) -> _T:
    """Run ``work`` in one transaction of its own on the migrated database."""

    async def run() -> _T:
        settings.data.mkdir(parents=True, exist_ok=True)
        database = Database.open(settings.database)
        try:
            await migrate_database(database)
            async with database.write() as transaction:
                return await work(transaction)
        finally:
            await database.close()

    return asyncio.run(run())
