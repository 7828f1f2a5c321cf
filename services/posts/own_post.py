"""A person's own post: found, moved while it is still as it was, and what they did noted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.campaigns.store import campaigns
from services.database import audit
from services.database.audit import Entry
from services.database.transaction import Transaction
from services.errors import NoSuch, Rejected
from services.message import message
from services.post import Post, PostState, check_transition
from services.posts.store import posts, typed_texts


async def own_post(transaction: Transaction, post_id: str, ambassador_id: str) -> Post:
    """Raises Rejected when there is no such post of this person."""
    post = await posts.get(transaction, post_id)
    if post is None or post.ambassador_id != ambassador_id:
        raise NoSuch(
            message("draft.not-yours", "there is no such draft of yours"),
            remedy=message("do.go-to-inbox", "Go back to your inbox."),
        )
    return post


async def check_open(transaction: Transaction, post: Post) -> None:
    """Raises Rejected when its campaign has ended."""
    if not await campaigns.stays_open(transaction, post.campaign_id):
        raise Rejected(
            message("campaign.ended", "this campaign has ended"),
            remedy=message("do.share-something-else", "Share something else from your inbox."),
        )


async def move(transaction: Transaction, post: Post, after: PostState, **changes: Any) -> None:
    """What was typed and not approved goes with the decision.

    Raises Rejected when it may not become ``after``, or is not as it was read any more.
    """
    check_transition(post.state, after)
    if not await posts.move(transaction, post.id, before=post.state, after=after, **changes):
        raise Rejected(
            message("draft.changed-meanwhile", "the draft was changed meanwhile"),
            remedy=message("do.load-again", "Load the page again."),
        )
    await typed_texts.forget(transaction, [post.id])


async def note(
    transaction: Transaction, post: Post, action: str, now: datetime, detail: Mapping[str, Any]
) -> None:
    """Keep in the audit what its person did."""
    entry = Entry(at=now, actor=post.ambassador_id, action=action, subject=post.id, detail=detail)
    await audit.add(transaction, [entry])
