"""Ask the networks for the figures of published posts, at set ages after publication.

What a network does not tell is stated as ``unknown``, or as ``estimated`` where the organisation chose
a rate; nothing is ever made up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import uuid4

import structlog

from services.accounts.accounts import Accounts
from services.accounts.store import connections
from services.database import outbox
from services.database.engine import Database
from services.database.transaction import Transaction
from services.errors import NeedsPerson, OutcomeUnknown, Rejected, RetryLater
from services.events.outgoing import ReachMeasured, Tag
from services.events.statement import Statement, state
from services.figures.rules.estimate import Estimate, estimate_reach
from services.figures.store import figures
from services.message import NOTHING, Message, NetworkName, as_json, message, said
from services.ports import Account, Measurement
from services.posts.store import measuring
from services.posts.store.measuring import DuePost

_log = structlog.get_logger("reach")

#: How long to wait before asking again when a network is away or out of quota.
_PATIENCE = timedelta(minutes=5)
#: Longer than all calls for one account take.
_LEASE = timedelta(minutes=5)


class ReachCollector:
    """``steps`` are the ages at which a post is measured, ascending.

    ``rates`` is the share of a member's followers that a post is thought to reach, by network. Only
    there an unreported reach is estimated, and only for members with a known number of followers.
    """

    def __init__(
        self,
        *,
        database: Database,
        accounts: Accounts,
        clock: Callable[[], datetime],
        steps: Sequence[timedelta],
        rates: Mapping[str, float] | None = None,
    ) -> None:
        self._database = database
        self._accounts = accounts
        self._clock = clock
        self._steps = steps
        self._rates = rates or {}
        self._lease = f"reach {uuid4()}"

    async def collect(self, limit: int = 500) -> int:
        """Measure due posts, one call per account and hundred posts; returns how many were due."""
        now = self._clock()
        async with self._database.read() as transaction:
            due = await measuring.due(transaction, now=now, limit=limit)
        for ambassador_id, network in dict.fromkeys(
            (post.ambassador_id, post.network) for post in due
        ):
            group = await self._take(ambassador_id, network, limit)
            try:
                if group:
                    await self._collect_account(ambassador_id, network, group)
            finally:
                async with self._database.write() as transaction:
                    await connections.release(
                        transaction, [(ambassador_id, network)], worker=self._lease
                    )
        # Of the publisher too, which may have looked for a post whose reply was lost.
        await self._accounts.store_billed()
        return len(due)

    async def _take(self, ambassador_id: str, network: str, limit: int) -> list[DuePost]:
        """Lease the account, and see what is due now; nothing while another worker has it.

        Two workers that refresh one account's tokens at once would lose them.
        """
        now = self._clock()
        account = (ambassador_id, network)
        async with self._database.write() as transaction:
            if not await connections.free_accounts(transaction, [account], now=now):
                return []
            await connections.lease(transaction, [account], worker=self._lease, until=now + _LEASE)
            return await measuring.due(transaction, now=now, limit=limit, account=account)

    async def _collect_account(
        self, ambassador_id: str, network: str, group: Sequence[DuePost]
    ) -> None:
        answers: dict[str, Measurement] = {}
        try:
            measure = self._accounts.network(network).measure
            account = await self._accounts.open(ambassador_id, network)

            def read(own: Account) -> None:
                """Kept one by one: what was read stays also when a later one fails."""
                left = [each.external_id for each in group if each.external_id not in answers]
                for answer in measure(own, left):
                    answers[answer.external_id] = answer

            await self._accounts.call_with_access(ambassador_id, account, read)
        except (RetryLater, OutcomeUnknown) as away:
            after = getattr(away, "after", None)
            wait = _PATIENCE if after is None else timedelta(seconds=after)
            _log.info("measuring later", network=network, error=str(away), read=len(answers))
            await self._break_off(group, answers, wait)
        except (NeedsPerson, Rejected) as refusal:
            await self._record(group, answers, unknown=refusal.message)
        except Exception:  # noqa: BLE001 - a defect with one account must not keep the others waiting
            _log.exception("measuring failed", network=network, ambassador=ambassador_id)
            await self._break_off(group, answers, _PATIENCE)
        else:
            await self._record(
                group,
                answers,
                unknown=message(
                    "figure.none-given",
                    "{network} gave no figure",
                    network=NetworkName(network),
                ),
            )

    async def _break_off(
        self, group: Sequence[DuePost], answers: Mapping[str, Measurement], wait: timedelta
    ) -> None:
        """Record what was read, and ask for the rest after ``wait``."""
        read = [post for post in group if post.external_id in answers]
        if read:
            await self._record(read, answers, unknown=NOTHING)
        await self._postpone([post for post in group if post not in read], wait)

    async def _postpone(self, group: Sequence[DuePost], wait: timedelta) -> None:
        async with self._database.write() as transaction:
            ids = [post.id for post in group]
            await measuring.postpone(transaction, ids, until=self._clock() + wait)

    async def _record(
        self, group: Sequence[DuePost], answers: Mapping[str, Measurement], *, unknown: Message
    ) -> None:
        now = self._clock()
        async with self._database.write() as transaction:
            estimate = await self._estimate(transaction, group[0])
            statements = [
                statement
                for post in group
                for statement in _figures(
                    post,
                    answers.get(post.external_id),
                    unknown=unknown,
                    estimate=estimate,
                    now=now,
                )
            ]
            await measuring.advance(transaction, [(post, self._next(post)) for post in group])
            await outbox.add(transaction, statements)

    async def _estimate(self, transaction: Transaction, post: DuePost) -> Estimate | None:
        """Of any post of this account; None where nothing is estimated."""
        rate = self._rates.get(post.network)
        if rate is None:
            return None
        count = (await figures.followers_of(transaction, post.ambassador_id)).get(post.network)
        return None if count is None else estimate_reach(count, rate)

    def _next(self, post: DuePost) -> datetime | None:
        step = post.step + 1
        return post.published_at + self._steps[step] if step < len(self._steps) else None


def _figures(
    post: DuePost,
    answer: Measurement | None,
    *,
    unknown: Message,
    estimate: Estimate | None,
    now: datetime,
) -> list[Statement]:
    metrics = dict(answer.metrics) if answer is not None else {}
    source = said(answer.source) if answer is not None else NOTHING
    figures: list[tuple[str, Tag, int | None, Message]] = [
        (metric, "measured", value, source) for metric, value in metrics.items()
    ]
    if "reach" not in metrics:
        figures.append(
            ("reach", "unknown", None, unknown)
            if estimate is None
            else ("reach", "estimated", estimate.value, estimate.formula)
        )
    return [
        state(
            ReachMeasured(
                post_id=post.id,
                campaign_id=post.campaign_id,
                network=post.network,
                metric=metric,
                tag=tag,
                value=value,
                source=str(source),
                source_data=as_json(source) if source.code else None,
                measured_at=now,
            ),
            at=now,
            cause=f"{metric} step {post.step}",
        )
        for metric, tag, value, source in figures
    ]
