"""Clicks arrived on the log: tell people from machines, drop doubles, roll up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from services.database.transaction import Transaction
from services.events.outgoing import LinkClicked
from services.events.statement import Fact, Statement
from services.figures.rules.click import doubles, judged
from services.figures.store import click_cells, clicks


async def count_clicks(
    transaction: Transaction, facts: Sequence[Fact[LinkClicked]], _now: datetime
) -> list[Statement]:
    """Count every click once, in the order of the log (one link's clicks have one order).

    The verdict on a click depends on the clicks before it in the log alone, never on how they came
    in batches, so that counting again gives the same.
    """
    fresh = [judged(fact.event.id, fact.data) for fact in facts]
    if fresh:
        await clicks.stage(transaction, fresh)
        await clicks.settle(transaction, doubles(fresh, await clicks.near(transaction)))
        await click_cells.add_staged(transaction)
    return []
