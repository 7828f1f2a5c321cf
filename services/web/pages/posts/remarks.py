"""Remarks about the words of a text, shown before the decision about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.campaigns.store import campaigns
from services.database.transaction import Transaction
from services.voice.checking.block_list import BlockedWord
from services.voice.checking.boasts import Boast, boasts_in, concrete_detail
from services.voice.passages import Passages, SourceText, find_passages
from services.voice.store import blocked_words
from services.voice.writing.request import Content


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A person's text about a campaign; ``language`` is the text's."""

    campaign_id: str
    language: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Remarks:
    """``blocked`` words have to go before the text can be approved.

    ``boasts`` are advice, and ``detail`` is a sentence of the source to put in their place, empty
    where it holds none. ``passages`` are those that posts would be made of, the best first, and
    ``withheld`` those that have to be chosen by hand.
    """

    blocked: Sequence[BlockedWord] = ()
    boasts: Sequence[Boast] = ()
    detail: str = ""
    passages: Sequence[str] = ()
    withheld: Sequence[str] = ()


async def remarks_on(transaction: Transaction, texts: Sequence[Written]) -> list[Remarks]:
    """In their order. Few texts boast, so only those look into what they are about."""
    listed = await blocked_words.read(transaction)
    boasts = [boasts_in(written.text, written.language) for written in texts]
    passages: dict[str, Passages] = {}
    for campaign_id in {
        written.campaign_id for written, found in zip(texts, boasts, strict=True) if found
    }:
        campaign = await campaigns.get(transaction, campaign_id)
        if campaign is not None:
            passages[campaign_id] = find_passages(SourceText(campaign.content))
    return [
        Remarks(
            blocked=listed.found_in(written.text),
            boasts=found,
            detail=_detail(passages.get(written.campaign_id), written.text) if found else "",
        )
        for written, found in zip(texts, boasts, strict=True)
    ]


def remarks_on_content(content: Content, text: str) -> Remarks:
    """About a story or vacancy that is being written, with a better sentence of its own."""
    boasts = boasts_in(text, content.language)
    found = find_passages(SourceText(content))
    return Remarks(
        boasts=boasts,
        detail=_detail(found, "") if boasts else "",
        passages=[passage.text for passage in found.chosen],
        withheld=[passage.text for passage in found.withheld],
    )


def _detail(passages: Passages | None, text: str) -> str:
    return "" if passages is None else concrete_detail(passages, text)
