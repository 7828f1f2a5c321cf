"""Posts that will not be sent: cancelled, remembered and stated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from services.database.record import Act, record_all
from services.database.transaction import Transaction
from services.events.outgoing import PostCancelled
from services.events.statement import state
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
