"""One post for one person: a passage and a layout by rank, from where that person stands, checked.

The text depends on the request and the templates alone, never on what others got: what was dealt
only says which turns are over. So any text can be composed again from its recipe, on any machine.
Whoever can be given none is asked a question instead; their answer makes the post.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from services.domain.ambassador import Ambassador
from services.domain.audience.crafts import craft_key
from services.domain.disclosure import disclosure_in
from services.domain.network_rules import OURS, rules_of
from services.domain.voice.apply_profile import (
    apply_profile,
    as_they_write,
    held_word,
    recipe_of_profile,
)
from services.domain.voice.block_list import BlockList
from services.domain.voice.dealing import NO_PASSAGE, Dealt, shift_of, turns
from services.domain.voice.fit import fits
from services.domain.voice.own_words import as_sentence
from services.domain.voice.plan import Plan, Spoken, plan_of
from services.domain.voice.post_templates import Layout, PostTemplates
from services.domain.voice.profile import Voice, voice_of
from services.domain.voice.relations import Relation, Standpoint, relation_of
from services.domain.voice.request import Content, Draft, DraftRequest, NoDraft
from services.domain.voice.sentences import split_sentences
from services.domain.voice.support import Sources, check_supported
from services.ports import PostRules

#: Plans kept ready: one a campaign and language.
_PLANS_KEPT = 64
#: So many texts are made for one that keeps every promise.
_TRIES = 12
#: They have a post from their own standpoint, however often a passage was used before them.
_ALWAYS = frozenset({Relation.AUTHOR, Relation.NAMED})
#: A layout that says who wrote it does not go with the words of somebody else.
_WRITES = re.compile(r"schre|schrijf|verhaal van|\bwr[io]t|story (?:of|by)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Turn:
    """``variant`` is its place among all of one person's turns; ``spoken`` None: no passage."""

    variant: int
    layout: Layout
    spoken: Spoken | None

    @property
    def passage(self) -> int:
        return self.spoken.number if self.spoken else NO_PASSAGE


@dataclass(frozen=True, slots=True, kw_only=True)
class _Person:
    """Whom one draft is for, and from where they speak."""

    asked: Ambassador
    writing: Ambassador
    voice: Voice
    stand: Standpoint
    values: Mapping[str, str]
    answer: str


