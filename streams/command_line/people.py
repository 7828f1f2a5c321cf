"""``zwaan sign-in``: let somebody in, also when no mail can be sent."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from services.domain.identity import ambassador_id
from services.errors import Rejected
from services.storage import people
from services.storage.database import Database
from services.storage.migrate import migrate
from services.storage.people import Person
from services.use_cases.sign_in import make_link
from streams.bootstrap import clock
from streams.command_line.options import data_option, settings_of

ROLES = ("ambassador", "recruiter", "marketing", "administrator")


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
@click.option("--language", type=click.Choice(["nl", "en"]), default="nl", show_default=True)
@data_option
def sign_in(
    email: str, roles: tuple[str, ...], name: str | None, language: str, data: Path | None
) -> int:
    """Print a sign-in link for EMAIL, who is added or given roles where needed."""
    settings = settings_of(data=data)

    async def work() -> str:
        settings.data.mkdir(parents=True, exist_ok=True)
        database = Database.open(settings.database)
        try:
            await migrate(database)
            async with database.write() as transaction:
                person = await people.person(transaction, ambassador_id(email))
                if person is None and not roles:
                    raise Rejected(
                        f"nobody with the address {email} is known",
                        remedy="Add the person with --role, or import ambassadors.",
                    )
                if roles or person is None:
                    known = person.roles if person else frozenset()
                    person = Person(
                        id=ambassador_id(email),
                        email=email,
                        name=name or (person.name if person else email.split("@", maxsplit=1)[0]),
                        language=person.language if person else language,
                        roles=known | frozenset(roles),
                    )
                    await people.save_person(transaction, person, now=clock())
                return await make_link(
                    transaction, person.id, base_url=settings.base_url, now=clock()
                )
        finally:
            await database.close()

    click.echo(asyncio.run(work()))
    return 0
