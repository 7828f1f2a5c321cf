"""Somebody shares no more: nothing is sent in their name, and we can reach no account of theirs."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from services.accounts.accounts import Accounts
from services.accounts.store import connections
from services.campaigns.store import audience
from services.database.engine import Database
from services.database.transaction import Transaction
from services.people.store import sharing_preferences
from services.posts.cancel_posts import cancel_of_person

_REASON = "its ambassador does not share any more"


async def stop_sharing(
    transaction: Transaction, person_id: str, *, actor: str, now: datetime
) -> None:
    """Cancel what was not sent, end the standing consent, and propose this person to nobody."""
    chosen = await sharing_preferences.get(transaction, person_id)
    if chosen.consent_given_at is not None:
        ended = replace(chosen, consent_given_at=None, consent_until=None)
        await sharing_preferences.save(transaction, ended)
    await audience.withdraw_proposals(transaction, person_id)
    await cancel_of_person(transaction, person_id, actor=actor, reason=_REASON, now=now)


async def disconnect_everywhere(
    database: Database, accounts: Accounts, person_id: str, *, actor: str
) -> tuple[str, ...]:
    """Delete this person's tokens; returns the networks that may still honour them."""
    async with database.read() as transaction:
        connected = await connections.networks_of(transaction, [person_id])
    return tuple(
        [
            network
            for network in connected.get(person_id, ())
            if not await accounts.disconnect(person_id, network, actor=actor)
        ]
    )
