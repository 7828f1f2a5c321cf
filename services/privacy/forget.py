"""What is kept for a time only."""

from __future__ import annotations

from datetime import datetime, timedelta

from services.accounts.store import network_calls
from services.database import audit, inbox
from services.database.engine import take_turns
from services.database.transaction import Transaction
from services.figures.store import click_cells, clicks, figures
from services.people.sign_in import TRIES_MEMORY
from services.people.store import access

#: Longer than any window of a network's limits.
_CALLS_MEMORY = timedelta(days=3)
#: Longer than any topic keeps records, so that no redelivery can come after the memory is gone.
_INBOX_MEMORY = timedelta(days=400)


async def forget_what_is_old(
    transaction: Transaction,
    *,
    now: datetime,
    keep_clicks: timedelta,
    keep_measurements: timedelta,
    keep_audit: timedelta | None,
) -> None:
    """``keep_audit`` None: for ever."""
    # Who is erased is taken out of old entries, too.
    await take_turns(transaction, "memory")
    yesterday = (now - timedelta(days=1)).date().isoformat()
    await inbox.forget_before(transaction, now - _INBOX_MEMORY)
    await network_calls.forget_before(transaction, now - _CALLS_MEMORY)
    await figures.destroy_salts_before(transaction, yesterday)
    await clicks.forget(transaction, before=now - keep_clicks)
    await click_cells.forget_hours(transaction, before=now - click_cells.HOURS_MEMORY)
    await figures.forget_replaced(transaction, before=now - keep_measurements)
    await access.forget_sign_in_links(transaction, before=now)
    await access.forget_tries(transaction, now - TRIES_MEMORY)
    await access.forget_sessions(transaction, before=now)
    if keep_audit is not None:
        await audit.forget_before(transaction, now - keep_audit)
