"""What a person is told about a text of their own before they decide about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.domain.voice.block_list import BlockedWord, BlockList
from services.storage import blocked_words
from services.storage.transaction import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Remarks:
    """``blocked`` words have to go before the text can be approved."""

    blocked: Sequence[BlockedWord] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Remarking:
    """Read once for many texts."""

    blocked: BlockList

    @classmethod
    async def read(cls, transaction: Transaction) -> Remarking:
        return cls(blocked=await blocked_words.read(transaction))

    def on(self, text: str) -> Remarks:
        return Remarks(blocked=self.blocked.found_in(text))
