"""Posts that will not be sent: cancelled, remembered and stated; and people who share no more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from services.accounts.accounts import Accounts
from services.accounts.store import connections
from services.campaigns.store import audience
from services.database.engine import Database
from services.database.record import Act, record_all
from services.database.transaction import Transaction
from services.events.outgoing import PostCancelled
from services.events.statement import state
from services.people.store import sharing_preferences
from services.post import Post, PostState
from services.posts.store import posts, typed_texts
from services.posts.store.posts import Moved

#: What can still be held back. A post in ``publishing`` may be on the network already.
_UNSENT = (PostState.READY, PostState.APPROVED)


async def cancel_of_campaigns(
    transaction: Transaction, reasons: Mapping[str, str], *, now: datetime
) -> Counter[str]:
    """Cancel the unsent posts of campaigns, each for its reason; returns how many of each."""
    cancelled = await posts.move_all(
        transaction, campaign_ids=list(reasons), before=_UNSENT, after=PostState.CANCELLED
    )
    for campaign_id, reason in reasons.items():
        own = [post for post in cancelled if post.campaign_id == campaign_id]
        await _tell(transaction, own, actor="campaigns", reason=reason, now=now)
    return Counter(post.campaign_id for post in cancelled)


async def cancel_of_person(
    transaction: Transaction, ambassador_id: str, *, actor: str, reason: str, now: datetime
) -> int:
    """Cancel a person's unsent posts; returns how many."""
    cancelled = await posts.move_all_of_person(
        transaction, ambassador_id=ambassador_id, before=_UNSENT, after=PostState.CANCELLED
    )
    return await _tell(transaction, cancelled, actor=actor, reason=reason, now=now)


async def _tell(
    transaction: Transaction, cancelled: Sequence[Moved], *, actor: str, reason: str, now: datetime
) -> int:
    await typed_texts.forget(transaction, [post.id for post in cancelled])
    acts = [cancellation(post, now, reason) for post in cancelled]
    await record_all(transaction, acts, actor=actor, now=now)
    return len(cancelled)


def cancellation(post: Post | Moved, now: datetime, reason: str = "") -> Act:
    event = PostCancelled(
        post_id=post.id,
        campaign_id=post.campaign_id,
        network=post.network,
        reason=reason,
        cancelled_at=now,
    )
    return Act("post.cancelled", post.id, [state(event, at=now)])


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
