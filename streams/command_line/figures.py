"""``zwaan stats`` and ``zwaan rebuild``: figures with their tags, and the proof that they hold."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import click

from services.campaigns.store import campaigns
from services.database.transaction import Transaction
from services.errors import Rejected
from services.figures.statistics import Statistics, statistics
from services.message import message
from services.settings import Settings
from streams.command_line.state import open_state, require_database, require_log
from streams.command_line.terminal import data_option, json_option, settings_of
from streams.logs.admin import open_admin


@click.command()
@click.option("--campaign", metavar="ID", help="One campaign instead of all.")
@data_option
@json_option
def stats(campaign: str | None, data: Path | None, as_json: bool) -> int:
    """Show posts by state, clicks by class and reach by tag."""
    settings = settings_of(data=data)

    async def read() -> Statistics:
        async with open_state(settings) as database, database.read() as transaction:
            if campaign is not None and not await _is_known(transaction, campaign):
                raise Rejected(
                    message(
                        "campaign.no-such-id",
                        'there is no campaign "{campaign}"',
                        campaign=campaign,
                    ),
                    remedy=message("do.leave-option-out", "Leave --campaign out."),
                )
            return await statistics(transaction, campaign_id=campaign)

    figures = asyncio.run(read())
    click.echo(json.dumps(figures.as_dict()) if as_json else table(figures))
    return 0


async def _is_known(transaction: Transaction, campaign: str) -> bool:
    # An argument that is not UTF-8 is the id of none.
    return campaign.isprintable() and await campaigns.get(transaction, campaign) is not None


def table(figures: Statistics) -> str:
    """The figures for a person; tags are shown apart and never added."""
    lines = [f"campaigns     {figures.campaigns}"]
    lines += [f"posts         {number} {state}" for state, number in sorted(figures.posts.items())]
    clicks, reach = figures.clicks, figures.reach
    lines += [
        f"clicks        {clicks.human} by people, of {clicks.raw} raw",
        f"              {clicks.bot} by machines, {clicks.duplicate} double",
        f"reach         {reach.measured} measured",
        f"              {reach.estimated} estimated",
        f"              unknown for {reach.unknown_posts} published posts",
        f"dead letters  {figures.dead_letters}",
    ]
    return "\n".join(lines)


@click.command()
@data_option
def rebuild(data: Path | None) -> int:
    """Count the statistics again from the log.

    Workers may go on. Until it is done, and when it fails, the old figures stay. Those of days that the
    log no longer holds whole stay as they were counted.
    """
    from streams.process.rebuild import Rebuilt  # noqa: PLC0415 - slow
    from streams.process.rebuild import rebuild as rebuild_from_log  # noqa: PLC0415 - slow

    settings = settings_of(data=data)
    require_database(settings)
    require_log(settings)

    async def count() -> Rebuilt:
        with click.progressbar(
            length=_records(settings),
            label="Counting",
            file=sys.stderr,
            hidden=not sys.stderr.isatty(),
        ) as bar:
            return await rebuild_from_log(settings, bar.update)

    done = asyncio.run(count())
    click.echo(f"rebuilt from {done.events} events")
    if done.kept_before is not None:
        click.echo(
            f"figures from before {done.kept_before:%Y-%m-%d} stay as they were: "
            "the log no longer holds all of their events"
        )
    return 0


def _records(settings: Settings) -> int:
    from streams.process.rebuild import REBUILT  # noqa: PLC0415 - slow

    admin = open_admin(settings)
    try:
        return sum(topic.records for topic in admin.topics(REBUILT))
    finally:
        admin.close()
