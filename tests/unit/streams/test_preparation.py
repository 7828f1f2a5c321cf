"""What a start does about a dependency that is away."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from services.errors import RetryLater, Stop
from services.message import said
from services.settings import load_settings
from streams import run
from streams.bootstrap import connect_parts
from streams.run import preparing


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "_PATIENCE_SECONDS", 0.05)
    monkeypatch.setattr(run, "_AGAIN_SECONDS", 0.01)


class Step:
    """Away until ``back`` is set; then it ends with ``fault``, or is done."""

    def __init__(self, fault: Exception | None = None) -> None:
        self.back = asyncio.Event()
        self.done = asyncio.Event()
        self._fault = fault

    async def __call__(self) -> None:
        if not self.back.is_set():
            raise RetryLater(said("away"))
        if self._fault is not None:
            raise self._fault
        self.done.set()


async def test_available_parts_are_prepared_before_the_start() -> None:
    """Where nothing is away, everything is done before the block begins."""
    step = Step()
    step.back.set()
    async with preparing({"it": step}):
        assert step.done.is_set()


async def test_unavailable_part_is_prepared_later() -> None:
    """The block runs, the other is prepared, and this one as soon as it is back."""
    away, there = Step(), Step()
    there.back.set()
    async with asyncio.timeout(60), preparing({"away": away, "there": there}):
        assert there.done.is_set()
        assert not away.done.is_set()
        away.back.set()
        await away.done.wait()


async def test_a_database_of_a_newer_version_ends_the_process() -> None:
    """At once, or when it comes back: the error is the one of the step."""
    now, later = Step(Stop(said("newer"))), Step(Stop(said("newer")))
    now.back.set()
    with pytest.raises(Stop, match="newer"):
        async with preparing({"it": now}):
            pytest.fail("it began all the same")
    async with asyncio.timeout(60), preparing({"it": later}) as under_way:
        later.back.set()
        with pytest.raises(Stop, match="newer"):
            await under_way.wait_until_broken()


async def test_nothing_is_asked_of_a_database_before_it_is_migrated(tmp_path: Path) -> None:
    """Until then it is away, also when it answers: its tables may not be there yet."""
    async with connect_parts(load_settings(data=tmp_path)) as parts:
        for transaction in (parts.database.read, parts.database.write):
            with pytest.raises(RetryLater):
                async with transaction():
                    pytest.fail("it answered")
        await parts.database.migrate()
        async with parts.database.read() as transaction:
            assert transaction
