"""Tasks may be cancelled at any moment: at a rebalance, at a stop, when a client goes away."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import pytest

from services.database import outbox
from services.database.transaction import Behind
from services.figures.store import figures
from tests.migrated import open_migrated

ROUNDS = 25


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_cancelled_transactions_never_block_the_next_writer(
    tmp_path: Path, seed: int
) -> None:
    """However often tasks are cancelled in the middle of a transaction, others still commit."""
    moments = random.Random(seed)  # noqa: S311 - which moments, not which secrets
    database = await open_migrated(tmp_path / "zwaan.db")

    async def work(day: str) -> None:
        async with database.read() as transaction:
            await outbox.size(transaction)
        async with database.write() as transaction:
            await figures.keep_salt(transaction, day, b"salt")
            async with Behind() as behind:
                await behind.begin(outbox.size, transaction)
                await behind.begin(outbox.size, transaction)

    for number in range(ROUNDS):
        tasks = [asyncio.create_task(work(f"{number}-{place}")) for place in range(6)]
        await asyncio.sleep(moments.random() * 0.02)
        for task in tasks[:4]:
            task.cancel()
        await asyncio.sleep(0)
        for task in tasks[:2]:
            task.cancel()
        done, pending = await asyncio.wait(tasks, timeout=60)
        assert not pending
        assert not any(task.exception() for task in done if not task.cancelled())

    async with database.read() as transaction:
        days = set(await figures.salts(transaction))
    assert {f"{number}-{place}" for number in range(ROUNDS) for place in (4, 5)} <= days
    await database.close()


async def test_what_fails_behind_a_transaction_fails_it() -> None:
    """Whether something follows it or nothing does; and it has ended before its owner's own fault leaves."""
    ended: list[str] = []

    async def fail() -> None:
        await asyncio.sleep(0)
        ended.append("failed")
        raise ZeroDivisionError

    async def own(fault: type[Exception] | None, times: int) -> None:
        async with Behind() as behind:
            for _ in range(times):
                await behind.begin(fail)
            if fault:
                raise fault

    for fault, times, raised in (
        (None, 1, ZeroDivisionError),
        (None, 2, ZeroDivisionError),
        (KeyError, 1, KeyError),
    ):
        with pytest.raises(raised):
            await own(fault, times)
    assert ended == ["failed"] * 3
