"""Beside a draft in the inbox: other texts for it, and the question whose answer makes the post."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response

from services.errors import Rejected
from services.post import text_sha256
from services.posts.answer_prompt import answer_prompt
from services.voice import Draft
from services.web.access import AmbassadorView
from services.web.pages.posts.inbox import decide_on, own_post, typing_in
from services.web.pages.posts.inbox_cards import read_card

router = APIRouter(prefix="/inbox")

#: So long after an answer a post may change by itself.
_EDITED_WITHIN = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """One other text; ``sha256`` binds a choice to exactly what was shown."""

    draft: Draft
    variant: int
    sha256: str


@router.post("/{post_id}/suggestions")
async def suggestions(view: AmbassadorView, post_id: str) -> Response:
    """Three others; asking again shows three more."""
    post = await own_post(view, post_id)
    found: list[Draft] = []
    fault = ""
    try:
        async with view.parts.database.write() as transaction:
            found = await view.parts.suggester.suggest(
                transaction, post_id=post_id, ambassador_id=view.me.id
            )
    except Rejected as refusal:
        fault = view.fault(refusal)
    return view.page(
        "inbox/_suggestions.html" if view.partial else "inbox/suggestions.html",
        status=422 if fault else 200,
        post_id=post_id,
        text_language=post.language,
        fault=fault,
        suggestions=[
            Suggestion(draft=draft, variant=draft.recipe["variant"], sha256=text_sha256(draft.text))
            for draft in found
        ],
    )


@router.post("/{post_id}/choose")
async def choose(view: AmbassadorView, post_id: str) -> Response:
    """Put a suggestion in the draft's place."""
    await own_post(view, post_id)
    form = await view.request.form()
    variant, sha256 = str(form.get("variant", "")), str(form.get("sha256", ""))
    if not (variant.isascii() and variant.isdigit() and len(variant) < 6):
        raise HTTPException(422)
    return await decide_on(
        view,
        post_id,
        lambda transaction: view.parts.suggester.choose(
            transaction,
            post_id=post_id,
            ambassador_id=view.me.id,
            variant=int(variant),
            sha256=sha256,
            now=view.now,
        ),
    )


@router.post("/{post_id}/answer")
async def answer(view: AmbassadorView, post_id: str) -> Response:
    """Build the post around an answer, with the text as it stands on the screen; without a script, as
    it was kept."""
    form = await view.request.form()
    given, asked = str(form.get("answer", "")), str(form.get("question", ""))
    wants_model = view.parts.ask_model is not None and form.get("model") == "yes"
    typing = await typing_in(view)
    post = await own_post(view, post_id)
    async with view.parts.database.read() as transaction:
        card = await read_card(transaction, view, post)
    return await decide_on(
        view,
        post_id,
        lambda transaction: answer_prompt(
            transaction,
            view.parts.suggester,
            post_id=post_id,
            ambassador_id=view.me.id,
            prompt=asked if asked in card.own.others else card.own.question,
            answer=given,
            text=typing.text or card.text,
            now=view.now,
            model_until=view.now + _EDITED_WITHIN if wants_model else None,
        ),
        typing=typing if typing.text else None,
        answer=given,
    )


@router.get("/{post_id}/follow-up")
async def follow_up(view: AmbassadorView, post_id: str) -> Response:
    """What a language model made of the answer, so far."""
    post = await own_post(view, post_id)
    async with view.parts.database.read() as transaction:
        card = await read_card(transaction, view, post)
    return view.page("inbox/_follow_up.html", card=card)
