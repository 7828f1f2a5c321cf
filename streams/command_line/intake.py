"""``zwaan publish`` and ``zwaan import``: events and people from files."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import click

from connectors.feed import fetch_feed
from services.campaigns.accept_events import accept
from services.campaigns.import_feed import check_whole, read_feed
from services.errors import Rejected, RetryLater, Stop
from services.events.catalogue import read_incoming
from services.events.cloudevent import CloudEvent
from services.events.modes import read_documents
from services.language import FIRST
from services.message import message, message_n
from services.people.import_ambassadors import admit_ambassadors
from services.people.rules.ambassador import Ambassador
from services.settings import Settings
from streams.bootstrap import clock
from streams.command_line.people import read_people
from streams.command_line.state import open_state, reach_log, require_database, require_log
from streams.command_line.terminal import Group, data_option, json_option, settings_of, warn
from streams.serving.owner_client import OwnerClient, Published


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """The position of an event, for a person: ``file.ndjson, line 3``."""

    place: str
    value: Any


@click.command()
@click.argument("files", nargs=-1, type=click.File("rb"), metavar="FILE…")
@data_option
def publish(files: Sequence[BinaryIO], data: Path | None) -> int:
    """Publish CloudEvents from FILEs (JSON, a JSON array, or NDJSON; "-" is standard input).

    Returns when the log has acknowledged them. Exits with 1 when an event was refused, naming
    each; the others are published all the same. What is known already is published again without
    harm, and named.
    """
    if not files:
        raise click.UsageError("Name a file with events, or - for standard input.")
    settings = settings_of(data=data)
    require_log(settings)
    sources = []
    for file in files:
        documents = read_documents(file.read())
        if not documents:
            raise Rejected(
                message("file.no-event", "{name} holds no event", name=file.name),
                remedy=message("do.write-cloudevent", "Write a CloudEvent into it."),
            )
        for document in documents:
            place = f"{file.name}, {document.place}" if document.place else file.name
            sources.append(_Source(place=place, value=document.value))
    return _publish(settings, sources)


def _publish(settings: Settings, sources: Sequence[_Source]) -> int:
    done = asyncio.run(_append(settings, [source.value for source in sources]))
    for refusal in done.refused:
        warn(refusal.fault, refusal.remedy, place=sources[refusal.place].place)
    for note in done.notes:
        warn(note.note, place=sources[note.place].place)
    click.echo(f"{done.accepted} published, {len(done.refused)} refused")
    return 1 if done.refused else 0


async def _append(settings: Settings, documents: Sequence[Any]) -> Published:
    async with reach_log(settings) as reached:
        if isinstance(reached, OwnerClient):
            return await asyncio.to_thread(reached.publish, documents)
        await _ensure_topics(settings)
        async with AsyncExitStack() as stack:
            database = None
            # A machine that only publishes needs no database; without one nothing can be compared.
            with suppress(RetryLater, Stop):
                database = await stack.enter_async_context(open_state(settings))
            acceptance = await accept(reached, documents, database)
    return Published(
        accepted=len(acceptance.accepted), refused=acceptance.refused, notes=acceptance.notes
    )


async def _ensure_topics(settings: Settings) -> None:
    from streams.logs.admin import open_admin  # noqa: PLC0415 - slow, and not for a client
    from streams.logs.topics import topic_specs  # noqa: PLC0415

    admin = open_admin(settings)
    try:
        await asyncio.to_thread(admin.ensure_topics, topic_specs())
    finally:
        admin.close()


@click.group("import", cls=Group)
def import_() -> None:
    """Bring in people from a CSV or XLSX file, or stories and vacancies from a feed."""


@import_.command("ambassadors")
@click.argument("file", type=click.File("rb"))
@click.option("--skip-bad", is_flag=True, help="Import the good rows although others are bad.")
@data_option
def import_ambassadors(file: BinaryIO, skip_bad: bool, data: Path | None) -> int:
    """Import ambassadors from a CSV or XLSX FILE ("-" is standard input).

    The header names email, name, role, team, crafts, region, language, timezone, address_form,
    emoji, length, since, topics and other_languages; only email, name and language are required, lists (crafts,
    topics, other_languages) are separated by ";". Topics are what a person wants to share about beside their
    crafts; people who write in another language too are also asked for stories in it. Columns may also be separated
    by semicolons or tabs, as spreadsheets do. People who are there already are updated.

    Dutch headings are understood too: e-mail, naam, functie, afdeling, vak, regio or plaats, taal,
    tijdzone, aanspreekvorm, lengte, sinds or in dienst sinds, onderwerpen, andere talen. A language is nl or en, Nederlands or Engels, Dutch or
    English; since is a year, or a day such as 01-03-2012.

    Every bad row is named, and then none is imported: exit code 1. With --skip-bad the good rows
    are imported and the exit code is 0, as asked; 1 only when no row was good.
    """
    settings = settings_of(data=data)
    require_database(settings)
    reading = read_people(file)
    if reading.bad_rows and not (skip_bad and reading.ambassadors):
        raise Rejected(
            message_n(
                "people-file.nothing-imported",
                "{n} bad row, nothing was imported",
                "{n} bad rows, nothing was imported",
                len(reading.bad_rows),
            ),
            remedy=message("do.mend-rows", "Mend them.")
            if not reading.ambassadors
            else message("do.mend-or-skip", "Mend them, or import the others with --skip-bad."),
        )
    if reading.guessed_encoding:
        warn(
            message(
                "people-file.guessed",
                "{name} is not UTF-8 and was read as {encoding}; look whether names with accents are right",
                name=file.name,
                encoding=reading.guessed_encoding,
            )
        )
    updated = asyncio.run(_save(settings, reading.ambassadors))
    counts = {
        "imported": len(reading.ambassadors) - updated,
        "updated": updated,
        "skipped": len(reading.bad_rows),
    }
    parts = [f"{n} {what}" for what, n in counts.items() if n or what == "imported"]
    click.echo(", ".join(parts))
    return 0


async def _save(settings: Settings, ambassadors: Sequence[Ambassador]) -> int:
    async with open_state(settings) as database, database.write() as transaction:
        return await admit_ambassadors(transaction, ambassadors, actor="command line", now=clock())


@import_.command("feed")
@click.argument("source", metavar="URL│FILE")
@click.option("--language", default=FIRST, show_default=True, help="Where the feed names none.")
@data_option
@json_option
def import_feed(source: str, language: str, data: Path | None, as_json: bool) -> int:
    """Publish the entries of an RSS or Atom feed as stories, and JobPostings as vacancies.

    An entry that was imported before changes nothing. With --json the events are printed instead
    of published.
    """
    settings = settings_of(data=data)
    if not as_json:
        require_log(settings)
    events = read_feed(fetch_feed(source), language=language, zone=settings.zone, now=clock())
    if as_json:
        return _print(events)
    sources = [_Source(place=event.subject or event.id, value=_stated(event)) for event in events]
    return _publish(settings, sources)


def _stated(event: CloudEvent) -> dict[str, Any] | Rejected:
    try:
        check_whole(event)
    except Rejected as fault:
        return fault
    return event.as_dict()


def _print(events: Sequence[CloudEvent]) -> int:
    refused = 0
    for event in events:
        try:
            check_whole(event)
            read_incoming(event)
        except Rejected as fault:
            refused += 1
            warn(fault.message, fault.remedy, place=event.subject or event.id)
        else:
            click.echo(event.to_bytes().decode())
    return 1 if refused else 0
