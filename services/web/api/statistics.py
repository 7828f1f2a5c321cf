"""``GET /api/v1/stats``: the JSON of ``zwaan stats --json``, for other systems without small groups.

The command line is the operator's. What an API token reads may end on any screen, so that it gets
what managers see, in the same fields.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from fastapi import APIRouter, Depends, Request

from services.campaigns.store import campaigns
from services.database import dead_letters
from services.database.transaction import Transaction
from services.figures.statistics import statistics
from services.web.api.access import is_operator, needs
from services.web.api.figures import no_such_campaign
from services.web.pages.figures.campaign_figures import (
    PublicFigures,
    read_of,
    read_recent,
    totals_of,
)
from services.web.view import parts_of

router = APIRouter(prefix="/api/v1", dependencies=[Depends(needs("figures"))])

#: Campaigns in the sums, newest first.
_LIMIT = 10_000


@router.get("/stats")
async def read_statistics(request: Request, campaign: str | None = None) -> dict[str, Any]:
    """``campaign`` is a campaign's id; without it, everything."""
    async with parts_of(request).database.read() as transaction:
        found = None if campaign is None else await campaigns.get(transaction, campaign)
        if campaign is not None and found is None:
            raise no_such_campaign(campaign)
        if is_operator(request):
            return (await statistics(transaction, campaign_id=campaign)).as_dict()
        if found is not None:
            return await _public(transaction, await read_of(transaction, [found]))
        return await _public(transaction, await read_recent(transaction, limit=_LIMIT))


async def _public(transaction: Transaction, shown: list[PublicFigures]) -> dict[str, Any]:
    """Sums of what may be shown, None where nothing may."""
    totals = totals_of(shown)
    states: Counter[str] = Counter()
    for each in shown:
        states.update(each.by_state)
    clicks = {"raw": sum(totals.clicks.values())} | {
        name: totals.clicks.get(name, 0) for name in ("bot", "duplicate", "human")
    }
    reach = {tag: totals.reach.get(tag, 0) for tag in ("measured", "estimated")}
    detailed = any(each.detailed for each in shown)
    return {
        "posts": dict(states) if any(each.counted for each in shown) else None,
        "clicks": clicks if detailed else None,
        "reach": reach | {"unknown_posts": totals.unknown_reach} if detailed else None,
        "campaigns": len(shown),
        "dead_letters": await dead_letters.count(transaction),
    }
