"""``zwaan sign-in``: let somebody in, also when no mail can be sent."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import BinaryIO

import click

from services.errors import Rejected
from services.identity import ambassador_id
from services.language import FIRST, LANGUAGES
from services.message import message
from services.people.import_ambassadors import Reading, read_ambassadors
from services.people.sign_in import admit_by_link
from services.people.store import people
from services.people.store.people import ROLES, Person
from services.text.mail_address import mailbox
from streams.bootstrap import clock
from streams.command_line.state import open_state
from streams.command_line.terminal import data_option, settings_of, visible
from streams.serving.owner_client import address_of_pages


@click.command("sign-in")
@click.argument("email")
@click.option(
    "--role",
    "roles",
    multiple=True,
    type=click.Choice(ROLES),
    help="Give this role; may be repeated. Somebody new needs at least one.",
)
@click.option("--name", help="Name of somebody new.")
@click.option("--language", type=click.Choice(LANGUAGES), default=FIRST, show_default=True)
@data_option
def sign_in(
    email: str, roles: tuple[str, ...], name: str | None, language: str, data: Path | None
) -> int:
    """Print a sign-in link for EMAIL, who is added or given roles where needed."""
    settings = settings_of(data=data)
    address = _address(email)
    if name is not None and not (name.isprintable() and 0 < len(name.strip()) <= _NAME):
        raise Rejected(
            message("person.no-name", "this is not a name"),
            remedy=message("do.write-name", "Write it in 1 to 200 plain characters."),
        )

    async def work() -> str:
        async with open_state(settings) as database, database.write() as transaction:
            person = await people.person(transaction, ambassador_id(address))
            if person is None and not roles:
                raise Rejected(
                    message(
                        "person.unknown-address",
                        "nobody with the address {address} is known",
                        address=address,
                    ),
                    remedy=message(
                        "do.add-person", "Add the person with --role, or import ambassadors."
                    ),
                )
            if person is not None and person.deactivated_at is not None:
                raise Rejected(
                    message("person.deactivated", "{address} is deactivated", address=address),
                    remedy=message(
                        "do.activate-person", "Activate the person on the page of people first."
                    ),
                )
            if roles or person is None:
                known = person.roles if person else frozenset()
                person = Person(
                    id=ambassador_id(address),
                    email=person.email if person else address,
                    name=name or (person.name if person else address.partition("@")[0]),
                    language=person.language if person else language,
                    roles=known | frozenset(roles),
                )
                await people.save_person(transaction, person, now=clock())
            return await admit_by_link(
                transaction,
                person.id,
                actor="command line",
                roles=roles,
                base_url=address_of_pages(settings),
                now=clock(),
            )

    click.echo(asyncio.run(work()))
    return 0


def _address(email: str) -> str:
    try:
        return mailbox(email)
    except ValueError as error:
        raise Rejected(
            message("person.no-address", "this is not an e-mail address"),
            remedy=message("do.write-email", "Write it as name@example.org."),
        ) from error


#: Characters, as in an imported table.
_NAME = 200


def read_people(file: BinaryIO) -> Reading:
    """What the table holds; bad rows are named on standard error.

    Raises Rejected when it is no table of people.
    """
    try:
        reading = read_ambassadors(file.read())
    except Rejected as fault:
        raise Rejected(
            message("file.fault", "{name}: {fault}", name=file.name, fault=fault.message),
            remedy=fault.remedy,
        ) from fault
    for row in reading.bad_rows:
        click.echo(visible(f"zwaan: {file.name}, line {row.line}: {row.fault}."), err=True)
    return reading
