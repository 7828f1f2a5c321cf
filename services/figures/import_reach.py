"""A member brings their own figures from LinkedIn, where no program may read them.

LinkedIn shows self-serve members their statistics and keeps them from their applications, so that
the member's own download is the only honest source.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.database.engine import Database
from services.database.record import record
from services.events.outgoing import ReachMeasured
from services.events.statement import Statement, state
from services.figures.linkedin_export import Export
from services.figures.rules.estimate import FollowerCount
from services.figures.store import followers
from services.post import Post
from services.posts.store import posts
from services.text.web_address import moment_of_post, numbers_in

NETWORK = "linkedin"
SOURCE = "LinkedIn's own analytics, imported by the member"

#: The numbers of one post (share, activity) are made within this.
_SAME_POST = timedelta(seconds=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """``posts`` got figures; ``others`` are posts in the file that did not come from here."""

    posts: int
    others: int


async def import_reach(
    database: Database, export: Export, *, ambassador_id: str, estimated: bool, now: datetime
) -> Imported:
    """State the figures of this person's own posts; the other posts in the file are not kept.

    ``estimated``: whether the organisation estimates reach on LinkedIn, so that it is of use how
    many follow this person.
    """
    async with database.write() as transaction:
        own = await posts.shared_by(transaction, ambassador_id, NETWORK)
        matched = match(export.posts, own)
        statements = [
            statement
            for address, post in matched.items()
            for statement in _statements(post, export.posts[address], now)
        ]
        if estimated and export.followers is not None:
            count = FollowerCount(followers=export.followers, source=SOURCE, counted_at=now)
            await followers.save(transaction, ambassador_id, NETWORK, count)
        result = Imported(posts=len(matched), others=len(export.posts) - len(matched))
        await record(
            transaction,
            "reach.imported",
            ambassador_id,
            *statements,
            actor=ambassador_id,
            now=now,
            network=NETWORK,
            posts=result.posts,
            figures=len(statements),
        )
    return result


def match(addresses: Iterable[str], own: Sequence[Post]) -> dict[str, Post]:
    """Which address in the file is which of one's own posts; what is not certain is left out.

    By the number, or by the moment in it: the file names an activity where we know the share.
    """
    known = {post.id: _numbers(post) for post in own}
    found: dict[str, list[Post]] = {
        address: [post for post in own if _is_same(numbers_in(address), known[post.id])]
        for address in addresses
    }
    taken = [candidates[0].id for candidates in found.values() if len(candidates) == 1]
    return {
        address: candidates[0]
        for address, candidates in found.items()
        if len(candidates) == 1 and taken.count(candidates[0].id) == 1
    }


def _numbers(post: Post) -> frozenset[str]:
    return numbers_in(f"{post.external_id or ''} {post.external_url or ''}")


def _is_same(these: frozenset[str], those: frozenset[str]) -> bool:
    return bool(these & those) or any(
        abs(moment_of_post(this) - moment_of_post(that)) <= _SAME_POST
        for this in these
        for that in those
    )


def _statements(post: Post, metrics: Mapping[str, int], now: datetime) -> list[Statement]:
    return [
        state(
            ReachMeasured(
                post_id=post.id,
                campaign_id=post.campaign_id,
                network=post.network,
                metric=metric,
                tag="measured",
                value=value,
                source=SOURCE,
                measured_at=now,
            ),
            at=now,
            cause=f"{metric} imported {now.isoformat()}",
        )
        for metric, value in sorted(metrics.items())
    ]
