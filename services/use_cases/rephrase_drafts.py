"""New drafts in other words, where a language model is configured.

A draft is stored as it was composed and can be read, changed and approved at once. The model is
asked afterwards, outside of any transaction, and its text takes the place of the composed one only
while nobody touched that, and only when it keeps every promise. So there is nothing to fall back
to: whatever goes wrong, the composed text stays.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog

from services.domain.ambassador import Ambassador
from services.domain.circuit import Circuit, CircuitRules
from services.domain.network_rules import GONE
from services.domain.voice import Composer, Dealt, DraftRequest, NoDraft
from services.domain.voice.apply_profile import as_they_write
from services.domain.voice.claims import house_words
from services.domain.voice.rephrase import Frame, Prompt, frame_of, prompt_of, rephrased
from services.domain.voice.support import Sources
from services.errors import NeedsPerson, Rejected, RetryLater
from services.ports import LanguageModel
from services.storage import audit, campaigns, people, rephrasing
from services.storage.audit import Entry
from services.storage.campaigns import Campaign
from services.storage.database import Database
from services.storage.rephrasing import Waiting
from services.use_cases import deal
from services.use_cases.current_templates import CurrentTemplates
from services.use_cases.voice_profile import taught

_log = structlog.get_logger("language model")

#: So long after it was composed a draft may change by itself; after that somebody may be reading.
REPHRASED_WITHIN = timedelta(minutes=10)
_BATCH = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    draft: Waiting
    campaign: Campaign
    rank: int
    person: Ambassador
    frame: Frame
    prompt: Prompt
    sources: Sources


class Rephraser:
    """Asks about a batch of drafts at a time. One at a time in an installation (the leader's)."""

    def __init__(
        self,
        *,
        database: Database,
        model: LanguageModel,
        templates: CurrentTemplates,
        calls: Executor,
        clock: Callable[[], datetime],
        short_link: Callable[[str], str],
        concurrency: int,
        patience: timedelta,
        rules: CircuitRules | None = None,
    ) -> None:
        self._database = database
        self._model = model
        self._templates = templates
        self._calls = calls
        self._clock = clock
        self._short_link = short_link
        self._concurrency = concurrency
        self._patience = patience.total_seconds()
        self._rules = rules or CircuitRules()
        self.circuit = Circuit(network="language model")
        # By campaign: a model that says the same for everybody says nothing of anybody.
        self._said: set[tuple[str, str]] = set()

    async def rephrase(self) -> int:
        """One round; returns how many drafts were asked about."""
        now = self._clock()
        state = self.circuit.state(now)
        if state == "open":
            return 0
        drafts, questions, dealt = await self._questions(
            now, limit=1 if state == "half-open" else _BATCH
        )
        await self._leave_the_others(drafts, questions)
        room = asyncio.Semaphore(self._concurrency)
        turns = asyncio.Lock()

        async def carry(question: _Question) -> None:
            async with room:
                if self.circuit.state(self._clock()) == "open":
                    return
                outcome = await self._ask(question)
            if outcome is not None:
                async with turns:
                    await self._keep(question, outcome, dealt[question.campaign.id])

        await asyncio.gather(*map(carry, questions))
        return len(drafts)

    async def _ask(self, question: _Question) -> _Outcome | None:
        """The answer, or why there is none; None when the draft may be asked about again."""
        prompt = question.prompt
        ask = partial(self._model.answer, instructions=prompt.instructions, text=prompt.text)
        call = asyncio.get_running_loop().run_in_executor(self._calls, ask)
        try:
            answer = await asyncio.wait_for(call, self._patience)
        except (RetryLater, NeedsPerson, TimeoutError) as fault:
            reason = str(fault) or "the language model took too long"
            self.circuit = self.circuit.failed(self._clock(), reason, self._rules)
            _log.warning("no answer", reason=reason, failures=self.circuit.failures)
            return None if isinstance(fault, RetryLater) else _Outcome(refused=reason)
        except Rejected as refusal:
            self.circuit = self.circuit.answered()
            return _Outcome(refused=str(refusal))
        self.circuit = self.circuit.answered()
        return _Outcome(output=answer)

    async def _keep(self, question: _Question, outcome: _Outcome, dealt: Dealt) -> None:
        async with self._database.write() as transaction:
            composer = await self._templates.composer(transaction)
            try:
                text, overlap = self._judged(question, outcome, dealt, composer)
            except NoDraft as refusal:
                _log.info("not used", post=question.draft.post_id, reason=str(refusal))
                recipe = self._recipe(question, outcome, refused=str(refusal))
                await rephrasing.leave(transaction, question.draft, recipe=recipe)
                return
            recipe = self._recipe(question, outcome)
            used = await rephrasing.use(
                transaction, question.draft, text=text, overlap=overlap, recipe=recipe
            )
            if used:
                passage = question.draft.recipe["parts"]["passage"]
                dealt.guard.add(question.draft.post_id, text, aside=passage)
                detail = {"model": self._model.model, "prompt_sha256": question.prompt.sha256}
                entry = Entry(
                    at=self._clock(),
                    actor="language model",
                    action="post.rephrased",
                    subject=question.draft.post_id,
                    detail=detail,
                )
                await audit.add(transaction, [entry])

    def _judged(
        self, question: _Question, outcome: _Outcome, dealt: Dealt, composer: Composer
    ) -> tuple[str, float]:
        """The text and its overlap. Raises NoDraft when a promise would be broken."""
        if outcome.refused:
            raise NoDraft(outcome.refused)
        draft, person = question.draft, question.person
        text = rephrased(
            outcome.output,
            question.frame,
            person,
            rules=composer.networks.get(draft.network, GONE),
            link=self._short_link(draft.link_code),
            sources=question.sources,
            house=house_words(composer.templates, person.language),
            blocked=composer.blocked,
        )
        frame = question.frame
        own = text.removeprefix(frame.before).removesuffix(frame.after)
        said = (question.campaign.id, own.replace(frame.passage, ""))
        if said in self._said:
            raise NoDraft("the language model's text says what it said for somebody else")
        self._said.add(said)
        return text, dealt.guard.overlap(text, aside=frame.passage)

    def _recipe(
        self, question: _Question, outcome: _Outcome, *, refused: str = ""
    ) -> Mapping[str, Any]:
        """The recipe of the composed text, and all that the model added to it."""
        return dict(question.draft.recipe) | {
            "model": {
                "name": self._model.model,
                "prompt_sha256": question.prompt.sha256,
                "output": _storable(outcome.output),
                "refused": refused,
                "composed": question.draft.text,
            }
        }

    async def _questions(
        self, now: datetime, *, limit: int
    ) -> tuple[Sequence[Waiting], list[_Question], dict[str, Dealt]]:
        """What waits, what to ask, and by campaign the texts that an answer has to differ from."""
        questions: list[_Question] = []
        dealt: dict[str, Dealt] = {}
        async with self._database.read() as transaction:
            drafts = await rephrasing.waiting(transaction, now=now, limit=limit)
            if not drafts:
                return [], [], {}
            composer = await self._templates.composer(transaction)
            ids = [draft.ambassador_id for draft in drafts]
            everybody = await taught(transaction, await people.ambassadors_by_id(transaction, ids))
            asked = {draft.post_id for draft in drafts}
            for campaign_id in {draft.campaign_id for draft in drafts}:
                campaign = await campaigns.get(transaction, campaign_id)
                if campaign is None:
                    continue
                dealt[campaign_id] = await deal.dealt_of(
                    transaction, campaign.kind, campaign.source_id, besides=asked
                )
                own = [draft for draft in drafts if draft.campaign_id == campaign_id]
                for draft in own:
                    if (person := everybody.get(draft.ambassador_id)) is not None:
                        questions += self._question(composer, campaign, draft, person)
        return drafts, questions, dealt

    async def _leave_the_others(
        self, drafts: Sequence[Waiting], questions: Sequence[_Question]
    ) -> None:
        """Drafts that nothing can be asked about, so that they are not in the way."""
        asked = {question.draft.post_id for question in questions}
        others = [draft for draft in drafts if draft.post_id not in asked]
        if others:
            async with self._database.write() as transaction:
                for draft in others:
                    await rephrasing.leave(transaction, draft, recipe=draft.recipe)

    def _question(
        self, composer: Composer, campaign: Campaign, draft: Waiting, person: Ambassador
    ) -> list[_Question]:
        """None for a draft without sentences to rephrase."""
        request = DraftRequest(
            campaign_id=campaign.id,
            content=campaign.content,
            ambassador=person,
            network=draft.network,
            rank=draft.recipe["rank"],
            seed=campaign.seed,
            link=self._short_link(draft.link_code),
        )
        writing = as_they_write(person, campaign.content.language)
        try:
            frame = frame_of(draft.text, draft.recipe["parts"], writing)
        except NoDraft:
            return []
        return [
            _Question(
                draft=draft,
                campaign=campaign,
                rank=request.rank,
                person=writing,
                frame=frame,
                prompt=prompt_of(frame, writing),
                sources=composer.sources(request),
            )
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    """What the model said, or why it said nothing."""

    output: str = ""
    refused: str = ""


def _storable(output: str) -> str:
    """A stranger's text as every database keeps it, and no longer than is worth reading."""
    return output.encode("utf-8", "replace").decode().replace("\x00", "\ufffd")[:4_000]
