"""An editor chooses what the posts of a prepared campaign are made of, and in which order; a language
model proposes passages, and what is private in a source.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from services.campaigns.store import campaigns
from services.campaigns.store.campaigns import Campaign
from services.database.engine import Database, take_turns
from services.database.record import record
from services.database.transaction import Transaction
from services.errors import Rejected
from services.message import message, message_n
from services.people.store.people import Person
from services.voice.ask_model import AskModel
from services.voice.model.passages import Proposed, prompt_of, proposed
from services.voice.writing.passage_rows import chosen, rows_of, unsourced
from services.voice.writing.request import Content


def version_of(content: Content) -> str:
    """Return the version that an editor looked at; it differs once another editor has chosen."""
    return hashlib.sha256("\x1f".join(content.passages).encode()).hexdigest()[:16]


async def choose_passages(
    transaction: Transaction,
    *,
    campaign_id: str,
    texts: Sequence[str],
    based_on: str,
    by: Person,
    now: datetime,
) -> Campaign:
    """Keep these passages, in this order; the campaign as it is then.

    Raises Rejected for texts that cannot be passages, once the campaign was launched, and when
    another editor chose since ``based_on``.
    """
    kept = chosen(texts)
    # No choice changes while a launch reads it.
    await take_turns(transaction, "audience", campaign_id)
    campaign = await campaigns.get(transaction, campaign_id)
    if campaign is None or campaign.state != "prepared":
        raise Rejected(
            message(
                "campaign.launched-already", "this campaign was launched already, or has ended"
            ),
            remedy=message("do.load-again", "Load the page again."),
        )
    if campaign.content.passages == kept:
        return campaign
    if based_on != version_of(campaign.content):
        raise Rejected(
            message("passages.changed-meanwhile", "somebody else changed the passages meanwhile"),
            remedy=message("do.load-again", "Load the page again."),
        )
    content = campaign.content.model_copy(update={"passages": kept})
    await campaigns.set_content(transaction, campaign_id, content)
    # A long source takes half a second.
    rows = await asyncio.to_thread(rows_of, content)
    sensitive = [row.passage.sensitive for row in rows.used if row.passage.sensitive]
    await record(
        transaction,
        "campaign.passages",
        campaign_id,
        actor=by.id,
        now=now,
        passages=len(kept),
        **({"sensitive": sensitive} if sensitive else {}),
    )
    return replace(campaign, content=content)


async def check_vouched(content: Content, *, vouched: bool) -> int:
    """Return how many of the chosen passages are not in the source like that.

    Raises Rejected where there are any and no person ``vouched`` for them.
    """
    # A long source takes half a second.
    own = len(await asyncio.to_thread(unsourced, content))
    if own and not vouched:
        raise Rejected(
            message_n(
                "passages.unsourced",
                "one passage is not in the source",
                "{n} passages are not in the source",
                own,
            ),
            remedy=message("do.vouch", "Tick that you vouch for it, or leave it out."),
        )
    return own


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
