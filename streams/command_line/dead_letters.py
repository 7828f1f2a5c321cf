"""``zwaan dead-letters`` and ``zwaan replay --missing``: events that could not be processed, or that the
processors passed over; sent once more, or given up.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from services.database import dead_letters as letters
from services.database.dead_letters import DeadLetter
from services.database.engine import Database
from services.database.settle_dead_letters import drop, replay
from services.errors import Rejected
from services.message import message
from services.settings import Settings
from streams.bootstrap import clock
from streams.command_line.state import open_state, reach_log, require_log
from streams.command_line.terminal import Group, data_option, json_option, settings_of, visible
from streams.logs.admin import open_admin
from streams.process.completeness import Account, compare
from streams.process.processors import TOPICS
from streams.serving.owner_client import OwnerClient

_ALL = 100_000


@click.group("dead-letters", cls=Group)
def dead_letters() -> None:
    """Events that could not be processed: look, replay them when the cause is mended, or drop them."""


@dead_letters.command("list")
@click.option("--all", "everything", is_flag=True, help="Also those that were replayed.")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, _ALL))
@data_option
@json_option
def list_letters(everything: bool, limit: int, data: Path | None, as_json: bool) -> int:
    """List the dead letters that wait, oldest first."""
    found = asyncio.run(_read(settings_of(data=data), limit=limit, replayed=everything))
    for letter in found:
        if as_json:
            click.echo(json.dumps(_as_dict(letter), ensure_ascii=False))
        else:
            fault = str(letter.error).strip().splitlines()[-1]
            place = f"{letter.topic}[{letter.partition}]@{letter.offset}"
            click.echo(visible(f"{letter.id}  {letter.died_at:%Y-%m-%d %H:%M}  {place}  {fault}"))
    if not found and not as_json:
        click.echo("No dead letters.")
    return 0


@dead_letters.command("show")
@click.argument("letter_id", type=int, metavar="ID")
@data_option
@json_option
def show_letter(letter_id: int, data: Path | None, as_json: bool) -> int:
    """Show one dead letter with its error, its remedy and its original bytes."""
    letter = asyncio.run(_get(settings_of(data=data), letter_id))
    if as_json:
        click.echo(json.dumps(_as_dict(letter), ensure_ascii=False))
        return 0
    click.echo(f"topic      {letter.topic}, partition {letter.partition}, offset {letter.offset}")
    click.echo(f"processor  {letter.processor}")
    click.echo(f"died       {letter.died_at.isoformat()}")
    if letter.replayed_at:
        click.echo(f"replayed   {letter.replayed_at.isoformat()}")
    click.echo(visible(f"error      {letter.error}"))
    click.echo(visible(f"remedy     {letter.remedy or '-'}"))
    click.echo(visible(letter.value.decode("utf-8", "backslashreplace")))
    return 0


@dead_letters.command("replay")
@click.argument("letter_ids", type=int, nargs=-1, metavar="[ID…]")
@click.option("--all", "everything", is_flag=True, help="Every dead letter that waits.")
@data_option
def replay_letters(letter_ids: tuple[int, ...], everything: bool, data: Path | None) -> int:
    """Put the original bytes back on their topic."""
    settings, chosen = _chosen(letter_ids, everything, data)
    require_log(settings)
    asyncio.run(_replay(settings, chosen))
    click.echo(f"{len(chosen)} replayed")
    return 0


@dead_letters.command("drop")
@click.argument("letter_ids", type=int, nargs=-1, metavar="[ID…]")
@click.option("--all", "everything", is_flag=True, help="Every dead letter that waits.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@data_option
def drop_letters(
    letter_ids: tuple[int, ...], everything: bool, yes: bool, data: Path | None
) -> int:
    """Give up dead letters for good: their bytes are deleted, and nothing brings them back.

    The audit keeps which they were and why they died.
    """
    settings, chosen = _chosen(letter_ids, everything, data)
    if chosen and not yes:
        if not sys.stdin.isatty():
            raise click.UsageError("This cannot be undone; say --yes.")
        question = f"Drop {len(chosen)} for good? This cannot be undone"
        if not click.confirm(question, err=True):
            click.echo("nothing was dropped")
            return 1
    asyncio.run(_drop(settings, tuple(dict.fromkeys(chosen))))
    click.echo(f"{len(set(chosen))} dropped")
    return 0


def _chosen(
    letter_ids: tuple[int, ...], everything: bool, data: Path | None
) -> tuple[Settings, tuple[int, ...]]:
    """The dead letters that are meant: those named, or all that wait."""
    if bool(letter_ids) == everything:
        raise click.UsageError("Name dead letters, or say --all.")
    settings = settings_of(data=data)
    if not everything:
        return settings, letter_ids
    waiting = asyncio.run(_read(settings, limit=_ALL, replayed=False))
    return settings, tuple(letter.id for letter in waiting if letter.id is not None)


async def _drop(settings: Settings, letter_ids: Sequence[int]) -> None:
    async with open_state(settings) as database, database.write() as transaction:
        await drop(transaction, letter_ids, actor="command line", now=clock())


async def _replay(settings: Settings, letter_ids: Sequence[int]) -> None:
    async with reach_log(settings) as reached:
        if isinstance(reached, OwnerClient):
            for letter_id in letter_ids:
                await asyncio.to_thread(reached.replay, letter_id)
            return
        async with open_state(settings) as database:
            for letter_id in letter_ids:
                await replay(database, reached, letter_id, actor="command line", now=clock())


async def _read(settings: Settings, *, limit: int, replayed: bool) -> list[DeadLetter]:
    async with open_state(settings) as database, database.read() as transaction:
        return await letters.waiting(transaction, limit=limit, replayed=replayed)


async def _get(settings: Settings, letter_id: int) -> DeadLetter:
    async with open_state(settings) as database, database.read() as transaction:
        letter = await letters.get(transaction, letter_id)
    if letter is None:
        raise Rejected(
            message(
                "dead-letter.unknown", "there is no dead letter {number}", number=str(letter_id)
            ),
            remedy=message("do.list-dead-letters", "See: zwaan dead-letters list."),
        )
    return letter


def _as_dict(letter: DeadLetter) -> dict[str, object]:
    return {
        "id": letter.id,
        "topic": letter.topic,
        "partition": letter.partition,
        "offset": letter.offset,
        "part": letter.part,
        "processor": letter.processor,
        "key": letter.key.decode("utf-8", "backslashreplace") if letter.key else None,
        "value": letter.value.decode("utf-8", "backslashreplace"),
        "error": str(letter.error),
        "remedy": str(letter.remedy),
        "died_at": letter.died_at.isoformat(),
        "replayed_at": letter.replayed_at.isoformat() if letter.replayed_at else None,
    }


@click.command("replay")
@click.option("--missing", is_flag=True, required=True, help="Events that were passed over.")
@data_option
def replay_missing(missing: bool, data: Path | None) -> int:
    """Hand events to their processors again that `zwaan doctor --deep` finds missing.

    Each becomes a dead letter first and is replayed from there, so that nothing is lost on the way.
    """
    assert missing  # noqa: S101 - the only kind so far, and required
    settings = settings_of(data=data)
    require_log(settings)
    click.echo(f"{asyncio.run(_replay_missing(settings))} replayed")
    return 0


async def _replay_missing(settings: Settings) -> int:
    replayed = 0
    async with open_state(settings) as database:
        accounts = await compare_with_progress(settings, database)
        missed = [each.letter() for account in accounts for each in account.missing]
        async with database.write() as transaction:
            await letters.add(transaction, missed)
        async with reach_log(settings) as reached:
            for letter in missed:
                async with database.read() as transaction:
                    letter_id = await letters.id_of(transaction, letter.processor, letter.place)
                if isinstance(reached, OwnerClient):
                    await asyncio.to_thread(reached.replay, letter_id)
                else:
                    await replay(database, reached, letter_id, actor="command line", now=clock())
                replayed += 1
    return replayed


async def compare_with_progress(settings: Settings, database: Database) -> list[Account]:
    """Raises RetryLater, and Stop when the log cannot be read."""
    admin = open_admin(settings)
    try:
        records = sum(topic.records for topic in admin.topics() if topic.name in TOPICS.values())
        quiet = not sys.stderr.isatty()
        with click.progressbar(
            length=records, label="Comparing", file=sys.stderr, hidden=quiet
        ) as bar:
            return await compare(
                database,
                admin,
                group=settings.consumer_group,
                topics=TOPICS,
                looked=bar.update,
            )
    finally:
        admin.close()
