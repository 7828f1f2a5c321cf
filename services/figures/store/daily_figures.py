"""What each day brought of campaigns, and what single posts brought; from rolled-up cells.

What came of a campaign before enough people had shared it counts on the day on which they had, and until
then nowhere; so does what a network reported of fewer people (`services.figures.store.reach_cells`).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import sqlalchemy as sa

from services.database.schema import applications, campaigns, figure_groups, posts
from services.database.transaction import Transaction
from services.figures.store import click_cells, reach_cells
from services.post import PostState

#: Before any day.
_EVER = "0001-01-01"


class Daily(NamedTuple):
    """``figure`` is a class of clicks, a metric of a network, or a stage of applicants."""

    day: str
    figure: str
    tag: str
    value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyFigures:
    """Each in the order of time."""

    clicks: Sequence[Daily]
    reported: Sequence[Daily]
    applicants: Sequence[Daily]


async def of_campaigns(
    transaction: Transaction, campaign_ids: Sequence[str], *, first: str, last: str
) -> Mapping[str, DailyFigures]:
    """Of the days from ``first`` to ``last`` (2026-11-24, of UTC), by campaign."""
    clicks, reported = (defaultdict[str, Counter[tuple[str, str, str]]](Counter) for _ in range(2))
    since = await _since(transaction, campaign_ids)
    for cell in await click_cells.over_time(
        transaction, "campaign", campaign_ids, first=_EVER, last=last
    ):
        if day := since.get((cell.value, "", "")):
            clicks[cell.value][max(day, cell.span), cell.click_class, "measured"] += cell.clicks
    for each in await reach_cells.over_time(
        transaction, "campaign", campaign_ids, first=_EVER, last=last
    ):
        if day := since.get((each.value, each.metric, each.tag)):
            reported[each.value][max(day, each.day), each.metric, each.tag] += each.amount
    applicants = await _applicants(transaction, campaign_ids)
    return {
        campaign_id: DailyFigures(
            **{
                name: [
                    Daily(*of, value)
                    for of, value in sorted(found[campaign_id].items())
                    if first <= of[0] <= last
                ]
                for name, found in (
                    ("clicks", clicks),
                    ("reported", reported),
                    ("applicants", applicants),
                )
            }
        )
        for campaign_id in campaign_ids
    }


async def _since(
    transaction: Transaction, campaign_ids: Sequence[str]
) -> dict[tuple[str, str, str], str]:
    """By campaign, metric and tag: the day from which it covers enough people."""
    groups = figure_groups.c
    rows = await transaction.execute(
        sa.select(groups.campaign_id, groups.metric, groups.tag, groups.since).where(
            groups.campaign_id.in_(campaign_ids), groups.since.is_not(None)
        )
    )
    return {(row.campaign_id, row.metric, row.tag): row.since for row in rows}


async def _applicants(
    transaction: Transaction, campaign_ids: Sequence[str]
) -> defaultdict[str, Counter[tuple[str, str, str]]]:
    day = sa.literal_column(reach_cells.day_of(transaction, "applications.at"), sa.Text)
    rows = await transaction.execute(
        sa.select(
            campaigns.c.id, day.label("day"), applications.c.stage, sa.func.count().label("people")
        )
        .join(applications, applications.c.vacancy_id == campaigns.c.source_id)
        .where(campaigns.c.id.in_(campaign_ids), campaigns.c.kind == "vacancy")
        .group_by(campaigns.c.id, day, applications.c.stage)
    )
    found = defaultdict[str, Counter[tuple[str, str, str]]](Counter)
    for row in rows:
        found[row.id][row.day, row.stage, "measured"] += row.people
    return found


class DailyPost(NamedTuple):
    id: str
    campaign_id: str
    link_code: str


async def published_posts(transaction: Transaction, campaign_ids: Sequence[str]) -> list[DailyPost]:
    """In the order of their ids."""
    rows = await transaction.execute(
        sa.select(posts.c.id, posts.c.campaign_id, posts.c.link_code)
        .where(posts.c.campaign_id.in_(campaign_ids), posts.c.state == PostState.PUBLISHED.value)
        .order_by(posts.c.campaign_id, posts.c.id)
    )
    return [DailyPost._make(row) for row in rows]
