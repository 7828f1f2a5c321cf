"""The upper part of the page of figures: what came of a time, as picture and as tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from urllib.parse import urlencode

from babel.dates import format_date, format_skeleton

from services.campaigns.store import campaigns
from services.database.transaction import Transaction
from services.figures import over_time
from services.figures.over_time import POSTS, ValueRow, ValueRows, Whole
from services.figures.rules.period import OWN, RANGES, Period, chosen
from services.figures.store.period_figures import DIMENSIONS, Series
from services.price import MICROS
from services.web import labels
from services.web.messages import language_name, network_name
from services.web.pages.figures.chart import Chart, draw
from services.web.view import View

_HUMAN = Series("human", "measured")
#: What there is to see, in this order; the first three also where there is nothing.
_SERIES = (
    POSTS,
    _HUMAN,
    Series("impressions", "measured"),
    Series("impressions", "estimated"),
    Series("reach", "measured"),
    Series("reach", "estimated"),
    Series("reactions", "measured"),
    Series("comments", "measured"),
    Series("reshares", "measured"),
    Series("applied", "measured"),
    Series("interview", "measured"),
    Series("hired", "measured"),
)
_ALWAYS = frozenset(_SERIES[:3])
#: There is no room for all of them; who asks for one gets it.
_NOT_IN_TABLES = frozenset(
    each
    for each in _SERIES
    if each.metric in ("comments", "reshares", "interview") or each == ("impressions", "estimated")
)
#: The source: the key of a sentence.
_SOURCES = {"posts": "zwaan", "human": "links"} | dict.fromkeys(
    ("applied", "interview", "hired"), "ats"
)
#: Rows of a table, and campaigns, until all of them are asked for.
FIRST_ROWS = 10
#: What can be shown as a whole: the table by a dimension, or the figures of campaigns.
ALL = ("divided", "campaigns")
_WIDE, _SMALL = (960, 260), (360, 200)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One figure; ``value`` and ``before`` are None where they may not be shown."""

    series: Series
    value: int | None
    before: int | None
    address: str
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TableColumn:
    """One series in the table by a dimension; ``address`` sorts by it."""

    series: Series
    address: str
    sorted: bool


@dataclass(frozen=True, slots=True)
class Point:
    label: str
    value: int
    before_label: str
    before: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TableLine:
    """One row of a table; ``values`` are None where they may not be shown."""

    name: str
    address: str
    values: Sequence[int | None]
    chosen: bool


class Question:
    """What is asked for by the address; what it does not know is as if it were not there."""

    def __init__(self, given: Mapping[str, str], today: date) -> None:
        self.period = chosen(given, today)
        by, _, value = given.get("of", "").partition(":")
        self.of, self.value = (by, value) if by in DIMENSIONS and value else ("all", "")
        self.by = given["by"] if given.get("by") in DIMENSIONS else DIMENSIONS[0]
        self.series = _series(given.get("show", "")) or _HUMAN
        self.sort = given.get("sort", "")
        self.all = given["all"] if given.get("all") in ALL else ""

    def address(self, **changes: str) -> str:
        """This question with changes."""
        asked = {
            "range": self.period.name,
            "of": "" if self.of == "all" else f"{self.of}:{self.value}",
            "by": self.by,
            "show": ".".join(self.series),
            "sort": self.sort,
            "all": self.all,
        }
        if self.period.name == OWN:
            asked |= {"from": self.period.first.isoformat(), "to": self.period.last.isoformat()}
        given = {name: value for name, value in (asked | changes).items() if value}
        return f"/figures?{urlencode(given)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OverTime:
    """All that the template shows."""

    question: Question
    now: Whole
    before: Whole
    tiles: Sequence[Tile]
    points: Sequence[Point]
    charts: Sequence[tuple[str, Chart]]
    source: str
    span: str
    span_before: str
    name: str
    page: str
    ranges: Sequence[tuple[str, str]]
    dimensions: Sequence[tuple[str, str]]
    columns: Sequence[TableColumn]
    lines: Sequence[TableLine]
    more: int
    hidden: int

    @property
    def last_day(self) -> str:
        return self.span.rsplit(" – ", maxsplit=1)[-1]

    @property
    def charged(self) -> Decimal:
        return Decimal(self.now.shared.charged) / MICROS


