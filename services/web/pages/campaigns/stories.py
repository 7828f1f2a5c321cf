"""Marketing's pages: approve a story, follow its campaign; and the story for everybody, where short
links lead when it has no page of its own.
"""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, HTTPException
from fastapi.responses import RedirectResponse, Response

from services.campaigns.announce import form_id
from services.campaigns.store import campaigns
from services.events.incoming import StoryApproved
from services.posts.cancel_posts import end_story
from services.web.access import MarketingView, VisitorView, keeps_form
from services.web.pages.campaigns import campaign_page
from services.web.pages.campaigns.campaign_page import (
    open_by_form,
    show_campaign,
    show_form,
    wish_for_another,
)
from services.web.pages.campaigns.event_forms import (
    Filled,
    check,
    in_its_language,
    lines,
    read_fields,
    words,
)
from services.web.pages.figures.campaign_figures import read_recent
from services.web.pages.posts.remarks import remarks_on_content
from services.web.short_links import redirect_address
from services.web.view import View

router = APIRouter(prefix="/stories")

SOURCE = "/zwaan/marketing"

_FORM = "stories/new.html"

_FIELDS = ("title", "body", "language", "url", "author", "topics", "passages")


@router.get("")
async def stories(view: MarketingView) -> Response:
    async with view.parts.database.read() as transaction:
        found = await read_recent(transaction, kind="story")
    return view.page("stories/stories.html", campaigns=found)


@router.get("/new")
async def new(view: MarketingView) -> Response:
    fields = dict.fromkeys(_FIELDS, "") | {"language": view.messages.language}
    fields |= campaign_page.PROPOSED
    blank: Filled[StoryApproved] = Filled(fields=fields, faults={}, data=None)
    return show_form(view, _FORM, blank)


@router.post("/new")
@keeps_form
async def approve_story(view: MarketingView) -> Response:
    """State ``story.approved``; the campaign follows from the event."""
    filled = await _read_form(view)
    return await open_by_form(view, _FORM, filled, source=SOURCE, name="story.approved")


@router.post("/remarks")
async def remarks(view: MarketingView) -> Response:
    """Advice about a story that is being typed; nothing is stored."""
    typed = await read_fields(view, _FIELDS)
    story = StoryApproved.model_construct(
        story_id="", title=typed["title"], body=typed["body"], language=typed["language"]
    )
    text = f"{story.title}\n{story.body}"
    return view.page(
        "boasts.html", remarks=await asyncio.to_thread(remarks_on_content, story, text)
    )


@router.get("/{campaign_id}/campaign")
async def campaign(view: MarketingView, campaign_id: str, opened: str = "") -> Response:
    return await show_campaign(
        view,
        campaign_id,
        kind="story",
        template="stories/story.html",
        address=f"/stories/{campaign_id}/campaign",
        opened=opened,
    )


@router.post("/{campaign_id}/close")
async def end(view: MarketingView, campaign_id: str) -> Response:
    """What was not sent is cancelled; the story, what was published and its links stay."""
    async with view.parts.database.write() as transaction:
        await end_story(transaction, campaign_id, actor=view.me.id, now=view.now)
    return view.go(f"/stories/{campaign_id}/campaign")


async def _read_form(view: View) -> Filled[StoryApproved]:
    form = await read_fields(view, (*_FIELDS, *campaign_page.LAUNCH_FIELDS))
    fields = {name: form[name] for name in _FIELDS}
    said = (view.me.id, *fields.values(), await wish_for_another(view))
    data = fields | {
        "story_id": form_id("story", *said),
        "topics": words(fields["topics"]),
        "passages": lines(fields["passages"]),
        "author": {"name": fields["author"]} if fields["author"] else None,
        "approved_by": view.me.name,
    }
    return in_its_language(check(StoryApproved, form, data, view.messages, {}), view.messages)


@router.get("/{campaign_id}")
async def public_story(view: VisitorView, campaign_id: str) -> Response:
    async with view.parts.database.read() as transaction:
        campaign = await campaigns.get(transaction, campaign_id)
    if campaign is None or not isinstance(campaign.content, StoryApproved):
        raise HTTPException(404)
    if campaign.state == "prepared":
        # No person was asked yet: it is the organisation's own until somebody launches it.
        raise HTTPException(404)
    if campaign.content.url is not None:
        return RedirectResponse(redirect_address(campaign.content.url))
    return view.page(
        "stories/public.html",
        title=campaign.title,
        story=campaign.content,
        address=view.request.url.path,
    )
