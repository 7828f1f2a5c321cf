"""A text was approved: what the person changed teaches their voice, and counts as their words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from services.database.transaction import Transaction
from services.events.outgoing import PostApproved
from services.events.statement import Fact, Statement
from services.people.store import people
from services.post import text_sha256
from services.posts.store import posts
from services.voice.learning.learning import observe
from services.voice.learning.own_words import own_share
from services.voice.store import own_words, voice_profiles


async def learn_from_edits(
    transaction: Transaction, facts: Sequence[Fact[PostApproved]], _now: datetime
) -> list[Statement]:
    """Compare each approved text with its draft.

    One that was taken back and changed since is left to its next approval.
    """
    found = await posts.by_ids(transaction, [fact.data.post_id for fact in facts])
    approved = [
        (post, fact.data.approved_at)
        for fact in facts
        if (post := found.get(fact.data.post_id)) is not None
        and text_sha256(post.text) == fact.data.text_sha256
    ]
    await people.hold(transaction, [post.ambassador_id for post, _ in approved])
    for post, _ in sorted(approved, key=lambda each: each[0].id):
        await own_words.keep_share(transaction, post.id, own_share(post.original_text, post.text))
    for post, moment in sorted(approved, key=lambda each: (each[0].ambassador_id, each[0].id)):
        await voice_profiles.keep_observations(
            transaction,
            post.ambassador_id,
            post.id,
            observe(post.original_text, post.text),
            at=moment,
        )
    return []
