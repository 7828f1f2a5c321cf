"""The request to the composer, and its answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from services.errors import Rejected
from services.events.incoming import StoryApproved, VacancyOpened
from services.language import Language
from services.people.rules.ambassador import Ambassador

if TYPE_CHECKING:
    from services.voice.writing.relations import Cast, Relation

Content = StoryApproved | VacancyOpened


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftRequest:
    """One draft for one person on one network.

    ``rank`` is the ambassador's place in the campaign's audience, from 0: it fixes their turn in the
    deal of passages and layouts, so that partitions can compose independently of each other. ``link`` is
    the short link in the text. ``variant`` is the turn to begin with. ``wants_text``: they asked for a
    text instead of answering the question. With an ``answer`` the post is built around it; one that is
    unclear to a stranger leads to a question first, unless it is taken ``as_it_is``. ``cast`` None: only
    this person is known. ``as_if``: for a trial, the relation to use instead of the actual one.
    """

    campaign_id: str
    content: Content
    ambassador: Ambassador
    network: str
    rank: int
    seed: int
    link: str
    variant: int = 0
    wants_text: bool = False
    answer: str = ""
    as_it_is: bool = False
    cast: Cast | None = None
    as_if: Relation | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A checked text and the question beside it; without a text, the question alone.

    ``passage`` is the number of its passage, -1 for none, and ``layout`` the name of its layout.
    ``why`` is the reason for no text: ``capacity``, ``thin``, ``language``, ``words``, ``length``,
    ``asked`` where a question comes first, or ``unclear`` for an answer that is unclear to a stranger.
    ``overlap`` is the highest found with any other text the guard holds. ``recipe`` is JSON-ready
    and answers "why this text?".
    """

    network: str
    language: Language
    text: str
    relation: str
    layout: str
    passage: int
    questions: tuple[str, ...]
    seed: int
    overlap: float
    why: str = ""
    aside: str = field(default="", repr=False)
    recipe: dict[str, Any] = field(repr=False)

    @property
    def question(self) -> str:
        return self.questions[0]


class NoDraft(Rejected):
    """No text could be made that keeps every promise; the message is one sentence that says why."""
