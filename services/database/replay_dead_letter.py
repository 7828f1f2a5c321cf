"""Send a dead letter's original bytes to its topic once more, after its cause was removed."""

from __future__ import annotations

from datetime import datetime

from services.database import dead_letters
from services.database.engine import Database
from services.database.record import record
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
