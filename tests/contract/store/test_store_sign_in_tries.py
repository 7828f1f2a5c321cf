"""Limits on signing in hold for every process together."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest
import sqlalchemy as sa

from services.database.engine import Database
from services.database.schema import sign_in_tries as table
from services.people.sign_in import (
    ASKS_OF_ADDRESS,
    ASKS_OF_CLIENT,
    TRIES_OF_CLIENT,
    Asker,
    TooOften,
    count_ask,
    try_link,
)
from services.people.store import access
from tests.builders import NOW
from tests.contract.store.conftest import Store

HOME = Asker(secret="of the tests", address="203.0.113.9", now=NOW)


async def ask(database: Database, email: str) -> bool:
    """Whether it was let through."""
    try:
        await count_ask(database, email, HOME)
    except TooOften:
        return False
    return True


async def guess(database: Database, token: str) -> bool:
    try:
        async with database.write() as transaction:
            assert await try_link(transaction, token, HOME, use=False) is None
    except TooOften:
        return False
    return True


@pytest.mark.parametrize(
    ("emails", "limit"),
    [
        (["anna@example.org"], ASKS_OF_ADDRESS.calls),
        ([f"p{number}@example.org" for number in range(150)], ASKS_OF_CLIENT.calls),
    ],
    ids=["one address", "one client"],
)
async def test_asks_at_once_end_at_the_limit(store: Store, emails: list[str], limit: int) -> None:
    """However many ask at the same moment, in three processes: exactly so many get through."""
    async with AsyncExitStack() as stack:
        processes = [await stack.enter_async_context(store.open()) for _ in range(3)]
        asks = [
            ask(processes[number % 3], emails[number % len(emails)])
            for number in range(max(30, len(emails)))
        ]
        assert Counter(await asyncio.gather(*asks))[True] == limit


async def test_guesses_at_once_end_at_the_limit(store: Store) -> None:
    """The same of wrong links, each another."""
    async with AsyncExitStack() as stack:
        processes = [await stack.enter_async_context(store.open()) for _ in range(3)]
        guesses = [guess(processes[number % 3], f"wrong{number}") for number in range(150)]
        assert Counter(await asyncio.gather(*guesses))[True] == TRIES_OF_CLIENT.calls


async def test_old_tries_are_forgotten(database: Database) -> None:
    """What no limit looks back at is deleted, and nothing younger."""
    async with database.write() as transaction:
        for number, age in enumerate((3, 2, 1)):
            at = NOW - timedelta(hours=age)
            await access.count_try(transaction, f"key {number}", bucket_at=at)
        await access.forget_tries(transaction, NOW - timedelta(hours=2))
        left = await transaction.scalars(sa.select(table.c.key).order_by(table.c.key))
        assert list(left) == ["key 1", "key 2"]
