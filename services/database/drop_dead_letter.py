"""Give up dead letters that nobody will ever replay. What is gone is gone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from services.database import dead_letters
from services.database.record import record
from services.database.transaction import Transaction
from services.errors import NoSuch
from services.message import message

_MAX_ERROR_CHARACTERS = 300


async def drop(
    transaction: Transaction, letter_ids: Sequence[int], *, actor: str, now: datetime
) -> None:
    """Delete these letters, or none of them. The audit keeps what they were, not what they held.

    Raises Rejected when one of them is not there.
    """
    for letter_id in letter_ids:
        letter = await dead_letters.get(transaction, letter_id)
        if letter is None:
            raise NoSuch(
                message(
                    "dead-letter.unknown", "there is no dead letter {number}", number=str(letter_id)
                ),
                remedy=message("do.look-at-list", "Look at the list."),
            )
        await dead_letters.delete(transaction, letter_id)
        await record(
            transaction,
            "dead_letter.dropped",
            str(letter_id),
            actor=actor,
            now=now,
            processor=letter.processor,
            topic=letter.topic,
            partition=letter.partition,
            offset=letter.offset,
            part=letter.part,
            error=str(letter.error).strip().splitlines()[-1][:_MAX_ERROR_CHARACTERS],
        )
