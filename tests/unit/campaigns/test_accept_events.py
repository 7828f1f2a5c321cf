"""Events at the edges: the good ones are durable, every other one is told what is wrong with it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.campaigns.accept_events import accept
from services.errors import Rejected, RetryLater
from tests.builders import event, story, vacancy
from tests.fakes import MemoryLog

GOOD: dict[str, Any] = event(story()).as_dict()


async def test_good_events_are_appended_and_the_others_named_by_place() -> None:
    """Each stands or falls alone; a record carries its key and the event as it was sent."""
    log = MemoryLog()
    documents = [
        GOOD,
        7,
        Rejected("not JSON", remedy="Correct it."),
        GOOD | {"type": "post.published"},
        event(vacancy(), "e-2").as_dict() | {"traceparent": "00-ab"},
    ]
    done = await accept(log, documents)
    assert [each.id for each in done.accepted] == ["e-1", "e-2"]
    assert [each.place for each in done.refused] == [1, 2, 3]
    assert (str(done.refused[1].fault), str(done.refused[1].remedy)) == ("not JSON", "Correct it.")
    assert [(record.topic, record.key) for record in log.records] == [
        ("story.approved", b"sluis-1"),
        ("vacancy.opened", b"v-1"),
    ]
    assert log.events("vacancy.opened")[0]["traceparent"] == "00-ab"


async def test_when_the_log_is_away_nothing_is_accepted() -> None:
    """Whoever sent them has to send them again; the same ids make that harmless."""
    log = MemoryLog()
    log.away = True
    with pytest.raises(RetryLater):
        await accept(log, [GOOD])


async def test_an_event_too_large_to_be_stored_is_refused() -> None:
    """Also when it came in a batch whose limit is higher."""
    log = MemoryLog()
    large = {f"extension{number}": "é" * 300 for number in range(2000)}
    done = await accept(log, [GOOD | large, GOOD])
    assert [each.place for each in done.refused] == [0]
    assert "the limit is 1,000,000" in str(done.refused[0].fault)


async def test_without_a_good_event_the_log_is_left_alone() -> None:
    """Nothing to append is no append."""
    log = MemoryLog()
    log.away = True
    assert (await accept(log, [7])).accepted == []
    assert (await accept(log, [])).refused == []


@settings(max_examples=40)
@given(
    documents=st.lists(
        st.none()
        | st.dictionaries(st.sampled_from(sorted(GOOD)), st.text() | st.integers())
        | st.dictionaries(st.text(), st.text(), max_size=3).map(lambda extra: GOOD | extra)
        | st.text().map(lambda text: GOOD | {"data": GOOD["data"] | {"title": text}}),
        max_size=4,
    )
)
async def test_no_document_does_more_than_be_refused(documents: list[Any]) -> None:
    """Whatever is decoded, also what no file can hold, every document has one answer."""
    done = await accept(MemoryLog(), documents)
    assert len(done.accepted) + len(done.refused) == len(documents)
