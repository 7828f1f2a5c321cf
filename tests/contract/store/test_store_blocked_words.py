"""The list of words that no draft may hold."""

from __future__ import annotations

from services.database.engine import Database
from services.voice.checking.block_list import BlockedWord
from services.voice.store import blocked_words
from tests.builders import NOW

SALE = BlockedWord(word="Sale", reason="We verkopen niet.")
CAFE = BlockedWord(word="café*", reason="Zo heet het niet.")


async def test_words_are_kept_by_what_they_say(database: Database) -> None:
    """The same word written otherwise takes the place of the first, and can be taken off."""
    async with database.write() as transaction:
        for word in (SALE, CAFE, BlockedWord(word="SÁLE", reason="Nieuw.")):
            await blocked_words.save(transaction, word, added_by="maaike", now=NOW)
    async with database.write() as transaction:
        listed = await blocked_words.read(transaction)
        assert listed.words == (CAFE, BlockedWord(word="SÁLE", reason="Nieuw."))
        found = await blocked_words.kept(transaction)
        assert [(one.key, one.added_by, one.added_at) for one in found] == [
            ("cafe*", "", NOW),
            ("sale", "", NOW),
        ]
        assert await blocked_words.remove(transaction, "sale") is True
        assert await blocked_words.remove(transaction, "sale") is False
