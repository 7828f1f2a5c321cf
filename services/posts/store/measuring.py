"""Which published posts are to be measured, and when next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from services.database.engine import in_key_order
from services.database.schema import posts
from services.database.transaction import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class DuePost:
    """A published post whose ``step``-th measurement is due (from 0)."""

    id: str
    campaign_id: str
    ambassador_id: str
    network: str
    external_id: str
    published_at: datetime
    step: int


async def due(
    transaction: Transaction,
    *,
    now: datetime,
    limit: int,
    account: tuple[str, str] | None = None,
) -> list[DuePost]:
    """Posts to be measured, the longest due first; ``account`` is an ambassador and a network."""
    query = (
        sa.select(
            posts.c.id,
            posts.c.campaign_id,
            posts.c.ambassador_id,
            posts.c.network,
            posts.c.external_id,
            posts.c.published_at,
            posts.c.measured_step.label("step"),
        )
        .where(posts.c.measure_at <= now)
        .order_by(posts.c.measure_at, posts.c.id)
        .limit(limit)
    )
    if account is not None:
        query = query.where(posts.c.ambassador_id == account[0], posts.c.network == account[1])
    return [DuePost(**row) for row in (await transaction.execute(query)).mappings()]


async def postpone(transaction: Transaction, ids: Sequence[str], *, until: datetime) -> None:
    chosen = in_key_order(posts, posts.c.id.in_(ids))
    await transaction.execute(posts.update().where(chosen).values(measure_at=until))


async def stop(transaction: Transaction, post_id: str) -> None:
    """What was measured stays."""
    await transaction.execute(posts.update().where(posts.c.id == post_id).values(measure_at=None))


async def advance(
    transaction: Transaction, following: Sequence[tuple[DuePost, datetime | None]]
) -> None:
    """The due step of each post is done; pairs of post and the next time, if any.

    Doing the same step twice changes nothing.
    """
    if following:
        await transaction.execute(
            posts.update()
            .where(
                posts.c.id == sa.bindparam("which"), posts.c.measured_step == sa.bindparam("step")
            )
            .values(
                measured_step=posts.c.measured_step + 1,
                measure_at=sa.bindparam("next_at", type_=posts.c.measure_at.type),
            ),
            [
                {"which": post.id, "step": post.step, "next_at": next_at}
                for post, next_at in sorted(following, key=lambda each: each[0].id)
            ],
        )
