"""Somebody without a connection shared a draft with their own hands, and says so.

Nobody can check it, so the post is *shared*, never *published*: it is counted apart, no network is
asked about it, and its clicks come through our own link as ever.
"""

from __future__ import annotations

from datetime import datetime

from services.database import outbox
from services.database.transaction import Transaction
from services.errors import Rejected
from services.events.outgoing import PostShared, PostTakenBack
from services.events.statement import state
from services.message import message
from services.post import Post, PostState, check_transition, text_sha256
from services.posts.own_post import check_open, move, note, own_post
from services.posts.rules.post_address import check_post_address
from services.text.normal_form import normalise_text


async def tell_shared(
    transaction: Transaction,
    *,
    post_id: str,
    ambassador_id: str,
    text: str,
    address: str,
    now: datetime,
) -> Post:
    """The person shared ``text``; ``address`` is where it stands, or empty.

    Raises Rejected for an empty text, an address elsewhere, or a draft that was decided already.
    """
    post = await own_post(transaction, post_id, ambassador_id)
    check_transition(post.state, PostState.SHARED)
    await check_open(transaction, post)
    plain, url = normalise_text(text), check_post_address(post.network, address)
    await move(
        transaction,
        post,
        PostState.SHARED,
        text=plain,
        published_at=now,
        external_url=url or None,
    )
    digest = text_sha256(plain)
    await note(transaction, post, "post.shared", now, {"sha256": digest, "url": url})
    event = PostShared(
        post_id=post.id,
        campaign_id=post.campaign_id,
        network=post.network,
        text_sha256=digest,
        url=url,
        shared_at=now,
    )
    await outbox.add(transaction, [state(event, at=now, cause=now.isoformat())])
    return await own_post(transaction, post_id, ambassador_id)


async def not_shared(
    transaction: Transaction, *, post_id: str, ambassador_id: str, now: datetime
) -> Post:
    """It was not shared after all: the draft waits again. Raises Rejected for any other state."""
    post = await own_post(transaction, post_id, ambassador_id)
    if post.state is not PostState.SHARED:
        raise Rejected(
            message("post.not-shared", "this post was not marked as shared"),
            remedy=message("do.load-again", "Load the page again."),
        )
    await move(transaction, post, PostState.READY, published_at=None, external_url=None)
    await note(transaction, post, "post.taken_back", now, {})
    event = PostTakenBack(
        post_id=post.id, campaign_id=post.campaign_id, network=post.network, taken_back_at=now
    )
    await outbox.add(transaction, [state(event, at=now, cause=now.isoformat())])
    return await own_post(transaction, post_id, ambassador_id)
