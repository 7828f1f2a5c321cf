"""The steps in migrations/versions, and what they refuse."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from importlib import resources
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from services.database import migrate as steps
from services.database.engine import Database
from services.database.migrate import is_current, migrate
from services.database.schema import attributions, figure_groups, metadata, reach_cells
from services.errors import Stop
from services.events.cloudevent import CloudEvent
from services.events.statement import Delivery
from services.figures.store import clicks
from services.figures.store import reach_cells as rolled_up
from tests.contract.store.conftest import Store
from tests.projections import click_cells


def _differences(connection: sa.Connection) -> Any:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return compare_metadata(context, metadata)


async def test_the_steps_lead_to_exactly_the_schema(empty_store: Store) -> None:
    """An empty database that was migrated has every table, column and index of the schema."""
    async with empty_store.open() as database:
        await migrate(database)
        async with database.read() as transaction:
            assert await transaction.run_sync(_differences) == []
        assert await is_current(database)


async def test_an_empty_database_is_not_current(empty_store: Store) -> None:
    """Before the first migration the database says that something has to be done."""
    async with empty_store.open() as database:
        assert not await is_current(database)


async def test_migrating_again_changes_nothing(empty_store: Store) -> None:
    """Every process migrates at its start; only the first has something to do."""
    async with empty_store.open() as database:
        await migrate(database)
        await migrate(database)
        assert await is_current(database)


async def test_two_processes_may_migrate_at_once(empty_store: Store) -> None:
    """Of two workers that start on an empty database, one migrates and both go on."""
    async with empty_store.open() as one, empty_store.open() as other:
        await asyncio.gather(migrate(one), migrate(other))
        assert await is_current(one)


async def test_a_newer_database_is_refused(store: Store) -> None:
    """A database of a later version stops this one with a sentence, unchanged."""
    async with store.open() as database:
        await _set_version(database, "9999")
        try:
            with pytest.raises(Stop, match="schema 9999"):
                await migrate(database)
            with pytest.raises(Stop, match="newer version"):
                await is_current(database)
        finally:
            await _set_version(database, steps.HEAD)


async def _set_version(database: Database, version: str) -> None:
    async with database.write() as transaction:
        await transaction.execute(
            sa.text("UPDATE alembic_version SET version_num = :version"), {"version": version}
        )


def test_head_is_the_newest_step() -> None:
    """``HEAD`` names the newest file in migrations/versions, so that a start need not look."""
    folder = resources.files("services.database") / "migrations" / "versions"
    numbers = sorted(file.name[:4] for file in folder.iterdir() if file.name.endswith(".py"))
    assert numbers[-1] == steps.HEAD
    assert numbers == [f"{number:04d}" for number in range(1, len(numbers) + 1)]


async def test_clicks_are_rolled_up_as_they_were_counted(empty_store: Store) -> None:
    """What was counted by link and day before is in every cell it belongs to, and nothing counts twice."""
    async with empty_store.open() as database:
        async with database.write() as transaction:
            await transaction.run_sync(lambda connection: _upgrade_to(connection, "0005"))
            for statement in _BEFORE_CELLS:
                await transaction.execute(sa.text(statement))
        await migrate(database)
        async with database.read() as transaction:
            cells = await click_cells(transaction)
            at = await transaction.scalar(sa.text("SELECT at FROM clicks"))
            team = await transaction.scalar(sa.text("SELECT team FROM posts"))
            event = CloudEvent(id="e-1", source="/zwaan", type="link.clicked", data={})
            old = SimpleNamespace(clicked_at=datetime(2026, 11, 1, tzinfo=UTC))
            fact: Any = SimpleNamespace(event=event, data=old)
            assert await clicks.counted(transaction, [Delivery(fact, 0, 0, True)]) == {0}
    assert (at, team) == (1_793_523_600_000_123, "Sluizen")
    spans = [("", "2026-11-01"), ("", "2026-11-02")]
    assert cells == {
        ("post", "abc", "2026-11-01", "human", ""): 2,
        ("post", "abc", "2026-11-01", "bot", ""): 4,
        ("post", "gone", "2026-11-02", "human", ""): 5,
        **{
            (dimension, value, span, kind, reason): number
            for dimension, value in (
                ("campaign", "c"),
                ("network", "x"),
                ("language", "nl"),
                ("team", "Sluizen"),
                ("kind", "story"),
            )
            for span in spans[0]
            for kind, reason, number in (("human", "", 2), ("bot", "curl", 1), ("bot", "x", 3))
            if span or dimension == "campaign"
        },
        **{
            (dimension, "", span, "human", ""): 5
            for dimension in ("campaign", "network", "language", "team", "kind", "all")
            for span in spans[1]
            if span or dimension == "campaign"
        },
        **{
            ("all", "", span, kind, reason): number
            for span in spans[0]
            for kind, reason, number in (("human", "", 2), ("bot", "curl", 1), ("bot", "x", 3))
        },
        ("all", "", "", "human", ""): 7,
    }


async def test_reported_reach_is_rolled_up_as_by_a_recount(empty_store: Store) -> None:
    """The figures of before are in the cells from the first start on, as a rebuild would put them."""
    async with empty_store.open() as database:
        async with database.write() as transaction:
            await transaction.run_sync(lambda connection: _upgrade_to(connection, "0005"))
            for statement in (*_BEFORE_CELLS, _TOLD):
                await transaction.execute(sa.text(statement))
        await migrate(database)
        async with database.write() as transaction:
            tables = reach_cells, figure_groups
            found = [list(await transaction.execute(_sorted(table))) for table in tables]
            await rolled_up.recount(transaction)
            again = [list(await transaction.execute(_sorted(table))) for table in tables]
    assert found == again
    assert [(row.day, row.amount) for row in found[0] if row.dimension == "network"] == [
        ("2026-11-01", 7),
        ("2026-11-03", 4),
    ]
    assert [tuple(row)[1:] for row in found[1]] == [
        ("", "", 1, None),
        ("reach", "measured", 1, None),
    ]


def _sorted(table: sa.Table) -> sa.Select[Any]:
    return sa.select(table).order_by(*table.primary_key)


_TOLD = (
    "INSERT INTO reach (post_id, metric, measured_at, tag, value, source) VALUES"
    " ('q', 'reach', '2026-11-01 08:00:00', 'measured', 5, 'X'),"
    " ('q', 'reach', '2026-11-01 09:00:00', 'measured', 7, 'X'),"
    " ('q', 'reach', '2026-11-03 09:00:00', 'measured', 11, 'X')"
)


async def test_applicants_keep_the_links_by_which_they_came(empty_store: Store) -> None:
    """Of an application the earliest step that named a post's link holds, as its first and last."""
    async with empty_store.open() as database:
        async with database.write() as transaction:
            await transaction.run_sync(lambda connection: _upgrade_to(connection, "0010"))
            for statement in (*_A_POST, _APPLICATIONS):
                await transaction.execute(sa.text(statement))
        await migrate(database)
        async with database.read() as transaction:
            rows = await transaction.execute(sa.select(attributions))
            steps = await transaction.scalar(sa.text("SELECT count(*) FROM applications"))
            found = [tuple(row) for row in rows]
    assert found == [("1", "abc", "abc", datetime(2026, 11, 2, tzinfo=UTC))]
    assert steps == 4


