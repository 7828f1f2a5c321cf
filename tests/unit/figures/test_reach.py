"""Reach is asked for at set ages; what a network does not tell stays unknown."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from services.accounts.store import connections
from services.database import outbox, schema
from services.errors import NeedsNewAccess, NeedsPerson, OutcomeUnknown, Rejected, RetryLater
from services.events.outgoing import ReachMeasured
from services.figures.collect_reach import ReachCollector
from services.figures.record_figures import record_reach
from services.figures.rules.estimate import FollowerCount
from services.figures.store import figures
from services.figures.store.figures import Figure, ReachTotals
from services.message import said
from services.post import Post
from services.settings import Settings
from tests.builders import fact
from tests.unit.conftest import STEPS, Desk


async def _publish(desk: Desk, people: int = 1, stories: int = 1) -> list[Post]:
    drafts = await desk.prepare(people=people, stories=stories)
    await desk.approve(*drafts)
    for _ in range(stories):
        await desk.work()
    return drafts


async def _measured(desk: Desk) -> list[dict[str, Any]]:
    async with desk.database.read() as transaction:
        rows = await outbox.oldest(transaction, 1000)
    return [json.loads(row.event)["data"] for row in rows if row.topic == "reach.measured"]


async def test_each_step_is_measured_once(desk: Desk) -> None:
    """A post is measured at every age, and not after the last."""
    await _publish(desk)
    desk.network.metrics = {"e0": {"reach": 10, "reactions": 2}}
    assert await desk.collector.collect() == 0
    start = desk.now
    for number, step in enumerate(STEPS, start=1):
        desk.now = start + step
        desk.network.metrics["e0"]["reach"] = 10 * number
        assert await desk.collector.collect() == 1
        assert await desk.collector.collect() == 0
    desk.now += timedelta(days=365)
    assert await desk.collector.collect() == 0
    reach = [each for each in await _measured(desk) if each["metric"] == "reach"]
    assert [each["value"] for each in reach] == [10, 20, 30]
    assert {each["tag"] for each in reach} == {"measured"}
    assert len(await _measured(desk)) == 6


async def test_a_missing_figure_is_unknown(desk: Desk) -> None:
    """A post without figures, or without reach, is stated as unknown without a value."""
    await _publish(desk, people=2)
    desk.network.metrics = {"e1": {"impressions": 7}}
    desk.now += STEPS[0]
    await desk.collector.collect()
    by_metric = {(each["post_id"], each["metric"]): each for each in await _measured(desk)}
    assert len(by_metric) == 3
    unknown = [each for each in by_metric.values() if each["metric"] == "reach"]
    assert all(each["tag"] == "unknown" and "value" not in each for each in unknown)
    assert {each["source"] for each in unknown} == {"linkedin gave no figure"}


async def test_access_that_died_early_is_renewed_for_measuring_too(desk: Desk) -> None:
    """One refresh, as before publishing; the figure is measured and not called unknown."""
    await _publish(desk)
    desk.network.metrics = {"e0": {"reach": 10}}
    desk.network.measuring = [NeedsNewAccess(said("the token is invalid"))]
    desk.now += STEPS[0]
    await desk.collector.collect()
    assert [each["tag"] for each in await _measured(desk)] == ["measured"]
    assert desk.network.calls[-3:] == ["measure", "refresh", "measure"]


@pytest.mark.parametrize("error", [Rejected, NeedsPerson])
async def test_a_refusal_is_recorded_as_unknown_with_its_reason(desk: Desk, error: Any) -> None:
    """The figure says why nothing is known."""
    await _publish(desk)
    desk.network.measuring = [error(said("the permission is missing"))] * 2  # renewed access too
    desk.now += STEPS[0]
    await desk.collector.collect()
    (figure,) = await _measured(desk)
    assert (figure["tag"], figure["source"]) == ("unknown", "the permission is missing")


@pytest.mark.parametrize(
    ("error", "wait"),
    [
        (RetryLater(said("quota"), after=900), 900),
        (RetryLater(said("away")), 300),
        (OutcomeUnknown(said("no answer")), 300),
        (ZeroDivisionError(), 300),
    ],
)
async def test_when_it_cannot_be_asked_now_it_is_asked_later(
    desk: Desk, error: Exception, wait: int
) -> None:
    """Nothing is stated, the others are measured, and the same step is tried again in time."""
    await _publish(desk, people=2)
    desk.network.metrics = {"e0": {"reach": 5}, "e1": {"reach": 5}}
    desk.network.measuring = [error]
    desk.now += STEPS[0]
    await desk.collector.collect()
    assert len(await _measured(desk)) == 1
    desk.now += timedelta(seconds=wait - 1)
    assert await desk.collector.collect() == 0
    desk.now += timedelta(seconds=1)
    assert await desk.collector.collect() == 1
    assert len(await _measured(desk)) == 2


@pytest.mark.parametrize(
    ("error", "wait"), [(RetryLater(said("quota"), after=900), 900), (ZeroDivisionError(), 300)]
)
async def test_what_was_read_before_the_quota_stays(
    desk: Desk, error: Exception, wait: int
) -> None:
    """The posts that were read are recorded, and only the rest is asked for again."""
    await _publish(desk, stories=3)
    desk.network.metrics = {f"e{number}": {"reach": number + 1} for number in range(3)}
    desk.network.measuring_each = [None, error]
    desk.now += STEPS[0]
    await desk.collector.collect()
    assert [each["value"] for each in await _measured(desk)] == [1]
    desk.now += timedelta(seconds=wait - 1)
    assert await desk.collector.collect() == 0
    desk.now += timedelta(seconds=1)
    assert await desk.collector.collect() == 2, "the first is not read twice"
    assert sorted(each["value"] for each in await _measured(desk)) == [1, 2, 3]
    desk.now += STEPS[1] - STEPS[0] - timedelta(seconds=wait)
    assert await desk.collector.collect() == 3, "the next age is the same for all"


async def test_a_permission_that_ends_in_between_takes_nothing_back(desk: Desk) -> None:
    """What was read is measured; the others are unknown, with the reason."""
    await _publish(desk, stories=2)
    desk.network.metrics = {"e0": {"reach": 1}, "e1": {"reach": 2}}
    desk.network.measuring_each = [
        None,
        NeedsPerson(said("no permission"), remedy=said("Connect again.")),
    ]
    desk.now += STEPS[0]
    await desk.collector.collect()
    figures = [(each["tag"], each.get("value"), each["source"]) for each in await _measured(desk)]
    assert sorted(figures, key=str) == [
        ("measured", 1, "linkedin"),
        ("unknown", None, "no permission"),
    ]


async def test_access_that_ends_in_between_is_renewed_for_the_rest(desk: Desk) -> None:
    """With the new access only those are asked for that were not read."""
    await _publish(desk, stories=2)
    desk.network.metrics = {"e0": {"reach": 1}, "e1": {"reach": 2}}
    desk.network.measuring_each = [
        None,
        NeedsNewAccess(said("expired"), remedy=said("Connect again.")),
        None,
    ]
    desk.network.calls.clear()
    desk.now += STEPS[0]
    await desk.collector.collect()
    assert desk.network.calls == ["measure", "refresh", "measure"]
    assert desk.network.measuring_each == []
    assert [each["value"] for each in await _measured(desk)] == [1, 2]


async def test_a_disconnected_account_is_unknown_and_goes_on(desk: Desk) -> None:
    """Without a connection the figure is unknown, and the next step comes all the same."""
    (post,) = await _publish(desk)
    async with desk.database.write() as transaction:
        await connections.remove(transaction, post.ambassador_id, "linkedin")
    desk.now += STEPS[0]
    await desk.collector.collect()
    (figure,) = await _measured(desk)
    assert (figure["tag"], figure["source"]) == ("unknown", "linkedin is not connected")
    desk.now += STEPS[1]
    assert await desk.collector.collect() == 1


async def test_one_accounts_posts_are_one_call(desk: Desk) -> None:
    """Posts of one account that are due together are asked for together."""
    await _publish(desk, stories=3)
    desk.now += STEPS[0]
    before = len(desk.network.calls)
    await desk.collector.collect()
    assert desk.network.calls[before:] == ["measure"]
    assert len(await _measured(desk)) == 3


async def test_two_workers_measure_a_step_once_and_never_share_an_account(desk: Desk) -> None:
    """Collectors that run at once refresh no token twice and state no figure twice."""
    drafts = await desk.prepare(people=3, expires_at=desk.now + timedelta(minutes=30))
    await desk.approve(*drafts)
    await desk.work()
    desk.now += STEPS[0]
    others = [
        ReachCollector(
            database=desk.database, accounts=desk.accounts, clock=lambda: desk.now, steps=STEPS
        )
        for _ in range(3)
    ]
    await asyncio.gather(*(other.collect() for other in others))
    await desk.collector.collect()
    assert len(await _measured(desk)) == 3
    assert desk.network.calls.count("refresh") == 3
    assert desk.network.overlapping == set()


async def test_an_account_that_publishes_is_not_measured_meanwhile(desk: Desk) -> None:
    """Measuring waits for the publisher's lease, and publishing for the collector's."""
    (post,) = await _publish(desk)
    desk.now += STEPS[0]
    until = desk.now + timedelta(seconds=90)
    async with desk.database.write() as transaction:
        account = (post.ambassador_id, "linkedin")
        await connections.lease(transaction, [account], worker="w", until=until)
    await desk.collector.collect()
    assert "measure" not in desk.network.calls
    desk.now = until + timedelta(seconds=1)
    await desk.collector.collect()
    assert "measure" in desk.network.calls


async def test_figures_are_recorded_as_they_were_stated(desk: Desk) -> None:
    """What is read from the log becomes the totals, by tag."""
    posts = await _publish(desk, people=3)

    def told(post: Post, tag: str, value: int | None) -> Any:
        data = {
            "post_id": post.id,
            "campaign_id": post.campaign_id,
            "network": "linkedin",
            "metric": "reach",
            "tag": tag,
            "value": value,
            "source": "s",
            "measured_at": desk.now,
        }
        return fact(ReachMeasured.model_validate(data))

    async with desk.database.write() as transaction:
        facts = [
            told(posts[0], "measured", 10),
            told(posts[1], "estimated", 7),
            told(posts[2], "unknown", None),
        ]
        for _ in range(2):
            assert await record_reach(transaction, facts, desk.now) == []
        assert await figures.reach_totals(transaction) == ReachTotals(
            measured=10, estimated=7, unknown_posts=1
        )


RATED = {"linkedin": 0.08}


async def _count_followers(desk: Desk, ambassador_id: str, number: int) -> None:
    count = FollowerCount(followers=number, source="told by the member", counted_at=desk.now)
    async with desk.database.write() as transaction:
        await figures.save_followers(transaction, ambassador_id, "linkedin", count)


def _estimating(desk: Desk, rates: dict[str, float]) -> ReachCollector:
    return ReachCollector(
        database=desk.database,
        accounts=desk.accounts,
        clock=lambda: desk.now,
        steps=STEPS,
        rates=rates,
    )


async def test_without_a_rate_nothing_is_estimated(desk: Desk) -> None:
    """A member who gave their followers is still not estimated while no rate was chosen."""
    (post,) = await _publish(desk)
    await _count_followers(desk, post.ambassador_id, 1000)
    desk.now += STEPS[0]
    await _estimating(desk, {"x": 0.5}).collect()
    assert [each["tag"] for each in await _measured(desk)] == ["unknown"]


async def test_an_estimate_says_from_what(desk: Desk) -> None:
    """Followers times the rate, with both in the source; a member without a number of followers stays unknown."""
    told, silent = await _publish(desk, people=2)
    await _count_followers(desk, told.ambassador_id, 1234)
    desk.now += STEPS[0]
    await _estimating(desk, RATED).collect()
    by_post = {each["post_id"]: each for each in await _measured(desk)}
    estimate = by_post[told.id]
    assert (estimate["tag"], estimate["value"]) == ("estimated", 99)
    assert estimate["source"] == "1,234 followers, told by the member on 2026-11-24, × 0.08"
    assert by_post[silent.id]["tag"] == "unknown"


async def test_what_is_measured_is_not_estimated(desk: Desk) -> None:
    """A network that reports the reach is believed, and nothing is added to it."""
    (post,) = await _publish(desk)
    await _count_followers(desk, post.ambassador_id, 1000)
    desk.network.metrics = {"e0": {"reach": 12}}
    desk.now += STEPS[0]
    await _estimating(desk, RATED).collect()
    assert [(each["tag"], each["value"]) for each in await _measured(desk)] == [("measured", 12)]


async def test_measuring_happens_at_the_ages_that_the_settings_name(desk: Desk) -> None:
    """By default after 1 and 6 hours and 1, 3, 7 and 30 days: not a second earlier, then no more."""
    await _publish(desk)
    steps = Settings(_env_file=None).reach_after
    assert [step / timedelta(hours=1) for step in steps] == [1, 6, 24, 72, 168, 720]
    collector = ReachCollector(
        database=desk.database, accounts=desk.accounts, clock=lambda: desk.now, steps=steps
    )
    published = desk.now
    for step in steps:
        desk.now = published + step - timedelta(seconds=1)
        assert await collector.collect() == 0
        desk.now = published + step
        assert await collector.collect() == 1
    desk.now += timedelta(days=365)
    assert await collector.collect() == 0


async def test_replaced_measurements_are_forgotten_in_time(desk: Desk) -> None:
    """The figure that counts stays for good; those that it replaced go when their time is over."""
    (post,) = await _publish(desk)
    start, kept = desk.now, timedelta(hours=48)

    def told(hours: int, value: int | None, metric: str = "reach") -> Figure:
        return Figure(
            post_id=post.id,
            metric=metric,
            tag="unknown" if value is None else "measured",
            value=value,
            source="s",
            measured_at=start + timedelta(hours=hours),
        )

    async def left(at_hour: int) -> list[tuple[str, int, int | None]]:
        async with desk.database.write() as transaction:
            before = start + timedelta(hours=at_hour) - kept
            await figures.forget_replaced(transaction, before=before)
            rows = await transaction.execute(sa.select(schema.reach))
            return sorted(
                (row.metric, (row.measured_at - start) // timedelta(hours=1), row.value)
                for row in rows
            )

    last = ("reach", 6, 20)
    async with desk.database.write() as transaction:
        everything = [told(1, 10), told(6, 20), told(24, None), told(1, 3, "comments")]
        await figures.add_figures(transaction, everything)
    alone = ("comments", 1, 3)
    assert await left(49) == [alone, ("reach", 1, 10), last, ("reach", 24, None)]
    assert await left(50) == [alone, last, ("reach", 24, None)]
    assert await left(73) == [alone, last]
    assert await left(100_000) == [alone, last]
