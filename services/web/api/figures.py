"""``GET /api/v1/figures``: figures for dashboards, a page at a time or as a file.

What managers see, with the same tags; of single posts for the operator alone, because their figures are
one person's own.
"""

from __future__ import annotations

import base64
import json
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from services.campaigns.store import campaigns
from services.campaigns.store.campaigns import CampaignMark
from services.message import message
from services.web.api.access import is_operator, needs
from services.web.api.refusal import Refused
from services.web.pages.figures.figure_rows import By, FigureRow, FiguresWanted, pages, read_page
from services.web.pages.figures.figures_export import ROUNDS, Ending, answer
from services.web.view import parts_of

router = APIRouter(prefix="/api/v1", dependencies=[Depends(needs("figures"))])


async def _asked(
    request: Request,
    by: By = "campaign",
    campaign: str | None = None,
    first: Annotated[date, Query(alias="from")] = date.min,
    last: Annotated[date, Query(alias="to")] = date.max,
) -> FiguresWanted:
    """Raises Refused (403 and 404)."""
    if by == "post" and not is_operator(request):
        raise Refused(
            403,
            message("figures.own", "the figures of a single post are one person's own"),
            remedy=message("do.ask-by-campaign", 'Ask by "campaign" or by "day".'),
        )
    if campaign is not None:
        async with parts_of(request).database.read() as transaction:
            if await campaigns.get(transaction, campaign) is None:
                raise no_such_campaign(campaign)
    return FiguresWanted(by=by, campaign=campaign, first=first, last=last)


Question = Annotated[FiguresWanted, Depends(_asked)]


def no_such_campaign(campaign_id: str) -> Refused:
    return Refused(
        404,
        message(
            "campaign.no-such-id",
            'there is no campaign "{campaign}"',
            campaign=campaign_id[:100],
        ),
        remedy=message("do.leave-campaign-out", 'Leave "campaign" out.'),
    )


@router.get("/figures")
async def read_figures(
    request: Request,
    asked: Question,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: str | None = None,
) -> dict[str, Any]:
    """``limit`` campaigns a page, newest first; ``next`` is the cursor of the next page, or null."""
    parts = parts_of(request)
    asked = replace(asked, limit=limit, after=_mark(cursor))
    async with parts.database.read() as transaction:
        page = await read_page(transaction, asked, now=parts.clock())
    return {
        "figures": [_as_json(row) for row in page.rows],
        "next": page.next and _cursor(page.next),
    }


@router.get("/figures.{ending}")
async def figures_file(request: Request, ending: Ending, asked: Question) -> Response:
    """All pages as one file."""
    parts = parts_of(request)
    asked = replace(asked, limit=ROUNDS[asked.by])
    found = pages(parts.database, asked, now=parts.clock())
    return await answer(ending, found, name=f"zwaan-{parts.clock():%Y-%m-%d}")


def _as_json(row: FigureRow) -> dict[str, Any]:
    """Without what it is not of."""
    return {name: value for name, value in asdict(row).items() if value != ""}


def _cursor(mark: CampaignMark) -> str:
    text = json.dumps([mark.started_at.isoformat(), mark.id])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _mark(cursor: str | None) -> CampaignMark | None:
    """Raises Refused (422)."""
    if cursor is None:
        return None
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        started_at, identity = json.loads(base64.b64decode(padded, b"-_", validate=True))
        if not isinstance(identity, str) or "\x00" in identity:
            raise ValueError
        moment = datetime.fromisoformat(started_at)
        return CampaignMark(moment.astimezone(UTC), identity)
    except (ValueError, TypeError, RecursionError, OverflowError) as error:
        raise Refused(
            422,
            message("api.no-cursor", "this is no cursor"),
            remedy=message(
                "do.take-next", 'Send the "next" of the page before, or no cursor for the first.'
            ),
        ) from error
