"""Which published posts are to be measured, and when next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from services.storage.database import Transaction
from services.storage.schema import posts


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


async def due(transaction: Transaction, *, now: datetime, limit: int) -> list[DuePost]:
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
        .order_by(posts.c.measure_at)
        .limit(limit)
    )
    return [DuePost(**row) for row in (await transaction.execute(query)).mappings()]


async def postpone(transaction: Transaction, ids: Sequence[str], *, until: datetime) -> None:
    await transaction.execute(posts.update().where(posts.c.id.in_(ids)).values(measure_at=until))


async def advance(
    transaction: Transaction, following: Sequence[tuple[str, datetime | None]]
) -> None:
    """One more step is done for each post; pairs of post id and the next time, if any."""
    await transaction.execute(
        posts.update()
        .where(posts.c.id == sa.bindparam("which"))
        .values(
            measured_step=posts.c.measured_step + 1,
            measure_at=sa.bindparam("next_at", type_=posts.c.measure_at.type),
        ),
        [{"which": which, "next_at": next_at} for which, next_at in following],
    )
