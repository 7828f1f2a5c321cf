"""What networks reported, as what each day added: never doubled, and equal to a recount."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from services.database.engine import Database
from services.database.schema import figure_groups, reach
from services.database.schema import reach_cells as cells
from services.database.transaction import Transaction
from services.figures.store import figures, reach_cells
from services.figures.store.figures import Figure
from services.figures.store.reach_cells import ReachCell
from services.message import said
from services.post import Post, PostState
from services.posts.store import posts
from tests.builders import NOW, ambassador, campaign, organise, story, vacancy

ABOUT = [campaign(story("s-1")), campaign(vacancy("v-1"))]
DAY = timedelta(days=1)


async def _published(
    transaction: Transaction, people: int = 1, networks: tuple[str, ...] = ("linkedin",)
) -> list[Post]:
    everybody = [ambassador(number) for number in range(people)]
    drafts = await organise(transaction, everybody, ABOUT, networks)
    for number, post in enumerate(drafts):
        await posts.move(
            transaction,
            post.id,
            before=PostState.READY,
            after=PostState.PUBLISHED,
            published_at=NOW + number * timedelta(hours=5),
        )
    return drafts


def _told(
    post: Post,
    value: int | None,
    after: timedelta = timedelta(),
    *,
    tag: str = "measured",
    metric: str = "impressions",
) -> Figure:
    return Figure(
        post_id=post.id,
        metric=metric,
        tag=tag,
        value=value,
        source=said("LinkedIn"),
        measured_at=NOW + after,
    )


async def _of_post(transaction: Transaction, post: Post) -> list[tuple[str, str, int]]:
    found = await reach_cells.over_time(
        transaction, "post", [post.link_code], first="2026-01-01", last="2027-12-31"
    )
    return [(cell.day[5:], cell.tag, cell.amount) for cell in found if cell.amount]


async def test_a_day_has_what_its_last_total_adds(database: Database) -> None:
    """Networks tell totals: a day's cell is the difference with the measured day before it."""
    async with database.write() as transaction:
        post, _ = await _published(transaction)
        told = [
            _told(post, 10),
            _told(post, 40, timedelta(hours=3)),
            _told(post, 55, 3 * DAY),
            _told(post, 50, 4 * DAY),
        ]
        await figures.add_figures(transaction, told)
        assert await _of_post(transaction, post) == [
            ("11-24", "measured", 40),
            ("11-27", "measured", 15),
            ("11-28", "measured", -5),
        ]
        await figures.add_figures(transaction, told)
        assert sum(amount for _, _, amount in await _of_post(transaction, post)) == 50


async def test_a_measured_figure_takes_the_place_of_estimates(database: Database) -> None:
    """Of one post the tag that says most counts, on all days; what is unknown adds nothing."""
    async with database.write() as transaction:
        post, other = await _published(transaction)
        await figures.add_figures(transaction, [_told(post, 200, tag="estimated")])
        assert await _of_post(transaction, post) == [("11-24", "estimated", 200)]
        await figures.add_figures(
            transaction,
            [
                _told(post, 30, DAY),
                _told(post, 300, 2 * DAY, tag="estimated"),
                _told(other, None, tag="unknown"),
            ],
        )
        assert await _of_post(transaction, post) == [("11-25", "measured", 30)]
        assert await _of_post(transaction, other) == []


async def test_every_dimension_is_a_sum_over_posts(database: Database) -> None:
    """Campaign, network, language, team, kind and all of it hold the same, divided otherwise."""
    async with database.write() as transaction:
        drafts = await _published(transaction, 2, ("linkedin", "x"))
        await figures.add_figures(transaction, [_told(post, 10) for post in drafts])

        async def of(dimension: str, *values: str) -> list[ReachCell]:
            return await reach_cells.over_time(
                transaction, dimension, values, first="2026-11-24", last="2026-11-24"
            )

        assert [cell.amount for cell in await of("all", "")] == [80]
        for dimension, values in (
            ("campaign", [each.id for each in ABOUT]),
            ("network", ["linkedin", "x"]),
            ("kind", ["story", "vacancy"]),
        ):
            assert [cell.amount for cell in await of(dimension, *values)] == [40, 40]
        assert [cell.amount for cell in await of("language", "nl")] == [80]
        assert [cell.amount for cell in await of("team", "")] == [80]


