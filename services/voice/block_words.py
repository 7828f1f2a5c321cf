"""Marketing keeps the list of words that no draft may hold."""

from __future__ import annotations

from datetime import datetime

from services.database.record import record
from services.database.transaction import Transaction
from services.errors import Rejected
from services.message import message
from services.text.normal_form import printable
from services.voice.checking.block_list import BlockedWord, BlockList
from services.voice.store import blocked_words

#: What most posts say of whom their author works for.
_EMPLOYER = ("ik werk bij {}", "i work at {}")
#: Characters of a word and of a reason.
LONGEST_WORD, LONGEST_REASON = 60, 200


async def block(
    transaction: Transaction,
    *,
    word: str,
    reason: str,
    organisation: str,
    author: str,
    now: datetime,
) -> None:
    """Put a word on the list, or change its reason.

    Raises Rejected when either cannot be used, or when no post for ``organisation`` could do without
    the word.
    """
    blocked = BlockedWord(word=_line(word), reason=_line(reason))
    if not (
        blocked.key
        and len(blocked.word) <= LONGEST_WORD
        and 0 < len(blocked.reason) <= LONGEST_REASON
    ):
        raise Rejected(
            message("word.none", "a word needs letters and a reason"),
            remedy=message(
                "do.write-word-and-reason",
                "Write a word or a phrase of at most {letters} letters, and say in at most {characters} characters why it is not used.",
                letters=LONGEST_WORD,
                characters=LONGEST_REASON,
            ),
        )
    for employer in _EMPLOYER:
        sentence = employer.format(organisation)
        if BlockList([blocked]).found_in(sentence):
            raise Rejected(
                message(
                    "word.in-every-post",
                    "every post says “{sentence}”, so no text could do without this word",
                    sentence=f"{sentence[0].upper()}{sentence[1:]}",
                ),
                remedy=message("do.block-longer", "Block a longer word or a phrase."),
            )
    await blocked_words.save(transaction, blocked, added_by=author, now=now)
    await record(
        transaction,
        "word.blocked",
        f"word:{blocked.key}",
        actor=author,
        now=now,
        reason=blocked.reason,
    )


async def allow(transaction: Transaction, *, key: str, author: str, now: datetime) -> None:
    """Take a word off the list; one that is off already stays off."""
    if await blocked_words.remove(transaction, key):
        await record(transaction, "word.allowed", f"word:{key}", actor=author, now=now)


def refuse_blocked(found: list[BlockedWord]) -> None:
    """Raises Rejected naming the first blocked word that a person's text holds."""
    for blocked in found:
        raise Rejected(
            message(
                "word.not-used",
                "the word “{word}” is not used here: {reason}",
                word=blocked.word,
                reason=blocked.reason,
            ),
            remedy=message("do.write-otherwise", "Write it in another way."),
        )


def _line(text: str) -> str:
    return " ".join(printable(text).split())
