"""A person's own post: found, and moved while it is still as it was."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from services.campaigns.store import campaigns
from services.database.record import record
from services.database.transaction import Transaction
from services.errors import NoSuch, Rejected
from services.events.incoming import EventData
from services.events.statement import state
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


async def move(
    transaction: Transaction,
    post: Post,
    after: PostState,
    action: str,
    event: EventData,
    *,
    now: datetime,
    cause: str = "",
    detail: Mapping[str, Any] = MappingProxyType({}),
    **changes: Any,
) -> Post:
    """Move the post with ``changes`` of other columns, keep that in the audit and tell of it.

    What was typed and not approved goes with the decision. Raises Rejected when it may not become
    ``after``, or is not as it was read any more.
    """
    check_transition(post.state, after)
    moved = await posts.move(transaction, post.id, before=post.state, after=after, **changes)
    if moved is None:
        raise Rejected(
            message("draft.changed-meanwhile", "the draft was changed meanwhile"),
            remedy=message("do.load-again", "Load the page again."),
        )
    await typed_texts.forget(transaction, [post.id])
    # Doing it again after it was undone is another fact.
    statement = state(event, at=now, cause=cause or now.isoformat())
    actor = post.ambassador_id
    await record(transaction, action, post.id, statement, actor=actor, now=now, **detail)
    return moved


async def rewrite(
    transaction: Transaction,
    post: Post,
    action: str,
    *,
    now: datetime,
    detail: Mapping[str, Any],
    **changes: Any,
) -> Post:
    """Put another text in a draft's place, and keep in the audit that its person did.

    Raises Rejected when it was decided already.
    """
    rewritten = await posts.edit(transaction, post.id, **changes)
    if rewritten is None:
        raise Rejected(
            message("draft.decided-already", "the draft was decided already"),
            remedy=message("do.load-again", "Load the page again."),
        )
    await typed_texts.forget(transaction, [post.id])
    await record(transaction, action, post.id, actor=post.ambassador_id, now=now, **detail)
    return rewritten
