"""The written intent: claiming due posts, one account in one worker at a time, and the images that a
network holds already for a post.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa

from services.accounts.store import connections as accounts
from services.database.engine import replace
from services.database.schema import connections, post_images, posts, sharing_preferences
from services.database.transaction import Transaction
from services.message import Message
from services.people.store.sharing_preferences import is_paused
from services.post import PostState


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldImage:
    """``media_id`` is the network's; ``usable_at`` is when a post may refer to it."""

    url: str
    media_id: str
    uploaded_at: datetime
    usable_at: datetime


async def images_of(
    transaction: Transaction, post_ids: Sequence[str]
) -> dict[str, dict[str, HeldImage]]:
    """By post and address."""
    rows = await transaction.execute(
        sa.select(post_images).where(post_images.c.post_id.in_(post_ids))
    )
    found: dict[str, dict[str, HeldImage]] = {}
    for row in rows:
        found.setdefault(row.post_id, {})[row.url] = HeldImage(
            url=row.url,
            media_id=row.media_id,
            uploaded_at=row.uploaded_at,
            usable_at=row.usable_at,
        )
    return found


async def keep_image(transaction: Transaction, post_id: str, image: HeldImage) -> None:
    row = {
        "post_id": post_id,
        "url": image.url,
        "media_id": image.media_id,
        "uploaded_at": image.uploaded_at,
        "usable_at": image.usable_at,
    }
    await replace(transaction, post_images, [row])


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A post whose time has come, locked until this transaction ends.

    ``interrupted_at`` is the start of an attempt with an unknown end.
    """

    post_id: str
    campaign_id: str
    ambassador_id: str
    network: str
    attempts: int
    tries: int
    interrupted_at: datetime | None

    @property
    def series(self) -> tuple[str, str]:
        """What is kept apart in time: one campaign's posts on one network."""
        return self.campaign_id, self.network

    @property
    def account(self) -> tuple[str, str]:
        return self.ambassador_id, self.network


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A post that is this worker's until its lease ends.

    ``attempt`` counts all attempts, ``tries`` those since the approval, both from 1.
    ``interrupted_at`` is the start of an attempt with an unknown end: reconcile, do not publish.
    """

    post_id: str
    ambassador_id: str
    network: str
    attempt: int
    tries: int
    interrupted_at: datetime | None

    @property
    def account(self) -> tuple[str, str]:
        return self.ambassador_id, self.network


async def any_due(
    transaction: Transaction, *, now: datetime, room: Mapping[str, int] | None = None
) -> bool:
    """Whether `due` would find something."""
    for condition, _ in _queues(room or {}, 1):
        if (await transaction.execute(_due(now, condition, 1))).first() is not None:
            return True
    return False


async def due(
    transaction: Transaction, *, now: datetime, limit: int, room: Mapping[str, int] | None = None
) -> list[Due]:
    """Posts whose time has come and whose person pauses nothing, the longest due first.

    ``room`` is how many posts a network takes now; one that is not in it takes any number. More
    than ``limit`` are returned, because several may share an account. A post whose account is not
    connected any more is among them, so that its state is recorded.
    """
    found: list[Due] = []
    for condition, most in _queues(room or {}, limit):
        query = _due(now, condition, most * 4).with_for_update(
            skip_locked=True, key_share=True, of=posts
        )
        found += [
            Due(
                post_id=row.id,
                campaign_id=row.campaign_id,
                ambassador_id=row.ambassador_id,
                network=row.network,
                attempts=row.attempts,
                tries=row.tries,
                interrupted_at=(
                    row.attempt_at if row.state == PostState.PUBLISHING.value else None
                ),
            )
            for row in await transaction.execute(query)
        ]
    return found


async def take(
    transaction: Transaction,
    candidates: Sequence[Due],
    *,
    worker: str,
    now: datetime,
    lease: timedelta,
    limit: int,
    room: Mapping[str, int] | None = None,
) -> list[Claim]:
    """Take posts and their accounts, at most one post an account, and write the intent.

    Never waits for another worker that takes accounts at the same time, so two cannot wait for
    each other.
    """
    left = dict(room or {})
    free = await accounts.free_accounts(transaction, {each.account for each in candidates}, now=now)
    taken: list[Due] = []
    for each in candidates:
        if len(taken) == limit:
            break
        if each.account in free and left.get(each.network, 1) > 0:
            free.remove(each.account)
            taken.append(each)
            if each.network in left:
                left[each.network] -= 1
    if taken:
        until = now + lease
        await accounts.lease(
            transaction, [each.account for each in taken], worker=worker, until=until
        )
        was_interrupted = posts.c.state == PostState.PUBLISHING.value
        await transaction.execute(
            posts.update()
            .where(posts.c.id.in_([each.post_id for each in taken]))
            .values(
                state=PostState.PUBLISHING.value,
                leased_by=worker,
                leased_until=until,
                attempts=posts.c.attempts + 1,
                tries=posts.c.tries + 1,
                attempt_at=sa.case((was_interrupted, posts.c.attempt_at), else_=now),
            )
        )
    return [
        Claim(
            post_id=each.post_id,
            ambassador_id=each.ambassador_id,
            network=each.network,
            attempt=each.attempts + 1,
            tries=each.tries + 1,
            interrupted_at=each.interrupted_at,
        )
        for each in taken
    ]


async def postpone(
    transaction: Transaction, post_ids: Sequence[str], *, until: datetime, reason: Message
) -> None:
    """Let approved posts wait, without a try; one under way is left to its lease."""
    for state, column in (
        (PostState.APPROVED, posts.c.publish_at),
        (PostState.PUBLISHING, posts.c.leased_until),
    ):
        await transaction.execute(
            posts.update()
            .where(posts.c.id.in_(post_ids), posts.c.state == state.value)
            .values({column: until, posts.c.reason: reason})
        )


def _queues(room: Mapping[str, int], limit: int) -> list[tuple[sa.ColumnElement[bool] | None, int]]:
    """One queue a network whose room is bounded, so that it holds up no other; one for the rest."""
    bounded = [
        (posts.c.network == network, min(left, limit)) for network, left in room.items() if left > 0
    ]
    rest = posts.c.network.not_in(sorted(room)) if room else None
    return [(rest, limit), *bounded]


def _due(now: datetime, condition: sa.ColumnElement[bool] | None, limit: int) -> sa.Select[Any]:
    account_is_taken = (
        sa.select(connections.c.network)
        .where(
            connections.c.ambassador_id == posts.c.ambassador_id,
            connections.c.network == posts.c.network,
            connections.c.leased_until >= now,
        )
        .exists()
    )
    person_pauses = (
        sa.select(sharing_preferences.c.ambassador_id)
        .where(sharing_preferences.c.ambassador_id == posts.c.ambassador_id, is_paused(now))
        .exists()
    )
    waiting = sa.and_(posts.c.state == PostState.APPROVED.value, posts.c.publish_at <= now)
    interrupted = sa.and_(posts.c.state == PostState.PUBLISHING.value, posts.c.leased_until < now)
    query = (
        sa.select(
            posts.c.id,
            posts.c.campaign_id,
            posts.c.ambassador_id,
            posts.c.network,
            posts.c.state,
            posts.c.attempts,
            posts.c.tries,
            posts.c.attempt_at,
        )
        .where(
            _ON_ITS_WAY,
            sa.or_(waiting, interrupted),
            sa.not_(account_is_taken),
            sa.not_(person_pauses),
        )
        .order_by(posts.c.publish_at, posts.c.id)
        .limit(limit)
    )
    return query if condition is None else query.where(condition)


# Word for word the condition of the index ix_posts_due: only then is it used, and most posts are
# neither of the two.
_ON_ITS_WAY = sa.text("posts.state IN ('approved', 'publishing')")


async def end(
    transaction: Transaction, claim: Claim, *, after: PostState, changes: Mapping[str, Any]
) -> bool:
    """Write an attempt's outcome; False when the post is not this attempt's any more.

    A worker that was held up for longer than its lease may come back with an old outcome. Then only
    one still counts: that the post is on the network is true under any lease.
    """
    result = await transaction.execute(
        _ending(after, tuple(changes)),
        {
            "which": claim.post_id,
            "attempt": claim.attempt,
            **{f"new_{name}": value for name, value in changes.items()},
        },
    )
    return bool(result.rowcount)


@cache
def _ending(after: PostState, columns: tuple[str, ...]) -> sa.Update:
    """Built once for each kind of outcome: building it costs more than its execution."""
    if after is PostState.PUBLISHED:
        # Also approved: another worker found nothing and was about to send it a second time.
        states = (PostState.PUBLISHING, PostState.UNKNOWN, PostState.APPROVED)
        still_ours: sa.ColumnElement[bool] = posts.c.state.in_([state.value for state in states])
    else:
        still_ours = sa.and_(
            posts.c.state == PostState.PUBLISHING.value,
            posts.c.attempts == sa.bindparam("attempt"),
        )
    changed = {name: sa.bindparam(f"new_{name}", type_=posts.c[name].type) for name in columns}
    return (
        posts.update()
        .where(posts.c.id == sa.bindparam("which"), still_ours)
        .values({"leased_by": None, "leased_until": None, **changed, "state": after.value})
    )


async def end_all_leases(transaction: Transaction) -> None:
    """For the embedded log, whose owner is alone: leases left by a killed process are void."""
    for table in (posts, connections):
        await transaction.execute(
            table.update()
            .where(table.c.leased_until.is_not(None))
            .values(leased_by=None, leased_until=_LONG_AGO)
        )


_LONG_AGO = datetime.fromisoformat("2000-01-01T00:00:00+00:00")
