"""Everything about a campaign that does not depend on the person, prepared once a language."""

from __future__ import annotations

from dataclasses import dataclass

from services.domain.voice.angles import ANGLES, Angle
from services.domain.voice.facts import (
    Fact,
    Term,
    arrangements,
    extract_facts,
    primary_language,
    vacancy_terms,
)
from services.domain.voice.pairing import Pairing
from services.domain.voice.plain_text import paragraphs
from services.domain.voice.post_templates import Clause, Pool, PostTemplates
from services.domain.voice.request import Content
from services.domain.voice.selection import largest_prime, shuffled
from services.domain.voice.subject import author_of, content_id, hashtags_of, title_of
from services.domain.voice.support import Sources
from services.events.incoming import StoryApproved

#: With fewer very short facts than this, X takes longer ones too.
_ENOUGH_BRIEF = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """Two pools that make one sentence: any front goes with any back."""

    front: Pool
    back: Pool
    prime: int

    @classmethod
    def of(cls, front: Pool, back: Pool) -> Sentence:
        """Both cut to the largest prime that both can fill."""
        prime = largest_prime(min(len(front), len(back)))
        return cls(front=front[:prime], back=back[:prime], prime=prime)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnglePlan:
    """One angle's clauses and facts for one campaign in one language.

    ``lead`` is for X: a short wrapper and a short fact in one sentence. ``quote`` is for LinkedIn,
    and ``again`` a second quotation for those who write at length.
    """

    name: str
    prompts: tuple[str, ...]
    hook: Sentence
    ask: Sentence
    lead: Pairing[Clause, Fact]
    quote: Pairing[Clause, Fact]
    again: Pairing[Clause, Fact]


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignPlan:
    """What all drafts of one campaign in one language share."""

    kind: str
    language: str
    title: str
    author: str
    angles: tuple[AnglePlan, ...]
    reflection: Sentence
    more: Sentence
    summary: Pairing[Clause, tuple[Term, ...]]
    disclosures: Pool
    short_disclosures: Pool
    emoji: tuple[str, ...]
    hashtags: tuple[str, ...]
    keywords: frozenset[str]
    sources: Sources


class Planner:
    """Prepares one campaign in one language. Equal arguments give equal plans on any machine."""

    def __init__(
        self, content: Content, *, language: str, seed: int, templates: PostTemplates
    ) -> None:
        self._content = content
        self._language = language
        self._templates = templates
        self._kind = "story" if isinstance(content, StoryApproved) else "vacancy"
        self._order = (seed, content_id(content), language)
        # Sentences in another language are not mixed in: title and terms carry such a post.
        foreign = primary_language(content.language) != language
        self._facts = () if foreign else extract_facts(content)

    def plan(self) -> CampaignPlan:
        content, kind, language = self._content, self._kind, self._language
        story = isinstance(content, StoryApproved)
        terms = () if isinstance(content, StoryApproved) else vacancy_terms(content, language)
        topics = content.topics if isinstance(content, StoryApproved) else content.crafts
        angles = [angle for angle in ANGLES[kind] if angle.possible(self._facts)]
        return CampaignPlan(
            kind=kind,
            language=language,
            title=title_of(content),
            author=author_of(content),
            angles=tuple(
                self._angle(angle, place, len(angles)) for place, angle in enumerate(angles)
            ),
            reflection=self._sentence("shared", "reflection"),
            more=self._sentence("shared", "more"),
            summary=Pairing(
                wrappers=() if story else self._pool("vacancy/shared", "summary"),
                items=shuffled(arrangements(terms), *self._order),
            ),
            disclosures=self._pool("shared", "disclosure"),
            short_disclosures=self._pool("shared", "disclosure_short"),
            emoji=tuple(clause.source for clause in self._pool(f"{kind}/shared", "emoji")),
            hashtags=hashtags_of(topics),
            keywords=frozenset(topic.casefold() for topic in topics),
            sources=self._sources(terms),
        )

    def _pool(self, file: str, section: str) -> Pool:
        pool = self._templates.pool(self._language, file, section)
        return shuffled(pool, *self._order, file, section)

    def _sentence(self, file: str, name: str) -> Sentence:
        return Sentence.of(self._pool(file, f"{name}_front"), self._pool(file, f"{name}_back"))

    def _angle(self, angle: Angle, place: int, count: int) -> AnglePlan:
        file, shared = f"{self._kind}/{angle.name}", f"{self._kind}/shared"

        def rotated(section: str, step: int) -> Pool:
            # Angles share these. Steps of opposite sign keep two angles from sharing both at once.
            pool = self._pool(shared, section)
            start = step * place % len(pool)
            return pool[start:] + pool[:start]

        def dealt(section: str) -> Pool:
            # Each angle has wrappers of its own, so that angles need not agree on who quotes what.
            return self._pool("shared", section)[place::count]

        fitting = self._shuffled_facts(angle, fits=True)
        every = fitting + self._shuffled_facts(angle, fits=False)
        prompts = self._templates.pool(self._language, file, "prompts")
        leads = self._templates.optional_pool(self._language, file, "lead")
        return AnglePlan(
            name=angle.name,
            prompts=tuple(clause.source for clause in prompts),
            hook=Sentence.of(self._pool(file, "hook"), rotated("hook_back", 2)),
            ask=Sentence.of(self._pool(file, "ask"), rotated("ask_back", -3)),
            lead=Pairing(
                wrappers=shuffled(leads, *self._order, file, "lead"),
                # A post on X is short: one wrapped quotation in common would be too much.
                uses=1,
                items=_short(fitting if angle.requires else every, angle),
            ),
            quote=Pairing(wrappers=dealt("quote"), items=every),
            again=Pairing(wrappers=dealt("again"), items=every[::-1]),
        )

    def _shuffled_facts(self, angle: Angle, *, fits: bool) -> tuple[Fact, ...]:
        facts = [fact for fact in self._facts if angle.fits(fact) is fits]
        return shuffled(facts, *self._order, angle.name)

    def _sources(self, terms: tuple[Term, ...]) -> Sources:
        content = self._content
        texts = [content.title, title_of(content), author_of(content)]
        if isinstance(content, StoryApproved):
            texts += [*content.topics, *paragraphs(content.body)]
        else:
            texts += [*content.crafts, *paragraphs(content.description)]
            texts += paragraphs(content.challenge or "")
            texts += [content.team or "", content.location or ""]
        texts += [fact.source for fact in self._facts]
        texts += [term.text for term in terms]
        return Sources([*texts, self._templates.organisation])


def _short(facts: tuple[Fact, ...], angle: Angle) -> tuple[Fact, ...]:
    """The facts for X, where a long one would outweigh what is the person's own."""
    brief = tuple(fact for fact in facts if fact.brief)
    if len(brief) >= _ENOUGH_BRIEF and not angle.requires:
        return brief
    return tuple(fact for fact in facts if fact.short)
