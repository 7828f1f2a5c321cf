"""Somebody left: no access from then on, and on request nothing of them but what counts."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from services.accounts.accounts import Accounts
from services.database.engine import Database
from services.database.record import record
from services.database.transaction import Transaction
from services.errors import NoSuch, Rejected
from services.message import message
from services.people.sign_in import end_all_access
from services.people.store import people
from services.posts.cancel_posts import disconnect_everywhere, stop_sharing
from services.posts.store import posts
from services.privacy.store import erasure


async def deactivate(
    database: Database, accounts: Accounts, person_id: str, *, actor: str, now: datetime
) -> tuple[str, ...]:
    """End access at once, cancel what was not sent, and delete the tokens.

    Returns the networks that may still honour the tokens. Raises Rejected for oneself, and when
    there is no such person.
    """
    async with database.write() as transaction:
        await _check_other(transaction, person_id, actor)
        if await people.set_deactivated(transaction, person_id, now):
            await record(transaction, "person.deactivated", person_id, actor=actor, now=now)
        await end_all_access(transaction, person_id, actor=actor, now=now)
        await stop_sharing(transaction, person_id, actor=actor, now=now)
    return await disconnect_everywhere(database, accounts, person_id, actor=actor)


async def reactivate(
    transaction: Transaction, person_id: str, *, actor: str, now: datetime
) -> None:
    """Let them in again. Cancelled posts stay cancelled, and accounts have to be connected anew."""
    await _check_other(transaction, person_id, actor)
    if await people.set_deactivated(transaction, person_id, None):
        await record(transaction, "person.reactivated", person_id, actor=actor, now=now)


async def delete(
    database: Database, accounts: Accounts, person_id: str, *, actor: str, now: datetime
) -> tuple[str, ...]:
    """`deactivate`, and leave nothing of the person but what counts, under an id of nobody.

    Raises Rejected also while a post of theirs is on its way to a network: its outcome is written
    with the account that it is sent from.
    """
    kept = await deactivate(database, accounts, person_id, actor=actor, now=now)
    async with database.write() as transaction:
        await erasure.hold(transaction, person_id)
        if await posts.is_under_way(transaction, person_id):
            raise Rejected(
                message(
                    "person.post-on-its-way", "a post of this person is on its way to a network"
                ),
                remedy=message(
                    "do.delete-person-later",
                    "Delete the person in a few minutes; they have no access any more.",
                ),
            )
        # What began to be written for them before they were deactivated.
        await stop_sharing(transaction, person_id, actor=actor, now=now)
        nobody = str(uuid4())
        await erasure.erase(transaction, person_id, as_id=nobody, now=now)
        await record(transaction, "person.deleted", nobody, actor=actor, now=now)
    return kept


async def _check_other(transaction: Transaction, person_id: str, actor: str) -> None:
    if person_id == actor:
        raise Rejected(
            message("person.yourself", "you cannot do this to yourself"),
            remedy=message("do.ask-other-administrator", "Ask another administrator."),
        )
    if await people.person(transaction, person_id) is None:
        raise NoSuch(
            message("person.unknown", "there is no such person"),
            remedy=message("do.load-again", "Load the page again."),
        )
