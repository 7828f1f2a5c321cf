"""Marketing's pages: approve a story, follow its campaign."""

from __future__ import annotations

import asyncio
import secrets

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response

from services.errors import Rejected
from services.events.incoming import StoryApproved
from services.identity import derive_id
from services.posts.finish_campaign import end_story
from services.web.access import MarketingView
from services.web.pages.campaigns import launch_form
from services.web.pages.campaigns.campaign_page import show_campaign, waiting_since
from services.web.pages.campaigns.event_forms import (
    Filled,
    check,
    in_its_language,
    lines,
    read_fields,
    state_event,
    words,
)
from services.web.pages.campaigns.launch_form import read_plan
from services.web.pages.figures.campaign_figures import read_recent
from services.web.pages.posts.remarks import remarks_on_content
from services.web.view import View

router = APIRouter(prefix="/stories")

SOURCE = "/zwaan/marketing"

_FIELDS = ("title", "body", "language", "url", "author", "topics", "passages")


@router.get("")
async def stories(view: MarketingView) -> Response:
    async with view.parts.database.read() as transaction:
        found = await read_recent(transaction, kind="story")
    return view.page("stories/stories.html", campaigns=found)


@router.get("/new")
async def new(view: MarketingView) -> Response:
    fields = dict.fromkeys(_FIELDS, "") | {"language": view.messages.language}
    fields |= launch_form.PROPOSED
    return _form(view, Filled(fields=fields, faults={}, data=None))


@router.post("/new")
async def approve_story(view: MarketingView) -> Response:
    """State ``story.approved``; the campaign follows from the event."""
    filled, plan = await _read_form(view), await read_plan(view)
    if filled.data is None:
        return _form(view, filled, status=422)
    campaign_id = derive_id("campaign", "story", filled.data.story_id)
    await state_event(
        view,
        source=SOURCE,
        name="story.approved",
        data=filled.data,
        campaign_id=campaign_id,
        extensions=plan.as_extensions(),
    )
    return view.go(f"/stories/{campaign_id}/campaign?opened={waiting_since(view)}")


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
    try:
        async with view.parts.database.write() as transaction:
            await end_story(transaction, campaign_id, actor=view.me.id, now=view.now)
    except Rejected as refusal:
        raise HTTPException(404) from refusal
    return view.go(f"/stories/{campaign_id}/campaign")


async def _read_form(view: View) -> Filled[StoryApproved]:
    form = await read_fields(view, (*_FIELDS, *launch_form.FIELDS))
    fields = {name: form[name] for name in _FIELDS}
    data = fields | {
        "story_id": f"zwaan-{secrets.token_hex(6)}",
        "topics": words(fields["topics"]),
        "passages": lines(fields["passages"]),
        "author": {"name": fields["author"]} if fields["author"] else None,
        "approved_by": view.me.name,
        "approved_at": view.now,
    }
    return in_its_language(check(StoryApproved, form, data, view.messages, {}), view.messages)


def _form(view: View, filled: Filled[StoryApproved], *, status: int = 200) -> Response:
    return view.page(
        "stories/new.html",
        status=status,
        fields=filled.fields,
        faults={**dict.fromkeys(_FIELDS, ""), **filled.faults},
        wrong=len(filled.faults),
        widen_after=launch_form.WIDEN_AFTER_HOURS,
    )
