"""Figures that can be defended: each with its tag, never added across tags."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from services.campaigns.store import campaigns
from services.database import dead_letters
from services.database.transaction import Transaction
from services.figures.store import click_cells, figures
from services.figures.store.figures import ReachTotals
from services.posts.store import posts


@dataclass(frozen=True, slots=True, kw_only=True)
class ClickTotals:
    """``raw`` is every request for a short link; the others say what they turned out to be."""

    raw: int
    bot: int
    duplicate: int
    human: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    posts: dict[str, int]
    clicks: ClickTotals
    reach: ReachTotals
    campaigns: int
    dead_letters: int

    def as_dict(self) -> dict[str, Any]:
        """The JSON of ``zwaan stats --json`` (a contract; see docs/operations.md)."""
        return {
            "posts": self.posts,
            "clicks": {
                "raw": self.clicks.raw,
                "bot": self.clicks.bot,
                "duplicate": self.clicks.duplicate,
                "human": self.clicks.human,
            },
            "reach": {
                "measured": self.reach.measured,
                "estimated": self.reach.estimated,
                "unknown_posts": self.reach.unknown_posts,
            },
            "campaigns": self.campaigns,
            "dead_letters": self.dead_letters,
        }


async def statistics(transaction: Transaction, *, campaign_id: str | None = None) -> Statistics:
    """Everything, or one campaign (dead letters belong to no campaign and are always all)."""
    totals = await click_cells.by_class(transaction, campaign_id=campaign_id)
    return Statistics(
        posts=await posts.counts_by_state(transaction, campaign_id=campaign_id),
        clicks=ClickTotals(
            raw=sum(totals.values()),
            bot=totals.get("bot", 0),
            duplicate=totals.get("duplicate", 0),
            human=totals.get("human", 0),
        ),
        reach=await figures.reach_totals(transaction, campaign_id=campaign_id),
        campaigns=1 if campaign_id is not None else await campaigns.count(transaction),
        dead_letters=await dead_letters.count(transaction),
    )
