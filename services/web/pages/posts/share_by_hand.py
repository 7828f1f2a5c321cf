"""The inbox for people without a connection: they share a draft themselves, and say so."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from services.posts import share_by_hand
from services.web.access import AmbassadorView
from services.web.pages.posts.inbox import decide_on, typing_in

router = APIRouter(prefix="/inbox")


@router.post("/{post_id}/shared")
async def shared(view: AmbassadorView, post_id: str) -> Response:
    """``text`` is what was shared, ``address`` optionally where it stands."""
    typing = await typing_in(view)
    address = str((await view.request.form()).get("address", ""))
    return await decide_on(
        view,
        post_id,
        lambda transaction: share_by_hand.tell_shared(
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
