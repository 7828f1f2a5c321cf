"""Which wrapper stands around which fact, so that no pair comes twice before all came once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

Wrapper = TypeVar("Wrapper")
Wrapped = TypeVar("Wrapped")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairing(Generic[Wrapper, Wrapped]):
    """All pairs in a fixed order: the ``preferred`` items first, then the ``others``.

    Each pair comes at most twice, which is the promise for a thousand ambassadors; after that
    there is none left.
    """

    wrappers: tuple[Wrapper, ...]
    preferred: tuple[Wrapped, ...]
    others: tuple[Wrapped, ...] = ()

    @property
    def once(self) -> int:
        """How many pairs there are."""
        return len(self.wrappers) * (len(self.preferred) + len(self.others))

    def pick(self, number: int, suggestion: int = 0) -> tuple[Wrapper, Wrapped] | None:
        """The pair for this number; further suggestions start a third further on each time."""
        if not self.once or number >= 2 * self.once:
            return None
        turn, place = divmod(
            (number + suggestion * -(-self.once // 3)) % (2 * self.once), len(self.wrappers)
        )
        turn %= len(self.preferred) + len(self.others)
        items = self.preferred
        if turn >= len(self.preferred):
            turn, items = turn - len(self.preferred), self.others
        return self.wrappers[place], items[(place + turn) % len(items)]