async def read_over_time(view: View, transaction: Transaction) -> OverTime:
    question = Question(view.request.query_params, view.now.astimezone(UTC).date())
    period = question.period
    now, before, rows = await over_time.read(
        transaction, period, of=question.of, value=question.value, by=question.by
    )
    names = await _names(view, transaction, question, rows)
    tiles = [
        series
        for series in _SERIES
        if series in _ALWAYS
        or series == question.series
        or any(each.total(series) != 0 for each in (now, before))
    ]
    columns = [
        series
        for series in _SERIES
        if series == question.series
        or (series not in _NOT_IN_TABLES and any(row.total(series) != 0 for row in rows.rows))
    ]
    points = list(_points(view, question, now, before))
    lines = _lines(question, rows, columns, names)
    kind = ""
    if question.of == "campaign":
        kind = (await campaigns.kinds(transaction, [question.value])).get(question.value, "")
    return OverTime(
        question=question,
        now=now,
        before=before,
        tiles=[
            Tile(
                series=series,
                value=now.total(series),
                before=before.total(series),
                address=question.address(show=".".join(series)),
                chosen=series == question.series,
            )
            for series in tiles
        ],
        points=points,
        charts=[
            (
                name,
                draw([p.value for p in points], [p.before or 0 for p in points], width=w, height=h),
            )
            for name, (w, h) in (("roomy", _WIDE), ("narrow", _SMALL))
        ]
        if now.total(question.series) is not None
        else [],
        source=_SOURCES.get(
            question.series.metric,
            "estimate" if question.series.tag == "estimated" else "networks",
        ),
        span=_span(view, period),
        span_before=_span(view, period.before),
        name=names.get((question.of, question.value), ""),
        page=_page_of(kind, question.value),
        ranges=[
            (name, question.address(**{"range": name, "from": "", "to": ""})) for name in RANGES
        ],
        dimensions=[(by, question.address(by=by, sort="")) for by in DIMENSIONS],
        columns=[
            TableColumn(
                series=series,
                address=question.address(sort=".".join(series)),
                sorted=series == _sorted_by(question, columns),
            )
            for series in columns
        ],
        lines=lines,
        more=len(rows.rows) - len(lines),
        hidden=rows.hidden,
    )


def _points(view: View, question: Question, now: Whole, before: Whole) -> Iterator[Point]:
    """By day or by month, beside the day or month as many before it."""
    sums: list[list[int]] = []
    starts: list[list[date]] = []
    for each in (now, before):
        places = each.period.points
        found = [0] * len(places)
        for came, amount in each.days.get(question.series, {}).items():
            found[each.period.point_of(date.fromisoformat(came))] += amount
        sums.append(found)
        starts.append(places)
    is_known = before.total(question.series) is not None
    for place, day in enumerate(starts[0]):
        there = is_known and place < len(starts[1])
        yield Point(
            _label(view, day, by_month=now.period.by_month),
            sums[0][place],
            _label(view, starts[1][place], by_month=now.period.by_month) if there else "",
            sums[1][place] if there else None,
        )


def _lines(
    question: Question,
    rows: ValueRows,
    shown: Sequence[Series],
    names: Mapping[tuple[str, str], str],
) -> list[TableLine]:
    by = _sorted_by(question, shown)

    def name(row: ValueRow) -> str:
        return names.get((question.by, row.value), row.value)

    def order(row: ValueRow) -> tuple[int, str]:
        total = row.total(by) if by else 0
        return 1 if total is None else -total, name(row).casefold()

    return [
        TableLine(
            name=name(row),
            address=question.address(of=f"{question.by}:{row.value}"),
            values=[row.total(series) for series in shown],
            chosen=(question.by, row.value) == (question.of, question.value),
        )
        for row in sorted(rows.rows, key=order)[: None if question.all == "divided" else FIRST_ROWS]
    ]


def _sorted_by(question: Question, shown: Sequence[Series]) -> Series | None:
    """The series by which a table is sorted, most first; None: by name."""
    if question.sort == "name":
        return None
    series = _series(question.sort)
    return series if series in shown else question.series


def _series(text: str) -> Series | None:
    metric, _, tag = text.partition(".")
    return next((each for each in _SERIES if each == (metric, tag)), None)


async def _names(
    view: View, transaction: Transaction, question: Question, rows: ValueRows
) -> dict[tuple[str, str], str]:
    """What people call the values that are shown."""
    wanted = [(question.by, row.value) for row in rows.rows]
    if question.of != "all":
        wanted.append((question.of, question.value))
    ids = [value for by, value in wanted if by == "campaign"]
    titles = await campaigns.titles(transaction, ids) if ids else {}
    language = view.messages.language
    named: dict[str, Callable[[str], str]] = {
        "campaign": lambda value: titles.get(value, ""),
        "network": network_name,
        "language": lambda value: language_name(value, language=language).capitalize(),
        "team": str,
        "kind": lambda value: view.messages.named(labels.CAMPAIGN_KIND, value).capitalize(),
    }
    return {(by, value): named[by](value) for by, value in wanted}


def _page_of(kind: str, campaign_id: str) -> str:
    if not kind:
        return ""
    return f"/vacancies/{campaign_id}" if kind == "vacancy" else f"/stories/{campaign_id}/campaign"


def _label(view: View, day: date, *, by_month: bool) -> str:
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return format_skeleton("yMMM" if by_month else "MMMd", moment, locale=view.messages.language)


def _span(view: View, period: Period) -> str:
    return " – ".join(
        format_date(day, "d MMM yyyy", locale=view.messages.language)
        for day in dict.fromkeys((period.first, period.last))
    )
