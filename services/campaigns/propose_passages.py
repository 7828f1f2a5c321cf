"""An editor asks a language model which passages to use, and what is private in a source."""

from __future__ import annotations

import asyncio
from datetime import datetime
from functools import partial

from services.campaigns.store.campaigns import Campaign
from services.database.engine import Database
from services.database.record import record
from services.people.store.people import Person
from services.voice.ask_model import AskModel
from services.voice.model.passages import Proposed, prompt_of, proposed


async def propose_passages(
    database: Database, ask: AskModel, campaign: Campaign, *, by: Person, now: datetime
) -> Proposed:
    """What the model names; that the text was sent there is in the audit.

    Raises NotUsed when there is nothing to use, RetryLater when the model is away.
    """
    prompt = await asyncio.to_thread(prompt_of, campaign.content)
    async with database.write() as transaction:
        await record(
            transaction,
            "campaign.passages_asked",
            campaign.id,
            actor=by.id,
            now=now,
            model=ask.name,
            where=ask.where,
        )
    return await ask.use("passages", prompt, partial(proposed, content=campaign.content))
