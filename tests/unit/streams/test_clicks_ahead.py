"""Clicks are on the disk before the embedded log has them, and come to it in their order."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from services.errors import RetryLater
from services.message import said
from streams.serving import click_journal, click_writer
from streams.serving.click_journal import Click, ClicksAhead
from streams.serving.click_writer import ClickWriter
from tests.fakes import MemoryLog
from tests.unit.streams.click_writing import SlowLog, arrived, click, keep, until, writing


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(click_writer, "_DRAIN_SECONDS", 0.05)


def ids(*numbers: int) -> list[str]:
    return [click(number).event.id for number in numbers]


def some(*numbers: int) -> list[Click]:
    return [("abc", f'{{"n":{number}}}') for number in numbers]


def left(path: Path) -> list[Click]:
    ahead = ClicksAhead(path)
    found = ahead.left()
    ahead.close()
    return found


async def test_a_click_is_answered_when_it_is_on_the_disk(tmp_path: Path) -> None:
    """The log may take its time; what it does not have yet can be read by another process."""
    log, ahead = SlowLog(), tmp_path / "clicks.ahead"
    log.may_end.clear()
    async with writing(log, tmp_path / "clicks.journal", ahead=ahead) as writer:
        await asyncio.wait_for(keep(writer, 1), 60)
        assert log.records == []
        assert [code for code, _ in left(ahead)] == ["abc"]
        await asyncio.wait_for(log.started.wait(), 60)
        await asyncio.wait_for(keep(writer, 2), 60)
        log.may_end.set()
        await until(lambda: arrived(log) == ids(1, 2))
        await until(lambda: left(ahead) == [])


async def test_what_came_at_once_is_written_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Thirty clicks of one moment cost one sync."""
    synced = list[int]()

    def sync(file: int) -> None:
        synced.append(file)
        os.fsync(file)

    monkeypatch.setattr(click_journal, "_sync", sync)
    log = SlowLog()
    async with writing(log, tmp_path / "clicks.journal", ahead=tmp_path / "clicks.ahead") as writer:
        waiting = [keep(writer, number) for number in range(30)]
        for each in waiting:
            await asyncio.wait_for(asyncio.ensure_future(each), 60)
    assert len(synced) == 1
    assert arrived(log) == ids(*range(30))


async def test_clicks_gather_while_others_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One write for those who ask a turn of the loop after another, though not for ever."""
    monkeypatch.setattr(click_writer, "_TURNS", 20)
    log = SlowLog()
    written = list[int]()
    write = ClicksAhead.write

    def counted(ahead: ClicksAhead, clicks: Sequence[Click]) -> int | None:
        written.append(len(clicks))
        return write(ahead, clicks)

    monkeypatch.setattr(ClicksAhead, "write", counted)
    async with writing(log, tmp_path / "clicks.journal", ahead=tmp_path / "clicks.ahead") as writer:
        waiting = []
        for number in range(10):
            waiting.append(asyncio.ensure_future(keep(writer, number)))
            await asyncio.sleep(0)
        await asyncio.wait_for(asyncio.gather(*waiting), 60)
        assert written == [10]
        for number in range(10, 60):
            waiting.append(asyncio.ensure_future(keep(writer, number)))
            await asyncio.sleep(0)
        await asyncio.wait_for(asyncio.gather(*waiting), 60)
        assert len(written) > 2
    assert arrived(log) == ids(*range(60))


async def test_a_writer_that_is_stopped_keeps_what_gathers(tmp_path: Path) -> None:
    """Also of the turn in which it is asked to end, and of those while it commits the last."""
    log = SlowLog()
    log.may_end.clear()
    writer = ClickWriter(
        log=log, journal=tmp_path / "clicks.journal", ahead=tmp_path / "clicks.ahead", patience=60
    )
    running = asyncio.create_task(writer.run())
    await asyncio.sleep(0)
    first = asyncio.ensure_future(keep(writer, 1))
    await asyncio.sleep(0)
    running.cancel()
    await asyncio.wait_for(log.started.wait(), 60)
    second = asyncio.ensure_future(keep(writer, 2))
    await asyncio.sleep(0)
    log.may_end.set()
    await asyncio.wait_for(asyncio.gather(first, second), 60)
    await asyncio.wait([running])
    assert arrived(log) == ids(1, 2)
    with pytest.raises(RetryLater, match="stopping"):
        await keep(writer, 3)


async def test_clicks_of_a_process_that_died_come_first(tmp_path: Path) -> None:
    """They were answered: the next process brings them to the log before any of its own."""
    ahead, journal = tmp_path / "clicks.ahead", tmp_path / "clicks.journal"
    dying = SlowLog()
    dying.may_end.clear()
    writer = ClickWriter(log=dying, journal=journal, ahead=ahead, patience=60)
    running = asyncio.create_task(writer.run())
    for number in (1, 2):
        await asyncio.wait_for(keep(writer, number), 60)
        await asyncio.wait_for(dying.started.wait(), 60)
    # Both halves hold some; nothing of what a process does at its end happens.
    log = MemoryLog()
    async with writing(log, journal, ahead=ahead) as after:
        await asyncio.wait_for(keep(after, 3), 60)
        await until(lambda: len(arrived(log)) == 3)
        # A writer that ends while it commits commits once more.
        await until(lambda: left(ahead) == [])
    assert arrived(log) == ids(1, 2, 3)
    dying.may_end.set()
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


async def test_clicks_for_which_there_is_no_room_wait_for_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are answered when the log has them; the order of all stays."""
    monkeypatch.setattr(click_journal, "_HALF_BYTES", 1_500)
    log = SlowLog()
    log.may_end.clear()
    async with writing(log, tmp_path / "clicks.journal", ahead=tmp_path / "clicks.ahead") as writer:
        waiting = []
        for number in range(20):
            waiting.append(asyncio.ensure_future(keep(writer, number)))
            await asyncio.sleep(0.01)
        answered = [each.done() for each in waiting]
        assert answered[0]
        assert not answered[-1]
        log.may_end.set()
        await asyncio.wait_for(asyncio.gather(*waiting), 60)
        await until(lambda: len(arrived(log)) == 20)
        await asyncio.wait_for(keep(writer, 20), 60)
    assert arrived(log) == ids(*range(21))
    assert writer.lost == 0


