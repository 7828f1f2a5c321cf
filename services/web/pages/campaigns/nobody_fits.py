"""Why a campaign asks nobody, and what can be done about it."""

from __future__ import annotations

from services.campaigns.store.audience import Sizes
from services.campaigns.store.campaigns import Campaign
from services.events.incoming import StoryApproved
from services.language import LANGUAGES, primary_language
from services.message import label
from services.voice import unsaid
from services.web.messages import language_name
from services.web.view import View

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
