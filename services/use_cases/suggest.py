"""Other texts for the same draft, and the question that asks for a fact of one's own."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from services.domain.network_rules import rules_of
from services.domain.network_text import measure_text
from services.domain.post import Post, PostState, normalise_text, text_sha256
from services.domain.voice import Draft, DraftRequest, OverlapGuard
from services.domain.voice.own_words import with_answer
from services.domain.voice.suggestions import other_drafts
from services.errors import Rejected
from services.storage import campaigns, own_words, people, posts, suggestions, typed_texts
from services.storage.transaction import Transaction
from services.use_cases.current_templates import CurrentTemplates
from services.use_cases.own_post import check_open, note, own_post
from services.use_cases.voice_profile import taught


class AngleOfDraft(NamedTuple):
    """What a draft asks about: ``kind`` is ``story`` or ``vacancy``."""

    language: str
    kind: str
    name: str


class Suggester:
    """Composes the other texts of a draft when somebody asks for them; none of them is stored."""

    def __init__(self, templates: CurrentTemplates, *, short_link: Callable[[str], str]) -> None:
        self._templates = templates
        self._short_link = short_link

    async def prompts(
        self, transaction: Transaction, angles: Collection[AngleOfDraft]
    ) -> dict[AngleOfDraft, tuple[str, ...]]:
        """The questions of each angle; none for one that the templates do not have any more."""
        templates = await self._templates.templates(transaction)
        return {
            angle: tuple(
                clause.source
                for clause in templates.optional_pool(
                    angle.language, f"{angle.kind}/{angle.name}", "prompts"
                )
            )
            for angle in angles
        }

    async def suggest(
        self, transaction: Transaction, *, post_id: str, ambassador_id: str
    ) -> list[Draft]:
        """At most three other texts, none of which was shown before.

        Raises Rejected when the draft was decided already or its campaign has ended.
        """
        post, request = await self._request(transaction, post_id, ambassador_id)
        found, following = other_drafts(
            await self._templates.composer(transaction),
            request,
            await _others(transaction, post),
            beside=list(dict.fromkeys((post.text, post.original_text))),
        )
        await suggestions.go_on_from(transaction, post.id, following)
        return found

    async def choose(
        self,
        transaction: Transaction,
        *,
        post_id: str,
        ambassador_id: str,
        variant: int,
        sha256: str,
        now: datetime,
    ) -> Post:
        """Put a suggestion in the draft's place; an answer given before is set into it again.

        ``sha256`` is the hash of the text that the person saw. Raises Rejected when it would not be
        that text any more, or the draft was decided already.
        """
        post, request = await self._request(transaction, post_id, ambassador_id)
        if not 0 <= variant < request.variant:
            raise Rejected("there is no such suggestion", remedy="Ask for other texts again.")
        request = replace(request, variant=variant)
        composer = await self._templates.composer(transaction)
        draft = composer.compose(request, await _others(transaction, post))
        if text_sha256(draft.text) != sha256:
            raise Rejected(
                "this suggestion has changed meanwhile", remedy="Ask for other texts again."
            )
        taken = await suggestions.take(
            transaction,
            post.id,
            text=await self._answered(transaction, post, draft, request),
            original_text=draft.text,
            angle=draft.angle,
            overlap=draft.overlap,
            recipe=draft.recipe,
        )
        if not taken:
            raise Rejected("the draft was decided already", remedy="Load the page again.")
        await typed_texts.forget(transaction, [post.id])
        detail = {"variant": variant, "sha256": sha256}
        await note(transaction, post, "post.replaced", now, detail)
        return await own_post(transaction, post_id, ambassador_id)

    async def _answered(
        self, transaction: Transaction, post: Post, draft: Draft, request: DraftRequest
    ) -> str:
        given = (await own_words.answers_about(transaction, [post.id])).get(post.id)
        if given is None:
            return draft.text
        rules = rules_of(post.network, self._templates.networks)
        text = with_answer(
            rules,
            draft.text,
            given.answer,
            original=draft.text,
            opening=request.ambassador.opening,
        )
        return normalise_text(text) if measure_text(rules, text).valid else draft.text

    async def _request(
        self, transaction: Transaction, post_id: str, ambassador_id: str
    ) -> tuple[Post, DraftRequest]:
        """The draft, and the request for its next variant."""
        post = await own_post(transaction, post_id, ambassador_id)
        if post.state is not PostState.READY:
            raise Rejected("the draft was decided already", remedy="Load the page again.")
        await check_open(transaction, post)
        campaign = await campaigns.get(transaction, post.campaign_id)
        place = await suggestions.place(transaction, post.id)
        everybody = await people.ambassadors_by_id(transaction, [ambassador_id])
        if campaign is None or place is None or not everybody:
            raise Rejected("there are no other texts for this draft", remedy="Change this one.")
        person = (await taught(transaction, everybody))[ambassador_id]
        return post, DraftRequest(
            campaign_id=campaign.id,
            content=campaign.content,
            ambassador=person,
            network=post.network,
            rank=place.rank,
            seed=campaign.seed,
            link=self._short_link(post.link_code),
            variant=place.next_variant,
        )


async def _others(transaction: Transaction, post: Post) -> OverlapGuard:
    """A guard over all other texts about the same story or vacancy.

    It is made anew each time: two thousand texts take a seventh of a second, and few people ask.
    """
    guard = OverlapGuard()
    campaign = await campaigns.of_post(transaction, post.id)
    if campaign is not None:
        for identity, text in await posts.texts_of_source(
            transaction, kind=campaign.kind, source_id=campaign.source_id
        ):
            if identity != post.id:
                guard.add(identity, text)
    return guard
