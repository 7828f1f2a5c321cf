"""The parts of a source that every post about it uses, read once: passages, facts, names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from services.events.incoming import StoryApproved
from services.language import LANGUAGES, Language, primary_language
from services.language.patterns import any_of, words_pattern
from services.voice.checking.block_list import BlockList
from services.voice.checking.support import Sources
from services.voice.language.words import akin, split_sentences, telling
from services.voice.passages import Passage, Passages, SourceText, find_passages
from services.voice.passages.people import People
from services.voice.vocabulary import GRAMMAR, phrases_of, plain_words, vocabulary
from services.voice.writing.dealing import shuffled
from services.voice.writing.jobs import named_job, said_job
from services.voice.writing.post_templates import Pool, PostTemplates
from services.voice.writing.questions import questions_of
from services.voice.writing.relations import Relation, Scene, own_names, same_name
from services.voice.writing.request import Content
from services.voice.writing.subject import author_of, facts_of, hashtags_of, title_of

_ENDS = (".", "?", "!", "…", "”", "’", ")")
_FULL = 80
WE = words_pattern(GRAMMAR.we | GRAMMAR.us)
_OURS = words_pattern(GRAMMAR.we_or_ours)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """The passage of this ``number`` for one person's post. ``bad``: it is bad news."""

    number: int
    passage: Passage
    bad: bool = False

    def is_ours(self, employer: str) -> bool:
        """Whether the passage names the employer, or says "we" or "our"."""
        text = self.passage.text
        return bool(_OURS.search(text)) or employer.casefold() in text.casefold()

    @property
    def is_told(self) -> bool:
        """Long enough for a post without own words of its person: two sentences, or a full one."""
        text = self.passage.text
        return len(text) >= _FULL or len(split_sentences(text)) > 1

    @property
    def text(self) -> str:
        """The text, ending with a mark."""
        told = self.passage.text
        return told if told.endswith(_ENDS) else told.rstrip(":;,") + "."


#: "Stond vijf uur stil": what no list of phrases holds.
_STOOD_STILL = re.compile(
    "|".join(filter(None, (phrases_of(each).stood_still for each in LANGUAGES))), re.IGNORECASE
)
#: The word behind "in" or "at", as in "at Portlough Airport".
_IN_PLACE = re.compile(rf"\b(?:{any_of(GRAMMAR.in_place)}) ([^\W\d_a-z][\w'’-]+)")
#: Says that somebody is sought.
SOUGHT = words_pattern(GRAMMAR.sought)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """``found`` is empty where the text is in another language than its source."""

    content: Content
    language: Language
    kind: str
    found: Passages
    foreign: bool
    scene: Scene
    author: str
    title: str
    a_job: str
    facts: str
    hashtags: tuple[str, ...]
    layouts: Mapping[Relation, Pool]
    sources: Sources
    #: Words that begin a name in the source: "Ineke" of "Ineke Verhulst".
    persons: frozenset[str] = frozenset()
    #: Numbers of passages that are not dealt: a word that is not used, or the vacancy once more.
    held: frozenset[int] = frozenset()

    @cached_property
    def _names(self) -> tuple[frozenset[str], ...]:
        """The words with a capital in each passage, possibly names of people."""
        return tuple(own_names(_capitalised(passage.text)) for passage in self.found.chosen)

    @cached_property
    def _everybody(self) -> frozenset[str]:
        """All names in passages, of their speakers, and of the author."""
        speakers = (own_names(passage.speaker) for passage in self.found.chosen)
        return own_names(self.author).union(*self._names, *speakers)

    @cached_property
    def _of_others(self) -> dict[Relation, tuple[Spoken, ...]]:
        return {relation: self._all_spoken("", relation) for relation in self.layouts}

    def all_spoken(self, name: str, relation: Relation) -> tuple[Spoken, ...]:
        """The passages that a person of this name may use, the best first."""
        if own_names(name).isdisjoint(self._everybody):
            return self._of_others[relation]
        return self._all_spoken(name, relation)

    def _all_spoken(self, name: str, relation: Relation) -> tuple[Spoken, ...]:
        numbers = range(len(self.found.chosen))
        each = (self._spoken(number, name, relation) for number in numbers)
        return tuple(spoken for spoken in each if spoken and spoken.number not in self.held)

    def _spoken(self, number: int, name: str, relation: Relation) -> Spoken | None:
        """The passage of this number for a person of this name; None: not for them."""
        passage = self.found.chosen[number]
        if not own_names(name).isdisjoint(self._names[number]):
            return None
        bad = self.kind == "story" and self._is_bad(passage)
        if passage.speaker:
            # Another's words say nothing of who posts them.
            usable = same_name(passage.speaker, name)
        elif passage.narrator == "we":
            # "Our masons" says every colleague; "we" only who was there, or all where nobody signs.
            was_there = relation in {Relation.AUTHOR, Relation.TEAM} or not self.author
            usable = was_there or not WE.search(passage.text)
        else:
            usable = passage.narrator == "neutral" or relation is Relation.AUTHOR
        return Spoken(number=number, passage=passage, bad=bad) if usable else None

    def _is_bad(self, passage: Passage) -> bool:
        setbacks = vocabulary(self.language)["setbacks"]
        return setbacks.within(plain_words(passage.text)) or bool(_STOOD_STILL.search(passage.text))

    @cached_property
    def _asked(self) -> dict[tuple[Relation, int, bool], tuple[str, ...]]:
        return {}

    def questions(self, relation: Relation, number: int, *, polite: bool) -> tuple[str, ...]:
        """The questions about the passage of this number."""
        found = self._asked.get((relation, number, polite))
        if found is None:
            chosen = self.found.chosen
            passage = chosen[number] if 0 <= number < len(chosen) else None
            found = self._asked[relation, number, polite] = questions_of(
                self.language, self.kind, relation, passage, title=self.title, polite=polite
            )
        return found


