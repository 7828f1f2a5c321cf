"""One post for one person: a passage and a layout by rank and relation, checked.

The text depends on the request and the templates alone, never on other people's texts: those dealt
before only exclude turns. So any text can be composed again from its recipe, on any machine.
Where no text is possible the person gets a question instead; their answer makes the post.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import Any, NamedTuple

from services.accounts.rules import OURS, rules_of
from services.message import NetworkName, message
from services.people.rules.disclosure import disclosure_in
from services.ports import PostRules
from services.text.network_text import measure_text
from services.voice.checking.block_list import BlockList
from services.voice.checking.support import Sources, check_supported
from services.voice.language.words import split_sentences
from services.voice.passages.choosing import MIN_LENGTH
from services.voice.writing.apply_profile import (
    apply_profile,
    held_word,
    in_language,
    recipe_of_profile,
)
from services.voice.writing.dealing import MOST_OVERLAP, NO_PASSAGE, Dealt, shift_of, turns
from services.voice.writing.plan import Plan, Spoken, plan_of
from services.voice.writing.post_templates import Layout, PostTemplates
from services.voice.writing.poster import Poster, layouts_for, passages_for, poster_of
from services.voice.writing.questions import opening_of, questions_about
from services.voice.writing.request import Draft, DraftRequest, NoDraft
from services.voice.writing.subject import untold

#: Plans kept ready: one a campaign and language.
_PLANS_KEPT = 64
#: So many texts are made for one that keeps every promise.
_TRIES = 12


class _Turn(NamedTuple):
    """``variant`` is its place among all of one person's turns; ``spoken`` None: no passage.
    ``whole``: its passage is used whole or not at all."""

    variant: int
    layout: Layout
    spoken: Spoken | None
    whole: bool

    @property
    def passage(self) -> int:
        return self.spoken.number if self.spoken else NO_PASSAGE


class Composer:
    """Composes drafts from one version of the templates, none with a word of ``blocked``.

    ``networks`` are those with drafts. Not safe for several threads.
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
        self._plans: dict[tuple[str, str, int], Plan] = {}

    def compose(self, request: DraftRequest, dealt: Dealt) -> Draft:
        """The person's first turn from ``request.variant`` on that is free and keeps every promise;
        the caller adds it to ``dealt``. Without one, the question alone; for an answer that is unclear to
        a stranger, the question about it.

        Raises NoDraft for an answer that no text can be built around, Rejected for an unknown
        network.
        """
        rules = rules_of(request.network, self.networks)
        plan = self._plan(request)
        poster = poster_of(request, plan, self.templates.organisation)
        if poster.unclear and not request.as_it_is:
            return self._draft(poster, "unclear")
        why = "language" if plan.foreign else "capacity" if plan.found.chosen else "thin"
        usable = passages_for(poster)
        kin = poster.kin(usable)
        spent = dealt.is_spent(kin) and not poster.answer
        tried = 0
        for turn in () if spent else _turns(poster, rules, usable):
            if turn.variant < request.variant or not _is_free(turn, poster, dealt):
                continue
            text, passage = _fitting(turn, poster, rules)
            broken = self._broken(text, poster) if text else "length"
            if not broken:
                aside = f"{passage}\n\n{poster.answer}".strip()
                overlap = dealt.guard.overlap(text, aside=aside)
                if overlap <= MOST_OVERLAP or poster.has_own_words:
                    if poster.is_asked_first:
                        return self._draft(poster, "asked")
                    return self._draft(
                        poster, turn=turn, text=text, passage=passage, aside=aside, overlap=overlap
                    )
            why = broken or "capacity"
            tried += 1
            if tried == _TRIES:
                break
        if poster.answer:
            raise _unanswered(why, request)
        if why != "words" and not request.variant:
            dealt.spend(kin)
        return self._draft(poster, why)

    def revised(self, path: str, text: str) -> Composer:
        """A composer like this one with ``text`` in the place of one template, as a trial.

        Raises Rejected when it holds more than slots and conditions.
        """
        return Composer(self.templates.revised({path: (0, text)}), self.blocked, self.networks)

    def sources(self, request: DraftRequest) -> Sources:
        """Everything that a text for this request may draw on, the profile aside."""
        return self._plan(request).sources

    def _plan(self, request: DraftRequest) -> Plan:
        language = in_language(request.ambassador, request.content.language).language
        key = (request.campaign_id, language, request.seed)
        held = self._plans.get(key)
        if held and (held.content is request.content or held.content == request.content):
            return held
        plan = plan_of(
            request.content,
            language=language,
            seed=request.seed,
            templates=self.templates,
            blocked=self.blocked,
        )
        if len(self._plans) >= _PLANS_KEPT:
            self._plans.clear()
        self._plans[key] = plan
        return plan

    def _broken(self, text: str, poster: Poster) -> str:
        """Why a text is refused: "words" (blocked, avoided or without a source); empty: it is not."""
        if self.blocked.found_in(text) or held_word(text, poster.writing.avoid):
            return "words"
        plan, writing = poster.plan, poster.writing
        own = (
            writing.name, poster.role, poster.values["team"], poster.answer, writing.opening, writing.ending,
        )  # fmt: skip
        unsupported = check_supported(text, plan.sources, profile=own, language=plan.language)
        return "words" if unsupported else ""

    def _draft(
        self,
        poster: Poster,
        why: str = "",
        *,
        turn: _Turn | None = None,
        text: str = "",
        passage: str = "",
        aside: str = "",
        overlap: float = 0.0,
    ) -> Draft:
        """The post of a turn; without one the question, about the passage whose turn it is, and ``why``."""
        request, plan, polite = poster.request, poster.plan, poster.polite
        relation, chosen = poster.stand.relation, plan.found.chosen
        dealt = request.rank % len(chosen) if chosen else NO_PASSAGE
        number = turn.passage if turn else dealt
        questions = plan.questions(relation, number, polite=polite)
        recipe: dict[str, Any] = {
            "campaign": request.campaign_id,
            "network": request.network,
            "rank": request.rank,
            "variant": request.variant,
            "seed": request.seed,
            "relation": relation.value,
            "employer": self.templates.organisation,
            "opening": opening_of(
                plan.language,
                plan.kind,
                self.templates.organisation,
                relation,
                "" if ":" in plan.a_job else plan.a_job,
                polite=polite,
            ),
            "questions": list(questions),
        }
        if poster.stand.doubt:
            recipe["doubt"] = poster.stand.doubt
        if turn:
            disclosure = disclosure_in(text, self.templates.organisation)
            recipe |= {
                "variant": turn.variant,
                "layout": turn.layout.name,
                "template_version": self.templates.version,
                "passage": _passage_of(turn.spoken, passage, of=len(chosen)),
                "answered": bool(poster.answer),
                "parts": {"passage": passage, "disclosure": disclosure},
            }
            if self.templates.edited:
                recipe["edited_templates"] = dict(self.templates.edited)
            recipe |= recipe_of_profile(poster.writing)
        else:
            recipe |= {"why": why, "passage": {"number": number, "of": len(chosen)}}
        if why == "unclear":
            questions = (questions_about(poster.unclear, plan.language, polite=polite),)
            recipe["unclear"] = questions[0]
        if why == "asked":
            # Their first turn is still to come.
            recipe["variant"] = -1
        return Draft(
            network=request.network,
            language=plan.language,
            text=text,
            relation=relation,
            layout=turn.layout.name if turn else "",
            passage=number,
            questions=questions,
            seed=request.seed,
            overlap=overlap,
            why=why,
            aside=aside,
            recipe=recipe,
        )


