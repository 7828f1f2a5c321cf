"""Events that Zwaan states: the same fact is always the same event."""

from __future__ import annotations

from datetime import timedelta

from services.events.catalogue import CATALOGUE, read_data
from services.events.cloudevent import load_json, parse_event
from services.events.outgoing import PostApproved, ReachMeasured
from services.events.statement import state
from tests.builders import NOW


def reach(**changes: object) -> ReachMeasured:
    fields = {
        "post_id": "p",
        "campaign_id": "c",
        "network": "x",
        "metric": "reach",
        "tag": "unknown",
        "source": "X gave no figure",
        "measured_at": NOW,
    }
    return ReachMeasured.model_validate(fields | changes)


def test_the_same_cause_gives_the_same_id() -> None:
    """Stating a fact twice is one event; time and content do not make another of it."""
    first = state(reach(), at=NOW, cause="reach step 1")
    again = state(reach(value=5, tag="measured"), at=NOW + timedelta(1), cause="reach step 1")
    assert first.event.id == again.event.id
    others = {
        state(reach(), at=NOW, cause="reach step 2").event.id,
        state(reach(post_id="q"), at=NOW, cause="reach step 1").event.id,
        state(reach(), at=NOW).event.id,
    }
    assert len(others | {first.event.id}) == 4


def test_the_id_is_fixed_for_ever() -> None:
    """An id that changes with a release would make every redelivered event a new one."""
    assert state(reach(), at=NOW, cause="reach step 1").event.id == (
        "faaf3449-2a56-5d0f-a0ff-4a82c0d7f520"
    )


def test_a_statement_is_an_event_that_can_be_read() -> None:
    """It carries its schema's version, its key as subject, and no field that is absent."""
    told = state(reach(), at=NOW, cause="x")
    assert told.key == told.event.subject == "p"
    assert told.event.dataschema == "urn:zwaan:event:reach.measured:1"
    assert "value" not in told.event.data
    assert read_data(parse_event(load_json(told.event.to_bytes()))) == reach()


def test_the_key_is_the_catalogues() -> None:
    """The record is placed by the field that the catalogue names for the type."""
    approved = PostApproved(
        post_id="p",
        campaign_id="c",
        ambassador_id="a",
        network="x",
        text_sha256="0" * 64,
        approved_at=NOW,
        publish_at=NOW,
    )
    assert CATALOGUE["post.approved"].key == "ambassador_id"
    assert state(approved, at=NOW).key == "a"


def test_every_key_is_a_required_field() -> None:
    """Without its key an event could not be placed."""
    for event_type in CATALOGUE.values():
        assert event_type.data.model_fields[event_type.key].is_required(), event_type.name
