"""Reach, the followers of members for estimates of it, clicks of single posts, and the salts that
distinguish visitors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from services.database.engine import as_row, in_parts, insert_new, replace
from services.database.schema import click_cells, followers, posts, reach, visitor_salts
from services.database.transaction import Transaction
from services.figures.rules.estimate import FollowerCount
from services.figures.store import reach_cells
from services.message import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure about one post. ``value`` is None exactly when ``tag`` is ``unknown``."""

    post_id: str
    metric: str
    tag: str
    value: int | None
    source: Message
    measured_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachTotals:
    """Sums of the figure that counts of each post, by tag; tags are never added together."""

    measured: int
    estimated: int
    unknown_posts: int


#: Of a post's figures the one that says most: measured before estimated before unknown, and then
#: the latest. A network that stays silent later takes nothing back.
_BEST_FIRST = (
    sa.case((reach.c.tag == "measured", 0), (reach.c.tag == "estimated", 1), else_=2),
    reach.c.measured_at.desc(),
)


async def salts(transaction: Transaction) -> dict[str, bytes]:
    rows = await transaction.execute(sa.select(visitor_salts))
    return {row.day: row.salt for row in rows}


async def keep_salt(transaction: Transaction, day: str, salt: bytes) -> None:
    """Set the day's salt unless another process was first."""
    await insert_new(transaction, visitor_salts, [{"day": day, "salt": salt}])


async def destroy_salts_before(transaction: Transaction, day: str) -> None:
    """After this the keys of those days cannot be traced to visitors."""
    await transaction.execute(visitor_salts.delete().where(visitor_salts.c.day < day))


async def add_figures(transaction: Transaction, figures: Sequence[Figure]) -> None:
    """Store figures, and roll them up. One about a post that is not there (any more) has nothing to
    belong to."""
    wanted = sorted({figure.post_id for figure in figures})
    await reach_cells.take_turn(transaction)
    for some in in_parts(wanted):
        # Held: which of a post's figures counts is for one at a time to say.
        query = sa.select(posts.c.id, posts.c.campaign_id).where(posts.c.id.in_(some))
        held = query.order_by(posts.c.id).with_for_update(key_share=True)
        there = {row.id: row.campaign_id for row in await transaction.execute(held)}
        rows = [as_row(figure) for figure in figures if figure.post_id in there]
        before = await reach_cells.of_posts(transaction, there)
        await insert_new(transaction, reach, rows)
        await _settle(transaction, reach.c.post_id.in_(there))
        await reach_cells.change(
            transaction, before, await reach_cells.of_posts(transaction, there)
        )
        await reach_cells.count_people(transaction, set(there.values()))


async def _settle(transaction: Transaction, *conditions: sa.ColumnElement[bool]) -> None:
    """Mark of each post and metric the figure that counts."""
    place = sa.func.row_number().over(
        partition_by=(reach.c.post_id, reach.c.metric), order_by=_BEST_FIRST
    )
    ranked = sa.select(*_KEY, reach.c.counts, place.label("place")).where(*conditions).subquery()
    wrong = sa.select(*(ranked.c[part.name] for part in _KEY)).where(
        (ranked.c.place == 1) != ranked.c.counts
    )
    await transaction.execute(
        reach.update().where(sa.tuple_(*_KEY).in_(wrong)).values(counts=~reach.c.counts)
    )


_KEY = (reach.c.post_id, reach.c.metric, reach.c.measured_at)


async def reach_totals(transaction: Transaction, *, campaign_id: str | None = None) -> ReachTotals:
    """Reach by tag. A published post without a figure, or with an unknown one, is unknown."""
    which = "" if campaign_id is None else "AND p.campaign_id = :campaign_id"
    # Said to SQLite, which would read the whole of both tables.
    hints = ("", "")
    if transaction.dialect.name == "sqlite":
        of_posts = "published" if campaign_id is None else "campaign"
        hints = (f"INDEXED BY ix_posts_{of_posts}", "INDEXED BY ix_reach_known")
    unknown = sa.text(f"""
        SELECT count(*) FROM posts p {hints[0]} WHERE p.state = 'published' {which} AND NOT EXISTS (
            SELECT 1 FROM reach r {hints[1]}
            WHERE r.post_id = p.id AND r.metric = 'reach' AND r.counts AND r.value IS NOT NULL
        )
    """)  # noqa: S608 - ours
    given = {} if campaign_id is None else {"campaign_id": campaign_id}
    totals = await reach_cells.totals(transaction, "reach", campaign_id=campaign_id)
    return ReachTotals(
        measured=totals.get("measured", 0),
        estimated=totals.get("estimated", 0),
        unknown_posts=(await transaction.execute(unknown, given)).scalar_one(),
    )


