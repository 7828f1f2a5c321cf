"""Everything about a campaign that does not depend on the person, prepared once."""

from __future__ import annotations

import re
import unicodedata
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
from services.domain.voice.plain_text import paragraphs, phrase
from services.domain.voice.post_templates import Clause, Pool, PostTemplates
from services.domain.voice.request import Content
from services.domain.voice.selection import largest_prime, shuffled
from services.domain.voice.support import Sources
from services.events.incoming import StoryApproved

_PERSON_SUFFIX = re.compile(
    r"\s*[(\[](?:m|v|x|w|f|d|man|vrouw)(?:\s?/\s?\w+){1,3}[)\]]", re.IGNORECASE
)
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_TITLE_QUOTES = str.maketrans({"“": "‘", "”": "’", '"': "’", "„": "‘", "«": "‘", "»": "’"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """Two pools that make one sentence: any front goes with any back."""

    front: Pool
    back: Pool
    prime: int

    @classmethod
    def of(cls, front: Pool, back: Pool, *key: object) -> Sentence:
        """Shuffled by ``key``, cut to the largest prime that both can fill."""
        prime = largest_prime(min(len(front), len(back)))
        return cls(
            front=shuffled(front, *key, "front")[:prime],
            back=shuffled(back, *key, "back")[:prime],
            prime=prime,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AnglePlan:
    """One angle's clauses and facts for one campaign in one language."""

    name: str
    prompts: tuple[str, ...]
    hook: Sentence
    ask: Sentence
    #: For X: a short wrapper and a short fact in one sentence.
    lead: Pairing[Clause, Fact]
    #: For LinkedIn: a quotation, and a second one for those who write at length.
    quote: Pairing[Clause, Fact]
    again: Pairing[Clause, Fact]


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignPlan:
    """What all drafts of one campaign in one language share."""

    kind: str
    language: str
    title: str
    #: The language of the content when it is another than the text's, else empty.
    foreign: bool
    author: str
    angles: tuple[AnglePlan, ...]
    reflection: Sentence
    more: Sentence
    summary: Pairing[Clause, tuple[Term, ...]]
    disclosures: Pool
    emoji: tuple[str, ...]
    hashtags: tuple[str, ...]
    keywords: frozenset[str]
    sources: Sources


def plan_campaign(
    content: Content, *, language: str, seed: int, templates: PostTemplates
) -> CampaignPlan:
    """Prepare a campaign. Equal arguments give an equal plan on any machine."""
    kind = "story" if isinstance(content, StoryApproved) else "vacancy"
    foreign = primary_language(content.language) != language
    facts = () if foreign else extract_facts(content)
    terms = () if isinstance(content, StoryApproved) else vacancy_terms(content, language)
    topics = content.topics if isinstance(content, StoryApproved) else content.crafts
    key = (seed, _content_id(content), language)

    def pool(name: str, section: str) -> Pool:
        return templates.pool(language, name, section)

    def shared(section: str) -> Pool:
        return pool(f"{kind}/shared", section)

    angles = [angle for angle in ANGLES[kind] if angle.possible(facts)]
    summary: Pairing[Clause, tuple[Term, ...]] = Pairing(
        wrappers=shuffled(shared("summary"), *key) if kind == "vacancy" else (),
        preferred=shuffled(arrangements(terms), *key, "terms"),
    )
    return CampaignPlan(
        kind=kind,
        language=language,
        title=_title(content),
        foreign=foreign,
        author=_author(content),
        angles=tuple(
            _plan_angle(angle, place, len(angles), facts, kind, key, templates)
            for place, angle in enumerate(angles)
        ),
        reflection=Sentence.of(
            pool("shared", "reflection_front"),
            pool("shared", "reflection_back"),
            *key,
            "reflection",
        ),
        more=Sentence.of(pool("shared", "more_front"), pool("shared", "more_back"), *key, "more"),
        summary=summary,
        disclosures=shuffled(pool("shared", "disclosure"), *key, "disclosure"),
        emoji=tuple(clause.source for clause in shared("emoji")),
        hashtags=_hashtags(topics),
        keywords=frozenset(topic.casefold() for topic in topics),
        sources=_sources(content, facts, terms, templates.organisation),
    )


def _plan_angle(
    angle: Angle,
    place: int,
    of: int,
    facts: tuple[Fact, ...],
    kind: str,
    campaign: tuple[object, ...],
    templates: PostTemplates,
) -> AnglePlan:
    language = str(campaign[-1])
    key = (*campaign, kind, angle.name)

    name = f"{kind}/{angle.name}"

    def own(section: str) -> Pool:
        return templates.pool(language, name, section)

    def dealt(section: str) -> Pool:
        # Each angle gets wrappers of its own, so that angles need not agree on who quotes what.
        return shuffled(templates.pool(language, "shared", section), *campaign)[place::of]

    fitting = shuffled([fact for fact in facts if angle.fits(fact)], *key)
    others = shuffled([fact for fact in facts if not angle.fits(fact)], *key)
    kind_shared = f"{kind}/shared"
    return AnglePlan(
        name=angle.name,
        prompts=tuple(clause.source for clause in own("prompts")),
        hook=Sentence.of(
            own("hook"), templates.pool(language, kind_shared, "hook_back"), *key, "hook"
        ),
        ask=Sentence.of(own("ask"), templates.pool(language, kind_shared, "ask_back"), *key, "ask"),
        lead=Pairing(
            wrappers=shuffled(templates.optional_pool(language, name, "lead"), *key, "lead"),
            preferred=tuple(fact for fact in fitting if fact.short),
            others=() if angle.requires else tuple(fact for fact in others if fact.short),
        ),
        quote=Pairing(wrappers=dealt("quote"), preferred=fitting, others=others),
        again=Pairing(wrappers=dealt("again"), preferred=others[::-1], others=fitting[::-1]),
    )


def _content_id(content: Content) -> str:
    return content.story_id if isinstance(content, StoryApproved) else content.vacancy_id


def _title(content: Content) -> str:
    title = _PERSON_SUFFIX.sub("", phrase(content.title)).translate(_TITLE_QUOTES).rstrip(" .:;,")
    letters = [letter for letter in title if letter.isalpha()]
    if len(letters) > 8 and sum(map(str.isupper, letters)) * 2 > len(letters):
        title = title.capitalize()
    title = re.sub(r"!+", "", title).strip()
    # A title in Hebrew or Arabic must not turn the punctuation around it (Unicode Annex 9).
    return f"\u2068{title}\u2069" if _RIGHT_TO_LEFT.search(title) else title


def _author(content: Content) -> str:
    if not isinstance(content, StoryApproved) or content.author is None:
        return ""
    name = phrase(content.author.name, 60)
    return name if name.replace(" ", "").replace("-", "").replace(".", "").isalpha() else ""


def _hashtags(topics: tuple[str, ...]) -> tuple[str, ...]:
    """``duurzame energie`` becomes ``#DuurzameEnergie``; what cannot be a hashtag is left out."""
    tags: dict[str, str] = {}
    for topic in topics:
        words = re.findall(r"[^\W_]+", unicodedata.normalize("NFC", phrase(topic, 40)))
        tag = words[0] if len(words) == 1 else "".join(w[:1].upper() + w[1:] for w in words)
        if 2 <= len(tag) <= 30 and not tag.isdigit() and not _RIGHT_TO_LEFT.search(tag):
            tags.setdefault(tag.casefold(), f"#{tag}")
    return tuple(tags.values())


def _sources(
    content: Content, facts: tuple[Fact, ...], terms: tuple[Term, ...], organisation: str
) -> Sources:
    body = content.body if isinstance(content, StoryApproved) else content.description
    fields = [content.title, _title(content), organisation, _author(content), *paragraphs(body)]
    if not isinstance(content, StoryApproved):
        fields += paragraphs(content.challenge or "")
        fields += [content.team or "", content.location or "", *content.crafts]
    else:
        fields += content.topics
    return Sources.of([*fields, *(fact.source for fact in facts), *(term.text for term in terms)])
