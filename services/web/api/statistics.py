"""``GET /api/v1/stats``: the same JSON as ``zwaan stats --json``."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, Request

from services.storage import campaigns
from services.use_cases.statistics import statistics
from services.web.api.access import admit
from services.web.api.refusal import Refused
from services.web.view import parts_of

router = APIRouter(prefix="/api/v1", dependencies=[Depends(admit)])


@router.get("/stats")
async def read_statistics(request: Request, campaign: str | None = None) -> dict[str, Any]:
    """``campaign`` is a campaign's id; without it, everything."""
    async with parts_of(request).database.read() as transaction:
        if campaign is not None and await campaigns.get(transaction, campaign) is None:
            raise Refused(
                404, f'there is no campaign "{campaign[:100]}"', remedy='Leave "campaign" out.'
            )
        return (await statistics(transaction, campaign_id=campaign)).as_dict()
