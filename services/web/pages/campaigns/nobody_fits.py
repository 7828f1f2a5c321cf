"""Why a campaign asks nobody, and what can be done about it."""

from __future__ import annotations

from services.campaigns.store.audience import Sizes
from services.campaigns.store.campaigns import Campaign
from services.events.incoming import StoryApproved
from services.voice import unsaid
from services.web.messages import LANGUAGES, language_name
from services.web.view import View


def why_nobody(view: View, campaign: Campaign, sizes: Sizes) -> str:
    """In one or two sentences; empty while there is somebody on the campaign's list."""
    if sizes.proposed or sizes.asked or sizes.removed:
        return ""
    content, words = campaign.content, view.messages
    language = language_name(content.language, language=words.language)
    written = content.language[:2].casefold() in LANGUAGES
    if isinstance(content, StoryApproved) and not written:
        return words.text("audience.nobody_because.not_written", language=language)
    if refusal := unsaid(content):
        return view.fault(refusal)
    if isinstance(content, StoryApproved):
        return words.text("audience.nobody_because.language", language=language)
    return words.text("audience.nobody_because.work", language=language)
