"""What the composer is asked for and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from services.domain.ambassador import Ambassador, Language
from services.errors import Rejected
from services.events.incoming import StoryApproved, VacancyOpened

Content = StoryApproved | VacancyOpened


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftRequest:
    """One draft for one person on one network.

    ``rank`` is the ambassador's place in the campaign's audience, from 0: it selects combinations
    that no other rank gets, so that partitions can compose without asking each other. ``link`` is
    the short link that stands in the text. ``variant`` 0, 1, 2 are three different suggestions.
    """

    campaign_id: str
    content: Content
    ambassador: Ambassador
    network: str
    rank: int
    seed: int
    link: str
    variant: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A checked text. ``overlap`` is the highest found with any other text the guard holds.

    ``recipe`` is JSON-ready and answers "why this text?": facts with their source sentence,
    clauses by place, template version, rank, seed.
    """

    network: str
    language: Language
    text: str
    angle: str
    seed: int
    overlap: float
    template: str
    template_version: str
    recipe: dict[str, Any]


class NoDraft(Rejected):
    """No text could be made that keeps every promise; the message is one sentence that says why."""


class HoldsWord(NoDraft):
    """The text holds a word that it may not; another variant may do without it."""


class TooAlike(NoDraft):
    """This wording stands too close to another text; another variant may not."""
