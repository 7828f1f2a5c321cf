"""A text was approved: what the person changed teaches their voice, and counts as their words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from services.domain.post import text_sha256
from services.domain.voice.learning import observe
from services.domain.voice.own_words import own_share
from services.events.outgoing import PostApproved
from services.events.statement import Fact, Statement
from services.storage import own_words, posts, voice_profiles
from services.storage.transaction import Transaction


async def learn_from_edits(
    transaction: Transaction, facts: Sequence[Fact[PostApproved]], _now: datetime
) -> list[Statement]:
    """Compare each approved text with its draft.

    One that was taken back and changed since is left to its next approval.
    """
    for fact in facts:
        post = await posts.get(transaction, fact.data.post_id)
        if post is None or text_sha256(post.text) != fact.data.text_sha256:
            continue
        await own_words.keep_share(transaction, post.id, own_share(post.original_text, post.text))
        await voice_profiles.keep_observations(
            transaction,
            post.ambassador_id,
            post.id,
            observe(post.original_text, post.text),
            at=fact.data.approved_at,
        )
    return []
