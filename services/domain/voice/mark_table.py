"""A map from 64-bit marks to small numbers, at twelve bytes a place.

A dictionary needs about ninety an entry, because each key is an object of its own; a campaign of ten
thousand people has half a million marks.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable

import numpy as np

_FIRST_SIZE = 256
_MARKS, _MARK_BYTES = "q", 8
_VALUES, _VALUE_BYTES = "I", 4


class MarkTable:
    """Open addressing with linear probing, at most two thirds full. Zero marks an empty place."""

    __slots__ = ("_marks", "_used", "_values")

    def __init__(self) -> None:
        self._empty(_FIRST_SIZE)

    def __len__(self) -> int:
        return self._used

    def look_up(self, wanted: Iterable[int]) -> tuple[list[tuple[int, int]], list[int]]:
        """The marks that are there, each with its value, and those that are not."""
        marks, values = self._marks, self._values
        last = len(marks) - 1
        known, fresh = [], []
        for mark in wanted:
            place = mark & last
            while (held := marks[place]) != mark and held:
                place = (place + 1) & last
            if held:
                known.append((mark, values[place]))
            else:
                fresh.append(mark)
        return known, fresh

    def add_new(self, new: Collection[int], value: int) -> None:
        """Give a value below 2³² to different marks that are not there; none of them is zero."""
        while (self._used + len(new)) * 3 > len(self._marks) * 2:
            self._grow()
        marks, values = self._marks, self._values
        last = len(marks) - 1
        for mark in new:
            place = mark & last
            while marks[place]:
                place = (place + 1) & last
            marks[place], values[place] = mark, value
        self._used += len(new)

    def change(self, mark: int, value: int) -> None:
        """Give another value to a mark that is there. Raises KeyError when it is not."""
        marks = self._marks
        last = len(marks) - 1
        place = mark & last
        while (held := marks[place]) != mark:
            if not held:
                raise KeyError(mark)
            place = (place + 1) & last
        self._values[place] = value

    def _empty(self, size: int) -> None:
        self._marks = array(_MARKS, bytes(_MARK_BYTES * size))
        self._values = array(_VALUES, bytes(_VALUE_BYTES * size))
        self._used = 0

    def _grow(self) -> None:
        """Into twice the space: as if the marks came in the order of their places there."""
        marks, values = np.frombuffer(self._marks, _MARKS), np.frombuffer(self._values, _VALUES)
        held = marks.nonzero()[0]
        self._empty(2 * len(marks))
        last = len(self._marks) - 1
        wanted = marks[held] & last
        order = wanted.argsort(kind="stable")
        held, wanted, counted = held[order], wanted[order], np.arange(len(order))
        # Each takes the place it wants, or the one behind the mark before it.
        places = np.maximum.accumulate(wanted - counted) + counted
        inside = int(places.searchsorted(last, side="right"))
        np.frombuffer(self._marks, _MARKS)[places[:inside]] = marks[held[:inside]]
        np.frombuffer(self._values, _VALUES)[places[:inside]] = values[held[:inside]]
        self._used = inside
        # Behind the last place comes the first.
        for place in held[inside:]:
            self.add_new([int(marks[place])], int(values[place]))
