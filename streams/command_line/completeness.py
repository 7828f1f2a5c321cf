"""The comparison of log and database, for a command: with its progress on a terminal."""

from __future__ import annotations

import sys

import click

from services.database.engine import Database
from services.settings import Settings
from streams.logs.opening import open_admin
from streams.process.completeness import Account, compare
from streams.process.processors import TOPICS


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
