"""``zwaan api-keys``: keys by which other systems get in."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from services.people.api_keys import SCOPES, make_key, revoke_key
from services.people.store import api_keys as store
from streams.bootstrap import clock
from streams.command_line.state import open_state
from streams.command_line.terminal import Group, data_option, settings_of, visible

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
            return await store.everything(transaction)

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