class Composer:
    """Composes drafts from one version of the templates, none with a word of ``blocked``.

    ``networks`` are those that there are drafts for. Not safe for several threads.
    """

    def __init__(
        self,
        templates: PostTemplates,
        blocked: BlockList | None = None,
        networks: Mapping[str, PostRules] = OURS,
    ) -> None:
        self.templates = templates
        self.networks = networks
        self.blocked = blocked or BlockList()
        self._plans: OrderedDict[tuple[str, str, int], tuple[Content, Plan]] = OrderedDict()

    def compose(self, request: DraftRequest, dealt: Dealt) -> Draft:
        """The person's first turn from ``request.variant`` on that is free and keeps every promise;
        adding it to ``dealt`` is the caller's. Without one, the question alone.

        Raises NoDraft for an answer that no text can be built around, Rejected for an unknown
        network.
        """
        rules = rules_of(request.network, self.networks)
        writing = as_they_write(request.ambassador, request.content.language)
        voice = voice_of(writing)
        plan = self._plan(request, voice)
        person = self._person(request, writing, voice, plan)
        if not _known_layouts(plan, person) and person.stand.relation not in _ALWAYS:
            # Too little is known of them for where they stand; that they work there is.
            colleague = replace(person.stand, relation=Relation.COLLEAGUE)
            person = replace(person, stand=colleague)
        why = "language" if plan.foreign else "capacity" if plan.found.chosen else "thin"
        usable = self._usable(request, plan, person)
        kin = _kin(request, person, usable)
        tried = 0
        turns_left = (
            () if dealt.is_spent(kin) else self._turns(request, rules, plan, person, usable)
        )
        for turn in turns_left:
            if turn.variant < request.variant or not self._is_free(
                request, turn, plan, person, dealt
            ):
                continue
            text, told = self._fitting(request, rules, turn, person, plan)
            broken = self._broken(text, person, plan) if text else "length"
            if not broken:
                return self._draft(request, turn, plan, person, text=text, told=told, dealt=dealt)
            why = broken
            tried += 1
            if tried == _TRIES:
                break
        if why != "words" and not request.variant:
            dealt.spend(kin)
        if person.answer:
            raise self._unanswered(why, request)
        return self._question(request, plan, person, why)

    def revised(self, path: str, text: str) -> Composer:
        """A composer like this one with ``text`` in the place of one template, as a trial.

        Raises Rejected when it holds more than slots and conditions.
        """
        return Composer(self.templates.revised({path: (0, text)}), self.blocked, self.networks)

    def sources(self, request: DraftRequest) -> Sources:
        """Everything that a text for this request may draw on, the profile aside."""
        person = as_they_write(request.ambassador, request.content.language)
        return self._plan(request, voice_of(person)).sources

    def _plan(self, request: DraftRequest, voice: Voice) -> Plan:
        key = (request.campaign_id, voice.language, request.seed)
        held = self._plans.get(key)
        if held is not None and (held[0] is request.content or held[0] == request.content):
            if held[0] is not request.content:
                # The next will be this very object.
                self._plans[key] = (request.content, held[1])
            return held[1]
        plan = plan_of(
            request.content,
            language=voice.language,
            seed=request.seed,
            templates=self.templates,
            blocked=self.blocked,
        )
        self._plans[key] = (request.content, plan)
        self._plans.move_to_end(key)
        if len(self._plans) > _PLANS_KEPT:
            self._plans.popitem(last=False)
        return plan

    def _person(
        self, request: DraftRequest, writing: Ambassador, voice: Voice, plan: Plan
    ) -> _Person:
        asked = request.ambassador
        stand = relation_of(asked, plan.scene, request.cast or ())
        if request.as_if is not None:
            stand = replace(
                stand,
                relation=request.as_if,
                craft=stand.craft or next(iter(asked.crafts), ""),
                place=stand.place or asked.region,
            )
        key = craft_key(stand.craft) if stand.craft in writing.crafts else ""
        craft = next((each for each in voice.crafts if key and craft_key(each) == key), "")
        return _Person(
            asked=asked,
            writing=writing,
            voice=voice,
            stand=stand,
            answer=as_sentence(request.answer),
            values={
                "job": plan.title if plan.kind == "vacancy" else "",
                "facts": plan.facts,
                "role": voice.a_role if voice.language == "en" else voice.role,
                "team": voice.team,
                "craft": craft,
                "place": voice.region if stand.place else "",
                "employer": self.templates.organisation,
                "link": request.link,
                "answer": as_sentence(request.answer),
            },
        )

    def _turns(
        self,
        request: DraftRequest,
        rules: PostRules,
        plan: Plan,
        person: _Person,
        usable: Sequence[Spoken | None],
    ) -> Iterator[_Turn]:
        """Every turn of one person: those of the length that they like first."""
        pool = _known_layouts(plan, person)
        brief = rules.brief or person.voice.length == "short"
        liked = [layout for layout in pool if layout.short is brief]
        others = [layout for layout in pool if layout.short is not brief]
        shift, variant = shift_of(request.network), -1
        # Around an answer the passage comes first, and is left out where it does not fit.
        rounds = [[one] for one in usable] if person.answer else [usable]
        for some, told in product((liked, others), rounds):
            for passage, number in turns(request.rank, len(told), len(some), shift=shift):
                variant += 1
                spoken, layout = told[passage], some[number]
                if _goes(spoken, layout):
                    yield _Turn(variant=variant, layout=layout, spoken=spoken)

    def _usable(
        self, request: DraftRequest, plan: Plan, person: _Person
    ) -> Sequence[Spoken | None]:
        """The passages that this person may use, the best first; None stands for none."""
        spoken = plan.all_spoken(person.asked.name, person.stand.relation)
        found: list[Spoken | None] = list(spoken)
        if person.answer:
            found = [
                each
                for each in spoken
                if request.passage in (None, each.number)
                and not plan.is_told(each.number, person.answer)
            ]
        if person.answer or (plan.kind == "vacancy" and not found):
            found.append(None)
        return found

    def _is_free(
        self, request: DraftRequest, turn: _Turn, plan: Plan, person: _Person, dealt: Dealt
    ) -> bool:
        if person.answer:
            # Nobody else has these words.
            return True
        layout = f"{person.stand.relation}/{turn.layout.name}"
        if person.stand.relation in _ALWAYS:
            return not dealt.is_taken(request.network, turn.passage, layout)
        return dealt.is_free(request.network, turn.passage, layout, len(plan.found.chosen))

    def _fitting(
        self, request: DraftRequest, rules: PostRules, turn: _Turn, person: _Person, plan: Plan
    ) -> tuple[str, str]:
        """The text and its passage, or as many whole sentences of that as fit; empty: none do."""
        spoken = turn.spoken
        if spoken is None:
            told = [""]
        else:
            told = [spoken.text(plan.language)]
            count = len(split_sentences(spoken.passage.text))
            told += [spoken.text(plan.language, some) for some in range(count - 1, 0, -1)]
        values = {**person.values, "speaker": spoken.speaker if spoken else ""}
        for passage in told:
            text = turn.layout.render({**values, "passage": passage}, polite=person.voice.polite)
            if fits(rules, text, request.link):
                own = apply_profile(
                    text, person.writing, hashtags=plan.hashtags, rules=rules, link=request.link
                )
                return own, passage
        return "", ""

    def _broken(self, text: str, person: _Person, plan: Plan) -> str:
        """Why a text may not be used: for a word of it, or because nobody said so."""
        if self.blocked.found_in(text) or held_word(text, person.writing.avoid):
            return "words"
        writing, voice = person.writing, person.voice
        own = (
            writing.name, voice.role, voice.team, voice.region, voice.since, *voice.crafts,
            person.stand.place, person.stand.craft, person.answer, writing.opening, writing.ending,
        )  # fmt: skip
        unsaid = check_supported(text, plan.sources, profile=own, language=plan.language)
        return "words" if unsaid else ""

    def _draft(
        self,
        request: DraftRequest,
        turn: _Turn,
        plan: Plan,
        person: _Person,
        *,
        text: str,
        told: str,
        dealt: Dealt,
    ) -> Draft:
        relation, layout = person.stand.relation, turn.layout.name
        questions = plan.questions(relation, turn.passage)
        aside = f"{told}\n\n{person.answer}".strip()
        recipe = self._recipe(request, person, questions) | {
            "variant": turn.variant,
            "layout": layout,
            "template_version": self.templates.version,
            "passage": _told(turn.spoken, plan, told),
            "answered": bool(person.answer),
            "parts": {
                "passage": told,
                "disclosure": disclosure_in(text, self.templates.organisation),
            },
        }
        if self.templates.edited:
            recipe["edited_templates"] = dict(self.templates.edited)
        return Draft(
            network=request.network,
            language=plan.language,
            text=text,
            relation=relation,
            layout=layout,
            passage=turn.passage,
            questions=questions,
            seed=request.seed,
            overlap=dealt.guard.overlap(text, aside=aside),
            aside=aside,
            recipe=recipe | recipe_of_profile(person.writing),
        )

    def _question(self, request: DraftRequest, plan: Plan, person: _Person, why: str) -> Draft:
        """What somebody is asked who is given no text: about the passage whose turn it is."""
        chosen = plan.found.chosen
        number = request.rank % len(chosen) if chosen else NO_PASSAGE
        questions = plan.questions(person.stand.relation, number)
        recipe = self._recipe(request, person, questions) | {
            "why": why,
            "passage": {"number": number, "of": len(chosen)},
        }
        return Draft(
            network=request.network,
            language=plan.language,
            text="",
            relation=person.stand.relation,
            layout="",
            passage=number,
            questions=questions,
            seed=request.seed,
            overlap=0.0,
            why=why,
            recipe=recipe,
        )

    def _recipe(
        self, request: DraftRequest, person: _Person, questions: Sequence[str]
    ) -> dict[str, Any]:
        recipe: dict[str, Any] = {
            "campaign": request.campaign_id,
            "network": request.network,
            "rank": request.rank,
            "variant": request.variant,
            "seed": request.seed,
            "relation": person.stand.relation.value,
            "employer": self.templates.organisation,
            "questions": list(questions),
        }
        if person.stand.doubt:
            recipe["doubt"] = person.stand.doubt
        return recipe

    def _unanswered(self, why: str, request: DraftRequest) -> NoDraft:
        if why == "words":
            return NoDraft(
                "the text around your answer would hold a word that is not used",
                remedy="Say it in other words.",
            )
        return NoDraft(f"the answer is too long for {request.network}", remedy="Shorten it.")


