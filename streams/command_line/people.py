"""``zwaan sign-in``: let a person in, also when no mail can be sent; ``zwaan api-keys``: keys by which other
systems get in.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import BinaryIO

import click

from services.errors import Rejected
from services.identity import ambassador_id
from services.language import FIRST, LANGUAGES
from services.message import message
from services.people.api_keys import SCOPES, make_key, revoke_key
from services.people.import_ambassadors import Reading, read_ambassadors
from services.people.sign_in import admit_by_link
from services.people.store import access as store
from services.people.store import people
from services.people.store.people import ROLES, Person
from services.text.mail_address import mailbox
from streams.bootstrap import clock
from streams.command_line.state import open_state
from streams.command_line.terminal import Group, data_option, settings_of, visible, warn, worded
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
        line = message("file.line", "{name}, line {number}", name=file.name, number=str(row.line))
        warn(row.fault, place=worded(line))
    return reading


_ACTOR = "command line"


@click.group("api-keys", cls=Group)
def api_keys() -> None:
    """Keys by which other systems send events and read figures: list, make, revoke."""


@api_keys.command("list")
@data_option
def list_keys(data: Path | None) -> int:
    """Show every key: id, name, what it opens, since when, and whether it works."""
    settings = settings_of(data=data)

    async def work() -> list[store.ApiKey]:
        async with open_state(settings) as database, database.read() as transaction:
            return await store.all_keys(transaction)

    for key in asyncio.run(work()):
        state = "revoked" if key.revoked_at else "works"
        made = key.made_at.isoformat(timespec="seconds")
        click.echo(visible(f"{key.id}  {state}  {','.join(key.scopes)}  {made}  {key.name}"))
    return 0


@api_keys.command("make")
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    type=click.Choice(SCOPES),
    help="What it opens; may be repeated.",
)
@data_option
def make(name: str, scopes: tuple[str, ...], data: Path | None) -> int:
    """Make a key for the system NAME and print it, this once."""
    settings = settings_of(data=data)

    async def work() -> str:
        async with open_state(settings) as database, database.write() as transaction:
            _, secret = await make_key(transaction, name, scopes, actor=_ACTOR, now=clock())
            return secret

    click.echo(asyncio.run(work()))
    return 0


@api_keys.command("revoke")
@click.argument("key_id", metavar="ID")
@data_option
def revoke(key_id: str, data: Path | None) -> int:
    """Let the key with this ID open nothing any more."""
    settings = settings_of(data=data)

    async def work() -> None:
        async with open_state(settings) as database, database.write() as transaction:
            await revoke_key(transaction, key_id, actor=_ACTOR, now=clock())

    asyncio.run(work())
    return 0
