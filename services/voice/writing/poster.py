"""The person who posts: the values that a layout may show, and the layouts and passages that fit."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from services.language import Language
from services.language.patterns import words_pattern
from services.people.rules.ambassador import Ambassador
from services.people.rules.disclosure import FIRST_PERSON, names_employer
from services.text.plain_text import phrase
from services.voice.checking.unclear import Unclear, unclear_in
from services.voice.language.words import akin, content_words, split_sentences
from services.voice.learning.own_words import as_typed
from services.voice.vocabulary import GRAMMAR, phrases_of, plain_words
from services.voice.writing.apply_profile import as_they_write
from services.voice.writing.plan import Plan, Spoken
from services.voice.writing.post_templates import Layout
from services.voice.writing.relations import Relation, Standpoint, own_names, relation_of, same_name
from services.voice.writing.request import DraftRequest
from services.voice.writing.subject import lowered, named_job, said_role

_LONGEST = 48
_UNSAFE = re.compile(
    r"[<>{}\[\]|\\`@#*_~^=\"“”!?;:]|\.\s|https?|www\.|[^\u0000-\u024f\u2010-\u2019]"
)


@lru_cache(maxsize=4096)
def _field(text: str) -> str:
    """A line of a profile; empty where it could break a sentence."""
    line = phrase(text, _LONGEST).rstrip(".,")
    return "" if _UNSAFE.search(line) else line


_APART = {Relation.CRAFT, Relation.COLLEAGUE}
#: Layouts of a vacancy for who said themselves that somebody is sought are called so.
_SAID = "said"
_SOUGHT = words_pattern(GRAMMAR.we_seek)


@dataclass(frozen=True, slots=True, kw_only=True)
class Poster:
    """The person of one draft, and their relation to the source. ``values`` fill the slots."""

    request: DraftRequest
    plan: Plan
    writing: Ambassador
    role: str
    polite: bool
    stand: Standpoint
    values: Mapping[str, str]
    answer: str
    #: What a stranger would not understand of the answer.
    unclear: tuple[Unclear, ...] = ()

    def kin(self, usable: Sequence[Spoken | None]) -> Hashable:
        """A key, equal for people with the same turns: where one has none free, the others have none."""
        shown = tuple(self.values[each] for each in ("author", "role", "team"))
        numbers = tuple(each and each.number for each in usable)
        return self.request.network, self.stand.relation, self.writing.length, shown, numbers

    @property
    def names_employer(self) -> bool:
        """Whether the answer says whom they work for: "At Tallywell we …"."""
        employer = self.values["employer"]
        return any(
            names_employer(each, employer) and FIRST_PERSON.search(each)
            for each in split_sentences(self.answer)
        )

    @property
    def has_own_words(self) -> bool:
        """Whether they get a post however often a passage was used: they answered, wrote or are named."""
        return bool(self.answer) or self.stand.relation in {Relation.AUTHOR, Relation.NAMED}

    @property
    def was_there(self) -> bool:
        """Whether the source is about their own work."""
        return self.stand.relation in {Relation.AUTHOR, Relation.NAMED, Relation.ROLE}

    @property
    def is_weak(self) -> bool:
        """Whether they had no part in a story, and gave no answer."""
        apart = self.plan.kind == "story" and self.stand.relation in _APART
        return apart and not (self.answer or self.request.as_if)

    @property
    def is_asked_first(self) -> bool:
        """Whether they are asked a question before they get a text.

        In nine blind readings hardly any post without words of its person was found good: such a text is
        only for passages that an editor chose, or on request.
        """
        asked = self.request
        chosen = asked.wants_text or asked.as_if or self.plan.content.passages
        return not (self.answer or chosen)


def poster_of(request: DraftRequest, plan: Plan, employer: str) -> Poster:
    asked = request.ambassador
    writing = as_they_write(asked, request.content.language)
    role = lowered(_field(writing.role), writing.region)
    stand = relation_of(asked, plan.scene, request.cast or ())
    if request.as_if is not None:
        stand = stand._replace(relation=request.as_if)
    answer = as_typed(request.answer)
    values = {
        "author": _author(request, plan, stand.relation),
        "job": named_job(plan.scene.title) if plan.kind == "vacancy" else "",
        "a_job": plan.a_job,
        "facts": plan.facts,
        "role": said_role(role, writing.language),
        "team": _field(writing.team),
        "employer": employer,
        "link": request.link,
        "answer": answer,
    }
    if _is_said(role, answer, plan.a_job, plan.language):
        values["role"] = ""
    beside = " ".join(values[each] for each in ("author", "job", "role", "team", "employer"))
    beside = f"{beside} {asked.name}"
    return Poster(
        request=request,
        plan=plan,
        writing=writing,
        role=role,
        polite=writing.address_form == "u",
        stand=stand,
        values=values,
        answer=answer,
        unclear=unclear_in(answer, plan.language, said=beside, persons=plan.persons)
        if answer
        else (),
    )


def _is_said(role: str, answer: str, job: str, language: Language) -> bool:
    """Whether the role need not be said: "I'm the treasurer", "Ik bezorg brood", or the very job that is
    vacant."""
    if not GRAMMAR.i.isdisjoint(plain_words(answer)[:1]):
        return True
    words, said, sought = (content_words(each, language) for each in (role, answer, job))
    return any(akin(each, said) for each in words) or all(akin(each, sought) for each in words)


def _author(request: DraftRequest, plan: Plan, relation: Relation) -> str:
    """The author of a story, for the beginning of a sentence; empty where the person is or may be the
    author, or where the author is no colleague."""
    if relation is Relation.AUTHOR or same_name(plan.scene.author, request.ambassador.name):
        return ""
    if not (request.cast and request.cast.author):
        return ""
    if relation is Relation.TEAM:
        return plan.scene.author
    return f"{phrases_of(plan.language).colleague} {plan.scene.author}"


def layouts_for(poster: Poster) -> list[Layout]:
    """The layouts of their relation that need no unknown value, and say nothing that the answer said;
    behind an answer the best first."""
    known = {"passage", *(name for name, value in poster.values.items() if value)}
    fitting = [
        layout
        for layout in poster.plan.layouts[poster.stand.relation]
        if bool(poster.answer) is ("answer" in layout.needs) and layout.needs <= known
    ]
    if not poster.answer:
        return fitting
    named = poster.names_employer
    fitting = [each for each in fitting if ("employer" in each.uses) is not named]
    said = poster.plan.kind == "vacancy" and _SOUGHT.search(poster.answer) is not None
    fitting = [each for each in fitting if each.name.startswith(_SAID) is said]
    # The author is named, but not again behind an answer that introduced them.
    parts, tells = own_names(poster.values["author"]), bool(poster.values["author"])
    if not parts.isdisjoint(own_names(poster.answer)):
        asked = unclear_in(poster.answer, poster.plan.language, persons=poster.plan.persons)
        tells = any(not parts.isdisjoint(own_names(each.words)) for each in asked)
    return sorted(fitting, key=lambda each: ("author" in each.uses) is not tells)


def passages_for(poster: Poster) -> Sequence[Spoken | None]:
    """The passages that the person may use, the best first; None: no passage.

    A person without a part in the story gets only passages that name their employer or say "our", and no
    bad news. A post with an answer has no passage: to readers one below it looked pasted.
    """
    if poster.answer:
        return [None]
    return [each for each in poster.plan.spoken if _may_tell(each, poster)]


def _may_tell(spoken: Spoken, poster: Poster) -> bool:
    name, relation = poster.request.ambassador.name, poster.stand.relation
    plan, passage = poster.plan, spoken.passage
    if not (spoken.is_told or plan.content.passages):
        return False
    if poster.is_weak and (spoken.is_bad or not spoken.is_ours):
        return False
    if not own_names(name).isdisjoint(spoken.names):
        return False
    if passage.speaker:
        # Another's words say nothing of who posts them.
        return same_name(passage.speaker, name)
    if passage.narrator == "we":
        # "Our masons" says every colleague; "we" only people who were there, or all where no author signs.
        was_there = relation in {Relation.AUTHOR, Relation.TEAM} or not plan.scene.author
        return was_there or not spoken.says_we
    return passage.narrator == "neutral" or relation is Relation.AUTHOR
