"""What people set about their voice by hand, and what their edits showed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from services.database.engine import in_key_order, insert_new, is_one_of, replace
from services.database.schema import voice_observations, voice_profiles
from services.database.transaction import Transaction
from services.voice.learning.learning import Habit, Observation, Seen


async def settings(transaction: Transaction, ambassador_id: str) -> dict[str, Any]:
    """Fields of `Ambassador` that this person set by hand; `people` shows them in the profile."""
    found: dict[str, Any] | None = await transaction.scalar(
        sa.select(voice_profiles.c.settings).where(voice_profiles.c.ambassador_id == ambassador_id)
    )
    return found or {}


async def save(
    transaction: Transaction, ambassador_id: str, fields: Mapping[str, Any], *, now: datetime
) -> None:
    row = {"ambassador_id": ambassador_id, "settings": dict(fields), "changed_at": now}
    await replace(transaction, voice_profiles, [row])


async def keep_observations(
    transaction: Transaction,
    ambassador_id: str,
    post_id: str,
    observations: Iterable[Observation],
    *,
    at: datetime,
) -> None:
    """Remember what was seen in a post, in place of what was seen in it before."""
    await _forget(transaction, voice_observations.c.post_id == post_id)
    await insert_new(
        transaction,
        voice_observations,
        [
            {"ambassador_id": ambassador_id, "post_id": post_id, "observed_at": at} | asdict(each)
            for each in observations
        ],
    )


async def observations(
    transaction: Transaction, ambassador_ids: Sequence[str]
) -> dict[str, list[Seen]]:
    """The observations of each person, oldest first; without people who have none."""
    found: dict[str, list[Seen]] = {}
    rows = await transaction.execute(
        sa.select(voice_observations)
        .where(is_one_of(transaction, voice_observations.c.ambassador_id, ambassador_ids))
        .order_by(voice_observations.c.observed_at, voice_observations.c.post_id)
    )
    for row in rows:
        observation = Observation(habit=row.habit, most=row.most, word=row.word)
        seen = Seen(observation=observation, post_id=row.post_id, at=row.observed_at)
        found.setdefault(row.ambassador_id, []).append(seen)
    return found


async def forget(
    transaction: Transaction, ambassador_id: str, habit: Habit, word: str = ""
) -> None:
    """Forget what was seen of one habit, so that it has to happen twice again."""
    await _forget(
        transaction,
        voice_observations.c.ambassador_id == ambassador_id,
        voice_observations.c.habit == habit,
        voice_observations.c.word == word,
    )


async def delete(transaction: Transaction, ambassador_id: str) -> None:
    """Everything set by hand and everything seen; the profile is as it was imported."""
    await transaction.execute(
        voice_profiles.delete().where(voice_profiles.c.ambassador_id == ambassador_id)
    )
    await _forget(transaction, voice_observations.c.ambassador_id == ambassador_id)


async def _forget(transaction: Transaction, *which: sa.ColumnElement[bool]) -> None:
    await transaction.execute(
        voice_observations.delete().where(in_key_order(voice_observations, *which))
    )
