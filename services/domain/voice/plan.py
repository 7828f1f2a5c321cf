"""Everything about a campaign that does not depend on the person, prepared once a language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from services.domain.voice.angles import Angle, angles_of
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
#: How far the ends of questions move from one angle to the next, and how many there are.
_ASK_STEP, _CLOSE = -3, 17

T = TypeVar("T")


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
    disclosures: Pool
    short_disclosures: Pool
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
        self._met: set[tuple[Fact, int]] = set()

    def plan(self) -> CampaignPlan:
        content, kind, language = self._content, self._kind, self._language
        story = isinstance(content, StoryApproved)
        terms = () if isinstance(content, StoryApproved) else vacancy_terms(content, language)
        topics = content.topics if isinstance(content, StoryApproved) else content.crafts
        names = self._templates.names(language, kind)
        angles = [angle for angle in angles_of(kind, names) if angle.possible(self._facts)]
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

        def rotated(section: str, step: int, file: str = shared) -> Pool:
            return _rotated(self._pool(file, section), step * place)

        def dealt(section: str) -> Pool:
            # Each angle has wrappers of its own, so that angles need not agree on who quotes what.
            return self._pool("shared", section)[place::count]

        facts = self._facts_for(angle, place)
        prompts = self._templates.pool(self._language, file, "prompts")
        leads = self._templates.optional_pool(self._language, file, "lead")
        return AnglePlan(
            name=angle.name,
            prompts=tuple(clause.source for clause in prompts),
            # Angles share what is rotated. With these steps no two of the first people in two
            # angles share two of the three.
            hook=Sentence.of(self._pool(file, "hook"), rotated("hook_back", 2)),
            ask=Sentence.of(self._pool(file, "ask"), rotated("ask_back", _ASK_STEP)),
            disclosures=rotated("disclosure", -4, "shared"),
            short_disclosures=rotated("disclosure_short", -4, "shared"),
            lead=Pairing(
                wrappers=shuffled(leads, *self._order, file, "lead"),
                # A post on X is short: one wrapped quotation in common would be too much.
                uses=1,
                items=_for_x(facts, angle),
            ),
            quote=Pairing(wrappers=dealt("quote"), items=facts),
            again=Pairing(wrappers=dealt("again"), items=facts[::-1]),
        )

    def _facts_for(self, angle: Angle, place: int) -> tuple[Fact, ...]:
        """Fitting facts first, the others so that few meet the same end of a question again."""
        fitting, others = (
            shuffled([f for f in self._facts if angle.fits(f) is fits], *self._order, angle.name)
            for fits in (True, False)
        )

        def meetings(facts: tuple[Fact, ...]) -> set[tuple[Fact, int]]:
            quoted = _for_x(facts, angle)
            turns = range(_CLOSE if quoted else 0)
            return {(quoted[t % len(quoted)], (t + _ASK_STEP * place) % _CLOSE) for t in turns}

        orders = [fitting + _rotated(others, turn) for turn in range(max(1, len(others)))]
        best = min(orders, key=lambda facts: len(meetings(facts) & self._met))
        self._met |= meetings(best)
        return best

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


def _rotated(pool: tuple[T, ...], places: int) -> tuple[T, ...]:
    start = places % len(pool) if pool else 0
    return pool[start:] + pool[:start]


def _for_x(facts: tuple[Fact, ...], angle: Angle) -> tuple[Fact, ...]:
    """The facts for X, where a long one would outweigh what is the person's own."""
    if angle.requires:
        return tuple(fact for fact in facts if fact.short and angle.fits(fact))
    brief = tuple(fact for fact in facts if fact.brief)
    return brief if len(brief) >= _ENOUGH_BRIEF else tuple(fact for fact in facts if fact.short)
