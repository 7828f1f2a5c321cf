"""A line over time and a dashed one of the time before, as the geometry of an SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import floor, log10

#: Lines across the picture, at most.
_MOST_TICKS = 4
_TOP, _BOTTOM, _LEFT, _RIGHT = 12, 26, 46, 12
#: A label under the picture takes as much.
_LABEL = 68


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """The position of one point, and the width of the area with its explanation."""

    x: float
    y: float
    left: float
    width: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """``line``, ``area`` and ``before`` are paths; ``ticks`` heights with their numbers, ``labelled``
    which of the columns have a label."""

    width: int
    height: int
    left: int
    base: float
    line: str
    area: str
    before: str
    columns: Sequence[Column]
    ticks: Sequence[tuple[float, int]]
    labelled: Sequence[int]


def draw(values: Sequence[int], before: Sequence[int], *, width: int, height: int) -> Chart:
    """What is below zero, a correction of a network, is drawn at zero."""
    step = _step(max(1, *values, *before))
    top = step * max(1, -(-max(1, *values, *before) // step))
    inner, base = width - _LEFT - _RIGHT, height - _BOTTOM
    each = inner / max(1, len(values))

    def x(place: int) -> float:
        return round(_LEFT + each * (place + 0.5), 1)

    def y(value: int) -> float:
        return round(base - (base - _TOP) * max(0, value) / top, 1)

    line = _path([(x(place), y(value)) for place, value in enumerate(values)])
    every = max(1, -(-len(values) * _LABEL // inner))
    return Chart(
        width=width,
        height=height,
        left=_LEFT,
        base=base,
        line=line,
        area=f"{line}L{x(len(values) - 1)} {base}L{x(0)} {base}Z",
        before=_path([(x(place), y(value)) for place, value in enumerate(before[: len(values)])]),
        columns=[
            Column(
                x=x(place), y=y(value), left=round(_LEFT + each * place, 1), width=round(each, 1)
            )
            for place, value in enumerate(values)
        ],
        ticks=[(y(number), number) for number in range(0, top + 1, step)],
        # The last one always: it is the newest.
        labelled=[place for place in range(len(values)) if (len(values) - 1 - place) % every == 0],
    )


def _step(highest: int) -> int:
    """1, 2 or 5 times a power of ten."""
    power = int(10 ** floor(log10(highest)))
    steps = sorted({max(1, power * part // 10) for part in (1, 2, 5, 10, 20, 50)})
    return next(step for step in steps if highest <= step * _MOST_TICKS)


def _path(points: Sequence[tuple[float, float]]) -> str:
    """Straight from point to point: a curve would show what was not counted."""
    if not points:
        return ""
    if len(points) == 1:
        (x, y) = points[0]
        points = [(x - 8, y), (x + 8, y)]
    start = points[0]
    return f"M{start[0]} {start[1]}" + "".join(f"L{x} {y}" for _, (x, y) in pairwise(points))
