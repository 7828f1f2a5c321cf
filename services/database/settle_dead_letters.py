"""Dead letters: sent once more, given up, or noted as lost.

A dead letter that was given up is never replayed. Records that retention removed before they were
handled are written down for `zwaan doctor --deep`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from services.database import dead_letters
from services.database.engine import Database
from services.database.record import record
from services.database.transaction import Transaction
from services.errors import NoSuch, Rejected
from services.message import message
from services.ports import EventLog, Record


async def replay(
    database: Database, log: EventLog, letter_id: int, *, actor: str, now: datetime
) -> None:
    """Append, then mark: a crash between sends it twice, which every handler bears.

    Raises Rejected when there is no such letter or it was replayed already, RetryLater when the
    log or the database is away.
    """
    async with database.read() as transaction:
        letter = await dead_letters.get(transaction, letter_id)
    if letter is None:
        raise NoSuch(
            message(
                "dead-letter.unknown", "there is no dead letter {number}", number=str(letter_id)
            ),
            remedy=message("do.look-at-list", "Look at the list."),
        )
    if letter.replayed_at is not None:
        raise Rejected(
            message(
                "dead-letter.replayed-already",
                "the dead letter {number} was replayed already",
                number=str(letter_id),
            ),
            remedy=message(
                "do.look-for-new-letter", "If it died again, it is a new one in the list."
            ),
        )
    await log.append([Record(topic=letter.topic, key=letter.key, value=letter.value)])
    async with database.write() as transaction:
        await dead_letters.mark_replayed(transaction, letter_id, now=now)
        await record(
            transaction,
            "dead_letter.replayed",
            str(letter_id),
            actor=actor,
            now=now,
            topic=letter.topic,
        )


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


async def note_expired(
    transaction: Transaction, lost: Sequence[tuple[str, int, int, int]], *, now: datetime
) -> None:
    """``lost`` are stretches of a partition: topic, partition, from offset, to before offset."""
    for topic, partition, first, end in lost:
        await record(
            transaction,
            "records.expired",
            f"{topic}[{partition}]",
            actor="worker",
            now=now,
            **{"topic": topic, "from": first, "to": end},
        )
