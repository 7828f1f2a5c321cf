"""Clicks are counted once each, also when delivered twice, late or in other batches."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.database.engine import Database
from services.database.schema import clicks as kept_clicks
from services.database.schema import counted_records, inbox, posts
from services.database.transaction import Transaction
from services.events.outgoing import LinkClicked
from services.events.record import read_record
from services.events.statement import SOURCE, Delivery, Fact
from services.figures.record_figures import count_clicks
from services.figures.rules.click import DUPLICATE_WINDOW, classify
from services.figures.store import click_cells, clicks
from streams.process.processor import Processor, ProcessorRunner, Progress, SourceRecord
from tests.builders import NOW, ambassador, campaign, event, organise, story
from tests.contract.store.conftest import Store
from tests.projections import click_cells as cells_now
from tests.projections import wipe

ABOUT = [campaign(story(f"s-{number}")) for number in range(2)]
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def click_event(identity: object, code: str = "abc", **changes: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "code": code,
        "visitor": "0" * 16,
        "method": "GET",
        "user_agent": FIREFOX,
        "clicked_at": NOW,
    }
    data = LinkClicked.model_validate(fields | changes)
    told = event(data, identity=str(identity), source=SOURCE, subject=code)
    return told.as_dict() | {"dataschema": "urn:zwaan:event:link.clicked:1"}


def record_of(offset: int, *events: Any, partition: int = 0) -> SourceRecord:
    return SourceRecord(
        topic="link.clicked",
        partition=partition,
        offset=offset,
        key=b"k",
        value=json.dumps(events).encode(),
    )


def runner(database: Database, *, at_once: int = 5_000) -> ProcessorRunner:
    return ProcessorRunner(
        Processor(name="count-clicks", topic="link.clicked", handle=count_clicks, events=at_once),
        database=database,
        clock=lambda: NOW,
        progress=Progress(),
    )


def recount(
    events: Iterable[dict[str, Any]], about: dict[str, tuple[str, str, str, str, str]]
) -> Counter[tuple[str, str, str, str, str]]:
    """The cells, counted as plainly as can be. ``about`` has each link's campaign, network, language,
    team and kind."""
    cells: Counter[tuple[str, str, str, str, str]] = Counter()
    seen: set[str] = set()
    people: dict[tuple[str, str], list[datetime]] = {}
    for told in events:
        if told["id"] in seen:
            continue
        seen.add(told["id"])
        click = LinkClicked.model_validate(told["data"])
        verdict = classify(
            method=click.method, user_agent=click.user_agent, prefetch=click.prefetch
        )
        kind, reason = verdict.click_class.value, verdict.reason
        if kind == "human":
            earlier = people.setdefault((click.code, click.visitor), [])
            if any(abs(click.clicked_at - each) < DUPLICATE_WINDOW for each in earlier):
                kind, reason = "duplicate", "again within 30 minutes"
            else:
                earlier.append(click.clicked_at)
        moment = click.clicked_at.astimezone(UTC)
        day, hour = f"{moment:%Y-%m-%d}", f"{moment:%Y-%m-%dT%H}"
        ours = about.get(click.code, ("",) * 5)
        cells["post", click.code, day, kind, ""] += 1
        for span in ("", day, hour):
            cells["all", "", span, kind, reason] += 1
            cells["campaign", ours[0], span, kind, reason] += 1
        for dimension, value in zip(("network", "language", "team", "kind"), ours[1:], strict=True):
            for span in (day, hour):
                cells[dimension, value, span, kind, reason] += 1
    return cells


async def links(transaction: Transaction) -> dict[str, tuple[str, str, str, str, str]]:
    drafts = await organise(transaction, [ambassador(1), ambassador(2)], ABOUT)
    await transaction.execute(
        posts.update().where(posts.c.id == drafts[0].id).values(team="Sluizen", network="x")
    )
    rows = await transaction.execute(sa.select(posts))
    return {
        row.link_code: (row.campaign_id, row.network, row.language, row.team, "story")
        for row in rows
    }


EVENTS = st.lists(
    st.tuples(
        st.integers(0, 30),  # which event: the same number is the same event, once more
        st.sampled_from(
            [0, 10, 29, 30, 45, 61, 300, 1_440, -5, -40, -2_000]
        ),  # any order, and back
        st.integers(0, 4),
        st.sampled_from("01"),
        st.sampled_from([FIREFOX, "Twitterbot/1.0", "curl/8"]),
        st.booleans(),
    ),
    max_size=30,
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=EVENTS, again=st.lists(st.integers(0, 9), max_size=6), at_once=st.integers(1, 12))
def test_counting_equals_a_plain_recount(
    store: Store, drawn: list[Any], again: list[int], at_once: int
) -> None:
    """With duplicates, redeliveries, clicks out of order and a clock that goes back, every cell is that
    of counting the log once, plainly."""

    async def check() -> None:
        async with store.open() as database:
            async with database.write() as transaction:
                await wipe(transaction)
                about = await links(transaction)
            codes = [*sorted(about), "unknown"]
            told: dict[int, dict[str, Any]] = {}
            for number, minutes, code, visitor, agent, prefetch in drawn:
                told.setdefault(
                    number,
                    click_event(
                        number,
                        codes[code],
                        clicked_at=NOW + timedelta(minutes=minutes),
                        visitor=visitor * 16,
                        user_agent=agent,
                        prefetch=prefetch,
                    ),
                )
            log = [told[each[0]] for each in drawn]
            records = [
                record_of(place, *log[start : start + 3])
                for place, start in enumerate(range(0, len(log), 3))
            ]
            worker = runner(database, at_once=at_once)
            done = 0
            for part in [*again, len(records)]:
                # Redelivered from somewhere before, as after a crash.
                end = min(len(records), done + 4)
                await worker.run(records[max(0, done - part) : end])
                done = end
            await worker.run(records)
            async with database.read() as transaction:
                assert await cells_now(transaction) == recount(log, about)
                assert (await transaction.scalars(sa.select(inbox.c.event_id))).all() == []

    asyncio.run(check())


async def _counted(database: Database, records: Sequence[SourceRecord]) -> set[tuple[int, int]]:
    deliveries = [
        Delivery(element.fact, record.partition, record.offset, completes=True)
        for record in records
        for element in read_record(record.value, record.topic)
        if isinstance(element.fact, Fact)
    ]
    async with database.read() as transaction:
        known = await clicks.counted(transaction, deliveries)
    return {(deliveries[number].partition, deliveries[number].offset) for number in known}


async def _people(database: Database) -> int:
    async with database.read() as transaction:
        return (await click_cells.by_class(transaction)).get("human", 0)


async def test_what_was_forgotten_is_known_by_its_record(database: Database) -> None:
    """A click that is not kept any more is not counted again; one as old that comes late is."""
    old = NOW - timedelta(days=9)
    records = [record_of(n, click_event(n, visitor=f"{n:016x}", clicked_at=old)) for n in range(5)]
    late = record_of(5, click_event("late", clicked_at=old, visitor="f" * 16))
    worker = runner(database)
    await worker.run([records[0], records[1], records[3]])
    async with database.write() as transaction:
        await clicks.forget(transaction, before=NOW - timedelta(days=7))
        assert (await transaction.scalars(sa.select(kept_clicks.c.id))).all() == []
    assert await _counted(database, [*records, late]) == {(0, 0), (0, 1), (0, 3)}
    await worker.run(records)
    assert await _people(database) == 5
    await worker.run([*records, late])
    assert await _people(database) == 6
    async with database.read() as transaction:
        ranges = (await transaction.execute(sa.select(counted_records))).all()
    assert [tuple(row) for row in ranges] == [(0, 0, 5)]


async def test_a_log_that_began_anew_is_counted(database: Database) -> None:
    """Offsets that were there before hide no click that no one has counted."""
    await runner(database).run([record_of(0, click_event("of the old log"))])
    async with database.write() as transaction:
        await clicks.forget(transaction, before=NOW - timedelta(days=7))
    await runner(database).run([record_of(0, click_event("of the new log", visitor="1" * 16))])
    assert await _people(database) == 2


async def test_a_record_is_done_with_its_last_click(database: Database) -> None:
    """A record that was handled in part is not remembered as handled."""
    old = NOW - timedelta(days=9)
    record = record_of(0, *(click_event(n, visitor=f"{n:016x}", clicked_at=old) for n in range(4)))

    class Crash(BaseException):
        pass

    async def fail_second(transaction: Transaction, facts: Any, now: datetime) -> Any:
        if facts[0].event.id == "2":
            raise Crash
        return await count_clicks(transaction, facts, now)

    worker = runner(database, at_once=2)
    worker.processor = Processor(
        name="count-clicks", topic="link.clicked", handle=fail_second, events=2
    )
    with pytest.raises(Crash):
        await worker.run([record])
    async with database.read() as transaction:
        assert (await transaction.execute(sa.select(counted_records))).all() == []
    await runner(database).run([record])
    assert await _people(database) == 4


async def test_hours_go_and_days_stay(database: Database) -> None:
    """After ninety days nothing is left of an hour; its day and the sum of all are as they were."""
    old = NOW - timedelta(days=91)
    await runner(database).run([record_of(0, click_event(1, clicked_at=old), click_event(2))])
    async with database.write() as transaction:
        await click_cells.forget_hours(transaction, before=NOW - click_cells.HOURS_MEMORY)
        spans = {key[2] for key in await cells_now(transaction)}
    assert spans == {"", f"{old:%Y-%m-%d}", f"{NOW:%Y-%m-%d}", f"{NOW:%Y-%m-%dT%H}"}


async def test_clicks_are_shown_over_time(database: Database) -> None:
    """Days and hours of the values asked for, each in order, without what lies before or after."""
    moments = [NOW + timedelta(hours=hours) for hours in (0, 1, 1, 24, 48)]
    clicked = [
        click_event(number, "abc" if number else "abd", visitor=f"{number:016x}", clicked_at=moment)
        for number, moment in enumerate(moments)
    ]
    await runner(database).run([record_of(0, *clicked)])
    async with database.read() as transaction:
        days = await click_cells.over_time(
            transaction, "post", ["abc"], first="2026-11-24", last="2026-11-25"
        )
        hours = await click_cells.over_time(
            transaction, "all", [""], first="2026-11-24T09", last="2026-11-24T10"
        )
    assert [tuple(cell) for cell in days] == [
        ("abc", "2026-11-24", "human", "", 2),
        ("abc", "2026-11-25", "human", "", 1),
    ]
    assert [(cell.span, cell.clicks) for cell in hours] == [
        ("2026-11-24T09", 1),
        ("2026-11-24T10", 2),
    ]


async def test_a_click_may_hold_what_separates_columns(database: Database) -> None:
    """An id or a method of any characters is stored as it is."""
    odd = [click_event("a\\tb\\N"), click_event("c", method="A\tB\\")]
    await runner(database).run([record_of(0, *odd)])
    async with database.read() as transaction:
        rows = await transaction.execute(sa.select(kept_clicks.c.id, kept_clicks.c.reason))
        assert sorted(map(tuple, rows)) == [("a\\tb\\N", ""), ("c", "A\tB\\ request")]
