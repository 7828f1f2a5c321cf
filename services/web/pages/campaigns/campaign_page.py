"""A campaign's page: it waits for its event to arrive, and follows what becomes of the posts; or why it
asks nobody, and what can be done about it.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from fastapi import HTTPException
from fastapi.responses import Response

from services.campaigns.store import audience, campaigns
from services.campaigns.store.audience import Sizes
from services.campaigns.store.campaigns import Campaign
from services.events.incoming import StoryApproved
from services.language import LANGUAGES, primary_language
from services.message import label
from services.voice import unsaid
from services.web.access import CAMPAIGN_HOMES
from services.web.messages import language_name
from services.web.pages.figures.campaign_figures import read_one
from services.web.view import View

#: After this a page that waits for its campaign says that something is in the way.
_PATIENCE = timedelta(seconds=30)
#: So long a page says that its campaign began, to whoever began it.
_NEWS = timedelta(minutes=5)


async def show_campaign(
    view: View,
    campaign_id: str,
    *,
    kind: str,
    template: str,
    address: str,
    opened: str = "",
    closed: str = "",
) -> Response:
    """``opened`` and ``closed`` (seconds since 1970) say since when an event is on its way."""
    async with view.parts.database.read() as transaction:
        found = await read_one(transaction, campaign_id, kind=kind)
        sizes = await audience.sizes(transaction, campaign_id)
    if found is None:
        return _wait(view, address, opened)
    if view.partial and opened:
        return Response(headers={"HX-Redirect": f"{address}?opened={opened}"})
    closing = bool(closed) and _moment(closed) <= view.now and found.campaign.state != "closed"
    if found.campaign.state == "prepared" and not closing:
        # Nothing came of it yet: what there is to see is whom it would ask.
        return view.go(found.audience_address)
    nobody = why_nobody(view, found.campaign, sizes)
    return view.page(
        "campaigns/_campaign.html" if view.partial else template,
        shown=found,
        address=f"{address}?closed={closed}" if closing else address,
        closing=closing,
        nobody=nobody,
        # Whom a campaign that began with a handful has still to ask.
        waiting=sizes.proposed if found.campaign.state == "open" else 0,
        just_opened=bool(opened) and not nobody and view.now - _moment(opened) < _NEWS,
    )


async def campaign_of(view: View, home: str, campaign_id: str) -> Campaign:
    """Raises 404 when there is no such campaign, or not in this part of the house."""
    async with view.parts.database.read() as transaction:
        campaign = await campaigns.get(transaction, campaign_id)
    if campaign is None or campaign.kind != CAMPAIGN_HOMES[home]:
        raise HTTPException(404)
    return campaign


def _wait(view: View, address: str, opened: str) -> Response:
    if not opened:
        raise HTTPException(404)
    since = _moment(opened)
    return view.page(
        "campaigns/_waiting.html" if view.partial else "campaigns/waiting.html",
        address=f"{address}?opened={opened}",
        late=view.now - since > _PATIENCE,
    )


def waiting_since(view: View) -> int:
    """What ``opened`` and ``closed`` hold."""
    return int(view.now.timestamp())


def _moment(text: str) -> datetime:
    try:
        return datetime.fromtimestamp(int(text), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise HTTPException(404) from error


_NOT_WRITTEN = label(
    "audience.nobody-because.not-written",
    "Nobody writes in this language ({language}), and a story is told in its own. Start another one in Dutch or English.",
)
_NO_WRITER = label(
    "audience.nobody-because.language",
    "Nobody writes in this language ({language}). A colleague can add it under “Your voice”; then put them on the list.",
)
_NO_WORK = label(
    "audience.nobody-because.work",
    "Nobody shares its craft, team or place, or writes in its language ({language}). Put a colleague on the list yourself.",
)


def why_nobody(view: View, campaign: Campaign, sizes: Sizes) -> str:
    """In one or two sentences; empty while there is somebody on the campaign's list."""
    if sizes.proposed or sizes.asked or sizes.removed:
        return ""
    content = campaign.content
    language = language_name(content.language, view.messages.language)
    written = primary_language(content.language) in LANGUAGES
    if isinstance(content, StoryApproved) and not written:
        return view.messages.phrase(_NOT_WRITTEN, language=language)
    if refusal := unsaid(content):
        return view.fault(refusal)
    if isinstance(content, StoryApproved):
        return view.messages.phrase(_NO_WRITER, language=language)
    return view.messages.phrase(_NO_WORK, language=language)
