"""Posts that a language model may be asked about, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from services.database.schema import own_answers, posts
from services.database.transaction import Transaction
from services.post import PostState


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingAnswer:
    """A post as it was built around an ``answer``, not edited, replaced or decided since."""

    post_id: str
    campaign_id: str
    ambassador_id: str
    network: str
    text: str
    link_code: str
    recipe: Mapping[str, Any]
    rephrase_by: datetime
    prompt: str
    answer: str


async def ask(transaction: Transaction, post_id: str, *, by: datetime, first: bool) -> None:
    """Let a model be asked about a post until ``by``; ``first``: no answer was given before."""
    recipe = await transaction.scalar(sa.select(posts.c.recipe).where(posts.c.id == post_id))
    asked = {"until": by.isoformat(), "first": first}
    await transaction.execute(
        posts.update()
        .where(posts.c.id == post_id)
        .values(rephrase_by=by, recipe={**(recipe or {}), "model": asked})
    )


async def waiting(
    transaction: Transaction, *, now: datetime, limit: int
) -> Sequence[WaitingAnswer]:
    """Those whose time is not over, the oldest first."""
    own = ("post_id", "prompt", "answer")
    rows = await transaction.execute(
        sa.select(
            *(own_answers.c[name] for name in own),
            *(posts.c[name] for name in WaitingAnswer.__dataclass_fields__ if name not in own),
        )
        .join(own_answers, own_answers.c.post_id == posts.c.id)
        .where(posts.c.rephrase_by > now, posts.c.state == PostState.READY.value)
        .order_by(posts.c.rephrase_by, posts.c.id)
        .limit(limit)
    )
    return [WaitingAnswer(**row) for row in rows.mappings()]


async def settle(
    transaction: Transaction, post: WaitingAnswer, *, text: str, recipe: Mapping[str, Any]
) -> bool:
    """Store the result, and ``text`` in place of the built one unless it is empty; False when the post
    was changed meanwhile."""
    result = await transaction.execute(
        posts.update()
        .where(
            posts.c.id == post.post_id,
            posts.c.state == PostState.READY.value,
            posts.c.rephrase_by == post.rephrase_by,
        )
        .values(recipe=dict(recipe), rephrase_by=None, **({"text": text} if text else {}))
    )
    return bool(result.rowcount)


def state_of(thought: Mapping[str, Any], now: datetime) -> Literal["", "asked", "used", "left"]:
    """What the ``model`` of a recipe says became of its edit; empty: none was asked."""
    if "edit" in thought:
        return "used" if thought["edit"] == "used" else "left"
    if "until" not in thought:
        return ""
    return "asked" if now < datetime.fromisoformat(thought["until"]) else "left"
