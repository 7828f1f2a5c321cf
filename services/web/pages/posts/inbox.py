"""The ambassador's inbox: read, change, approve, decline, take back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response

from services.campaigns.store import audience, campaigns
from services.database.transaction import Transaction
from services.errors import NeedsPerson, NoSuch, Rejected
from services.post import Post
from services.posts import decide, schedule
from services.posts.keep_typed import Typing, keep_typed
from services.posts.rules.post_images import media_type
from services.posts.schedule import When
from services.posts.share_by_hand import WrongAddress
from services.posts.store import posts, typed_texts
from services.posts.store.typed_texts import TypedText
from services.voice.learning.own_words import changes, own_share
from services.web.access import AmbassadorView
from services.web.pages.people.profile import ending_connections
from services.web.pages.posts.inbox_cards import Typed, pictures_of
from services.web.pages.posts.inbox_list import read_inbox
from services.web.view import View

router = APIRouter(prefix="/inbox")

Decision = Callable[[Transaction], Awaitable[Post]]


@router.get("")
async def inbox(view: AmbassadorView) -> Response:
    """With the post in front with which it is best to begin."""
    return await _show(view)


@router.get("/{post_id}")
async def one(view: AmbassadorView, post_id: str) -> Response:
    """The inbox with this post in front. For htmx its card: one under way asks for itself until it
    has arrived."""
    return await show(view, post_id)


@router.get("/{post_id}/images/{number}")
async def image(view: AmbassadorView, post_id: str, number: int) -> Response:
    """An image of the post, from where the story says that it is: no browser asks elsewhere."""
    post = await own_post(view, post_id)
    async with view.parts.database.read() as transaction:
        pictures = await pictures_of(transaction, view.parts, post)
    if view.parts.images is None or not 0 <= number < len(pictures):
        raise HTTPException(404)
    try:
        data = await view.parts.accounts.call(view.parts.images.fetch, pictures[number].url)
    except Rejected as gone:
        raise HTTPException(404) from gone
    headers = {"Cache-Control": "private, max-age=3600"}
    return Response(data, media_type=media_type(data), headers=headers)


@router.post("/{post_id}/edit")
async def edit(view: AmbassadorView, post_id: str) -> Response:
    typing = await typing_in(view)
    return await decide_on(
        view,
        post_id,
        lambda transaction: decide.edit(
            transaction,
            post_id=post_id,
            ambassador_id=view.me.id,
            text=typing.text,
            now=view.now,
            networks=view.parts.templates.networks,
        ),
        typing=typing,
    )


@router.post("/{post_id}/approve")
async def approve(view: AmbassadorView, post_id: str) -> Response:
    """``when`` is now, or a good time: the one that the button showed."""
    typing = await typing_in(view)
    asked = str((await view.request.form()).get("when", ""))
    # The button of a good time says which.
    name, _, shown = asked.partition(" ")
    when = When.GOOD_TIME if name == When.GOOD_TIME else When.NOW
    return await decide_on(
        view,
        post_id,
        lambda transaction: schedule.approve(
            transaction,
            view.parts.pace,
            post_id=post_id,
            ambassador_id=view.me.id,
            text=typing.text,
            when=when,
            shown=_moment(shown),
            now=view.now,
            networks=view.parts.templates.networks,
        ),
        typing=typing,
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


@router.post("/{post_id}/why-not")
async def why_not(view: AmbassadorView, post_id: str) -> Response:
    """The reason for a decline, which may follow it."""
    reason = str((await view.request.form()).get("reason", ""))
    return await decide_on(
        view,
        post_id,
        lambda transaction: decide.add_reason(
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
    await own_post(view, post_id)
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
        campaign = await campaigns.get(transaction, post.campaign_id)
        invited = await audience.invitations_of(transaction, view.me.id, [post.campaign_id])
    why_me = invited.get(post.campaign_id)
    return view.page(
        "inbox/why.html",
        post=post,
        recipe=post.recipe,
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
    typing: Typing | None = None,
    opening: str = "",
    answer: str = "",
    address: str = "",
) -> Response:
    """Carry a decision out and show what became of it, or why it was refused.

    ``typing`` is the text, ``opening`` and ``answer`` the answer to its question and ``address`` where it was
    shared, which a refusal leaves in place. Where another window has typed since this one was shown,
    nothing is decided before the person knows.
    """
    crossed = False
    try:
        async with view.parts.database.write() as transaction:
            crossed = typing is not None and await _is_crossed(transaction, post_id, typing)
            if not crossed:
                await decision(transaction)
    except NoSuch as nothing:
        raise HTTPException(404) from nothing
    except (Rejected, NeedsPerson) as refusal:
        if typing is not None:
            with suppress(Rejected):
                await keep(view, post_id, typing)
        left = Typed(
            post_id=post_id,
            text=typing.text if typing is not None else "",
            opening=opening,
            answer=answer,
            address=address,
            fault=view.fault(refusal),
            about_address=isinstance(refusal, WrongAddress),
        )
        status = 422 if isinstance(refusal, Rejected) else 409
        return await show(view, post_id, left, status=status)
    if typing is not None and crossed:
        await keep(view, post_id, typing)
        return await show(view, post_id, Typed(post_id=post_id, address=address), status=409)
    return await after(view, post_id)


async def after(view: View, post_id: str) -> Response:
    """The card as it is now."""
    return await show(view, post_id) if view.partial else view.go(f"/inbox/{post_id}")


async def _is_crossed(transaction: Transaction, post_id: str, typing: Typing) -> bool:
    kept = (await typed_texts.of_posts(transaction, [post_id])).get(post_id)
    return kept is not None and typing.crosses(kept)


async def keep(view: View, post_id: str, typing: Typing) -> TypedText | None:
    """Keep what was typed. Raises Rejected as `keep_typed` does."""
    async with view.parts.database.write() as transaction:
        return await keep_typed(
            transaction, typing, post_id=post_id, ambassador_id=view.me.id, now=view.now
        )


async def own_post(view: View, post_id: str) -> Post:
    """Raises 404 for a post of another person, as for one that does not exist."""
    async with view.parts.database.read() as transaction:
        post = await posts.get(transaction, post_id)
    if post is None or post.ambassador_id != view.me.id:
        raise HTTPException(404)
    return post


async def typing_in(view: View) -> Typing:
    """The text in a form, with what its window was shown."""
    form = await view.request.form()
    version = str(form.get("version", ""))
    return Typing(
        text=str(form.get("text", "")),
        window=str(form.get("window", ""))[:_MAX_WINDOW],
        version=int(version) if version.isascii() and version.isdigit() else None,
    )


#: Of a window's name; ours are eight characters.
_MAX_WINDOW = 20


async def show(
    view: View, post_id: str, typed: Typed | None = None, *, status: int = 200
) -> Response:
    """The post in front of the inbox; its card alone for htmx."""
    return await _show(view, post_id, typed, status=status)


async def _show(
    view: View, post_id: str = "", typed: Typed | None = None, *, status: int = 200
) -> Response:
    async with view.parts.database.read() as transaction:
        found = await read_inbox(transaction, view, chosen=post_id, typed=typed)
    if profile := found.reader.profile:
        view = replace(view, zone=ZoneInfo(profile.timezone))
    if view.partial and post_id:
        return view.page("inbox/_card.html", status=status, front=found.front)
    return view.page(
        "inbox/inbox.html",
        status=status,
        inbox=found,
        ending=ending_connections(
            found.reader.accounts.values(), now=view.now, networks=view.parts.networks
        ),
        preferences=found.reader.chose,
        now=view.now,
    )


def _moment(value: str) -> datetime | None:
    with suppress(ValueError):
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    return None
