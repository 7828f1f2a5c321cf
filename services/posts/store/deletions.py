"""Posts that their ambassadors want off the network: asked, due, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from services.database.engine import as_row
from services.database.schema import post_deletions, posts
from services.database.transaction import Transaction
from services.posts.rules.deletion import Deletion


@dataclass(frozen=True, slots=True, kw_only=True)
class DueDeletion:
    """A deletion whose next call is due, and the post that it is about."""

    deletion: Deletion
    campaign_id: str
    ambassador_id: str
    network: str
    external_id: str

    @property
    def account(self) -> tuple[str, str]:
        return self.ambassador_id, self.network


async def of_posts(transaction: Transaction, post_ids: Sequence[str]) -> dict[str, Deletion]:
    """Return the requests by post, without posts that have none."""
    rows = await transaction.execute(
        sa.select(post_deletions).where(post_deletions.c.post_id.in_(post_ids))
    )
    return {row["post_id"]: Deletion(**row) for row in rows.mappings()}


async def ask(transaction: Transaction, deletion: Deletion) -> None:
    """Keep a request, in the place of one that failed."""
    await transaction.execute(
        post_deletions.delete().where(post_deletions.c.post_id == deletion.post_id)
    )
    await transaction.execute(post_deletions.insert().values(as_row(deletion)))


async def due(
    transaction: Transaction,
    *,
    now: datetime,
    limit: int,
    account: tuple[str, str] | None = None,
) -> list[DueDeletion]:
    """The longest due first; ``account`` is an ambassador and a network."""
    query = (
        sa.select(
            post_deletions,
            posts.c.campaign_id,
            posts.c.ambassador_id,
            posts.c.network,
            posts.c.external_id,
        )
        .join_from(post_deletions, posts)
        .where(post_deletions.c.due_at <= now)
        .order_by(post_deletions.c.due_at, post_deletions.c.post_id)
        .limit(limit)
    )
    if account is not None:
        query = query.where(posts.c.ambassador_id == account[0], posts.c.network == account[1])
    return [_due(row) for row in (await transaction.execute(query)).mappings()]


async def save(transaction: Transaction, before: Deletion, after: Deletion) -> bool:
    """Return False when the request has changed meanwhile: another attempt, or a new request."""
    result = await transaction.execute(
        post_deletions.update()
        .where(
            post_deletions.c.post_id == before.post_id,
            post_deletions.c.asked_at == before.asked_at,
            post_deletions.c.tries == before.tries,
            post_deletions.c.due_at.is_not(None),
        )
        .values(as_row(after))
    )
    return bool(result.rowcount)


def _due(row: Mapping[Any, Any]) -> DueDeletion:
    rest = dict(row)
    names = Deletion.__dataclass_fields__
    own = Deletion(**{name: rest.pop(name) for name in names})
    return DueDeletion(deletion=own, **rest)
