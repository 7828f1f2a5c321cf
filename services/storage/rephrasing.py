"""Drafts that a language model may still put in other words, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from services.domain.post import PostState
from services.storage.schema import posts
from services.storage.transaction import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A draft as it was composed; nobody edited, replaced or decided it."""

    post_id: str
    campaign_id: str
    ambassador_id: str
    network: str
    text: str
    link_code: str
    recipe: Mapping[str, Any]


_UNTOUCHED = (
    posts.c.state == PostState.READY.value,
    posts.c.text == posts.c.original_text,
    posts.c.text != "",
    sa.not_(posts.c.by_tap_only),
)


async def waiting(transaction: Transaction, *, now: datetime, limit: int) -> Sequence[Waiting]:
    """Those whose time is not over, the oldest first."""
    rows = await transaction.execute(
        sa.select(
            posts.c.id.label("post_id"),
            *(posts.c[name] for name in Waiting.__dataclass_fields__ if name != "post_id"),
        )
        .where(posts.c.rephrase_by > now, *_UNTOUCHED)
        .order_by(posts.c.rephrase_by, posts.c.id)
        .limit(limit)
    )
    return [Waiting(**row) for row in rows.mappings()]


async def use(
    transaction: Transaction,
    draft: Waiting,
    *,
    text: str,
    overlap: float,
    recipe: Mapping[str, Any],
) -> bool:
    """Put other words in the place of a draft's; False when it was touched meanwhile."""
    result = await transaction.execute(
        posts.update()
        .where(posts.c.id == draft.post_id, posts.c.text == draft.text, *_UNTOUCHED)
        .values(
            text=text, original_text=text, overlap=overlap, recipe=dict(recipe), rephrase_by=None
        )
    )
    return bool(result.rowcount)


async def leave(transaction: Transaction, draft: Waiting, *, recipe: Mapping[str, Any]) -> None:
    """Leave a draft as it was composed, with the reason in its recipe."""
    await transaction.execute(
        posts.update()
        .where(posts.c.id == draft.post_id, posts.c.original_text == draft.text)
        .values(recipe=dict(recipe), rephrase_by=None)
    )
