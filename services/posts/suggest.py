"""Other texts for the same draft, and the text that is built around an answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from services.campaigns.store import campaigns
from services.database.transaction import Transaction
from services.errors import Rejected
from services.message import message
from services.people.store import people
from services.ports import PostRules
from services.post import Post, PostState, text_sha256
from services.posts import deal
from services.posts.own_post import check_open, own_post, rewrite
from services.text.normal_form import as_networks_keep
from services.voice import Composer, Dealt, Draft, DraftRequest, NoDraft
from services.voice.current_templates import CurrentTemplates
from services.voice.learning.own_words import as_typed, without_answer
from services.voice.store import own_words, suggestions
from services.voice.voice_profile import taught
from services.voice.writing.composer import other_drafts


class Suggester:
    """Composes the other texts of a draft on request; none of them is stored."""

    def __init__(self, templates: CurrentTemplates, *, short_link: Callable[[str], str]) -> None:
        self._templates = templates
        self._short_link = short_link

    @property
    def networks(self) -> Mapping[str, PostRules]:
        return self._templates.networks

    async def suggest(
        self, transaction: Transaction, *, post_id: str, ambassador_id: str
    ) -> list[Draft]:
        """At most three other texts, none of which was shown before; around the answer, where one
        was given.

        Raises Rejected when the draft was decided already or its campaign has ended.
        """
        post = await own_post(transaction, post_id, ambassador_id)
        request, others = await self._request(transaction, post)
        found, following = other_drafts(
            await self._templates.composer(transaction),
            request,
            others,
            beside={post.text, post.original_text},
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
        """Put a suggestion in the draft's place; the recipe has the one ``before``, to be chosen again.

        ``sha256`` is the hash of the text that the person saw. Raises Rejected when it would not be
        that text any more, or the draft was decided already.
        """
        post = await own_post(transaction, post_id, ambassador_id)
        request, others = await self._request(transaction, post)
        if not 0 <= variant < request.variant:
            raise Rejected(
                message("suggestion.unknown", "there is no such suggestion"),
                remedy=message("do.ask-for-others", "Ask for other texts again."),
            )
        composer = await self._templates.composer(transaction)
        draft = composer.compose(replace(request, variant=variant), others)
        if text_sha256(draft.text) != sha256:
            raise Rejected(
                message("suggestion.changed-meanwhile", "this suggestion has changed meanwhile"),
                remedy=message("do.ask-for-others", "Ask for other texts again."),
            )
        detail = {"variant": variant, "sha256": sha256}
        before = self._before(composer, post, request, others)
        draft = replace(draft, recipe={**draft.recipe, **({"before": before} if before else {})})
        return await self._take(
            transaction, post, draft, answer=request.answer, now=now, detail=detail
        )

    def _before(
        self, composer: Composer, post: Post, request: DraftRequest, others: Dealt
    ) -> dict[str, object]:
        """What has to be chosen to have the draft's text again; empty where its person changed it."""
        variant = post.recipe.get("variant", -1)
        if not post.text or variant < 0:
            return {}
        with suppress(NoDraft):
            draft = composer.compose(replace(request, variant=variant), others)
            if as_networks_keep(draft.text) == post.text:
                return {"variant": variant, "sha256": text_sha256(draft.text)}
        return {}

    async def rebuild(
        self,
        transaction: Transaction,
        post: Post,
        *,
        answer: str,
        now: datetime,
    ) -> Post:
        """Build the draft anew around ``answer``; without a text where a stranger would not understand it
        and was not asked before. Raises Rejected when no text around it fits, or the draft was
        decided already."""
        request, others = await self._request(transaction, post)
        composer = await self._templates.composer(transaction)
        try:
            # One question about an answer is enough.
            asked_already = post.recipe.get("why") == "unclear"
            asked = replace(request, answer=answer, as_it_is=asked_already, variant=0)
            draft = composer.compose(asked, others)
        except NoDraft as refusal:
            raise Rejected(refusal.message, remedy=refusal.remedy) from refusal
        return await self._take(transaction, post, draft, answer=answer, now=now, detail={})

    async def _take(
        self,
        transaction: Transaction,
        post: Post,
        draft: Draft,
        *,
        answer: str,
        now: datetime,
        detail: dict[str, object],
    ) -> Post:
        return await rewrite(
            transaction,
            post,
            "post.replaced",
            now=now,
            detail=detail,
            text=as_networks_keep(draft.text),
            original_text=as_networks_keep(without_answer(draft.text, answer)),
            angle=draft.relation,
            overlap=draft.overlap,
            recipe=dict(draft.recipe),
        )

    async def _request(self, transaction: Transaction, post: Post) -> tuple[DraftRequest, Dealt]:
        """For the next variant of this draft, and what everybody else has of the same story or
        vacancy; made anew, because few ask."""
        if post.state is not PostState.READY:
            raise Rejected(
                message("draft.decided-already", "the draft was decided already"),
                remedy=message("do.load-again", "Load the page again."),
            )
        await check_open(transaction, post)
        campaign = await campaigns.get(transaction, post.campaign_id)
        place = await suggestions.place(transaction, post.id)
        everybody = await people.ambassadors_by_id(transaction, [post.ambassador_id])
        if campaign is None or place is None or not everybody:
            raise Rejected(
                message("suggestion.none", "there are no other texts for this draft"),
                remedy=message("do.change-this-one", "Change this one."),
            )
        person = (await taught(transaction, everybody))[post.ambassador_id]
        recipe = post.recipe
        given = (await own_words.answers_about(transaction, [post.id])).get(post.id)
        request = DraftRequest(
            campaign_id=campaign.id,
            content=campaign.content,
            ambassador=person,
            network=post.network,
            rank=place.rank,
            seed=campaign.seed,
            link=self._short_link(post.link_code),
            variant=place.next_variant,
            wants_text=True,
            # Where it is held for a question, the other texts go without it.
            answer=as_typed(given.answer) if given and recipe.get("why") != "unclear" else "",
            as_it_is=bool(recipe.get("answered")),
            cast=await deal.cast(transaction, campaign.content, [person]),
        )
        others = await deal.dealt_of(
            transaction, campaign.kind, campaign.source_id, besides={post.id}
        )
        return request, others
