"""Images that a network holds already for a post: part of its written intent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from services.database.engine import replace
from services.database.schema import post_images
from services.database.transaction import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldImage:
    """``media_id`` is the network's; ``usable_at`` is when a post may refer to it."""

    url: str
    media_id: str
    uploaded_at: datetime
    usable_at: datetime


async def of_posts(
    transaction: Transaction, post_ids: Sequence[str]
) -> dict[str, dict[str, HeldImage]]:
    """By post and address."""
    rows = await transaction.execute(
        sa.select(post_images).where(post_images.c.post_id.in_(post_ids))
    )
    found: dict[str, dict[str, HeldImage]] = {}
    for row in rows:
        found.setdefault(row.post_id, {})[row.url] = HeldImage(
            url=row.url,
            media_id=row.media_id,
            uploaded_at=row.uploaded_at,
            usable_at=row.usable_at,
        )
    return found


async def keep(transaction: Transaction, post_id: str, image: HeldImage) -> None:
    row = {
        "post_id": post_id,
        "url": image.url,
        "media_id": image.media_id,
        "uploaded_at": image.uploaded_at,
        "usable_at": image.usable_at,
    }
    await replace(transaction, post_images, [row])
