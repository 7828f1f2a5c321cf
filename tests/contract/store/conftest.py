"""Every test of this suite runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
import shutil
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa

from services.database.engine import Database
from services.database.migrate import migrate
from services.database.schema import metadata

BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """Where one test keeps its state. ``open`` gives another process's view of it."""

    kind: str
    url: str

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Database]:
        database = Database.open(self.url)
        try:
            yield database
        finally:
            await database.close()


@pytest.fixture(params=BOTH)
def empty_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A store without any table."""
    if request.param == "sqlite":
        yield Store(kind="sqlite", url=f"sqlite+aiosqlite:///{tmp_path / 'zwaan.db'}")
        return
    with _OwnSchema(request.getfixturevalue("postgres_url")) as url:
        yield Store(kind="postgres", url=url)


@pytest.fixture(scope="session")
def migrated(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], str]]:
    """The address of a migrated and empty database by kind; made once, because it takes a while."""
    ends: list[Callable[[], None]] = []

    def sqlite() -> str:
        return f"sqlite+aiosqlite:///{tmp_path_factory.mktemp('store') / 'template.db'}"

    def postgres() -> str:
        schema = _OwnSchema(request.getfixturevalue("postgres_url"))
        ends.append(schema.close)
        return schema.url

    made: dict[str, str] = {}

    def url(kind: str) -> str:
        if kind not in made:
            made[kind] = sqlite() if kind == "sqlite" else postgres()
            asyncio.run(_migrate(made[kind]))
        return made[kind]

    yield url
    for end in ends:
        end()


@pytest.fixture(params=BOTH)
def store(request: pytest.FixtureRequest, migrated: Callable[[str], str], tmp_path: Path) -> Store:
    return without_rows(request.param, migrated, tmp_path)


def without_rows(kind: str, migrated: Callable[[str], str], folder: Path) -> Store:
    """A migrated store without rows."""
    url = migrated(kind)
    if kind == "sqlite":
        own = folder / "zwaan.db"
        shutil.copyfile(url.removeprefix("sqlite+aiosqlite:///"), own)
        return Store(kind="sqlite", url=f"sqlite+aiosqlite:///{own}")
    _empty(url)
    return Store(kind="postgres", url=url)


@pytest.fixture
async def database(store: Store) -> AsyncIterator[Database]:
    async with store.open() as database:
        yield database


class _OwnSchema:
    """A PostgreSQL schema of one's own, dropped at the end."""

    def __init__(self, base: str) -> None:
        self._name = f"t_{uuid.uuid4().hex}"
        self._base = base
        self.url = f"{base}?options=-csearch_path%3D{self._name}"
        _execute(base, f"CREATE SCHEMA {self._name}")

    def close(self) -> None:
        _execute(self._base, f"DROP SCHEMA {self._name} CASCADE")

    def __enter__(self) -> str:
        return self.url

    def __exit__(self, *_: object) -> None:
        self.close()


def _empty(url: str) -> None:
    names = ", ".join(table.name for table in metadata.sorted_tables)
    _execute(url, f"TRUNCATE {names} RESTART IDENTITY")


def _execute(url: str, statement: str) -> None:
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text(statement))
    engine.dispose()


async def _migrate(url: str) -> None:
    database = Database.open(url)
    await migrate(database)
    await database.close()
