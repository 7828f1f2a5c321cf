"""How far a partition may be committed: up to the first record that is not done."""

from __future__ import annotations


class Progress:
    """Of one partition: the next offset to commit, and stretches that no longer exist."""

    def __init__(self, start: int) -> None:
        self._next = start
        self._gone: dict[int, int] = {}

    def pass_over(self, begin: int, end: int) -> None:
        """The offsets from ``begin`` to before ``end`` will never be delivered."""
        self._gone[begin] = end

    def advance(self, done: set[int]) -> int | None:
        """The new offset to commit, or None when there is no progress.

        ``done`` holds offsets that are done, in any order; those passed are taken out of it.
        """
        start = self._next
        while True:
            if self._next in done:
                done.discard(self._next)
                self._next += 1
            elif self._next in self._gone:
                self._next = self._gone.pop(self._next)
            else:
                break
        return self._next if self._next > start else None
