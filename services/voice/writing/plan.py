"""The parts of a source that every post about it uses, read once: passages, facts, names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from services.events.incoming import StoryApproved
from services.language import LANGUAGES, Language, primary_language
from services.language.patterns import any_of, words_pattern
from services.voice.checking.block_list import BlockList
from services.voice.checking.support import Sources
from services.voice.language.words import akin, content_words, split_sentences
from services.voice.passages import Passage, Passages, SourceText, find_passages
from services.voice.passages.people import People
from services.voice.vocabulary import GRAMMAR, phrases_of, plain_words, vocabulary
from services.voice.writing.dealing import shuffled
from services.voice.writing.post_templates import Pool, PostTemplates
from services.voice.writing.questions import questions_of
from services.voice.writing.relations import RELATIONS, Relation, Scene, own_names
from services.voice.writing.request import Content
from services.voice.writing.subject import facts_of, hashtags_of, named_job, said_job

_ENDS = (".", "?", "!", "…", "”", "’", ")")
_FULL = 80
_WE = words_pattern(GRAMMAR.we | GRAMMAR.us)
_OURS = words_pattern(GRAMMAR.we_or_ours)
#: "Stond vijf uur stil": what no list of phrases holds.
_STOOD_STILL = re.compile(
    "|".join(filter(None, (phrases_of(each).stood_still for each in LANGUAGES))), re.IGNORECASE
)
#: The word behind "in" or "at", as in "at Portlough Airport".
_IN_PLACE = re.compile(rf"\b(?:{any_of(GRAMMAR.in_place)}) ([^\W\d_a-z][\w'’-]+)")
#: Says that somebody is sought.
_SOUGHT = words_pattern(GRAMMAR.sought)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """The passage of this ``number`` as posts use it: its ``text`` ends with a mark.

    ``names`` are its words with a capital, possibly names of people. ``is_told``: long enough for a post
    without own words of its person, with two sentences or a full one. ``is_ours``: it names the employer,
    or says "we" or "our". ``is_bad``: it is bad news.
    """

    number: int
    passage: Passage
    text: str
    names: frozenset[str]
    says_we: bool
    is_told: bool
    is_ours: bool
    is_bad: bool


@dataclass(frozen=True, kw_only=True)
class Plan:
    """``found`` is empty where the text is in another language than its source.

    ``spoken`` are the passages that are dealt: none with a word that is not used, or that says once more
    what a vacancy is. ``persons`` are words that begin a name in the source: "Ineke" of "Ineke Verhulst".
    """

    content: Content
    language: Language
    kind: str
    found: Passages
    foreign: bool
    scene: Scene
    a_job: str
    facts: str
    hashtags: tuple[str, ...]
    layouts: Mapping[Relation, Pool]
    sources: Sources
    spoken: tuple[Spoken, ...]
    persons: frozenset[str]

    def questions(self, relation: Relation, number: int, *, polite: bool) -> tuple[str, ...]:
        """The questions about the passage of this number."""
        passage = self.found.chosen[number] if number >= 0 else None
        return questions_of(
            self.language, self.kind, relation, passage, title=self.scene.title, polite=polite
        )


def plan_of(
    content: Content,
    *,
    language: Language,
    seed: int,
    templates: PostTemplates,
    blocked: BlockList,
) -> Plan:
    is_story = isinstance(content, StoryApproved)
    kind = "story" if is_story else "vacancy"
    foreign = primary_language(content.language) != language
    text = SourceText(content)
    found = Passages(lacking="other_language") if foreign else find_passages(text)
    topics = content.topics if isinstance(content, StoryApproved) else content.crafts
    scene, facts, employer = Scene.of(text), facts_of(content, language), templates.organisation
    spoken_parts = [
        part for each in (*found.chosen, *found.withheld) for part in (each.text, each.speaker)
    ]
    return Plan(
        content=content,
        language=language,
        kind=kind,
        found=found,
        foreign=foreign,
        scene=scene,
        a_job=_sought(content, scene.title, language),
        facts=facts,
        hashtags=hashtags_of(topics),
        layouts={
            relation: shuffled(templates.layouts(language, kind, relation), seed, relation)
            for relation in RELATIONS[kind]
        },
        sources=Sources(
            [*text.everything, scene.title, scene.author, facts, employer, *spoken_parts]
        ),
        spoken=tuple(
            _spoken(number, each, language, employer, is_story=is_story)
            for number, each in enumerate(found.chosen)
            if not blocked.found_in(each.text)
            and (is_story or not _says_again(each.text, scene.title, language))
        ),
        persons=_persons(text, language),
    )


def _spoken(
    number: int, passage: Passage, language: Language, employer: str, *, is_story: bool
) -> Spoken:
    text, setbacks = passage.text, vocabulary(language)["setbacks"]
    bad = setbacks.within(plain_words(text)) or _STOOD_STILL.search(text)
    named = (word for word in text.split() if word[:1].isupper() or not word[:1].isalnum())
    return Spoken(
        number=number,
        passage=passage,
        text=text if text.endswith(_ENDS) else text.rstrip(":;,") + ".",
        names=own_names(" ".join(named)),
        says_we=_WE.search(text) is not None,
        is_told=len(text) >= _FULL or len(split_sentences(text)) > 1,
        is_ours=bool(_OURS.search(text)) or employer.casefold() in text.casefold(),
        is_bad=is_story and bool(bad),
    )


def _sought(content: Content, title: str, language: Language) -> str:
    """The words after "we're looking for"; a job that does not fit into a sentence follows a colon."""
    if isinstance(content, StoryApproved):
        return ""
    said = said_job(title, language, content.location or "")
    return said or (f"{phrases_of(language).a_colleague}: {named_job(title)}" if title else "")


def _says_again(text: str, title: str, language: Language) -> bool:
    """Whether a passage says that the job is vacant, as every post does."""
    said = content_words(text, language)
    return bool(_SOUGHT.search(text)) and any(
        akin(each, said) for each in content_words(title, language)
    )


def _persons(text: SourceText, language: Language) -> frozenset[str]:
    """The first words of names, those of places aside: "in Haverbeek"."""
    people = People((), "", vocabulary(language))
    whole = "\n".join(each.text for each in text.prose.paragraphs)
    places = frozenset(_IN_PLACE.findall(whole))
    return frozenset(name.split(" ")[0] for name in people.names_in(whole)) - places
