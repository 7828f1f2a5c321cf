"""A worker that cannot go on says so."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from services.database import outbox
from services.errors import Stop
from services.events.outgoing import CampaignFinished
from services.events.statement import state
from services.message import said
from services.ports import Record
from services.settings import load_settings
from streams.bootstrap import open_parts
from streams.worker.worker import Worker
from tests.builders import NOW
from tests.fakes import MemoryLog


class _LogOfAnother(MemoryLog):
    async def append(self, records: Sequence[Record]) -> None:
        raise Stop(said(f"another process owns the log of {len(records)}"))


async def test_ended_relay_loop_ends_the_worker(tmp_path: Path) -> None:
    """Where the outbox cannot be relayed any more the worker names the reason instead of going on."""
    async with open_parts(load_settings(data=tmp_path)) as parts:
        request = CampaignFinished(campaign_id="c", cancelled=0, finished_at=NOW)
        async with parts.database.write() as transaction:
            await outbox.add(transaction, [state(request, at=NOW, cause="c")])
        worker = Worker(replace(parts, log=_LogOfAnother()))
        async with asyncio.timeout(60), worker.running():
            reason = await worker.wait_until_broken()
    assert str(reason) == "the relay of the outbox stopped: another process owns the log of 1"