async def test_no_click_overtakes_another_while_halves_turn(tmp_path: Path) -> None:
    """Of a stream of clicks every commit takes what came before it, in its order; none is lost."""
    log = SlowLog()
    ahead = tmp_path / "clicks.ahead"
    async with writing(log, tmp_path / "clicks.journal", ahead=ahead) as writer:
        for number in range(300):
            if number in (100, 200):
                log.fault = RetryLater(said("away")) if number == 100 else None
            await asyncio.wait_for(keep(writer, number), 60)
            await asyncio.sleep(0.001)
    # The commit that the end of the first writer fell into is made once more, with the same ids.
    async with writing(log, tmp_path / "clicks.journal", ahead=ahead):
        await until(lambda: len(set(arrived(log))) == 300)
    assert list(dict.fromkeys(arrived(log))) == ids(*range(300))
    assert left(ahead) == []


@pytest.mark.parametrize("blocked", ["a folder", "no folder"])
async def test_a_file_that_cannot_be_made_leaves_clicks_to_the_log(
    tmp_path: Path, blocked: str
) -> None:
    """Clicks are answered as on a broker: when the log has them."""
    ahead = tmp_path / "ahead"
    if blocked == "a folder":
        ahead.mkdir()
    else:
        ahead.write_text("")
        ahead /= "clicks.ahead"
    log = MemoryLog()
    async with writing(log, tmp_path / "clicks.journal", ahead=ahead) as writer:
        await asyncio.wait_for(keep(writer, 1), 60)
        assert arrived(log) == ids(1)


async def test_a_disk_that_refuses_leaves_clicks_to_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A click is not answered by what did not reach the disk."""

    def refuse(_: ClicksAhead, __: Sequence[Click]) -> int:
        raise OSError("no space")

    monkeypatch.setattr(ClicksAhead, "write", refuse)
    log = SlowLog()
    log.may_end.clear()
    async with writing(log, tmp_path / "clicks.journal", ahead=tmp_path / "clicks.ahead") as writer:
        recording = asyncio.ensure_future(keep(writer, 1))
        await asyncio.wait_for(log.started.wait(), 60)
        assert not recording.done()
        log.may_end.set()
        await asyncio.wait_for(recording, 60)
    assert arrived(log) == ids(1)


@pytest.mark.parametrize("cut", [1, 10, 21])
def test_a_write_that_was_cut_loses_only_itself(tmp_path: Path, cut: int) -> None:
    """A process or machine that died within it had answered no one; those before it are there."""
    path = tmp_path / "clicks.ahead"
    ahead = ClicksAhead(path)
    ahead.write(some(1, 2))
    whole = ahead._ends[0]
    ahead.write(some(3))
    end = ahead._ends[0]
    ahead.close()
    assert left(path) == some(1, 2, 3)
    with path.open("r+b") as file:
        file.seek(max(whole, end - cut))
        file.write(bytes(min(cut, end - whole)))
    assert left(path) == some(1, 2)


def test_what_is_in_the_log_does_not_come_back(tmp_path: Path) -> None:
    """Neither right after it was let go, nor behind what was written over its beginning."""
    path = tmp_path / "clicks.ahead"
    ahead = ClicksAhead(path)
    for number in range(3):
        ahead.write(some(number))
    ahead.free_all_but([])
    assert left(path) == []
    ahead.write(some(7))
    assert left(path) == some(7)
    ahead.turn()
    ahead.write(some(8))
    ahead.free_all_but([1])
    assert left(path) == some(8)
    ahead.turn()
    ahead.write(some(9))
    assert left(path) == some(8, 9)
    ahead.forget()
    assert left(path) == []
    ahead.close()
