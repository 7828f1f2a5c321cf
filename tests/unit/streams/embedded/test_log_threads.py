"""What several threads ask of one log, in the orders that a busy machine can bring about."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from services.errors import Stop
from streams.logs.embedded import partition as partitions
from streams.logs.embedded.log import EmbeddedLog
from streams.logs.embedded.reader import Reader
from streams.logs.embedded.writer import Run

#: Seconds after which a thread that should have come by is given up.
_LIMIT = 30


def _held(at: Callable[[Any, str, Any], bool], until: Callable[[], object]) -> Any:
    """A profile function: its thread waits at ``at``, as one that the machine has no time for."""

    def profile(frame: Any, event: str, argument: Any) -> None:
        if at(frame, event, argument):
            until()

    return profile


@pytest.fixture
def log(tmp_path: Path) -> Iterator[EmbeddedLog]:
    with closing(EmbeddedLog(tmp_path / "l.db")) as log:
        yield log


def test_opened_log_runs_retention_first(tmp_path: Path) -> None:
    """With any jobs before the writer starts, an opened log first takes its step of retention."""
    now = 1_000_000.0

    def open_log() -> EmbeddedLog:
        return EmbeddedLog(tmp_path / "l.db", clock=lambda: now, retention_every=10_000)

    with closing(open_log()) as log:
        log.create_topic("t", 1, retention_ms=60_000)
        log.append([log.prepare("t", key=None, value=b"old") for _ in range(7)])
    now += 120

    asked = threading.Event()
    starting = _held(lambda frame, *_: frame.f_code.co_name == "_work", lambda: asked.wait(_LIMIT))
    threading.setprofile(starting)
    try:
        log = open_log()
    finally:
        threading.setprofile(None)
    with closing(log):
        first: Future[int] = Future()
        log._writer.submit(
            Run(work=lambda _: log.partition("t", 0).low_water, settle=first.set_result)
        )
        asked.set()
        assert first.result(_LIMIT) == 7


def test_threads_can_make_the_same_topic(log: EmbeddedLog) -> None:
    """One of them makes it, none of them breaks the log, and each offset is given out once."""
    go = threading.Event()
    with ThreadPoolExecutor() as pool:
        busy = pool.submit(log.run, lambda _: go.wait(_LIMIT))
        making = [pool.submit(log.create_topic, "t", 1, retention_ms=ms) for ms in (1, 2, 3)]
        while log._writer._jobs.qsize() < len(making):
            assert not busy.done()
        go.set()
        assert sorted(it.result(_LIMIT) for it in making) == [False, False, True]
    assert [log.append([log.prepare("t", key=None, value=b"v")]) for _ in range(3)] == [
        [0],
        [1],
        [2],
    ]


def test_question_during_close_is_answered(tmp_path: Path) -> None:
    """A thread that is in the midst of asking is answered; a later one hears that the log is closed."""
    log = EmbeddedLog(tmp_path / "l.db")
    closing_it = threading.Thread(target=log.close)

    def close_meanwhile() -> None:
        closing_it.start()
        closing_it.join(0.5)  # it may have to wait for this very thread

    def ask() -> Future[str]:
        answer: Future[str] = Future()
        handing_over = _held(
            lambda _, event, function: event == "c_call" and function.__name__ == "put",
            close_meanwhile,
        )
        sys.setprofile(handing_over)
        try:
            log._writer.submit(Run(work=lambda _: "done", settle=answer.set_result))
        finally:
            sys.setprofile(None)
        return answer

    with ThreadPoolExecutor() as pool:
        assert pool.submit(ask).result(_LIMIT).result(_LIMIT) == "done"
    closing_it.join(_LIMIT)
    with pytest.raises(Stop, match="closed"):
        log.run(lambda _: None)


def test_reader_sees_a_consistent_partition(
    tmp_path: Path, log: EmbeddedLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Retention between two of its look-ups never makes a partition's end go back."""
    log.create_topic("t", 1)
    log.append([log.prepare("t", key=None, value=b"v") for _ in range(7)])
    load = partitions._load_partition

    def load_after_retention(*arguments: Any) -> partitions.Partition:
        def expire(connection: Any) -> None:
            connection.execute("DELETE FROM batches")
            connection.execute("UPDATE partitions SET low_water = 7")

        log.run(expire)
        return load(*arguments)

    with closing(Reader(tmp_path / "l.db")) as reader:
        monkeypatch.setattr(partitions, "_load_partition", load_after_retention)
        (before,) = reader.topics()["t"].partitions
        monkeypatch.undo()
        (after,) = reader.topics()["t"].partitions
    assert [(it.low_water, it.end) for it in (before, after)] == [(0, 7), (7, 7)]
