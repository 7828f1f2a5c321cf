"""Clicks are durable before they are answered, and none is lost while the log is away."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable
from contextlib import suppress
from pathlib import Path

import pytest

from services.errors import Rejected, RetryLater
from services.message import said
from streams.serving import click_writer
from streams.serving.click_journal import Click, ClickJournal
from streams.serving.click_writer import ClickWriter
from tests.fakes import MemoryLog
from tests.unit.streams.click_writing import SlowLog, arrived, click, keep, until, writing


def files(journal: Path) -> list[Path]:
    found = journal.parent.glob("clicks.journal*")
    return sorted(path for path in found if path.suffix != ".lock")


def leave(journal: Path, content: bytes) -> None:
    journal.parent.mkdir(exist_ok=True)
    journal.write_bytes(content)


def line(number: int) -> bytes:
    """A click as the journal keeps it."""
    event = json.dumps(click(number).event.as_dict())
    return json.dumps({"key": "abc", "event": event}).encode() + b"\n"


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(click_writer, "_DRAIN_SECONDS", 0.05)


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "data" / "clicks.journal"


async def test_a_click_is_answered_when_it_is_in_the_log(journal: Path) -> None:
    """Nothing is answered before the log has acknowledged it; no journal is needed."""
    log = SlowLog()
    async with writing(log, journal) as writer:
        log.may_end.clear()
        recording = asyncio.ensure_future(keep(writer, 1))
        await asyncio.wait_for(log.started.wait(), 60)
        assert not recording.done()
        log.may_end.set()
        await asyncio.wait_for(recording, 60)
        assert arrived(log) == [click(1).event.id]
    assert files(journal) == []


async def test_clicks_that_arrive_meanwhile_share_the_next_commit(journal: Path) -> None:
    """While one commit is under way the others gather, and go together in their order."""
    log = SlowLog()
    async with writing(log, journal) as writer:
        log.may_end.clear()
        tasks = [asyncio.ensure_future(keep(writer, 0))]
        await asyncio.wait_for(log.started.wait(), 60)
        tasks += [asyncio.ensure_future(keep(writer, number)) for number in range(1, 60)]
        await asyncio.sleep(0)
        log.may_end.set()
        await asyncio.wait_for(asyncio.gather(*tasks), 60)
    assert arrived(log) == [click(number).event.id for number in range(60)]
    assert len(log.records) == 2


async def test_who_is_answered_and_asks_again_shares_the_next_commit(journal: Path) -> None:
    """A commit waits for a turn of the loop in which no one came, and no longer."""
    log = SlowLog()
    loop = asyncio.get_running_loop()
    async with writing(log, journal) as writer:
        waiting: list[Awaitable[None]] = []

        def ask(number: int) -> None:
            waiting.append(keep(writer, number))
            if number < 9:
                loop.call_soon(ask, number + 1)

        log.may_end.clear()
        first = writer.record("abc", json.dumps(click(0).event.as_dict()))
        await asyncio.wait_for(log.started.wait(), 60)
        waiting.append(keep(writer, 1))
        first.add_done_callback(lambda _: ask(2))
        log.may_end.set()
        await until(lambda: len(waiting) == 9)
        for each in waiting:
            await asyncio.wait_for(asyncio.ensure_future(each), 60)
    assert arrived(log) == [click(number).event.id for number in range(10)]
    assert len(log.records) == 2


@pytest.mark.parametrize(
    "fault", [RetryLater(said("away")), Rejected(said("no topic")), ValueError("?")]
)
async def test_clicks_wait_in_the_journal_while_the_log_is_away(
    journal: Path, fault: Exception
) -> None:
    """They are answered all the same, survive on the disk, and reach the log when it is back."""
    log = SlowLog()
    log.fault = fault
    async with writing(log, journal) as writer:
        for number in range(3):
            await asyncio.wait_for(keep(writer, number), 60)
        assert files(journal)
        assert log.records == []
        log.fault = None
        await until(lambda: len(arrived(log)) == 3 and not writer._away)
        await asyncio.wait_for(keep(writer, 3), 60)
        assert files(journal) == []
    assert arrived(log) == [click(number).event.id for number in range(4)]
    assert writer.lost == 0


async def test_no_click_overtakes_those_in_the_journal(journal: Path) -> None:
    """While the journal is relayed, and right after it, the clicks on a link keep their order."""
    log = SlowLog()
    log.fault = RetryLater(said("away"))
    async with writing(log, journal) as writer:
        for number in range(50):
            if number == 20:
                log.fault = None
            await asyncio.wait_for(keep(writer, number), 60)
            await asyncio.sleep(0.005)
        await until(lambda: not writer._away and not files(journal))
        await asyncio.wait_for(keep(writer, 50), 60)
    assert arrived(log) == [click(number).event.id for number in range(51)]


async def test_clicks_of_the_process_before_come_first(journal: Path) -> None:
    """What it left in the journal is relayed before a click goes straight to the log."""
    leave(journal, line(1))
    log = MemoryLog()
    async with writing(log, journal) as writer:
        await asyncio.wait_for(keep(writer, 2), 60)
        await until(lambda: not files(journal) and not writer._away)
    assert arrived(log) == [click(number).event.id for number in (1, 2)]


async def test_a_cut_journal_is_logged_in_one_line(
    journal: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """How many clicks were whole, and that one was not."""
    await _append(journal, _row(1), _row(2))
    _tear(journal, 40)
    log = MemoryLog()
    async with writing(log, journal):
        await until(lambda: not files(journal))
    told = [said for said in capsys.readouterr().out.splitlines() if "cut within a click" in said]
    assert len(told) == 1
    assert arrived(log) == [click(1).event.id]


async def test_the_journal_outlives_the_process(journal: Path) -> None:
    """A new process relays what the one before it left."""
    log = MemoryLog()
    log.away = True
    async with writing(log, journal) as writer:
        await asyncio.wait_for(keep(writer, 1), 60)
    back = MemoryLog()
    async with writing(back, journal):
        await until(lambda: not files(journal))
    assert arrived(back) == [click(1).event.id]


@pytest.mark.parametrize("cut", [1, 3, 40])
async def test_torn_journal_line_loses_only_itself(journal: Path, cut: int) -> None:
    """A process that died within a line leaves it; the clicks before and after it survive."""
    await _append(journal, _row(1), _row(2))
    _tear(journal, cut)
    # The process died before it could put the file aside, and the next one appends to it.
    await _append(journal, _row(3))
    back = MemoryLog()
    async with writing(back, journal):
        await until(lambda: not files(journal))
    whole = [click(number).event.id for number in (1, 2, 3)]
    assert arrived(back) == (whole if cut == 1 else [whole[0], whole[2]])


async def _append(journal: Path, *clicks: Click) -> None:
    open_journal = ClickJournal(journal)
    await open_journal.append(clicks)
    open_journal.close()


def _tear(journal: Path, cut: int) -> None:
    journal.write_bytes(journal.read_bytes()[:-cut])


def _row(number: int) -> Click:
    told = click(number)
    return told.key, json.dumps(told.event.as_dict())


async def test_a_file_that_is_no_journal_is_left_alone(journal: Path) -> None:
    """Something else in the folder, and lines that are no click, do not stop the relaying."""
    journal.parent.mkdir()
    journal.with_name("clicks.journal.bak").write_text("mine")
    leave(journal, b"\xff\xfe\n12\n{}\n[]\n" + line(1))
    log = MemoryLog()
    async with writing(log, journal):
        await until(lambda: [path.name for path in files(journal)] == ["clicks.journal.bak"])
    assert arrived(log) == [click(1).event.id]


async def test_click_that_cannot_be_stored_is_counted_as_lost(
    tmp_path: Path,
) -> None:
    """Log away and disk refusing: the click is answered, and said to be lost."""
    (tmp_path / "file").write_text("")
    log = MemoryLog()
    log.away = True
    async with writing(log, tmp_path / "file" / "clicks.journal") as writer:
        await asyncio.wait_for(keep(writer, 1), 60)
        assert writer.lost == 1
        log.away = False
        await until(lambda: not writer._away)
        await asyncio.wait_for(keep(writer, 2), 60)
    assert arrived(log) == [click(2).event.id]


async def test_a_writer_that_is_stopped_commits_what_it_holds(journal: Path) -> None:
    """Clicks under way when the process stops are committed and answered, the one in hand too."""
    log = SlowLog()
    writer = ClickWriter(log=log, journal=journal, patience=60)
    running = asyncio.create_task(writer.run())
    log.may_end.clear()
    first = asyncio.ensure_future(keep(writer, 1))
    await asyncio.wait_for(log.started.wait(), 60)
    second = asyncio.ensure_future(keep(writer, 2))
    await asyncio.sleep(0)
    running.cancel()
    log.may_end.set()
    await asyncio.wait_for(asyncio.gather(first, second), 60)
    await asyncio.wait([running])
    assert set(arrived(log)) == {click(1).event.id, click(2).event.id}
    with pytest.raises(RetryLater, match="stopping"):
        await keep(writer, 3)


async def test_cancelled_request_keeps_the_other_clicks(journal: Path) -> None:
    """A request that is cancelled while its click is committed leaves the others alone."""
    log = SlowLog()
    async with writing(log, journal) as writer:
        log.may_end.clear()
        gone = asyncio.ensure_future(keep(writer, 1))
        stays = asyncio.ensure_future(keep(writer, 2))
        await asyncio.wait_for(log.started.wait(), 60)
        gone.cancel()
        await asyncio.sleep(0)
        log.may_end.set()
        await asyncio.wait_for(stays, 60)
        await asyncio.wait_for(keep(writer, 3), 60)
    assert set(arrived(log)) == {click(number).event.id for number in (1, 2, 3)}


async def test_processes_that_share_a_folder_lose_nothing(journal: Path) -> None:
    """While several write and relay in one folder, every click reaches the log."""
    log = SlowLog()
    log.fault = RetryLater(said("away"))
    async with writing(log, journal) as one, writing(log, journal) as other:
        for number in range(40):
            writer = (one, other)[number % 2]
            await asyncio.wait_for(keep(writer, number), 60)
            if number % 7 == 0:
                with suppress(RetryLater):
                    await one._drain_once()
        log.fault = None
        expected = {click(number).event.id for number in range(40)}
        await until(lambda: set(arrived(log)) == expected and not files(journal))


async def test_a_process_that_is_slow_removes_no_clicks_that_it_did_not_relay(
    journal: Path,
) -> None:
    """What another process put aside, after it relayed the slow one's file, stays until it is relayed."""
    slow, fast = SlowLog(), SlowLog()
    slow.may_end.clear()
    late, early = ClickWriter(log=slow, journal=journal), ClickWriter(log=fast, journal=journal)
    leave(journal, line(1))
    draining = asyncio.create_task(late._drain_once())
    await asyncio.wait_for(slow.started.wait(), 60)
    await early._drain_once()
    leave(journal, line(2))
    fast.fault = RetryLater(said("away again"))
    with pytest.raises(RetryLater):
        await early._drain_once()
    slow.may_end.set()
    await asyncio.wait_for(draining, 60)
    fast.fault = None
    await early._drain_once()
    assert arrived(fast) == [click(number).event.id for number in (1, 2)]