def _known_layouts(plan: Plan, person: _Person) -> list[Layout]:
    """Those of where somebody stands that show nothing unknown of them."""
    known = {name for name, value in person.values.items() if value}
    return [
        layout
        for layout in plan.layouts[person.stand.relation]
        if bool(person.answer) is ("answer" in layout.needs)
        and layout.needs - known <= {"passage", "speaker"}
    ]


def _kin(request: DraftRequest, person: _Person, usable: Sequence[Spoken | None]) -> Hashable:
    """The same for people who have the same turns: where none is free for one, none is for another."""
    known = frozenset(name for name, value in person.values.items() if value)
    numbers = tuple(NO_PASSAGE if each is None else each.number for each in usable)
    return (request.network, person.stand.relation, person.voice.length, known, numbers)


def _goes(spoken: Spoken | None, layout: Layout) -> bool:
    """Whether a layout can hold a passage: a quotation only where it says whose it is."""
    if spoken is None:
        return not layout.needs & {"passage", "speaker"}
    if "passage" not in layout.uses or ("speaker" in layout.needs and not spoken.speaker):
        return False
    if not spoken.quoted:
        return True
    if "speaker" not in layout.uses:
        return False
    return not (spoken.passage.speaker and _WRITES.search(layout.source))


def _told(spoken: Spoken | None, plan: Plan, told: str) -> dict[str, Any] | None:
    if spoken is None:
        return None
    return {
        "number": spoken.number,
        "of": len(plan.found.chosen),
        "text": spoken.passage.text,
        "told": told,
        "speaker": spoken.speaker if spoken.quoted else "",
    }
