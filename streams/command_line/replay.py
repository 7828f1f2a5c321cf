"""``zwaan replay --missing``: what the processors passed over, once more."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import click

from services.database import dead_letters
from services.database.engine import Database
from services.database.replay_dead_letter import replay as replay_letter
from services.settings import Settings
from streams.bootstrap import clock
from streams.command_line.state import open_state, reach_log, require_log
from streams.command_line.terminal import data_option, settings_of
from streams.logs.opening import open_admin
from streams.process.completeness import Account, compare
from streams.process.processors import TOPICS
from streams.serving.owner_client import OwnerClient


@click.command()
@click.option("--missing", is_flag=True, required=True, help="Events that were passed over.")
@data_option
def replay(missing: bool, data: Path | None) -> int:
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
        letters = [each.letter() for account in accounts for each in account.missing]
        async with database.write() as transaction:
            await dead_letters.add(transaction, letters)
        async with reach_log(settings) as reached:
            for letter in letters:
                async with database.read() as transaction:
                    letter_id = await dead_letters.id_of(
                        transaction, letter.processor, letter.place
                    )
                if isinstance(reached, OwnerClient):
                    await asyncio.to_thread(reached.replay, letter_id)
                else:
                    await replay_letter(
                        database, reached, letter_id, actor="command line", now=clock()
                    )
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