async def test_a_file_that_another_process_relayed_is_done(journal: Path) -> None:
    """Of two that relay the same files, the slow one does not fail over what the other removed."""
    slow, fast = SlowLog(), SlowLog()
    slow.may_end.clear()
    late, early = ClickWriter(log=slow, journal=journal), ClickWriter(log=fast, journal=journal)
    leave(journal, line(1))
    await early._journal.parts()
    leave(journal, line(2))
    draining = asyncio.create_task(late._drain_once())
    await asyncio.wait_for(slow.started.wait(), 60)
    await early._drain_once()
    slow.may_end.set()
    await asyncio.wait_for(draining, 60)
    assert arrived(fast) == [click(number).event.id for number in (1, 2)]
    assert files(journal) == []


async def test_unanswered_click_goes_to_the_journal(journal: Path) -> None:
    """After a moment the journal takes the click; that it arrives twice then changes nothing."""
    log = SlowLog()
    log.may_end.clear()
    writer = ClickWriter(log=log, journal=journal, patience=0.01)
    running = asyncio.create_task(writer.run())
    try:
        async with asyncio.timeout(60):
            await keep(writer, 1)
        assert files(journal)
        log.may_end.set()
        await until(lambda: not files(journal))
        assert set(arrived(log)) == {click(1).event.id}
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
