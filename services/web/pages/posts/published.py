"""One's posts out there: shared by hand without a connection, which one says here; and taken off their
network, of which is said before what it does.
"""

from __future__ import annotations

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response

from services.campaigns.store import campaigns
from services.errors import Rejected
from services.posts import share_by_hand
from services.posts.delete_posts import ask_for_deletion
from services.posts.rules.deletion import may_be_asked
from services.posts.store import deletions
from services.web.access import AmbassadorView
from services.web.pages.posts.inbox import decide_on, own_post, typing_in

router = APIRouter(prefix="/inbox")


@router.post("/{post_id}/shared")
async def shared(view: AmbassadorView, post_id: str) -> Response:
    """``text`` is what was shared, ``address`` optionally where it was published."""
    typing = await typing_in(view)
    address = str((await view.request.form()).get("address", ""))
    return await decide_on(
        view,
        post_id,
        lambda transaction: share_by_hand.record_shared(
            transaction,
            post_id=post_id,
            ambassador_id=view.me.id,
            text=typing.text,
            address=address,
            now=view.now,
        ),
        typing=typing,
        address=address,
    )


@router.post("/{post_id}/not-shared")
async def not_shared(view: AmbassadorView, post_id: str) -> Response:
    return await decide_on(
        view,
        post_id,
        lambda transaction: share_by_hand.not_shared(
            transaction, post_id=post_id, ambassador_id=view.me.id, now=view.now
        ),
    )


@router.get("/{post_id}/delete")
async def confirm(view: AmbassadorView, post_id: str) -> Response:
    """Nothing happens here yet. Where there is nothing to ask for, back to the post."""
    post = await own_post(view, post_id)
    async with view.parts.database.read() as transaction:
        before = (await deletions.of_posts(transaction, [post.id])).get(post.id)
        titles = await campaigns.titles(transaction, [post.campaign_id])
    try:
        asks = may_be_asked(post, before)
    except Rejected:
        asks = False
    if not asks:
        return view.go(f"/inbox/{post_id}")
    return view.page("inbox/delete.html", post=post, title=titles[post.campaign_id])


@router.post("/{post_id}/delete")
async def ask(view: AmbassadorView, post_id: str) -> Response:
    """``sure`` is on the button of the page that says what it does."""
    await own_post(view, post_id)
    if (await view.request.form()).get("sure") != "yes":
        raise HTTPException(422)
    return await decide_on(
        view,
        post_id,
        lambda transaction: ask_for_deletion(
            transaction, post_id=post_id, ambassador_id=view.me.id, now=view.now
        ),
    )
