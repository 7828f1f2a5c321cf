"""Everything about a campaign that does not depend on the person, prepared once a language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from services.domain.voice.angles import AUTHOR, Angle, angles_of
from services.domain.voice.block_list import BlockList
from services.domain.voice.facts import OWN, Fact, Facts, extract_facts
from services.domain.voice.pairing import Pairing
from services.domain.voice.plain_text import paragraphs
from services.domain.voice.post_templates import Clause, Pool, PostTemplates
from services.domain.voice.quotation import Wrapper, quoting
from services.domain.voice.request import Content
from services.domain.voice.selection import largest_prime, shuffled, taking_turns
from services.domain.voice.subject import (
    author_of,
    content_id,
    hashtags_of,
    place_of,
    title_of,
    topics_of,
)
from services.domain.voice.support import Sources
from services.domain.voice.terms import Term, arrangements, vacancy_terms
from services.domain.voice.told_in import primary_language
from services.events.incoming import StoryApproved

#: With fewer very short facts than this, X takes longer ones too.
_ENOUGH_BRIEF = 4
#: With fewer sentences that do not say "I", those that do are quoted too.
_ENOUGH_SENTENCES = 6
#: How far the ends of questions move from one angle to the next.
_ASK_STEP = -3

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

    ``lead`` is for X: a short wrapper and a short fact in one sentence. On LinkedIn ``quote`` holds
    one sentence and ``passage`` two; ``again`` is a second quotation for those who write at length.
    """

    name: str
    prompts: tuple[str, ...]
    hook: Sentence
    ask: Sentence
    more: Sentence
    disclosures: Pool
    short_disclosures: Pool
    lead: Pairing[Wrapper, Fact]
    quote: Pairing[Wrapper, Fact]
    passage: Pairing[Wrapper, Fact]
    again: Pairing[Wrapper, Fact]

    @property
    def turns(self) -> int:
        """How many people it has before a quotation, or two clauses in one text, come again."""
        codes = min(self.hook.prime, self.ask.prime) ** 2
        return min(self.quote.size or codes, codes)


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignPlan:
    """What all drafts of one campaign in one language share.

    ``lap`` deals the angles out, each with its turn, so that one with more to quote comes oftener; then
    the next lap begins. ``authors`` is how its author shares a story; None where there is no author. ``foreign`` says
    that the content is in another language, so that nothing of it is quoted, ``sentences`` how many
    may be.
    """

    kind: str
    language: str
    foreign: bool
    sentences: int
    title: str
    author: str
    topics: tuple[str, ...]
    place: str
    angles: tuple[AnglePlan, ...]
    lap: tuple[tuple[AnglePlan, int], ...]
    authors: AnglePlan | None
    summary: Pairing[Clause, tuple[Term, ...]]
    emoji: tuple[str, ...]
    hashtags: tuple[str, ...]
    keywords: frozenset[str]
    sources: Sources


