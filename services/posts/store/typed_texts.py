"""What a person typed into a draft and did not decide on yet: kept as typed, for them alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa

from services.database.engine import in_parts, replace
from services.database.schema import posts, typed_texts
from services.database.transaction import Transaction
from services.post import PostState

#: While a draft is in one of these its person may change its text.
OPEN = (PostState.READY, PostState.FAILED)


#: In the place of a window.
UNDONE = "undone"


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedText:
    """``window`` typed it last, as the ``version``-th. ``other`` is what it took the place of that
    another window had typed, or that was undone; None: nothing, or its person saw to it."""

    post_id: str
    text: str
    version: int
    window: str
    typed_at: datetime
    other: str | None = None

    @property
    def undone(self) -> bool:
        """Whether the changes were undone, and nothing was typed since."""
        return self.window == UNDONE and self.other is not None


async def of_posts(transaction: Transaction, post_ids: Sequence[str]) -> dict[str, TypedText]:
    found: dict[str, TypedText] = {}
    for some in in_parts(post_ids):
        rows = await transaction.execute(
            sa.select(typed_texts).where(typed_texts.c.post_id.in_(some))
        )
        found.update((row["post_id"], TypedText(**row)) for row in rows.mappings())
    return found


async def keep(transaction: Transaction, typed: TypedText) -> None:
    await replace(transaction, typed_texts, [asdict(typed)])


async def forget(transaction: Transaction, post_ids: Sequence[str]) -> None:
    for some in in_parts(post_ids):
        await transaction.execute(typed_texts.delete().where(typed_texts.c.post_id.in_(some)))


async def hold_open(transaction: Transaction, post_id: str) -> bool:
    """Lock deciding on this draft, and typing, until this transaction ends.

    From then on no standing consent covers it and no language model edits it. False when it was decided already.
    """
    result = await transaction.execute(
        posts.update()
        .where(posts.c.id == post_id, posts.c.state.in_([state.value for state in OPEN]))
        .values(by_tap_only=True, rephrase_by=None)
    )
    return bool(result.rowcount)
