"""A draft in the inbox: the text in its box, measured and kept while it is typed, mended, undone, taken
along; beside it other texts, and the question whose answer makes the post.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response

from services.errors import Rejected
from services.people.rules.disclosure import put_back
from services.post import text_sha256
from services.posts.answer_prompt import answer_prompt
from services.posts.keep_typed import Typing, take_other, undo_typing
from services.text.normal_form import as_networks_keep
from services.voice import Draft
from services.web.access import AmbassadorView
from services.web.pages.posts.inbox import decide_on, keep, own_post, show, typing_in
from services.web.pages.posts.inbox_cards import Typed, read_card

router = APIRouter(prefix="/inbox")


@router.post("/{post_id}/measure")
async def measure(view: AmbassadorView, post_id: str) -> Response:
    """Keep a text that is being typed; its counter, its preview, and whether it is kept."""
    post = await own_post(view, post_id)
    typing = await typing_in(view)
    fault = ""
    try:
        await keep(view, post_id, typing)
    except Rejected as refusal:
        fault = view.fault(refusal)
    async with view.parts.database.read() as transaction:
        card = await read_card(transaction, view, post, Typed(post_id=post_id, text=typing.text))
    return view.page("inbox/_measured.html", card=card, unkept=fault)


@router.post("/{post_id}/put-back")
async def put_what_is_missing_back(view: AmbassadorView, post_id: str) -> Response:
    """The typed text with the sentence and the link that were edited away."""
    post = await own_post(view, post_id)
    typing = await typing_in(view)
    text = as_networks_keep(typing.text) or post.text
    employer = post.recipe.get("employer", "")
    mended = put_back(text, original=post.original_text, code=post.link_code, employer=employer)
    refused = await _kept_first(view, post_id, replace(typing, text=mended))
    return refused or await show(view, post_id)


@router.post("/{post_id}/connect")
async def connect(view: AmbassadorView, post_id: str) -> Response:
    """To the network for consent, with what was typed kept."""
    post = await own_post(view, post_id)
    if post.network not in view.parts.networks:
        raise HTTPException(404)
    refused = await _kept_first(view, post_id, await typing_in(view))
    if refused is not None:
        return refused
    path = f"/connect/{post.network}?post={post.id}"
    if view.partial:
        return view.go(path)
    # A form may not lead to another site (`headers`), so a page of ours lies between.
    leaving = view.page("inbox/leaving.html", network=post.network, address=path)
    leaving.headers["Refresh"] = f"0; url={path}"
    return leaving


@router.post("/{post_id}/undo")
async def undo(view: AmbassadorView, post_id: str) -> Response:
    """Back to the suggested text; what was typed up to the last key can be put back."""
    typing = await typing_in(view)
    if typing.text and (refused := await _kept_first(view, post_id, typing)):
        return refused
    return await decide_on(
        view,
        post_id,
        lambda transaction: undo_typing(
            transaction, post_id=post_id, ambassador_id=view.me.id, now=view.now
        ),
    )


@router.post("/{post_id}/other")
async def other(view: AmbassadorView, post_id: str) -> Response:
    """What was typed in another window, in the place of this one's."""
    return await decide_on(
        view,
        post_id,
        lambda transaction: take_other(transaction, post_id=post_id, ambassador_id=view.me.id),
    )


async def _kept_first(view: AmbassadorView, post_id: str, typing: Typing) -> Response | None:
    """Keep what was typed; the card with the reason where that is refused."""
    try:
        await keep(view, post_id, typing)
    except Rejected as refusal:
        left = Typed(post_id=post_id, text=typing.text, fault=view.fault(refusal))
        return await show(view, post_id, left, status=422)
    return None


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
    """Build the post around an answer, with the text that is on the screen; without a script, as
    it was kept."""
    form = await view.request.form()
    opening, given = str(form.get("opening", "")), str(form.get("answer", ""))
    asked = str(form.get("question", ""))
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
            opening=opening,
            text=typing.text or card.text,
            now=view.now,
            model_until=view.now + _EDITED_WITHIN if wants_model else None,
        ),
        typing=typing if typing.text else None,
        opening=opening,
        answer=given,
    )


@router.get("/{post_id}/follow-up")
async def follow_up(view: AmbassadorView, post_id: str) -> Response:
    """What a language model made of the answer, so far."""
    post = await own_post(view, post_id)
    async with view.parts.database.read() as transaction:
        card = await read_card(transaction, view, post)
    return view.page("inbox/_follow_up.html", card=card)
