"""Count the clicks of a partition of the log again, in its order, in memory."""

from __future__ import annotations

from collections import Counter

from services.figures.rules.click import DUPLICATE_MICROSECONDS, TWICE, Click, ClickClass

_DAY = 86_400_000_000
_HUMAN, _TWICE = ClickClass.HUMAN.value, TWICE.click_class.value


class Recount:
    """All moments are microseconds since 1970.

    ``cells`` are clicks by code, hour (day, where it lies before ``hours``), class and reason, of those
    from ``since`` on; ``recent`` the single ones from ``singly`` on. Both are the caller's to empty.
    A click is remembered as long as the database would have (``memory``), by the clicks that follow.
    """

    def __init__(self, *, since: int, hours: int, singly: int, memory: int) -> None:
        self.cells: Counter[tuple[str, str, str, str]] = Counter()
        self.recent: list[Click] = []
        self.counted = 0
        self._since, self._hours, self._singly = since, hours, singly
        self._memory = memory + DUPLICATE_MICROSECONDS
        self._newest_day = 0
        self._ids: dict[int, set[str]] = {}
        self._people: dict[tuple[str, str], list[int]] = {}

    def add(self, click: Click) -> None:
        at = click.at
        if at < self._since:
            return
        day = at // _DAY
        ids = self._ids.get(day)
        if ids is None:
            ids = self._ids[day] = set()
            if day > self._newest_day:
                self._forget(day)
        if click.id in ids:
            return
        ids.add(click.id)
        if click.click_class == _HUMAN:
            click = self._told_apart(click)
        span = click.hour if at >= self._hours else click.hour[:10]
        self.cells[click.code, span, click.click_class, click.reason] += 1
        self.counted += 1
        if at >= self._singly:
            self.recent.append(click)

    def _told_apart(self, click: Click) -> Click:
        earlier = self._people.get(key := (click.code, click.visitor))
        if earlier is None:
            self._people[key] = [click.at]
        elif any(abs(click.at - moment) < DUPLICATE_MICROSECONDS for moment in earlier):
            identity, code, visitor, _, _, at, hour = click
            return Click(identity, code, visitor, _TWICE, TWICE.reason, at, hour)
        else:
            earlier.append(click.at)
        return click

    def _forget(self, day: int) -> None:
        self._newest_day = day
        oldest = day * _DAY - self._memory
        self._ids = {each: ids for each, ids in self._ids.items() if (each + 1) * _DAY > oldest}
        self._people = {
            key: moments for key, moments in self._people.items() if moments[-1] > oldest
        }
