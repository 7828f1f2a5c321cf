"""The figures of a time and of the time before it, of everything or of one thing alone.

What is shown of a group is shown of five people at least, and so is what is left when all that is shown is
taken off the whole: where one group is too small, the next larger is hidden with it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from services.database.transaction import Transaction
from services.figures.rules.period import Period
from services.figures.store import period_figures, period_posts
from services.figures.store.period_figures import Series
from services.figures.store.period_posts import Group, Shared
from services.figures.store.reach_cells import SMALL_GROUP
from services.people.store import people

#: Posts that were published.
POSTS = Series("posts", "measured")
#: In these the figures of one tag may be those of fewer than all who shared.
_DIVIDE_CAMPAIGNS = ("network", "language", "team")


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """What came of a time: ``days`` by series and day, ``ambassadors`` those there were on its last
    day (of the team, where one is asked for). ``hides`` are series of too few people; where it is
    None, all of them are."""

    period: Period
    days: Mapping[Series, Counter[str]]
    shared: Shared
    ambassadors: int
    hides: frozenset[Series] | None

    def total(self, series: Series) -> int | None:
        """None where it may not be shown."""
        if self.hides is None or series in self.hides:
            return None
        return sum(self.days.get(series, Counter()).values())

    @property
    def enough(self) -> bool:
        """Whether averages over its posts belong to no single person."""
        return self.hides is not None and self.shared.people >= SMALL_GROUP

    @property
    def participation(self) -> float | None:
        """The share of the ambassadors of its last day who shared something, 0 to 1."""
        if not self.ambassadors or not self.enough:
            return None
        return min(1.0, self.shared.people / self.ambassadors)


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueRow:
    """One value of a dimension, with what may be shown of it: nothing of what it ``hides``."""

    value: str
    totals: Mapping[Series, int]
    hides: frozenset[Series]

    def total(self, series: Series) -> int | None:
        """None where it may not be shown."""
        return None if series in self.hides else self.totals.get(series, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueRows:
    """``hidden`` values have no row."""

    rows: list[ValueRow]
    hidden: int


@dataclass(frozen=True, slots=True)
class _Shown:
    """``values`` may be shown, except where ``counted`` has too few people (by series and value);
    a value without people is nothing, and hides none."""

    values: frozenset[str]
    counted: Mapping[Series, Mapping[str, int]]

    def hides(self, value: str, totals: Mapping[Series, int]) -> frozenset[Series]:
        return frozenset(
            series
            for series, people in self.counted.items()
            if (value in people or totals.get(series)) and value not in large_enough(people)
        )


async def read(
    transaction: Transaction, period: Period, *, of: str = "all", value: str = "", by: str
) -> tuple[Whole, Whole, ValueRows]:
    """Of this time, and of the time before, of ``value`` of the dimension ``of`` alone, or of all; and
    what each value of the dimension ``by`` brought in this time."""
    found = await period_figures.read(transaction, period, of=of, value=value, by=by)
    steps = await period_posts.steps(transaction, period, of=of, value=value, by=by)
    published = await period_posts.published(transaction, period, of=of, value=value, by=by)
    days = found.day | steps.day | {POSTS: published.days}
    both = []
    for each, shared in ((period, published.now), (period.before, published.before)):
        first, last = each.first.isoformat(), each.last.isoformat()
        own = {
            series: Counter({day: n for day, n in counts.items() if first <= day <= last})
            for series, counts in days.items()
        }
        hides: frozenset[Series] | None = frozenset()
        if of != "all":
            groups = await period_posts.groups(transaction, each, of)
            shown = await _shown(transaction, each, of, groups)
            totals = {series: sum(counts.values()) for series, counts in own.items()}
            hides = shown.hides(value, totals) if value in shown.values else None
        both.append(
            Whole(
                period=each,
                days=own,
                shared=shared,
                ambassadors=await _ambassadors(transaction, each, of, value),
                hides=hides,
            )
        )
    values = found.value | steps.value
    rows = await _rows(transaction, period, by, values, published.groups)
    return both[0], both[1], rows


async def _rows(
    transaction: Transaction,
    period: Period,
    by: str,
    found: dict[Series, Counter[str]],
    groups: Mapping[str, Group],
) -> ValueRows:
    found[POSTS] = Counter({value: group.posts for value, group in groups.items()})
    there = {value for counts in found.values() for value, n in counts.items() if value and n}
    shown = await _shown(transaction, period, by, groups)
    totals = {
        value: {series: counts[value] for series, counts in found.items()}
        for value in sorted(there & shown.values)
    }
    return ValueRows(
        rows=[
            ValueRow(value=value, totals=each, hides=shown.hides(value, each))
            for value, each in totals.items()
        ],
        hidden=len(there - shown.values),
    )


def large_enough(people: Mapping[str, int]) -> frozenset[str]:
    """The groups that may be shown beside their sum, by how many people are in each."""
    order = sorted(people, key=lambda value: (people[value], value))
    hidden = 0
    for place, value in enumerate(order):
        if people[value] >= SMALL_GROUP and (hidden == 0 or hidden >= SMALL_GROUP):
            return frozenset(order[place:])
        # Somebody may be in several: what is certain of all that are hidden is the largest.
        hidden = people[value]
    return frozenset()


async def _shown(
    transaction: Transaction, period: Period, dimension: str, groups: Mapping[str, Group]
) -> _Shown:
    counted = (
        await period_posts.reported_groups(transaction, period, dimension)
        if dimension in _DIVIDE_CAMPAIGNS
        else {}
    )
    return _Shown(large_enough({value: group.people for value, group in groups.items()}), counted)


async def _ambassadors(transaction: Transaction, period: Period, dimension: str, value: str) -> int:
    there = await people.headcount_on(transaction, period.last.isoformat())
    return sum(
        people for (team, _), people in there.items() if dimension != "team" or team == value
    )