class Planner:
    """Prepares one campaign in one language. Equal arguments give equal plans on any machine.

    A topic with a word of ``blocked`` is not named.
    """

    def __init__(
        self,
        content: Content,
        *,
        language: str,
        seed: int,
        templates: PostTemplates,
        blocked: BlockList,
    ) -> None:
        self._blocked = blocked
        self._content = content
        self._language = language
        self._templates = templates
        self._kind = "story" if isinstance(content, StoryApproved) else "vacancy"
        self._order = (seed, content_id(content), language)
        # Sentences in another language are not mixed in: title and terms carry such a post.
        self._foreign = primary_language(content.language) != language
        self._all = Facts() if self._foreign else extract_facts(content)
        self._facts = _for_colleagues(self._all)
        # In a story told by an "I", colleagues quote its author by name.
        told = len(self._all.sentences) > len(self._facts.sentences) < _ENOUGH_SENTENCES
        self._by_name = told and bool(author_of(content))
        if self._by_name:
            self._facts = self._all
        self._joints = tuple(clause.source for clause in self._pool("shared", "joint"))
        self._met: set[tuple[str, int]] = set()

    def plan(self) -> CampaignPlan:
        content, kind, language = self._content, self._kind, self._language
        story = isinstance(content, StoryApproved)
        terms = () if isinstance(content, StoryApproved) else vacancy_terms(content, language)
        topics = content.topics if isinstance(content, StoryApproved) else content.crafts
        names = self._templates.names(language, kind)
        angles = [
            angle for angle in angles_of(kind, names) if angle.possible(self._facts.sentences)
        ]
        plans = tuple(self._angle(angle, place, len(angles)) for place, angle in enumerate(angles))
        turns = taking_turns([angle.turns for angle in plans])
        return CampaignPlan(
            kind=kind,
            language=language,
            foreign=self._foreign,
            sentences=len(self._facts.sentences),
            title=title_of(content),
            author=author_of(content),
            topics=self._allowed(topics_of(content)),
            place=place_of(content),
            angles=plans,
            lap=tuple((plans[angle], turn) for angle, turn in turns),
            authors=self._authors() if author_of(content) else None,
            summary=Pairing(
                wrappers=() if story else self._pool("vacancy/shared", "summary"),
                items=shuffled(arrangements(terms), *self._order),
            ),
            emoji=tuple(clause.source for clause in self._pool(f"{kind}/shared", "emoji")),
            hashtags=hashtags_of(self._allowed(topics)),
            keywords=frozenset(topic.casefold() for topic in topics),
            sources=self._sources(terms),
        )

    def _allowed(self, topics: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(topic for topic in topics if not self._blocked.found_in(topic))

    def _pool(self, file: str, section: str) -> Pool:
        pool = self._templates.pool(self._language, file, section)
        return shuffled(pool, *self._order, file, section)

    def _prompts(self, file: str) -> tuple[str, ...]:
        pool = self._templates.pool(self._language, file, "prompts")
        return tuple(clause.source for clause in pool)

    def _angle(self, angle: Angle, place: int, count: int) -> AnglePlan:
        file, shared = f"{self._kind}/{angle.name}", f"{self._kind}/shared"

        def rotated(section: str, step: int, file: str = shared) -> Pool:
            return _rotated(self._pool(file, section), step * place)

        def dealt(section: str) -> Pool:
            # Each angle has wrappers of its own, so that angles need not agree on who quotes what.
            return self._pool("shared", section)[place::count]

        sentences = self._sentences_for(angle, place)
        first, turning = self._parted(self._facts.passages, angle)
        joints = _rotated(self._joints, 2 * place)
        again: Pool = ()
        if self._by_name:
            # What stands on X and on LinkedIn has to differ.
            named = self._pool("shared", "named")
            quotes, leads = named[::2][place::count], named[1::2][place::count]
        else:
            quotes, leads, again = dealt("quote"), self._leads(file, place, count), dealt("again")
        return AnglePlan(
            name=angle.name,
            prompts=self._prompts(file),
            # Angles share what is rotated. With these steps no two of the first people in two
            # angles share two of the three.
            hook=Sentence.of(self._pool(file, "hook"), rotated("hook_back", 2)),
            ask=Sentence.of(self._pool(file, "ask"), rotated("ask_back", _ASK_STEP)),
            more=Sentence.of(self._pool("shared", "more_front"), self._pool("shared", "more_back")),
            disclosures=rotated("disclosure", -4, "shared"),
            short_disclosures=rotated("disclosure_short", -4, "shared"),
            lead=quoting(
                leads,
                joints,
                _for_x(sentences),
                # A post on X is short: one wrapped quotation in common would be too much.
                uses=1,
            ),
            quote=quoting(quotes, joints, sentences),
            passage=quoting(
                _closing(quotes), joints, _weighty_first(first + _rotated(turning, place))
            ),
            again=quoting(again, joints, sentences[::-1]),
        )

    def _leads(self, file: str, place: int, count: int) -> Pool:
        """The angle's own, or its share of those that suit every angle."""
        own = self._templates.optional_pool(self._language, file, "lead")
        if own:
            return shuffled(own, *self._order, file, "lead")
        shared = self._templates.optional_pool(self._language, f"{self._kind}/shared", "lead")
        return shuffled(shared, *self._order, "lead")[place::count]

    def _authors(self) -> AnglePlan:
        """As the author tells it: what says "I" comes first."""
        file = f"story/{AUTHOR}"

        def own_first(facts: tuple[Fact, ...]) -> tuple[Fact, ...]:
            order = shuffled(facts, *self._order, file)
            return tuple(sorted(order, key=lambda fact: (OWN not in fact.kinds, -fact.weight)))

        sentences, joints = own_first(self._all.sentences), self._joints
        quotes, again = self._pool(file, "quote"), self._pool(file, "again")
        return AnglePlan(
            name=AUTHOR,
            prompts=self._prompts(file),
            hook=Sentence.of(self._pool(file, "hook"), self._pool(file, "hook_back")),
            ask=Sentence.of(self._pool(file, "ask"), self._pool("story/shared", "ask_back")),
            more=Sentence.of(self._pool(file, "more_front"), self._pool("shared", "more_back")),
            disclosures=self._pool("shared", "disclosure"),
            short_disclosures=self._pool("shared", "disclosure_short"),
            lead=quoting(quotes, joints, tuple(fact for fact in sentences if fact.short)),
            quote=quoting(quotes, joints, sentences),
            passage=quoting(_closing(quotes), joints, own_first(self._all.passages)),
            again=quoting(again, joints, sentences[::-1]),
        )

    def _sentences_for(self, angle: Angle, place: int) -> tuple[Fact, ...]:
        """In the order in which few meet the same end of a question again on X."""
        ends = len(self._templates.pool(self._language, f"{self._kind}/shared", "ask_back"))

        def meetings(facts: tuple[Fact, ...]) -> set[tuple[str, int]]:
            short = _for_x(facts)
            turns = range(ends if short else 0)
            return {(short[t % len(short)].source, (t + _ASK_STEP * place) % ends) for t in turns}

        first, turning = self._parted(self._facts.sentences, angle)
        turns = range(max(1, len(self._facts.sentences)))
        orders = [_weighty_first(first + _rotated(turning, turn)) for turn in turns]
        best = min(orders, key=lambda order: len(meetings(order) & self._met))
        self._met |= meetings(best)
        return best

    def _parted(
        self, facts: tuple[Fact, ...], angle: Angle
    ) -> tuple[tuple[Fact, ...], tuple[Fact, ...]]:
        """The facts that come first, and those that take turns after them.

        First come those that fit; an angle that claims something about its facts has no others.
        """
        fitting, others = (
            shuffled(
                [f for f in facts if angle.takes(f) and angle.fits(f) is fits],
                *self._order,
                angle.name,
            )
            for fits in (True, False)
        )
        return ((), fitting) if angle.requires else (fitting, others)

    def _sources(self, terms: tuple[Term, ...]) -> Sources:
        content = self._content
        texts = [content.title, title_of(content), author_of(content)]
        if isinstance(content, StoryApproved):
            texts += [*content.topics, *paragraphs(content.body)]
        else:
            texts += [*content.crafts, *paragraphs(content.description)]
            texts += paragraphs(content.challenge or "")
            texts += [content.team or "", content.location or ""]
        texts += [fact.source for fact in (*self._all.sentences, *self._all.passages)]
        texts += [term.text for term in terms]
        return Sources([*texts, self._templates.organisation])


def _rotated(pool: tuple[T, ...], places: int) -> tuple[T, ...]:
    start = places % len(pool) if pool else 0
    return pool[start:] + pool[:start]


def _weighty_first(facts: tuple[Fact, ...]) -> tuple[Fact, ...]:
    """A minor fact comes after the others, and first as a second quotation."""
    return tuple(sorted(facts, key=lambda fact: -fact.weight))


def _for_x(sentences: tuple[Fact, ...]) -> tuple[Fact, ...]:
    """The facts for X, where a long one would outweigh what is the person's own."""
    brief = tuple(fact for fact in sentences if fact.brief)
    return brief if len(brief) >= _ENOUGH_BRIEF else tuple(f for f in sentences if f.short)


def _closing(wrappers: Pool) -> Pool:
    """Those that end with their quotation."""
    return tuple(clause for clause in wrappers if clause.source.endswith("{{ quote }}"))


def _for_colleagues(facts: Facts) -> Facts:
    """Without what says "I"."""
    sentences, passages = (
        tuple(fact for fact in some if OWN not in fact.kinds)
        for some in (facts.sentences, facts.passages)
    )
    return Facts(sentences=sentences, passages=passages)