@pytest.mark.parametrize("seed", range(3))
async def test_any_order_and_any_repeat_count_as_a_recount_does(
    database: Database, seed: int
) -> None:
    """In any order of figures, and with repeats, the cells are those of a plain recount."""
    chance = random.Random(seed)  # noqa: S311 - the same in every run
    async with database.write() as transaction:
        drafts = await _published(transaction, 3, ("linkedin", "x"))
        told = [
            _told(
                post,
                chance.randint(0, 500) if tag != "unknown" else None,
                chance.randint(0, 40) * timedelta(hours=5) + timedelta(seconds=number),
                tag=tag,
                metric=chance.choice(["reach", "impressions", "comments"]),
            )
            for number in range(150)
            for post, tag in [
                (chance.choice(drafts), chance.choice(["measured", "estimated", "unknown"]))
            ]
        ]
        expected = _recount(told, {post.id: post.campaign_id for post in drafts})
        for _ in range(2):
            chance.shuffle(told)
            for start in range(0, len(told), 40):
                # A batch may come twice, and a part of it again in the next.
                await figures.add_figures(transaction, told[start : start + 60])
        assert await _cells(transaction, "campaign") == expected
        every, groups = await _cells(transaction), await _groups(transaction)
        await figures.forget_replaced(transaction, before=NOW + 90 * DAY)
        await reach_cells.recount(transaction)
        assert (await _cells(transaction), await _groups(transaction)) == (every, groups)


async def test_wiping_takes_the_days_that_are_counted_again(database: Database) -> None:
    """After a wipe since a midnight the cells are those of the figures that stayed; stated again, all
    of them are as before."""
    since = (NOW + DAY).replace(hour=0)
    async with database.write() as transaction:
        drafts = await _published(transaction, 6)
        early = [_told(post, 5) for post in drafts]
        late = [_told(post, 9, DAY) for post in drafts]
        await figures.add_figures(transaction, early)
        before = await _cells(transaction), await _groups(transaction)
        await figures.add_figures(transaction, late)
        both = await _cells(transaction), await _groups(transaction)
        await figures.wipe_reach(transaction, since=since)
        assert (await _cells(transaction), await _groups(transaction)) == before
        await figures.add_figures(transaction, late)
        assert (await _cells(transaction), await _groups(transaction)) == both
        await figures.wipe_reach(transaction, since=None)
        assert await _cells(transaction) == {}


async def test_a_days_last_figure_stays(database: Database) -> None:
    """What is forgotten of old figures is what adds nothing to a day."""
    async with database.write() as transaction:
        post, _ = await _published(transaction)
        await figures.add_figures(
            transaction,
            [
                _told(post, 3, tag="estimated"),
                _told(post, 10),
                _told(post, 40, timedelta(hours=3)),
                _told(post, 55, 3 * DAY),
            ],
        )
        await figures.forget_replaced(transaction, before=NOW + 90 * DAY)
        kept = await transaction.scalars(sa.select(reach.c.value).order_by(reach.c.measured_at))
        assert list(kept) == [40, 55]


async def test_a_group_is_shown_from_its_fifth_person_on(database: Database) -> None:
    """The day of a campaign's fifth person is kept, and that of the fifth whose figure was measured."""
    async with database.write() as transaction:
        drafts = await _published(transaction, 6)
        first = [post for post in drafts if post.campaign_id == ABOUT[0].id]
        await figures.add_figures(transaction, [_told(post, 1) for post in first[:4]])
        assert await _groups(transaction, ABOUT[0].id) == {
            ("", ""): (6, _day_of(sorted(_moments(drafts, first))[4])),
            ("impressions", "measured"): (4, None),
        }
        await figures.add_figures(transaction, [_told(first[4], 1, 2 * DAY)])
        groups = await _groups(transaction, ABOUT[0].id)
        assert groups["impressions", "measured"] == (5, "2026-11-26")


def _moments(drafts: list[Post], some: list[Post]) -> list[datetime]:
    return [NOW + drafts.index(post) * timedelta(hours=5) for post in some]


def _day_of(moment: datetime) -> str:
    return moment.date().isoformat()


def _recount(told: list[Figure], campaigns: dict[str, str]) -> dict[tuple[str, ...], int]:
    """The cells of campaigns, said in another way: figure by figure."""
    found: dict[tuple[str, ...], int] = {}
    for post, metric in {(figure.post_id, figure.metric) for figure in told}:
        of = [each for each in told if (each.post_id, each.metric) == (post, metric)]
        for tag in ("measured", "estimated"):
            days = {
                _day_of(each.measured_at): each.value or 0
                for each in sorted(of, key=lambda each: each.measured_at)
                if each.tag == tag
            }
            before = 0
            for day, total in sorted(days.items()):
                key = ("campaign", campaigns[post], day, metric, tag)
                found[key] = found.get(key, 0) + total - before
                before = total
            if days:
                break
    return {key: amount for key, amount in found.items() if amount}


async def _cells(
    transaction: Transaction, dimension: str | None = None
) -> dict[tuple[str, ...], int]:
    rows = await transaction.execute(sa.select(cells).where(cells.c.amount != 0))
    return {
        tuple(row)[:5]: row.amount
        for row in rows
        if dimension is None or row.dimension == dimension
    }


async def _groups(
    transaction: Transaction, campaign_id: str | None = None
) -> dict[tuple[str, ...], tuple[int, str | None]]:
    rows = (await transaction.execute(sa.select(figure_groups))).all()
    if campaign_id is None:
        return {tuple(row)[:3]: (row.people, row.since) for row in rows}
    return {
        (row.metric, row.tag): (row.people, row.since)
        for row in rows
        if row.campaign_id == campaign_id
    }