def plan_of(
    content: Content,
    *,
    language: Language,
    seed: int,
    templates: PostTemplates,
    blocked: BlockList,
) -> Plan:
    kind = "story" if isinstance(content, StoryApproved) else "vacancy"
    foreign = primary_language(content.language) != language
    text = SourceText(content)
    found = Passages(lacking="other_language") if foreign else find_passages(text)
    relations = {path for path in templates.pools if path.startswith(f"{language}/{kind}/")}
    facts = "" if isinstance(content, StoryApproved) else facts_of(content, language)
    topics = content.topics if isinstance(content, StoryApproved) else content.crafts
    return Plan(
        content=content,
        language=language,
        kind=kind,
        found=found,
        foreign=foreign,
        scene=Scene.of(text),
        author=author_of(content),
        title=title_of(content),
        a_job=_sought(content, language),
        facts=facts,
        hashtags=hashtags_of(topics),
        layouts={
            relation: shuffled(templates.layouts(language, kind, relation), seed, relation)
            for relation in Relation
            if f"{language}/{kind}/{relation}.j2" in relations
        },
        sources=_sources(text, found, facts, templates.organisation),
        persons=_persons(text, language),
        held=frozenset(
            number
            for number, each in enumerate(found.chosen)
            if blocked.found_in(each.text)
            or (kind == "vacancy" and _says_again(each.text, content, language))
        ),
    )


def _sought(content: Content, language: Language) -> str:
    """The words after "we're looking for"; a job that does not fit into a sentence follows a colon."""
    if isinstance(content, StoryApproved):
        return ""
    title = title_of(content)
    said = said_job(title, language, content.location or "")
    return said or (f"{phrases_of(language).a_colleague}: {named_job(title)}" if title else "")


def _says_again(text: str, content: Content, language: Language) -> bool:
    """Whether a passage says that the job is vacant, as every post does."""
    said = telling(text, language)
    job = telling(title_of(content), language)
    return bool(SOUGHT.search(text)) and any(akin(each, said) for each in job)


def _persons(text: SourceText, language: Language) -> frozenset[str]:
    """The first words of names, those of places aside: "in Haverbeek"."""
    people = People((), "", vocabulary(language))
    whole = "\n".join(each.text for each in text.prose.paragraphs)
    places = frozenset(_IN_PLACE.findall(whole))
    return frozenset(name.split(" ")[0] for name in people.names_in(whole)) - places


def _sources(text: SourceText, found: Passages, facts: str, organisation: str) -> Sources:
    content = text.content
    texts = [*text.everything, title_of(content), author_of(content), facts, organisation]
    for passage in (*found.chosen, *found.withheld):
        texts += [passage.text, passage.speaker]
    return Sources(texts)


def _capitalised(text: str) -> str:
    return " ".join(word for word in text.split() if word[:1].isupper() or not word[:1].isalnum())
