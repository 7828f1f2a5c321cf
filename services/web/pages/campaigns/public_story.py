"""A story for everybody: where short links lead when a story has no page of its own."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException
from fastapi.responses import RedirectResponse, Response

from services.campaigns.store import campaigns
from services.events.incoming import StoryApproved
from services.web.access import VisitorView
from services.web.redirect_address import redirect_address

router = APIRouter(prefix="/stories")


@router.get("/{campaign_id}")
async def public_story(view: VisitorView, campaign_id: str) -> Response:
    async with view.parts.database.read() as transaction:
        campaign = await campaigns.get(transaction, campaign_id)
    if campaign is None or not isinstance(campaign.content, StoryApproved):
        raise HTTPException(404)
    if campaign.state == "prepared":
        # Nobody was asked yet: it is the organisation's own until somebody launches it.
        raise HTTPException(404)
    if campaign.content.url is not None:
        return RedirectResponse(redirect_address(campaign.content.url))
    return view.page(
        "stories/public.html",
        title=campaign.title,
        story=campaign.content,
        address=view.request.url.path,
    )
