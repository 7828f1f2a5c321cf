"""The ambassador's inbox: read, change, approve, decline, take back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from zoneinfo import ZoneInfo

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response

from services.domain.disclosure import missing, put_back
from services.domain.post import Post, as_networks_keep
from services.domain.post_address import WrongAddress
from services.domain.voice.own_words import changes, own_share
from services.errors import NeedsPerson, Rejected
from services.storage import audience, campaigns, connections, posts, sharing_preferences
from services.storage.transaction import Transaction
from services.use_cases import decide, schedule
from services.use_cases.schedule import When
from services.web.access import AmbassadorView
from services.web.pages.ending import ending_connections
from services.web.pages.inbox_cards import (
    Typed,
    intents_of,
    is_shared_by_hand,
    pictures_of,
    preview_of,
    price_of,
    read_cards,
    read_inbox,
    time_zone_of,
)
from services.web.pages.remarks import Written, remarks_on
from services.web.view import View

router = APIRouter(prefix="/inbox")

Decision = Callable[[Transaction], Awaitable[Post]]


@router.get("")
async def inbox(view: AmbassadorView) -> Response:
    return await _show_all(view)


@router.get("/{post_id}")
async def card(view: AmbassadorView, post_id: str) -> Response:
    """One card, for htmx: a card under way asks for itself until it has arrived."""
    if not view.partial:
        return view.go(f"/inbox#{post_id}")
    return await _show_one(view, post_id)


@router.post("/{post_id}/measure")
async def measure(view: AmbassadorView, post_id: str) -> Response:
    """The counter and the preview of a text that is being typed; nothing is stored."""
    post = await own_post(view, post_id)
    text = await _text_typed(view)
    async with view.parts.database.read() as transaction:
        titles = await campaigns.titles(transaction, [post.campaign_id])
        pictures = await pictures_of(transaction, view.parts, [post])
        written = Written(campaign_id=post.campaign_id, language=post.language, text=text)
        (remarks,) = await remarks_on(transaction, [written])
        networks = await connections.networks_of(transaction, [view.me.id])
        recipe = await posts.recipe(transaction, post_id) or {}
    by_hand = is_shared_by_hand(view.parts, post, networks.get(view.me.id, ()))
    return view.page(
        "inbox/_measured.html",
        remarks=remarks,
        preview=preview_of(view.parts, post.network, text),
        price=price_of(view.parts, post.network, text),
        images=pictures[post.id],
        post=post,
        text=text,
        missing=missing(
            text,
            original=post.original_text,
            code=post.link_code,
            employer=recipe.get("employer", ""),
        ),
        title=titles[post.campaign_id],
        own_share=own_share(post.original_text, text),
        by_hand=by_hand,
        intents=intents_of(view.parts, post, text),
    )


@router.post("/{post_id}/put-back")
async def put_what_is_missing_back(view: AmbassadorView, post_id: str) -> Response:
    """The typed text with the sentence and the link that were edited away; nothing is stored."""
    post = await own_post(view, post_id)
    async with view.parts.database.read() as transaction:
        recipe = await posts.recipe(transaction, post_id) or {}
    text = put_back(
        await _text_typed(view) or post.text,
        original=post.original_text,
        code=post.link_code,
        employer=recipe.get("employer", ""),
    )
    mended = Typed(post_id=post_id, text=text)
    return await (_show_one(view, post_id, mended) if view.partial else _show_all(view, mended))


@router.post("/{post_id}/edit")
async def edit(view: AmbassadorView, post_id: str) -> Response:
    text = await _text_typed(view)
    return await decide_on(
        view,
        post_id,
        lambda transaction: decide.edit(
            transaction,
            post_id=post_id,
            ambassador_id=view.me.id,
            text=text,
            now=view.now,
            networks=view.parts.templates.networks,
        ),
        typed=text,
    )


@router.post("/{post_id}/approve")
async def approve(view: AmbassadorView, post_id: str) -> Response:
    """``when`` is now, which is what the first button says, or a good time."""
    form = await view.request.form()
    text = str(form.get("text", ""))
    when = When.GOOD_TIME if form.get("when") == When.GOOD_TIME else When.NOW
    return await decide_on(
        view,
        post_id,
        lambda transaction: schedule.approve(
            transaction,
            view.parts.pace,
            post_id=post_id,
            ambassador_id=view.me.id,
            text=text,
            when=when,
            now=view.now,
            networks=view.parts.templates.networks,
        ),
        typed=text,
    )


@router.post("/{post_id}/decline")
async def decline(view: AmbassadorView, post_id: str) -> Response:
    reason = str((await view.request.form()).get("reason", ""))
    return await decide_on(
        view,
        post_id,
        lambda transaction: decide.decline(
            transaction, post_id=post_id, ambassador_id=view.me.id, reason=reason, now=view.now
        ),
    )


@router.post("/{post_id}/take-back")
async def take_back(view: AmbassadorView, post_id: str) -> Response:
    return await decide_on(
        view,
        post_id,
        lambda transaction: decide.take_back(
            transaction, post_id=post_id, ambassador_id=view.me.id, now=view.now
        ),
    )


@router.post("/{post_id}/settle")
async def settle(view: AmbassadorView, post_id: str) -> Response:
    """After "outcome unknown" the person looked: ``there`` is yes or no."""
    there = (await view.request.form()).get("there")
    if there not in ("yes", "no"):
        raise HTTPException(422)
    return await decide_on(
        view,
        post_id,
        lambda transaction: decide.settle(
            transaction,
            post_id=post_id,
            ambassador_id=view.me.id,
            there=there == "yes",
            prices=view.parts.prices,
            now=view.now,
        ),
    )


@router.get("/{post_id}/why")
async def why(view: AmbassadorView, post_id: str) -> Response:
    """Why this text, and why this person: everything that went into it, and what was changed."""
    post = await own_post(view, post_id)
    async with view.parts.database.read() as transaction:
        recipe = await posts.recipe(transaction, post.id)
        campaign = await campaigns.get(transaction, post.campaign_id)
        invited = await audience.invitations_of(transaction, view.me.id, [post.campaign_id])
    why_me = invited.get(post.campaign_id)
    return view.page(
        "inbox/why.html",
        post=post,
        recipe=recipe or {},
        campaign=campaign,
        reason=why_me.reason_in(view.messages.language) if why_me else "",
        changes=changes(post.original_text, post.text),
        own_share=own_share(post.original_text, post.text),
    )


async def decide_on(
    view: View,
    post_id: str,
    decision: Decision,
    *,
    typed: str = "",
    answer: str = "",
    address: str = "",
) -> Response:
    """Carry a decision out and show what became of it, or why it was refused.

    ``typed`` is the text, ``answer`` the answer to its question and ``address`` where it was shared,
    which a refusal leaves in place.
    """
    await own_post(view, post_id)
    try:
        async with view.parts.database.write() as transaction:
            await decision(transaction)
    except (Rejected, NeedsPerson) as refusal:
        status = 422 if isinstance(refusal, Rejected) else 409
        left = Typed(
            post_id=post_id,
            text=typed,
            answer=answer,
            address=address,
            fault=view.fault(refusal),
            about_address=isinstance(refusal, WrongAddress),
        )
        if view.partial:
            return await _show_one(view, post_id, left, status=status)
        return await _show_all(view, left, status=status)
    if view.partial:
        return await _show_one(view, post_id)
    return view.go(f"/inbox#{post_id}")


async def own_post(view: View, post_id: str) -> Post:
    """Raises 404 for a post of somebody else, as for one that does not exist."""
    async with view.parts.database.read() as transaction:
        post = await posts.get(transaction, post_id)
    if post is None or post.ambassador_id != view.me.id:
        raise HTTPException(404)
    return post


async def _text_typed(view: View) -> str:
    """As networks keep it: forms send other line ends than people type."""
    return as_networks_keep(str((await view.request.form()).get("text", "")))


async def _show_all(view: View, typed: Typed | None = None, *, status: int = 200) -> Response:
    async with view.parts.database.read() as transaction:
        found = await read_inbox(transaction, view, typed)
        zone = await time_zone_of(transaction, view.me.id)
        ending = await ending_connections(
            transaction, view.me.id, now=view.now, networks=view.parts.networks
        )
        preferences = await sharing_preferences.get(transaction, view.me.id)
    return _in_zone(view, zone).page(
        "inbox/inbox.html",
        status=status,
        inbox=found,
        ending=ending,
        preferences=preferences,
        now=view.now,
    )


async def _show_one(
    view: View, post_id: str, typed: Typed | None = None, *, status: int = 200
) -> Response:
    post = await own_post(view, post_id)
    async with view.parts.database.read() as transaction:
        (found,) = await read_cards(transaction, view, [post], typed)
        zone = await time_zone_of(transaction, view.me.id)
    return _in_zone(view, zone).page("inbox/_card.html", status=status, card=found)


def _in_zone(view: View, zone: str | None) -> View:
    return view if zone is None else replace(view, zone=ZoneInfo(zone))
