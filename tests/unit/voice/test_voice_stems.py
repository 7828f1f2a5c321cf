"""Stems of words, asked by several threads at a time: the model's answers are read in threads."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from services.voice.language.words import stem
from services.voice.vocabulary import listed

THREADS = 8


@pytest.fixture
def hasty_threads() -> Iterator[None]:
    """Threads take turns after every few steps."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_threads_get_the_stems_that_one_alone_gets(language: str, hasty_threads: None) -> None:
    uncached = stem.__wrapped__
    words = sorted(listed(language, "talking")) * 3
    alone = [uncached(word, language) for word in words]

    def all_stems(turn: int) -> list[str]:
        moved = words[turn:] + words[:turn]
        found = [uncached(word, language) for word in moved]
        return found[-turn:] + found[:-turn] if turn else found

    with ThreadPoolExecutor(THREADS) as threads:
        assert list(threads.map(all_stems, range(THREADS))) == [alone] * THREADS