async def forget_replaced(transaction: Transaction, *, before: datetime) -> None:
    """Delete figures from ``before`` that add nothing to a day: of another tag than the one that
    counts of the post, or followed by another of the same day."""
    other = reach.alias("other")
    day, day_of_other = (
        sa.literal_column(reach_cells.day_of(transaction, f"{name}.measured_at"), sa.Text)
        for name in ("reach", "other")
    )
    replaced = sa.select(1).where(
        other.c.post_id == reach.c.post_id,
        other.c.metric == reach.c.metric,
        sa.or_(
            sa.and_(other.c.counts, other.c.tag != reach.c.tag),
            sa.and_(
                other.c.tag == reach.c.tag,
                other.c.measured_at > reach.c.measured_at,
                day_of_other == day,
            ),
        ),
    )
    await transaction.execute(
        reach.delete().where(~reach.c.counts, reach.c.measured_at < before, replaced.exists())
    )


async def wipe_reach(transaction: Transaction, *, since: datetime | None) -> None:
    """Delete what was measured from ``since`` on, or ever."""
    await reach_cells.take_turn(transaction)
    measured = [] if since is None else [reach.c.measured_at >= since]
    await transaction.execute(reach.delete().where(*measured))
    # In the place of what went, what stays may count.
    await _settle(transaction)
    await reach_cells.recount(transaction)


async def clicks_by_code(
    transaction: Transaction, codes: Sequence[str]
) -> dict[str, dict[str, int]]:
    """Clicks of each link by class; a link without clicks is left out."""
    if not codes:
        return {}
    rows = await transaction.execute(
        sa.select(
            click_cells.c.value.label("code"),
            click_cells.c.click_class,
            sa.func.sum(click_cells.c.clicks).label("clicks"),
        )
        .where(click_cells.c.dimension == "post", click_cells.c.value.in_(codes))
        .group_by(click_cells.c.value, click_cells.c.click_class)
    )
    found: dict[str, dict[str, int]] = {}
    for row in rows:
        found.setdefault(row.code, {})[row.click_class] = int(row.clicks)
    return found


async def best_of_posts(
    transaction: Transaction, post_ids: Sequence[str], *, metric: str
) -> dict[str, Figure]:
    """The figure of ``metric`` that counts of each of these posts; one without is left out."""
    rows = await transaction.execute(
        sa.select(*(reach.c[name] for name in Figure.__dataclass_fields__)).where(
            reach.c.post_id.in_(post_ids), reach.c.metric == metric, reach.c.counts
        )
    )
    return {row["post_id"]: Figure(**row) for row in rows.mappings()}


async def save_followers(
    transaction: Transaction, ambassador_id: str, network: str, count: FollowerCount
) -> None:
    """Set the count, in the place of an earlier one."""
    row = {
        "ambassador_id": ambassador_id,
        "network": network,
        "followers": count.followers,
        "source": count.source,
        "counted_at": count.counted_at,
    }
    await replace(transaction, followers, [row])


async def followers_of(transaction: Transaction, ambassador_id: str) -> dict[str, FollowerCount]:
    """The counts of one person by network."""
    rows = await transaction.execute(
        sa.select(followers).where(followers.c.ambassador_id == ambassador_id)
    )
    return {
        row.network: FollowerCount(
            followers=row.followers, source=row.source, counted_at=row.counted_at
        )
        for row in rows
    }


async def forget_followers(transaction: Transaction, ambassador_id: str, network: str) -> None:
    await transaction.execute(
        followers.delete().where(
            followers.c.ambassador_id == ambassador_id, followers.c.network == network
        )
    )