def _turns(poster: Poster, rules: PostRules, usable: Sequence[Spoken | None]) -> Iterator[_Turn]:
    """Every turn of one person, those of their preferred length first."""
    request, pool = poster.request, layouts_for(poster)
    brief = rules.brief or poster.writing.length == "short"
    liked = [layout for layout in pool if layout.short is brief]
    others = [layout for layout in pool if layout.short is not brief]
    # Posts with an answer are all different: there is nothing to deal out.
    rank, shift = (0, 0) if poster.answer else (request.rank, shift_of(request.network))
    variant = -1
    # What comes of a passage is in its last sentence. Only for people who were there the shorter form is tried too.
    lengths = (True, False) if poster.was_there else (True,)
    for whole, some in product(lengths, (liked, others)):
        for passage, number in turns(rank, len(usable), len(some), shift=shift):
            variant += 1
            spoken = usable[passage]
            if "passage" in some[number].uses if spoken else "passage" not in some[number].needs:
                yield _Turn(variant, some[number], spoken, whole)


def _is_free(turn: _Turn, poster: Poster, dealt: Dealt) -> bool:
    network, layout = poster.request.network, f"{poster.stand.relation}/{turn.layout.name}"
    if poster.has_own_words:
        return bool(poster.answer) or not dealt.is_taken(network, turn.passage, layout)
    passages = len(poster.plan.found.chosen)
    return dealt.is_free(network, turn.passage, layout, passages, weak=poster.is_weak)


