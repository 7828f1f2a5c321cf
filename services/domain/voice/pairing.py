"""Which wrapper stands around which fact, so that no pair comes twice before all came once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

Wrapper = TypeVar("Wrapper")
Wrapped = TypeVar("Wrapped")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairing(Generic[Wrapper, Wrapped]):
    """All pairs in a fixed order, in which neighbours differ in both halves.

    Each pair comes at most ``uses`` times; after that there is none left. Two is what is promised
    for a thousand ambassadors.
    """

    wrappers: tuple[Wrapper, ...]
    items: tuple[Wrapped, ...]
    uses: int = 2

    @property
    def size(self) -> int:
        """How many different pairs there are."""
        return len(self.wrappers) * len(self.items)

    def pick(self, number: int, suggestion: int = 0) -> tuple[Wrapper, Wrapped] | None:
        """The pair for this number; further suggestions start a third further on each time."""
        size = self.size
        if number >= self.uses * size:
            return None
        if suggestion:
            number = (number + suggestion * (size // 3 + 1)) % (self.uses * size)
        turn, place = divmod(number, len(self.wrappers))
        return self.wrappers[place], self.items[(place + turn) % len(self.items)]
