"""An administrator adds a person, corrects their data, deactivates them for a time, or deletes them,
which erases them; a person deletes themselves.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import uuid4

from services.accounts.accounts import Accounts
from services.database.engine import Database
from services.database.record import record
from services.database.transaction import Transaction
from services.errors import NoSuch, Rejected
from services.message import message
from services.people.rules.ambassador import Ambassador
from services.people.sign_in import end_all_access
from services.people.store import people
from services.people.store.people import Person
from services.posts.cancel_posts import disconnect_everywhere, stop_sharing
from services.posts.store import posts
from services.privacy import store


async def add(
    transaction: Transaction,
    wanted: Ambassador,
    roles: Iterable[str],
    *,
    actor: str,
    now: datetime,
) -> None:
    """Raises Rejected when the address is taken, or when no role is given."""
    await _refuse_taken(transaction, wanted)
    await _save(transaction, wanted, frozenset(roles), now=now, deactivated_at=None)
    await record(transaction, "person.added", wanted.id, actor=actor, now=now, roles=_listed(roles))


async def correct(
    database: Database,
    accounts: Accounts,
    person_id: str,
    wanted: Ambassador,
    roles: Iterable[str],
    *,
    actor: str,
    now: datetime,
) -> tuple[str, ...]:
    """Overwrite what the organisation keeps of a person, who gets the id of their address.

    What they set about their voice themselves stays. A person who is no ambassador any more
    shares no more; returns the networks that may still honour the tokens deleted then.
    Raises Rejected when there is no such person, the address is taken, no role is given, or
    administrators would shut themselves out.
    """
    roles = frozenset(roles)
    async with database.write() as transaction:
        before = await people.person(transaction, person_id)
        if before is None:
            raise NoSuch(
                message("person.unknown", "there is no such person"),
                remedy=message("do.load-again", "Load the page again."),
            )
        if actor == person_id and "administrator" not in roles:
            raise Rejected(
                message("person.own-role", "you cannot take this role from yourself"),
                remedy=message("do.ask-other-administrator", "Ask another administrator."),
            )
        changed = await _changed(transaction, before, wanted, roles)
        if wanted.id != person_id:
            # Before the look: of two who give the same address the second finds it taken.
            await store.hold(transaction, person_id)
            await _refuse_taken(transaction, wanted)
            await store.give_id(transaction, person_id, wanted.id)
            actor = wanted.id if actor == person_id else actor
        await _save(transaction, wanted, roles, now=now, deactivated_at=before.deactivated_at)
        stops = "ambassador" in before.roles - roles
        if stops:
            await stop_sharing(transaction, wanted.id, actor=actor, now=now)
        if changed:
            detail = {"fields": ", ".join(changed)}
            if "roles" in changed:
                detail["roles"] = _listed(roles)
            await record(transaction, "person.corrected", wanted.id, actor=actor, now=now, **detail)
    if not stops:
        return ()
    return await disconnect_everywhere(database, accounts, wanted.id, actor=actor)


async def _save(
    transaction: Transaction,
    wanted: Ambassador,
    roles: frozenset[str],
    *,
    now: datetime,
    deactivated_at: datetime | None,
) -> None:
    if not roles:
        raise Rejected(
            message("person.no-role", "this person has no role"),
            remedy=message("do.choose-role", "Choose a role, or deactivate the person."),
        )
    person = Person(
        id=wanted.id,
        email=wanted.email,
        name=wanted.name,
        language=wanted.language,
        roles=roles,
        deactivated_at=deactivated_at,
    )
    await people.save_person(transaction, person, now=now)
    if "ambassador" in roles:
        await people.save_ambassadors(transaction, [wanted], now=now)


async def _refuse_taken(transaction: Transaction, wanted: Ambassador) -> None:
    if await people.person(transaction, wanted.id) is not None:
        raise Rejected(
            message("person.address-taken", "somebody with this e-mail address is here already"),
            remedy=message("do.look-for-person", "Look for them in the list."),
        )


async def _changed(
    transaction: Transaction, before: Person, wanted: Ambassador, roles: frozenset[str]
) -> list[str]:
    """The names of the fields that will differ."""
    kept: Any = await people.record(transaction, before.id) or before
    names = [
        name
        for name in Ambassador.__dataclass_fields__
        if name != "id" and hasattr(kept, name) and getattr(kept, name) != getattr(wanted, name)
    ]
    return [*names, *(["roles"] if before.roles != roles else [])]


def _listed(roles: Iterable[str]) -> str:
    return ", ".join(sorted(roles))


async def deactivate(
    database: Database, accounts: Accounts, person_id: str, *, actor: str, now: datetime
) -> tuple[str, ...]:
    """End access at once, cancel what was not sent, and delete the tokens.

    Returns the networks that may still honour the tokens. Raises Rejected for oneself, and when
    there is no such person.
    """
    async with database.write() as transaction:
        await _check_other(transaction, person_id, actor)
    return await _end(database, accounts, person_id, actor=actor, now=now)


async def _end(
    database: Database, accounts: Accounts, person_id: str, *, actor: str, now: datetime
) -> tuple[str, ...]:
    async with database.write() as transaction:
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
    """`deactivate`, and erase the person: only figures stay, under an anonymous id.

    Raises Rejected also while a post of theirs is on its way to a network: its outcome is written
    with the account that it is sent from.
    """
    async with database.write() as transaction:
        await _check_other(transaction, person_id, actor)
    return await _erase(database, accounts, person_id, actor=actor, now=now)


async def leave(
    database: Database, accounts: Accounts, person_id: str, *, now: datetime
) -> tuple[str, ...]:
    """`delete` by the person. Raises Rejected also for the last administrator."""
    async with database.read() as transaction:
        if await people.is_last_administrator(transaction, person_id):
            raise Rejected(
                message("person.last-administrator", "you are the only administrator"),
                remedy=message(
                    "do.make-administrator", "Make somebody else an administrator first."
                ),
            )
        if await posts.is_under_way(transaction, person_id):
            raise Rejected(
                message("person.own-post-on-its-way", "a post of yours is on its way to a network"),
                remedy=message("do.try-soon", "Try again in a few minutes."),
            )
    return await _erase(database, accounts, person_id, actor=person_id, now=now)


async def _erase(
    database: Database, accounts: Accounts, person_id: str, *, actor: str, now: datetime
) -> tuple[str, ...]:
    kept = await _end(database, accounts, person_id, actor=actor, now=now)
    async with database.write() as transaction:
        await store.hold(transaction, person_id)
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
        await store.erase(transaction, person_id, as_id=nobody, now=now)
        by = nobody if actor == person_id else actor
        await record(transaction, "person.deleted", nobody, actor=by, now=now)
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
