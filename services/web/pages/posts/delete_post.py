"""Take one's own published post off its network: what that does, said before; then asked for."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response

from services.campaigns.store import campaigns
from services.errors import Rejected
from services.posts.delete_posts import ask_for_deletion
from services.posts.rules.deletion import may_be_asked
from services.posts.store import deletions
from services.web.access import AmbassadorView
from services.web.pages.posts.inbox import decide_on, own_post

router = APIRouter(prefix="/inbox")


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
