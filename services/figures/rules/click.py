"""Honest clicks: which of them was a person, and the reason when not.

A preview bot, a HEAD request and a prefetch count zero people; a second click by the same visitor
on the same link within the window counts once.

`classify` and `doubles` judge clicks as they come; `Recount` judges those of a whole partition again.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple, Protocol

from services.figures.rules.user_agent import machine_of

#: A visitor's next click on the same link within this time is a duplicate.
DUPLICATE_WINDOW = timedelta(minutes=30)
DUPLICATE_MICROSECONDS = DUPLICATE_WINDOW // timedelta(microseconds=1)


class ClickClass(StrEnum):
    HUMAN = "human"
    BOT = "bot"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """``reason`` says in words why a click is not counted as a person; empty for a person."""

    click_class: ClickClass
    reason: str = ""


def classify(*, method: str, user_agent: str, prefetch: bool) -> Verdict:
    """Tell a person from a machine by what the request says of itself."""
    if method != "GET":
        return _bot(f"{method} request")
    if prefetch:
        return _bot("prefetch")
    machine = machine_of(user_agent)
    return _bot(machine) if machine else _PERSON


@lru_cache(maxsize=1_000)
def _bot(reason: str) -> Verdict:
    return Verdict(click_class=ClickClass.BOT, reason=reason)


_PERSON = Verdict(click_class=ClickClass.HUMAN)
TWICE = Verdict(click_class=ClickClass.DUPLICATE, reason="again within 30 minutes")


class Request(Protocol):
    """What an event holds of a click (`services.events.outgoing.LinkClicked`)."""

    @property
    def code(self) -> str: ...
    @property
    def visitor(self) -> str: ...
    @property
    def method(self) -> str: ...
    @property
    def user_agent(self) -> str: ...
    @property
    def prefetch(self) -> bool: ...
    @property
    def clicked_at(self) -> datetime: ...


class Click(NamedTuple):
    """One click with its verdict. ``id`` is the event's, ``at`` microseconds since 1970, ``hour`` the
    hour in UTC, as in 2026-11-24T09."""

    id: str
    code: str
    visitor: str
    click_class: str
    reason: str
    at: int
    hour: str


def judged(identity: str, request: Request) -> Click:
    """A click by what its request says; whether it is a duplicate is for those before it to say."""
    verdict = classify(
        method=request.method, user_agent=request.user_agent, prefetch=request.prefetch
    )
    at = microseconds(request.clicked_at)
    return Click(
        identity,
        request.code,
        request.visitor,
        _HUMAN if verdict is _PERSON else _BOT,
        verdict.reason,
        at,
        hour_of(at),
    )


def is_human(click: Click) -> bool:
    return click.click_class == _HUMAN


def doubles(fresh: Iterable[Click], counted: dict[tuple[str, str], list[int]]) -> list[str]:
    """The ids of those of ``fresh``, in the order of the log, that are duplicates.

    ``counted`` holds the moments of each visitor's clicks that count on each link, as far as they
    bear on these; it grows by those that count now.
    """
    found = []
    for click in fresh:
        if not is_human(click):
            continue
        earlier = counted.get(key := (click.code, click.visitor))
        if earlier is None:
            counted[key] = [click.at]
        elif any(abs(click.at - moment) < DUPLICATE_MICROSECONDS for moment in earlier):
            found.append(click.id)
        else:
            earlier.append(click.at)
    return found


def microseconds(moment: datetime) -> int:
    """Since 1970; exact, which a number of seconds with a fraction is not."""
    since = moment - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def hour_of(at: int) -> str:
    """The hour in UTC of a moment in microseconds since 1970, as in 2026-11-24T09."""
    return _hour(at // 3_600_000_000)


@lru_cache(maxsize=10_000)
def _hour(number: int) -> str:
    # Not by strftime: it leaves the zeros out of early years.
    return (_EPOCH + timedelta(hours=number)).isoformat()[:13]


_HUMAN, _BOT = ClickClass.HUMAN.value, ClickClass.BOT.value
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def visitor_key(*, salt: bytes, address: str, user_agent: str) -> str:
    """A keyed hash that distinguishes visitors for a day; it cannot be computed without ``salt``."""
    digest = hashlib.blake2b(
        f"{address}\x1f{user_agent}".encode("utf-8", "surrogatepass"), key=salt, digest_size=8
    )
    return digest.hexdigest()


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
            click = self._distinguished(click)
        span = click.hour if at >= self._hours else click.hour[:10]
        self.cells[click.code, span, click.click_class, click.reason] += 1
        self.counted += 1
        if at >= self._singly:
            self.recent.append(click)

    def _distinguished(self, click: Click) -> Click:
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
