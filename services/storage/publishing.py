"""The written intent: claiming due posts, one account in one worker at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from services.domain.post import PostState
from services.storage import connections as accounts
from services.storage.schema import connections, posts
from services.storage.transaction import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A post that is this worker's until ``leased_until``.

    ``attempt`` counts all attempts, ``tries`` those since the approval, both from 1.
    ``interrupted_at`` is when an attempt began whose end nobody saw: reconcile, do not publish.
    """

    post_id: str
    ambassador_id: str
    network: str
    attempt: int
    tries: int
    interrupted_at: datetime | None


async def claim_due(
    transaction: Transaction, *, worker: str, now: datetime, lease: timedelta, limit: int
) -> list[Claim]:
    """Take due posts and their accounts, at most one post an account, and write the intent.

    A post whose account is not connected any more is given out too: somebody has to say so.
    """
    until = now + lease
    claims: list[Claim] = []
    due = _due(now, limit * 4).with_for_update(skip_locked=True, of=posts)
    for row in (await transaction.execute(due)).all():
        if len(claims) == limit:
            break
        if not await accounts.lease(
            transaction, row.ambassador_id, row.network, worker=worker, now=now, until=until
        ):
            continue
        interrupted = row.state == PostState.PUBLISHING.value
        await transaction.execute(
            posts.update()
            .where(posts.c.id == row.id)
            .values(
                state=PostState.PUBLISHING.value,
                leased_by=worker,
                leased_until=until,
                attempts=posts.c.attempts + 1,
                tries=posts.c.tries + 1,
                attempt_at=posts.c.attempt_at if interrupted else now,
            )
        )
        claims.append(
            Claim(
                post_id=row.id,
                ambassador_id=row.ambassador_id,
                network=row.network,
                attempt=row.attempts + 1,
                tries=row.tries + 1,
                interrupted_at=row.attempt_at if interrupted else None,
            )
        )
    return claims


async def any_due(transaction: Transaction, *, now: datetime) -> bool:
    """Whether `claim_due` would find something."""
    return (await transaction.execute(_due(now, 1))).first() is not None


def _due(now: datetime, limit: int) -> sa.Select[Any]:
    account_is_taken = (
        sa.select(connections.c.network)
        .where(
            connections.c.ambassador_id == posts.c.ambassador_id,
            connections.c.network == posts.c.network,
            connections.c.leased_until >= now,
        )
        .exists()
    )
    waiting = sa.and_(posts.c.state == PostState.APPROVED.value, posts.c.publish_at <= now)
    interrupted = sa.and_(posts.c.state == PostState.PUBLISHING.value, posts.c.leased_until < now)
    return (
        sa.select(
            posts.c.id,
            posts.c.ambassador_id,
            posts.c.network,
            posts.c.state,
            posts.c.attempts,
            posts.c.tries,
            posts.c.attempt_at,
        )
        .where(_ON_ITS_WAY, sa.or_(waiting, interrupted), ~account_is_taken)
        .order_by(posts.c.publish_at, posts.c.id)
        .limit(limit)
    )


# Word for word the condition of the index ix_posts_due: only then is it used, and most posts are
# neither of the two.
_ON_ITS_WAY = sa.text("posts.state IN ('approved', 'publishing')")


async def end(
    transaction: Transaction, claim: Claim, *, after: PostState, changes: Mapping[str, Any]
) -> bool:
    """Write an attempt's outcome; False when the post is not this attempt's any more.

    A worker that was held up for longer than its lease may come back with an old outcome. Then only
    one still counts: that the post is on the network is true whoever holds it by now.
    """
    if after is PostState.PUBLISHED:
        # Also approved: another worker found nothing and was about to send it a second time.
        states = (PostState.PUBLISHING, PostState.UNKNOWN, PostState.APPROVED)
        still_ours: sa.ColumnElement[bool] = posts.c.state.in_([state.value for state in states])
    else:
        still_ours = sa.and_(
            posts.c.state == PostState.PUBLISHING.value, posts.c.attempts == claim.attempt
        )
    result = await transaction.execute(
        posts.update()
        .where(posts.c.id == claim.post_id, still_ours)
        .values({"leased_by": None, "leased_until": None, **changes, "state": after.value})
    )
    return bool(result.rowcount)


async def end_all_leases(transaction: Transaction) -> None:
    """For the embedded log, whose owner is alone: leases left by a killed process are void."""
    for table in (posts, connections):
        await transaction.execute(
            table.update()
            .where(table.c.leased_until.is_not(None))
            .values(leased_by=None, leased_until=_LONG_AGO)
        )


_LONG_AGO = datetime.fromisoformat("2000-01-01T00:00:00+00:00")
