"""Empty everything that can be counted again from the log."""

from __future__ import annotations

from services.storage import figures
from services.storage.transaction import Transaction


async def wipe(transaction: Transaction) -> None:
    await figures.wipe_clicks(transaction, since=None)
    await figures.wipe_reach(transaction, since=None)
    await figures.wipe_applications(transaction, since=None)
