"""A map from 32-bit marks to small numbers, at sixteen bytes an entry.

A dictionary needs about ninety, because each key is an object of its own; a campaign of ten
thousand people has half a million marks.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable

_FIRST_SIZE = 256


class MarkTable:
    """Open addressing with linear probing, at most two thirds full. Zero marks an empty place."""

    __slots__ = ("_keys", "_used", "_values")

    def __init__(self) -> None:
        self._keys = array("I", bytes(4 * _FIRST_SIZE))
        self._values = array("I", bytes(4 * _FIRST_SIZE))
        self._used = 0

    def __len__(self) -> int:
        return self._used

    def look_up(self, marks: Iterable[int]) -> tuple[list[tuple[int, int]], list[int]]:
        """The marks that are there, each with its value, and those that are not."""
        keys, values = self._keys, self._values
        last = len(keys) - 1
        known, fresh = [], []
        for mark in marks:
            place = mark & last
            while (key := keys[place]) != mark and key:
                place = (place + 1) & last
            if key:
                known.append((mark, values[place]))
            else:
                fresh.append(mark)
        return known, fresh

    def get(self, mark: int) -> int | None:
        place = self._place(mark)
        return self._values[place] if self._keys[place] else None

    def add_new(self, marks: Collection[int], value: int) -> None:
        """Give a value to different marks that are not there."""
        while (self._used + len(marks)) * 3 > len(self._keys) * 2:
            self._grow()
        keys, values = self._keys, self._values
        last = len(keys) - 1
        for mark in marks:
            place = mark & last
            while keys[place]:
                place = (place + 1) & last
            keys[place], values[place] = mark, value
        self._used += len(marks)

    def set(self, mark: int, value: int) -> None:
        """Give ``mark``, which is not zero, a value below 2³²."""
        place = self._place(mark)
        if not self._keys[place]:
            self._keys[place] = mark
            self._used += 1
        self._values[place] = value
        if self._used * 3 > len(self._keys) * 2:
            self._grow()

    def _place(self, mark: int) -> int:
        keys = self._keys
        last = len(keys) - 1
        place = mark & last
        while (key := keys[place]) != mark and key:
            place = (place + 1) & last
        return place

    def _grow(self) -> None:
        old = zip(self._keys, self._values, strict=True)
        size = 2 * len(self._keys)
        self._keys = array("I", bytes(4 * size))
        self._values = array("I", bytes(4 * size))
        for mark, value in old:
            if mark:
                place = self._place(mark)
                self._keys[place], self._values[place] = mark, value
