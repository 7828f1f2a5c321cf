"""Ask a language model about an answer, where its person allows it: one more question, and an edit.

The post is built around the answer already and can be read, changed and approved at once. The model is
asked afterwards, outside of any transaction; its edit replaces the built text only while
that is unchanged, and only when it keeps every promise. Otherwise nothing happens.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from services.accounts.rules import GONE
from services.campaigns.store import campaigns
from services.database.engine import Database
from services.database.record import record
from services.database.transaction import Transaction
from services.errors import RetryLater
from services.people.rules.ambassador import Ambassador
from services.people.store import people
from services.post import text_sha256
from services.posts.store import model_edits
from services.posts.store.model_edits import WaitingAnswer
from services.text.network_text import measure_text
from services.text.normal_form import as_networks_keep, normalise_text
from services.voice import Composer
from services.voice.ask_model import AskModel
from services.voice.checking.support import Sources, check_supported
from services.voice.current_templates import CurrentTemplates
from services.voice.learning.own_words import as_typed
from services.voice.model import NotUsed, edit, follow_up
from services.voice.voice_profile import taught
from services.voice.writing.apply_profile import as_they_write, held_word
from services.voice.writing.request import DraftRequest

_BATCH = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class _Built:
    """A post as it was built, and whose it is."""

    waiting: WaitingAnswer
    person: Ambassador
    sources: Sources

    @property
    def answer(self) -> str:
        return as_networks_keep(as_typed(self.waiting.answer))


class AnswerEditor:
    """Asks about a batch of posts at a time. One at a time in an installation (the leader's)."""

    def __init__(
        self,
        *,
        database: Database,
        ask: AskModel,
        templates: CurrentTemplates,
        clock: Callable[[], datetime],
        short_link: Callable[[str], str],
    ) -> None:
        self._database = database
        self._ask = ask
        self._templates = templates
        self._clock = clock
        self._short_link = short_link

    async def edit(self) -> int:
        """One round; returns how many posts were looked at."""
        if self._ask.is_away:
            return 0
        async with self._database.read() as transaction:
            composer = await self._templates.composer(transaction)
            limit = 1 if self._ask.is_doubted else _BATCH
            built = await self._built(transaction, composer, limit)
        await asyncio.gather(*(self._think_along(each, composer) for each in built))
        return len(built)

    async def _built(
        self, transaction: Transaction, composer: Composer, limit: int
    ) -> list[_Built]:
        waiting = await model_edits.waiting(transaction, now=self._clock(), limit=limit)
        ids = [each.ambassador_id for each in waiting]
        everybody = await taught(transaction, await people.ambassadors_by_id(transaction, ids))
        built = []
        for each in waiting:
            campaign = await campaigns.get(transaction, each.campaign_id)
            person = everybody.get(each.ambassador_id)
            if campaign is not None and person is not None:
                request = DraftRequest(
                    campaign_id=campaign.id,
                    content=campaign.content,
                    ambassador=person,
                    network=each.network,
                    rank=0,
                    seed=campaign.seed,
                    link=self._short_link(each.link_code),
                )
                writing = as_they_write(person, campaign.content.language)
                sources = composer.sources(request)
                built.append(_Built(waiting=each, person=writing, sources=sources))
        return built

    async def _think_along(self, built: _Built, composer: Composer) -> None:
        try:
            said = {
                "follow_up": await self._follow_up(built),
                **await self._edited(built, composer),
            }
        except RetryLater:
            return  # it still waits
        text = said.pop("text")
        recipe = dict(built.waiting.recipe)
        recipe["model"] = {**recipe["model"], "name": self._ask.name, **said}
        async with self._database.write() as transaction:
            if text:
                recipe["model"] |= {"composed": built.waiting.text, "sha256": text_sha256(text)}
            used = await model_edits.settle(transaction, built.waiting, text=text, recipe=recipe)
            if used and text:
                await record(
                    transaction,
                    "post.edited",
                    built.waiting.post_id,
                    actor="language model",
                    now=self._clock(),
                    model=self._ask.name,
                    sha256=text_sha256(text),
                )

    async def _follow_up(self, built: _Built) -> str:
        """Empty when there is none: one was asked already, or it may not be."""
        if not built.waiting.recipe["model"].get("first"):
            return ""
        there = {
            "asked": built.waiting.prompt,
            "answer": built.answer,
            "language": built.person.language,
        }
        try:
            return await self._ask.use(
                "follow-up", follow_up.prompt_of(**there), partial(follow_up.question_of, **there)
            )
        except NotUsed:
            return ""

    async def _edited(self, built: _Built, composer: Composer) -> dict[str, Any]:
        """The ``text``, or empty and why the built one stays."""
        language = built.person.language
        try:
            if built.answer not in built.waiting.text.split("\n\n"):
                raise NotUsed("answer")
            text = await self._ask.use(
                "edit",
                edit.prompt_of(built.answer, language),
                lambda said: self._kept(edit.edited(said, built.answer, language), built, composer),
            )
        except NotUsed as broken:
            return {"text": "", "edit": str(broken)}
        return {"text": text, "edit": "used"}

    def _kept(self, core: str, built: _Built, composer: Composer) -> str:
        """The whole text. Raises NotUsed when it is no post any more, or nothing was edited."""
        person = built.person
        text = normalise_text(built.waiting.text.replace(built.answer, core, 1))
        network = built.waiting.network
        if text == built.waiting.text:
            raise NotUsed("same")
        if not measure_text(composer.networks.get(network, GONE), text).valid:
            raise NotUsed("network")
        if composer.blocked.found_in(text) or held_word(text, person.avoid):
            raise NotUsed("blocked")
        own = (built.answer, person.role, person.team, *person.crafts)
        if check_supported(core, built.sources, profile=own, language=person.language):
            raise NotUsed("unsupported")
        return text
