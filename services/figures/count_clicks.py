"""Clicks arrived on the log: tell people from machines, drop doubles, roll up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from services.database.transaction import Transaction
from services.events.outgoing import LinkClicked
from services.events.statement import Fact, Statement
from services.figures.rules.click import DUPLICATE_WINDOW, ClickClass, Verdict, classify
from services.figures.store import figures
from services.figures.store.figures import Click


async def count_clicks(
    transaction: Transaction, facts: Sequence[Fact[LinkClicked]], _now: datetime
) -> list[Statement]:
    """Count every click once, in the order of the log (one link's clicks have one order).

    The verdict on a click depends on the clicks before it in the log alone, never on how they came
    in batches, so that counting again gives the same.
    """
    if not facts:
        return []
    times = [fact.data.clicked_at for fact in facts]
    counted = await figures.human_clicks(
        transaction,
        sorted({fact.data.code for fact in facts}),
        since=min(times) - DUPLICATE_WINDOW,
        until=max(times) + DUPLICATE_WINDOW,
    )
    fresh = []
    for fact in facts:
        click = fact.data
        verdict = classify(
            method=click.method, user_agent=click.user_agent, prefetch=click.prefetch
        )
        if verdict.click_class is ClickClass.HUMAN:
            earlier = counted.setdefault((click.code, click.visitor), [])
            if any(abs(click.clicked_at - time) < DUPLICATE_WINDOW for time in earlier):
                verdict = Verdict(
                    click_class=ClickClass.DUPLICATE, reason="again within 30 minutes"
                )
            else:
                earlier.append(click.clicked_at)
        fresh.append(
            Click(
                id=fact.event.id,
                code=click.code,
                visitor=click.visitor,
                click_class=verdict.click_class.value,
                reason=verdict.reason,
                clicked_at=click.clicked_at,
            )
        )
    await figures.add_clicks(transaction, fresh)
    return []
