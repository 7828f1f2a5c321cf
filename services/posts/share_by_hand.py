"""Somebody without a connection shared a draft with their own hands, and says so.

Nobody can check it, so the post is *shared*, never *published*: it is counted apart, no network is
asked about it, and its clicks come through our own link as ever.
"""

from __future__ import annotations

from datetime import datetime

from services.database.transaction import Transaction
from services.errors import Rejected
from services.events.outgoing import PostShared, PostTakenBack
from services.message import message
from services.post import Post, PostState, check_transition, text_sha256
from services.posts.own_post import check_open, move, own_post
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
    digest = text_sha256(plain)
    return await move(
        transaction,
        post,
        PostState.SHARED,
        "post.shared",
        PostShared(**post.ids, text_sha256=digest, url=url, shared_at=now),
        now=now,
        detail={"sha256": digest, "url": url},
        text=plain,
        published_at=now,
        external_url=url or None,
    )


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
    return await move(
        transaction,
        post,
        PostState.READY,
        "post.taken_back",
        PostTakenBack(**post.ids, taken_back_at=now),
        now=now,
        published_at=None,
        external_url=None,
    )
