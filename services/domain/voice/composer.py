"""One text for one person: clauses by rank, facts by angle, in the network's layout and the person's
own way, checked.

The text depends on the request and the templates alone, never on what others got: the guard only
judges it. So any text can be composed again from its recipe, on any machine.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from typing import Any

from services.domain.ambassador import Ambassador
from services.domain.network_rules import OURS, rules_of
from services.domain.voice.apply_profile import (
    apply_profile,
    as_they_write,
    held_word,
    own_lines,
    recipe_of_profile,
)
from services.domain.voice.block_list import BlockList
from services.domain.voice.facts import Fact
from services.domain.voice.fit import fits
from services.domain.voice.guard import OverlapGuard
from services.domain.voice.plan import AnglePlan, CampaignPlan, Planner
from services.domain.voice.post_templates import PostTemplates
from services.domain.voice.profile import Voice, voice_of
from services.domain.voice.request import (
    Content,
    Draft,
    DraftRequest,
    HoldsWord,
    NoDraft,
    TooAlike,
)
from services.domain.voice.selection import stream_of
from services.domain.voice.subject import wrote
from services.domain.voice.support import Sources, check_supported
from services.domain.voice.unsaid import no_sentence, no_title
from services.domain.voice.wording import Wording
from services.ports import PostRules

#: Plans kept ready: one a campaign and language.
_PLANS_KEPT = 64
#: With more a brief post would say less.
_BRIEF_HASHTAGS = 2

#: With fewer sentences than this, a story's text that quotes none of them would say nothing.
_ENOUGH_SENTENCES = 4

#: What a brief post is made of, richest first; the first that fits is taken.
_SHAPES = {
    "story": (
        ("subject", "lead", "ask"), ("lead", "ask"), ("hook", "ask"), ("lead",), ("hook",),
        ("ask",),
    ),
    "vacancy": (
        ("title", "lead", "ask"), ("hook", "ask"), ("title", "ask"), ("hook",), ("title",),
        ("ask",),
    ),
}  # fmt: skip


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
        self._plans: OrderedDict[tuple[str, str, int], tuple[Content, CampaignPlan]] = OrderedDict()

    def compose(self, request: DraftRequest, guard: OverlapGuard) -> Draft:
        """Make the variant that is asked for and let ``guard`` judge it; adding it is the caller's.

        Raises NoDraft when this variant does not keep every promise (HoldsWord when all that is
        wrong is a word that the person or the organisation avoids), Rejected for an unknown network.
        """
        rules = rules_of(request.network, self.networks)
        person = as_they_write(request.ambassador, request.content.language)
        voice = voice_of(person)
        plan = self._plan(request, voice.language)
        _refuse_the_unsaid(plan)
        stream = 2 * request.variant + stream_of(request.network)
        lap, place = divmod(request.rank, len(plan.lap))
        angle, turn = plan.lap[(place + stream % len(plan.angles)) % len(plan.lap)]
        if plan.authors and wrote(request.content, request.ambassador):
            angle = plan.authors
        wording = Wording(
            templates=self.templates,
            plan=plan,
            angle=angle,
            voice=voice,
            rank=request.rank,
            turn=turn,
            lap=lap,
            stream=stream,
            variant=request.variant,
        )
        text, parts = self._fitting(request, rules, wording)
        if plan.kind == "story" and plan.sentences < _ENOUGH_SENTENCES and not wording.facts:
            raise NoDraft(
                "the story is too short for so many different texts",
                remedy="Add more facts to the source, or ask fewer people to share it.",
            )
        own_text = apply_profile(text, parts, person, rules=rules, link=request.link)
        self._refuse_words(own_text, person)
        # Before what takes longer: most refusals in a large campaign are these.
        overlap = overlap_of(own_text, parts, person, guard, request.rank)
        self._check(text, plan, voice)
        recipe = _recipe(request, angle, self.templates, wording, parts)
        return Draft(
            network=request.network,
            language=voice.language,
            text=own_text,
            angle=angle.name,
            seed=request.seed,
            overlap=overlap,
            template=f"{voice.language}/{plan.kind}/{angle.name}",
            template_version=self.templates.version,
            recipe=recipe | recipe_of_profile(person),
        )

    def revised(self, path: str, text: str) -> Composer:
        """A composer like this one with ``text`` in the place of one template, as a trial.

        Raises Rejected when it holds more than fields and conditions.
        """
        return Composer(self.templates.revised({path: (0, text)}), self.blocked, self.networks)

    def sources(self, request: DraftRequest) -> Sources:
        """Everything that a text for this request may draw on, the profile aside."""
        person = as_they_write(request.ambassador, request.content.language)
        return self._plan(request, person.language).sources

    def _refuse_words(self, text: str, person: Ambassador) -> None:
        for blocked in self.blocked.found_in(text):
            raise HoldsWord(
                "every text would hold a word that the organisation does not use "
                f"({blocked.word}: {blocked.reason})",
                remedy="Take the word out of the source or the template.",
            )
        if held_word(text, person.avoid):
            # Which word is the person's own business: managers read why there is no text.
            raise HoldsWord(
                "every text would hold a word that its author avoids",
                remedy="Write this text yourself, or allow the word.",
            )

    def _plan(self, request: DraftRequest, language: str) -> CampaignPlan:
        key = (request.campaign_id, language, request.seed)
        held = self._plans.get(key)
        if held is not None and held[0] is request.content:
            return held[1]
        if held is not None and held[0] == request.content:
            # The next will be this very object.
            self._plans[key] = (request.content, held[1])
            self._plans.move_to_end(key)
            return held[1]
        plan = Planner(
            request.content,
            language=language,
            seed=request.seed,
            templates=self.templates,
            blocked=self.blocked,
        ).plan()
        self._plans[key] = (request.content, plan)
        if len(self._plans) > _PLANS_KEPT:
            self._plans.popitem(last=False)
        return plan

    def _fitting(
        self, request: DraftRequest, rules: PostRules, wording: Wording
    ) -> tuple[str, dict[str, str]]:
        """The first arrangement that the network accepts."""
        layout = self.templates.layout(request.network)
        for parts in _arrangements(rules, wording):
            parts["link"] = request.link
            text = layout.set(parts)
            if fits(rules, text, request.link):
                return text, parts
        raise NoDraft("no text fits the network's limit", remedy="Shorten the title or the link.")

    def _check(self, text: str, plan: CampaignPlan, voice: Voice) -> None:
        profile = (voice.role, voice.team, voice.region, voice.since, *voice.crafts)
        unsupported = check_supported(text, plan.sources, profile=profile, language=plan.language)
        if unsupported:
            raise NoDraft(
                f"the text would say what no source says: {unsupported[0]}",
                remedy="Correct the template that adds it.",
            )


def _refuse_the_unsaid(plan: CampaignPlan) -> None:
    """Raise NoDraft where a text would have nothing to say."""
    if plan.kind == "story" and plan.foreign:
        raise NoDraft(
            "the story is in a language that this person does not write in",
            remedy="Add the language to the ambassador's profile.",
        )
    if plan.kind == "story" and not plan.sentences:
        raise no_sentence()
    if not plan.title:
        raise no_title(plan.kind)


def overlap_of(
    text: str, parts: Mapping[str, str], person: Ambassador, guard: OverlapGuard, rank: int
) -> float:
    """The highest overlap of a draft's text with what ``guard`` holds; ``parts`` as in its recipe.

    Raises TooAlike when it is too high.
    """
    aside = f"{parts.get('title', '')}\n{parts.get('disclosure', '')}\n{own_lines(person)}"
    verdict = guard.judge(text, aside=aside, rank=rank)
    if verdict.reason:
        raise TooAlike(
            verdict.reason, remedy="Add more facts to the source, or ask fewer people to share it."
        )
    return verdict.overlap


def _arrangements(rules: PostRules, wording: Wording) -> Iterator[dict[str, str]]:
    """Richest first."""
    if not rules.brief:
        for length in wording.lengths:
            full = wording.full(rules.hashtags, length)
            yield full
            yield full | {"hashtags": ""}
    for shape in _SHAPES[wording.plan.kind]:
        parts = wording.brief(shape)
        if parts is None:
            continue
        for hashtags in range(min(rules.hashtags, _BRIEF_HASHTAGS), -1, -1):
            yield parts | {"hashtags": wording.hashtags(hashtags)}
        yield parts | {"hashtags": "", "disclosure": wording.plain_disclosure()}


def _recipe(
    request: DraftRequest,
    angle: AnglePlan,
    templates: PostTemplates,
    wording: Wording,
    parts: dict[str, str],
) -> dict[str, Any]:
    def described(fact: Fact) -> dict[str, str]:
        return {"field": fact.field, "text": fact.text, "source": fact.source}

    recipe = {
        "campaign": request.campaign_id,
        "network": request.network,
        "rank": request.rank,
        "variant": request.variant,
        "seed": request.seed,
        "angle": angle.name,
        "template_version": templates.version,
        "facts": [described(fact) for fact in wording.facts],
        "parts": {place: text for place, text in parts.items() if text},
        "clauses": wording.clauses,
    }
    if templates.edited:
        recipe["edited_templates"] = dict(templates.edited)
    return recipe
