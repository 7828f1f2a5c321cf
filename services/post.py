"""A post's life: what may follow what, and why.

``ready → approved → publishing → published | failed | unknown`` with ways back and out; ``ready →
shared`` where the person posts it by hand and it cannot be checked. The written
intent is the state ``publishing``: it is stored before the network is called, because neither
network has an idempotency key.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from services.errors import Rejected
from services.language import Language
from services.message import NOTHING, Message, message


class PostState(StrEnum):
    READY = "ready"
    APPROVED = "approved"
    PUBLISHING = "publishing"
    PUBLISHED = "published"
    SHARED = "shared"
    FAILED = "failed"
    UNKNOWN = "unknown"
    DECLINED = "declined"
    CANCELLED = "cancelled"


_NEXT: dict[PostState, frozenset[PostState]] = {
    PostState.READY: frozenset(
        {PostState.APPROVED, PostState.SHARED, PostState.DECLINED, PostState.CANCELLED}
    ),
    # Back to ready: the ambassador takes the approval back before it is sent.
    PostState.APPROVED: frozenset({PostState.PUBLISHING, PostState.READY, PostState.CANCELLED}),
    # Back to approved: the network said that it did not take the post.
    PostState.PUBLISHING: frozenset(
        {PostState.PUBLISHED, PostState.FAILED, PostState.UNKNOWN, PostState.APPROVED}
    ),
    # A person looks: it is there, or it is not. Never straight back to approved.
    PostState.UNKNOWN: frozenset({PostState.PUBLISHED, PostState.FAILED}),
    PostState.DECLINED: frozenset({PostState.READY}),
    PostState.SHARED: frozenset({PostState.READY}),
    PostState.FAILED: frozenset({PostState.APPROVED}),
    PostState.PUBLISHED: frozenset(),
    PostState.CANCELLED: frozenset(),
}


def check_transition(before: PostState, after: PostState) -> None:
    """Raises Rejected with a sentence when ``after`` may not follow ``before``."""
    if after not in _NEXT[before]:
        raise Rejected(
            message(
                "post.no-transition",
                "a post that is {before} cannot become {after}",
                before=before,
                after=after,
            ),
            remedy=message("do.load-again", "Load the page again."),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A draft and what became of it. ``text`` is exactly what would appear on the network.

    ``consent`` is what the approval rests on: ``tap`` or ``standing``; empty before it. ``recipe`` is
    what the text was made of.
    """

    id: str
    campaign_id: str
    ambassador_id: str
    network: str
    language: Language
    text: str
    state: PostState
    angle: str
    overlap: float
    link_code: str
    created_at: datetime
    original_text: str = ""
    consent: str = ""
    publish_at: datetime | None = None
    published_at: datetime | None = None
    external_id: str | None = None
    external_url: str | None = None
    reason: Message = NOTHING
    remedy: Message = NOTHING
    attempts: int = 0
    recipe: Mapping[str, Any] = field(default_factory=dict, compare=False)

    @property
    def ids(self) -> dict[str, str]:
        """What its events name it by."""
        return {"post_id": self.id, "campaign_id": self.campaign_id, "network": self.network}


def text_sha256(text: str) -> str:
    """What an approval is bound to."""
    return hashlib.sha256(text.encode()).hexdigest()
