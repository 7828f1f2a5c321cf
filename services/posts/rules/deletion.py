"""A published post that its ambassador wants off the network: asked, then deleted or failed.

The post itself stays ``published``: that it was there, was read and was paid for stays true.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from services.errors import Rejected
from services.message import NOTHING, Message, NetworkName, message
from services.post import Post, PostState

#: So long a network that does not answer is asked again. X wants a post gone within a day of the
#: request (https://docs.x.com/developer-terms/policy); after that a person has to do it.
PATIENCE = timedelta(days=1)


class DeletionState(StrEnum):
    ASKED = "asked"
    FAILED = "failed"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """``tries`` counts calls since it was asked last; ``due_at`` is when the next one is made, with
    ``reason`` for the failure of the last one. Without one it is over: ``deleted_at`` says
    that the post is gone, and else ``reason`` and ``remedy`` why it is not."""

    post_id: str
    asked_at: datetime
    tries: int = 0
    due_at: datetime | None = None
    reason: Message = NOTHING
    remedy: Message = NOTHING
    deleted_at: datetime | None = None

    @property
    def state(self) -> DeletionState:
        if self.deleted_at is not None:
            return DeletionState.DELETED
        return DeletionState.FAILED if self.due_at is None else DeletionState.ASKED


def may_be_asked(post: Post, before: Deletion | None) -> bool:
    """Whether there is something to ask: not for a post that is on its way off already.

    Raises Rejected for a post that is on no network, or that we cannot point at there.
    """
    if post.state is not PostState.PUBLISHED:
        raise Rejected(
            message("post.not-published", "this post is on no network"),
            remedy=message("do.load-again", "Load the page again."),
        )
    if not post.external_id:
        raise Rejected(
            message(
                "post.without-id",
                "{network} never told which post this is",
                network=NetworkName(post.network),
            ),
            remedy=message(
                "do.delete-on-network",
                "Delete it on {network} itself.",
                network=NetworkName(post.network),
            ),
        )
    if before is not None and before.state is DeletionState.DELETED:
        raise Rejected(
            message(
                "post.deleted-already",
                "this post was taken off {network} already",
                network=NetworkName(post.network),
            )
        )
    return before is None or before.state is DeletionState.FAILED