_APPLICATIONS = (
    "INSERT INTO applications (application_id, stage, vacancy_id, link_code, at) VALUES"
    " ('1', 'applied', 'v', 'gone', '2026-11-01 00:00:00'),"
    " ('1', 'hired', 'v', 'abc', '2026-11-03 00:00:00'),"
    " ('1', 'interview', 'v', 'abc', '2026-11-02 00:00:00'),"
    " ('2', 'applied', 'v', NULL, '2026-11-01 00:00:00')"
)

_A_POST = (
    (
        "INSERT INTO people (id, email, name, language, roles, created_at)"
        " VALUES ('p', 'e', 'n', 'nl', '[]', '2026-01-01 00:00:00')"
    ),
    (
        "INSERT INTO ambassadors (id, role, team, crafts, region, timezone, address_form, emoji, length,"
        " topics, other_languages)"
        " VALUES ('p', '', 'Sluizen', '[]', '', 'UTC', '', 0, '', '[]', '[]')"
    ),
    (
        "INSERT INTO campaigns (id, kind, source_id, title, language, content, state, seed, started_at)"
        " VALUES ('c', 'story', 's', '', 'nl', '{}', 'open', 1, '2026-01-01 00:00:00')"
    ),
    (
        "INSERT INTO posts (id, campaign_id, ambassador_id, network, language, text, original_text, angle,"
        " overlap, recipe, link_code, state, created_at)"
        " VALUES ('q', 'c', 'p', 'x', 'nl', '', '', '', 0, '{}', 'abc', 'published', '2026-01-01 00:00:00')"
    ),
)
_BEFORE_CELLS = (
    *_A_POST,
    (
        "INSERT INTO click_counts (code, day, click_class, reason, clicks) VALUES"
        " ('abc', '2026-11-01', 'human', '', 2), ('abc', '2026-11-01', 'bot', 'curl', 1),"
        " ('abc', '2026-11-01', 'bot', 'x', 3), ('gone', '2026-11-02', 'human', '', 5)"
    ),
    (
        "INSERT INTO clicks (id, code, visitor, click_class, reason, clicked_at)"
        " VALUES ('e', 'abc', 'v', 'human', '', '2026-11-01 09:00:00.000123')"
    ),
    (
        "INSERT INTO inbox (processor, event_source, event_id, handled_at)"
        " VALUES ('count-clicks', '/zwaan', 'e-1', '2026-11-01 09:00:00')"
    ),
)


def _upgrade_to(connection: sa.Connection, step: str) -> None:
    command.upgrade(steps._config(connection), step)