def _fitting(turn: _Turn, poster: Poster, rules: PostRules) -> tuple[str, str]:
    """The text and its passage, without the facts where they do not fit; empty where the text does not."""
    plan, spoken = poster.plan, turn.spoken
    texts = [spoken.text if spoken else ""]
    if not turn.whole:
        sentences = split_sentences(texts[0])
        texts = [" ".join(sentences[:some]) for some in range(len(sentences) - 1, 0, -1)]
        texts = [each for each in texts if len(each) >= MIN_LENGTH]
    facts = (plan.facts, "") if plan.facts else ("",)
    employer, job = poster.values["employer"], poster.values["job"]
    for passage, known in product(texts, facts):
        slots = {"passage": passage, "facts": untold(known, f"{employer}\n{job}\n{passage}")}
        text = turn.layout.render({**poster.values, **slots}, polite=poster.polite)
        if measure_text(rules, text).valid:
            writing, tags = poster.writing, plan.hashtags
            return apply_profile(text, writing, hashtags=tags, rules=rules), passage
    return "", ""


def _unanswered(why: str, request: DraftRequest) -> NoDraft:
    if why == "words":
        return NoDraft(
            message(
                "answer.word-not-used",
                "every text around your answer would hold a word that you or your organisation avoid",
            ),
            remedy=message("do.say-otherwise", "Say it in other words."),
        )
    return NoDraft(
        message(
            "answer.too-long-for-network",
            "the answer is too long for {network}",
            network=NetworkName(request.network),
        ),
        remedy=message("do.shorten", "Shorten it."),
    )


def _passage_of(spoken: Spoken | None, text: str, *, of: int) -> dict[str, Any] | None:
    if spoken is None:
        return None
    return {
        "number": spoken.number,
        "of": of,
        "text": spoken.passage.text,
        "told": text,
        "speaker": spoken.passage.speaker,
    }


#: So many others are shown at once.
SHOWN = 3


def other_drafts(
    composer: Composer, request: DraftRequest, dealt: Dealt, *, beside: Collection[str]
) -> tuple[list[Draft], int]:
    """At most three drafts from ``request.variant`` on, and the variant to go on with.

    A variant is a number: the same request with the same number gives the same text again. ``beside`` are the texts that the person has; ``dealt`` is what everybody else has.
    """
    found: list[Draft] = []
    variant = request.variant
    while len(found) < SHOWN:
        try:
            draft = composer.compose(replace(request, variant=variant), dealt)
        except NoDraft:
            break
        if not draft.text:
            break
        variant = int(draft.recipe["variant"]) + 1
        if draft.text not in beside:
            found.append(draft)
    return found, variant
