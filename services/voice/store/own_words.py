"""The ambassadors' own words: answers to prompts, and the share of each text that is theirs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import RowMapping

from services.database.engine import in_key_order, is_one_of, replace
from services.database.schema import own_answers, posts
from services.database.transaction import Transaction
from services.post import PostState


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnAnswer:
    """What a person answered to the question beside a draft; one a post. ``opening`` is how it begins,
    where what it is about was asked for by itself."""

    post_id: str
    ambassador_id: str
    prompt: str
    answer: str
    answered_at: datetime
    opening: str = ""

    @property
    def rest(self) -> str:
        """What follows the opening."""
        return self.answer.removeprefix(self.opening).strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnWords:
    """Over published posts: how many there are, how many hold the person's own words, and the
    mean share of those words, 0 to 1."""

    posts: int
    changed: int
    share: float


async def keep_answer(transaction: Transaction, answer: OwnAnswer) -> None:
    """Store an answer, in place of an earlier one about the same post."""
    row = asdict(answer)
    if opening := row.pop("opening"):
        row["answer"] = f"{opening}{_PART}{answer.rest}"
    await replace(transaction, own_answers, [row])


#: An answer is one line, so that this can only part its opening from the rest.
_PART = "\n"


def _read(row: RowMapping) -> OwnAnswer:
    opening, parted, _ = row["answer"].partition(_PART)
    whole = dict(row) | {"answer": row["answer"].replace(_PART, " ")}
    return OwnAnswer(**whole, opening=opening if parted else "")


async def answers_of(transaction: Transaction, ambassador_id: str) -> list[OwnAnswer]:
    """One person's answers, newest first."""
    rows = await transaction.execute(
        sa.select(own_answers)
        .where(own_answers.c.ambassador_id == ambassador_id)
        .order_by(own_answers.c.answered_at.desc(), own_answers.c.post_id)
    )
    return [_read(row) for row in rows.mappings()]


async def answers_about(transaction: Transaction, post_ids: Sequence[str]) -> dict[str, OwnAnswer]:
    rows = await transaction.execute(
        sa.select(own_answers).where(own_answers.c.post_id.in_(post_ids))
    )
    return {row["post_id"]: _read(row) for row in rows.mappings()}


async def forget_answers(
    transaction: Transaction, ambassador_id: str, *, post_id: str | None = None
) -> None:
    """Forget one answer, or all. Texts that hold it stay unchanged."""
    which = [own_answers.c.ambassador_id == ambassador_id]
    if post_id is not None:
        which.append(own_answers.c.post_id == post_id)
    await transaction.execute(own_answers.delete().where(in_key_order(own_answers, *which)))


async def keep_share(transaction: Transaction, post_id: str, share: float) -> None:
    await transaction.execute(posts.update().where(posts.c.id == post_id).values(own_words=share))


async def in_published(
    transaction: Transaction, *, campaign_ids: Sequence[str] | None = None
) -> OwnWords:
    """Published posts of these campaigns, or of all, of which the share is known."""
    query = sa.select(
        sa.func.count().label("posts"),
        sa.func.count().filter(posts.c.own_words > 0).label("changed"),
        sa.func.avg(posts.c.own_words).label("share"),
    ).where(posts.c.state == PostState.PUBLISHED.value, posts.c.own_words.is_not(None))
    if campaign_ids is not None:
        query = query.where(is_one_of(transaction, posts.c.campaign_id, campaign_ids))
    row = (await transaction.execute(query)).one()
    return OwnWords(posts=row.posts, changed=row.changed, share=float(row.share or 0.0))
