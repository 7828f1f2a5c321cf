"""Write the event catalogue for other systems: JSON Schemas, an AsyncAPI document and a page.

``python -m services.events.publish docs/events`` (``make docs``). The output depends on the models
alone, so a test can tell when the two have drifted apart.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from services.events.catalogue import CATALOGUE, PARTITIONS, EventType
from services.events.cloudevent import MAX_EVENT_BYTES

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_ENVELOPE = "cloudevent.json"
_BATCH = "cloudevents-batch.json"


def documents() -> Mapping[str, str]:
    """The content of every published file by its name in the folder."""
    files = {f"{event_type.name}.json": data_schema(event_type) for event_type in _types()}
    files[_ENVELOPE] = envelope_schema()
    files[_BATCH] = batch_schema()
    files["asyncapi.json"] = asyncapi()
    texts = {name: _json(document) for name, document in files.items()}
    return texts | {"README.md": page()}


def write(folder: Path) -> None:
    """Write the files, and remove the schema of an event type that is no more."""
    folder.mkdir(parents=True, exist_ok=True)
    published = documents()
    for name, text in published.items():
        (folder / name).write_text(text, encoding="utf-8")
    for stale in folder.glob("*.json"):
        if stale.name not in published:
            stale.unlink()


def data_schema(event_type: EventType) -> dict[str, Any]:
    """JSON Schema of an event type's ``data``."""
    schema = event_type.data.model_json_schema(mode="validation")
    return {"$schema": _DIALECT, "$id": event_type.dataschema} | schema | {"title": event_type.name}


def envelope_schema() -> dict[str, Any]:
    """JSON Schema of the CloudEvents 1.0 envelope as Zwaan takes it, in structured JSON."""
    text = {"type": "string", "minLength": 1, "maxLength": 300}
    return {
        "$schema": _DIALECT,
        "title": "CloudEvent",
        "description": "CloudEvents 1.0.2 in structured JSON. Extension attributes are allowed: "
        "lower-case letters and digits, with a text, a boolean or a 32-bit integer.",
        "type": "object",
        "required": ["specversion", "id", "source", "type", "data"],
        "properties": {
            "specversion": {"const": "1.0"},
            "id": text | {"description": "Unique for its source; sending it again has no effect."},
            "source": text | {"description": "Which system states this."},
            "type": {"enum": list(CATALOGUE)},
            "time": {"type": ["string", "null"], "format": "date-time"},
            "subject": {"type": ["string", "null"], "maxLength": 300},
            "datacontenttype": {"const": "application/json"},
            "dataschema": {"type": ["string", "null"]},
            "data": {"type": "object"},
        },
        "patternProperties": {"^[a-z0-9]{1,100}$": {}},
        "additionalProperties": False,
        "allOf": [
            {
                "if": {"properties": {"type": {"const": event_type.name}}},
                "then": {
                    "properties": {
                        "data": {"$ref": f"{event_type.name}.json"},
                        "dataschema": {"enum": [event_type.dataschema, None]},
                    }
                },
            }
            for event_type in _types()
        ],
    }


def batch_schema() -> dict[str, Any]:
    """JSON Schema of several events in one record or request."""
    return {
        "$schema": _DIALECT,
        "title": "CloudEvents batch",
        "description": "Several events of one type. Each is taken or refused on its own.",
        "type": "array",
        "minItems": 1,
        "items": {"$ref": _ENVELOPE},
    }


