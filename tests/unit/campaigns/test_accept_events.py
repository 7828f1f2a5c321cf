"""Events at the edges: each is checked and compared with what is known, before it is appended."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.campaigns.accept_events import Acceptance, accept
from services.campaigns.store import campaigns
from services.database.engine import Database
from services.errors import Rejected, RetryLater
from services.events.incoming import ApplicationReceived, VacancyClosed
from services.message import said
from services.posts.cancel_posts import close_vacancies
from tests.builders import NOW, campaign, event, fact, story, vacancy
from tests.fakes import MemoryLog

GOOD: dict[str, Any] = event(story()).as_dict()


async def test_good_events_are_appended_and_the_others_named_by_place() -> None:
    """Each is accepted or refused by itself; a record carries its key and the event as it was sent."""
    log = MemoryLog()
    documents = [
        GOOD,
        7,
        Rejected(said("not JSON"), remedy=said("Correct it.")),
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
    """A person who sent them has to send them again; the same ids make that harmless."""
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
    """For any decoded value, also one that no file can hold, every document has one answer."""
    done = await accept(MemoryLog(), documents)
    assert len(done.accepted) + len(done.refused) == len(documents)


@pytest.fixture
async def known(database: Database) -> Database:
    """A database that knows the story ``sluis-1`` and the vacancy ``v-1``."""
    async with database.write() as transaction:
        await campaigns.add(transaction, campaign(story()))
        await campaigns.add(transaction, campaign(vacancy(closes_at=NOW + timedelta(days=9))))
    return database


async def send(database: Database, *data: object) -> Acceptance:
    documents = [
        event(each, f"new-{number}").as_dict()  # type: ignore[arg-type]
        for number, each in enumerate(data)
    ]
    return await accept(MemoryLog(), documents, database)


async def test_a_known_event_unchanged_is_accepted_and_named(known: Database) -> None:
    """A repeat is no fault, with any event id; the sender hears that nothing happens."""
    done = await send(known, story(), vacancy(closes_at=NOW + timedelta(days=9)), story("s-2"))
    assert (len(done.accepted), done.refused) == (3, [])
    assert [note.place for note in done.notes] == [0, 1]
    assert 'the story "sluis-1" is known already, unchanged' in str(done.notes[0].note)


async def test_other_facts_of_what_is_known_are_refused(known: Database) -> None:
    """A correction cannot reach texts that people have read; it needs an id of its own."""
    done = await send(known, story("s-2"), story(title="Anders", body="Ook."), vacancy())
    assert len(done.accepted) == 1
    assert [refusal.place for refusal in done.refused] == [1, 2]
    assert "with another title and body" in str(done.refused[0].fault)
    assert "under a new story_id" in str(done.refused[0].remedy)
    assert "with another closes_at" in str(done.refused[1].fault)


async def test_a_batch_does_not_contradict_itself(database: Database) -> None:
    """The first of two counts, also when nothing was known before."""
    done = await send(database, story(), story(title="Anders"), story())
    assert [refusal.place for refusal in done.refused] == [1]
    assert [note.place for note in done.notes] == [2]


async def test_an_early_event_is_kept_and_named(database: Database) -> None:
    """A closing or an application may overtake its vacancy; a misspelt id looks the same."""
    application = ApplicationReceived(
        application_id="a-1", vacancy_id="v-1", stage="applied", at=NOW
    )
    done = await send(database, VacancyClosed(vacancy_id="v-1"), application, vacancy())
    assert len(done.accepted) == 3
    assert [note.place for note in done.notes] == [0, 1]
    assert all('the vacancy "v-1" is not known (yet)' in str(note.note) for note in done.notes)
    after = await send(database, vacancy("v-2"), VacancyClosed(vacancy_id="v-2"))
    assert after.notes == [], "it stands before it in the batch"


async def test_an_ended_campaign_is_named_to_the_sender(known: Database) -> None:
    """A vacancy that opens again needs an id of its own."""
    async with known.write() as transaction:
        await close_vacancies(transaction, [fact(VacancyClosed(vacancy_id="v-1"))], NOW)
    done = await send(known, vacancy(closes_at=NOW + timedelta(days=9)))
    assert "has ended" in str(done.notes[0].note)
    assert "new vacancy_id" in str(done.notes[0].note)


async def test_a_sender_learns_that_no_one_will_be_asked(database: Database) -> None:
    """What no text can be written about is accepted, with the reason and what to do."""
    done = await send(
        database,
        story("s-1"),
        story("s-2", language="fr"),
        story("s-3", body="Goed nieuws!"),
        story(
            "s-4", body="The pump that nobody had looked at for a year was in the wrong place. " * 3
        ),
    )
    assert (len(done.accepted), [note.place for note in done.notes]) == (4, [1, 2, 3])
    assert 'but its text is in "en". Send it as "en"' in str(done.notes[2].note)
    assert 'nobody writes in "fr"' in str(done.notes[0].note)
    assert "too short to tell anything of it. Add what happened" in str(done.notes[1].note)


async def test_events_are_accepted_while_the_database_is_away() -> None:
    """What is durable on the log is not held up by a comparison."""
    away = Database.open("postgresql+psycopg://zwaan@127.0.0.1:1/zwaan")
    done = await send(away, story())
    assert (len(done.accepted), done.refused, done.notes) == (1, [], [])
    await away.close()
