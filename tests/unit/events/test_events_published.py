"""docs/events: what other systems build on, and that it is what the code does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from services.events.catalogue import CATALOGUE, PARTITIONS, read_incoming
from services.events.cloudevent import parse_event
from services.events.modes import read_documents
from services.events.publish import documents, write
from services.events.statement import state
from tests.builders import NOW, event, story, vacancy
from tests.unit.events.test_events_statement import reach

ROOT = Path(__file__).parents[3]
PUBLISHED = documents()
SCHEMAS = {name: json.loads(text) for name, text in PUBLISHED.items() if name.endswith(".json")}
ASYNCAPI = SCHEMAS.pop("asyncapi.json")
REGISTRY: Registry[Any] = Registry().with_resources(
    [(name, Resource.from_contents(schema, DRAFT202012)) for name, schema in SCHEMAS.items()]
)


def validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(
        {"$ref": name}, registry=REGISTRY, format_checker=FormatChecker(formats=[])
    )


def test_the_folder_is_what_the_models_say() -> None:
    """docs/events has exactly the files that `make docs` writes; run it when this fails."""
    folder = ROOT / "docs" / "events"
    found = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}
    assert found == PUBLISHED, "run `make docs`"


def test_writing_removes_what_is_no_more(tmp_path: Path) -> None:
    """The schema of a type that was removed does not stay behind."""
    (tmp_path / "story.deleted.json").write_text("{}")
    write(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == set(PUBLISHED)


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_every_schema_is_a_schema(name: str) -> None:
    """Each file is valid JSON Schema, and every reference in it leads somewhere."""
    Draft202012Validator.check_schema(SCHEMAS[name])
    resolver = REGISTRY.resolver(name)
    for reference in _references(SCHEMAS[name]):
        resolver.lookup(reference)


@pytest.mark.parametrize(
    "told",
    [
        event(story(topics=["beton"], author={"name": "Piet"})),
        event(vacancy(closes_at="2026-12-31T23:59:59Z")),
        state(reach(), at=NOW).event,
    ],
)
def test_what_the_code_writes_the_schema_takes(told: Any) -> None:
    """An event as the code writes it is valid by the envelope, its data by its own schema."""
    document = json.loads(told.to_bytes())
    validator("cloudevent.json").validate(document)
    validator("cloudevents-batch.json").validate([document, document])
    validator(f"{told.type}.json").validate(document["data"])


@pytest.mark.parametrize(
    "changes",
    [
        {"data": {"story_id": "1"}},
        {"data": event(story()).as_dict()["data"] | {"colour": "red"}},
        {"type": "vacancy.opened"},
        {"type": "story.deleted"},
        {"specversion": "0.3"},
        {"dataschema": "urn:zwaan:event:vacancy.opened:1"},
        {"Trace": "x"},
        {"id": ""},
    ],
)
def test_what_the_code_refuses_the_schema_refuses(changes: dict[str, Any]) -> None:
    """A caller that checks by the schema first finds the same faults."""
    document = event(story()).as_dict() | changes
    assert not validator("cloudevent.json").is_valid(document)


def _examples() -> Iterator[Any]:
    for path in sorted((ROOT / "examples").rglob("*")):
        if path.suffix in (".json", ".ndjson"):
            for document in read_documents(path.read_bytes()):
                if isinstance(document.value, dict) and "specversion" in document.value:
                    name = f"{path.relative_to(ROOT)} {document.place}"
                    yield pytest.param(document.value, id=name)


@pytest.mark.parametrize("document", list(_examples()))
def test_every_example_is_valid(document: dict[str, Any]) -> None:
    """The events in examples/ are valid by the published schemas and by the code."""
    validator("cloudevent.json").validate(document)
    assert read_incoming(parse_event(document))


# --- AsyncAPI -----------------------------------------------------------------------------------

# The parts of AsyncAPI 3.0.0 that the document uses (https://www.asyncapi.com/docs/reference/
# specification/v3.0.0); its official meta-schema is not in any package.
_REFERENCE = {
    "type": "object",
    "required": ["$ref"],
    "properties": {"$ref": {"type": "string"}},
    "additionalProperties": False,
}
_BINDINGS = {"type": "object", "required": ["kafka"], "additionalProperties": {"type": "object"}}
_STRUCTURE = {
    "type": "object",
    "required": ["asyncapi", "info", "channels", "operations", "components"],
    "properties": {
        "asyncapi": {"const": "3.0.0"},
        "info": {
            "type": "object",
            "required": ["title", "version"],
            "properties": {
                "title": {"type": "string"},
                "version": {"type": "string"},
                "description": {"type": "string"},
                "license": {"type": "object", "required": ["name"]},
            },
            "additionalProperties": False,
        },
        "defaultContentType": {"type": "string"},
        "channels": {
            "additionalProperties": {
                "type": "object",
                "required": ["address", "messages"],
                "properties": {
                    "address": {"type": "string"},
                    "title": {"type": "string"},
                    "description": {"type": "string"},
                    "messages": {"minProperties": 1, "additionalProperties": _REFERENCE},
                    "bindings": _BINDINGS,
                },
                "patternProperties": {"^x-": {}},
                "additionalProperties": False,
            }
        },
        "operations": {
            "additionalProperties": {
                "type": "object",
                "required": ["action", "channel"],
                "properties": {
                    "action": {"enum": ["send", "receive"]},
                    "channel": _REFERENCE,
                    "summary": {"type": "string"},
                    "messages": {"type": "array", "items": _REFERENCE},
                },
                "additionalProperties": False,
            }
        },
        "components": {
            "type": "object",
            "properties": {
                "messages": {
                    "propertyNames": {"pattern": r"^[\w.-]+$"},
                    "additionalProperties": {
                        "type": "object",
                        "required": ["payload"],
                        "properties": {
                            "name": {"type": "string"},
                            "title": {"type": "string"},
                            "summary": {"type": "string"},
                            "contentType": {"type": "string"},
                            "payload": {"type": "object"},
                            "bindings": _BINDINGS,
                        },
                        "patternProperties": {"^x-": {}},
                        "additionalProperties": False,
                    },
                }
            },
            "additionalProperties": False,
        },
    },
    "additionalProperties": False,
}


def test_the_asyncapi_document_has_the_structure_of_version_3() -> None:
    """Every object has the fields that AsyncAPI 3.0 knows, and those that it needs."""
    Draft202012Validator(_STRUCTURE).validate(ASYNCAPI)


def test_every_reference_of_the_asyncapi_document_leads_somewhere() -> None:
    """References point into the document, or to a file that is published beside it."""
    for reference in _references(ASYNCAPI):
        if not reference.startswith("#/"):
            assert reference in SCHEMAS
            continue
        target = ASYNCAPI
        for name in reference.removeprefix("#/").split("/"):
            target = target[name]


def test_every_topic_is_a_channel_with_its_facts() -> None:
    """A channel has direction, key, partitions, retention and version, for one event and many."""
    assert list(ASYNCAPI["channels"]) == list(CATALOGUE)
    messages = ASYNCAPI["components"]["messages"]
    for name, event_type in CATALOGUE.items():
        channel = ASYNCAPI["channels"][name]
        kafka = channel["bindings"]["kafka"]
        assert kafka["partitions"] == PARTITIONS
        retention = event_type.retention.total_seconds() * 1000
        assert kafka["topicConfiguration"]["retention.ms"] == retention
        action = "receive" if event_type.direction == "in" else "send"
        assert ASYNCAPI["operations"][f"{action}.{name}"]["action"] == action
        for form in ("event", "batch"):
            message = messages[f"{name}.{form}"]
            assert message["x-dataschema"] == event_type.dataschema
            assert event_type.key in message["bindings"]["kafka"]["key"]["description"]


@pytest.mark.parametrize("form", ["event", "batch"])
def test_the_payload_is_that_of_its_channel(form: str) -> None:
    """The message of a topic takes events of its type, and refuses those of another."""
    payload = ASYNCAPI["components"]["messages"][f"story.approved.{form}"]["payload"]
    check = Draft202012Validator(payload, registry=REGISTRY)
    mine, other = event(story()).as_dict(), event(vacancy()).as_dict()
    assert check.is_valid([mine] if form == "batch" else mine)
    assert not check.is_valid([mine, other] if form == "batch" else other)


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for name, value in node.items():
            if name == "$ref":
                yield value
            else:
                yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)