def asyncapi() -> dict[str, Any]:
    """An AsyncAPI 3.0 document: a channel a topic, and whether Zwaan receives or sends on it."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Zwaan",
            "version": "1.0.0",
            "description": "Stories and vacancies in, every outcome out. CloudEvents 1.0 in "
            "structured JSON; a record holds one event, or a batch of events of its topic.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/cloudevents+json",
        "channels": {event_type.name: _channel(event_type) for event_type in _types()},
        "operations": {
            _operation_name(event_type): {
                "action": "receive" if event_type.direction == "in" else "send",
                "channel": {"$ref": f"#/channels/{event_type.name}"},
                "summary": _summary(event_type),
                "messages": [
                    {"$ref": f"#/channels/{event_type.name}/messages/{form}"}
                    for form in ("event", "batch")
                ],
            }
            for event_type in _types()
        },
        "components": {
            "messages": {
                f"{event_type.name}.{form}": message
                for event_type in _types()
                for form, message in _messages(event_type)
            }
        },
    }


def _channel(event_type: EventType) -> dict[str, Any]:
    return {
        "address": event_type.name,
        "title": event_type.name,
        "description": _description(event_type),
        "messages": {
            form: {"$ref": f"#/components/messages/{event_type.name}.{form}"}
            for form in ("event", "batch")
        },
        "bindings": {
            "kafka": {
                "topic": event_type.name,
                "partitions": PARTITIONS,
                "topicConfiguration": {
                    "cleanup.policy": ["delete"],
                    "retention.ms": _days(event_type) * 86_400_000,
                },
                "bindingVersion": "0.5.0",
            }
        },
        "x-direction": event_type.direction,
        "x-retention-days": _days(event_type),
    }


def _messages(event_type: EventType) -> Iterator[tuple[str, dict[str, Any]]]:
    key = {
        "type": "string",
        "description": f"data.{event_type.key}, in UTF-8: one key, one order.",
    }
    payload = {
        "allOf": [
            {"$ref": _ENVELOPE},
            {
                "properties": {
                    "type": {"const": event_type.name},
                    "dataschema": {"enum": [event_type.dataschema, None]},
                    "data": {"$ref": f"{event_type.name}.json"},
                }
            },
        ]
    }
    yield (
        "event",
        {
            "name": event_type.name,
            "title": event_type.name,
            "summary": _summary(event_type),
            "contentType": "application/cloudevents+json",
            "payload": payload,
            "bindings": {"kafka": {"key": key, "bindingVersion": "0.5.0"}},
            "x-dataschema": event_type.dataschema,
            "x-version": event_type.version,
        },
    )
    yield (
        "batch",
        {
            "name": f"{event_type.name}.batch",
            "title": f"Several {event_type.name} in one record",
            "summary": "A JSON array of events whose keys share a partition; the record's key is "
            "that of the first.",
            "contentType": "application/cloudevents-batch+json",
            "payload": {"type": "array", "minItems": 1, "items": payload},
            "bindings": {"kafka": {"key": key, "bindingVersion": "0.5.0"}},
            "x-dataschema": event_type.dataschema,
            "x-version": event_type.version,
        },
    )


def page() -> str:
    """The catalogue as Markdown."""
    lines = [
        "# Events",
        "",
        "Generated by `make docs` from the models in `services/events`; do not edit by hand.",
        "",
        "Events are [CloudEvents 1.0](https://cloudevents.io) in JSON: structured, which is how Zwaan",
        "writes them, or in binary mode (`ce-` headers over HTTP, `ce_` on Kafka). Other systems send",
        "the first kind, on Kafka, with `POST /api/v1/events` or with `zwaan publish`, and may read",
        "all of them. Optional fields may be absent. Unknown fields in `data` are refused; extension",
        "attributes beside it are allowed.",
        "",
        "A record on a topic is one event, or a JSON array of events (CloudEvents batch format):",
        f"a reader has to expect both. One event is at most {MAX_EVENT_BYTES:,} bytes. Every topic",
        f"has {PARTITIONS} partitions; records are placed by murmur2 of their key, as Kafka's own",
        "clients do. Delivery is at least once; `source` and `id` together identify a repetition.",
        "",
        f"Files: [`asyncapi.json`](asyncapi.json), [`{_ENVELOPE}`]({_ENVELOPE}),",
        f"[`{_BATCH}`]({_BATCH}), and a schema of `data` for each type.",
    ]
    for direction, title in (("in", "Taken from other systems"), ("out", "Stated by Zwaan")):
        lines += ["", f"## {title}"]
        for event_type in _types():
            if event_type.direction == direction:
                lines += ["", *_section(event_type)]
    return "\n".join(lines) + "\n"


def _section(event_type: EventType) -> Iterator[str]:
    yield f"### `{event_type.name}`"
    yield ""
    yield _description(event_type)
    yield ""
    yield (
        f"Key `data.{event_type.key}` · kept {_days(event_type)} days · version "
        f"{event_type.version} (`{event_type.dataschema}`) · "
        f"[schema]({event_type.name}.json)"
    )
    yield ""
    yield "| field | type | |"
    yield "|---|---|---|"
    schema = event_type.data.model_json_schema(mode="validation")
    required = set(schema.get("required", ()))
    for name, field in schema["properties"].items():
        need = "required" if name in required else ""
        yield f"| `{name}` | {_type(field, schema)} | {need} |"


def _type(field: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """A JSON Schema in words, for a table."""
    if "anyOf" in field:
        return " or ".join(_type(each, schema) for each in field["anyOf"] if each != _NULL)
    if "$ref" in field:
        target = schema["$defs"][field["$ref"].rpartition("/")[2]]
        names = ", ".join(
            f"`{name}`" + ("" if name in target.get("required", ()) else "?")
            for name in target["properties"]
        )
        return f"{{{names}}}"
    if "enum" in field:
        return ", ".join(f"`{value}`" for value in field["enum"])
    if field.get("type") == "array":
        return f"list of {_type(field['items'], schema)}"
    if field.get("format") == "date-time":
        return "time (RFC 3339)"
    limits = f", at most {field['maxLength']:,} characters" if "maxLength" in field else ""
    words = {"string": "text", "integer": "whole number", "number": "number"}
    words |= {"boolean": "boolean", "object": "object"}
    return words[field["type"]] + limits


_NULL = {"type": "null"}


def _types() -> Iterator[EventType]:
    return iter(CATALOGUE.values())


def _operation_name(event_type: EventType) -> str:
    verb = "receive" if event_type.direction == "in" else "send"
    return f"{verb}.{event_type.name}"


def _description(event_type: EventType) -> str:
    """The model's docstring on one line, or what its name says."""
    own = event_type.data.__dict__.get("__doc__") or ""
    return " ".join(own.replace("``", "`").split()) or f"{event_type.name}."


def _summary(event_type: EventType) -> str:
    return _description(event_type).partition(". ")[0].rstrip(".") + "."


def _days(event_type: EventType) -> int:
    return event_type.retention.days


def _json(document: Any) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    write(Path(sys.argv[1]))
