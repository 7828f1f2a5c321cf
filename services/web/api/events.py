"""``POST /api/v1/events``: what other systems state, one event or many, each checked later on its own;
and ``POST /api/v1/dead-letters/{id}/replay``, what ``zwaan dead-letters replay`` asks for.

Sources: CloudEvents 1.0.2, HTTP protocol binding and JSON format (batch); https://ndjson.org.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email.message import Message as MimeHeader
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response

from services.campaigns.accept_events import Acceptance, Refusal, accept
from services.database.settle_dead_letters import replay
from services.errors import Rejected
from services.events.cloudevent import MAX_EVENT_BYTES, load_json
from services.events.modes import from_http, is_binary
from services.message import message, refusal
from services.web.api.access import admit, needs
from services.web.api.refusal import Refused
from services.web.middleware import LetterId
from services.web.view import parts_of

router = APIRouter(prefix="/api/v1")


@router.post("/events", dependencies=[Depends(needs("events"))])
async def receive_events(request: Request) -> Response:
    """202: all are durable. 422: some were refused and the others are durable. 400: no JSON.

    ``place`` counts from 0; a note is a remark about an event that was accepted.
    """
    parts = parts_of(request)
    try:
        documents = await read_documents(request)
    except Rejected as fault:
        first = Refusal(place=0, fault=fault.message, remedy=fault.remedy)
        parts.metrics.events_received.labels("refused").inc()
        return JSONResponse(_report(Acceptance(accepted=[], refused=[first])), status_code=400)
    acceptance = await accept(parts.log, documents, parts.database)
    parts.metrics.events_received.labels("accepted").inc(len(acceptance.accepted))
    parts.metrics.events_received.labels("refused").inc(len(acceptance.refused))
    status = 422 if acceptance.refused else 202
    return JSONResponse(_report(acceptance), status_code=status)


def _report(acceptance: Acceptance) -> dict[str, Any]:
    return {
        "accepted": [{"id": event.id, "type": event.type} for event in acceptance.accepted],
        "refused": [
            {"place": each.place} | refusal(each.fault, each.remedy) for each in acceptance.refused
        ],
        "notes": [{"place": note.place, "note": str(note.note)} for note in acceptance.notes],
    }


#: Bytes of all events of one request together.
MAX_BATCH_BYTES = 10_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyFormat:
    """``limit`` in bytes; ``read`` returns decoded JSON, or a Rejected in its place."""

    limit: int
    read: Callable[[bytes], Sequence[Any]]


def _one(body: bytes) -> Sequence[Any]:
    if len(body) > MAX_EVENT_BYTES:
        raise _too_long(MAX_EVENT_BYTES)
    return [load_json(body)]


def _batch(body: bytes) -> Sequence[Any]:
    document = load_json(body, limit=MAX_BATCH_BYTES)
    if not isinstance(document, list):
        raise Rejected(
            message("batch.no-array", "a batch is a JSON array"),
            remedy=message("do.use-brackets", "Put the events into [ and ]."),
        )
    return _not_empty(document)


#: A byte order mark among them.
_BLANK = b" \t\r\n\xef\xbb\xbf"


def _one_or_batch(body: bytes) -> Sequence[Any]:
    return _batch(body) if body.lstrip(_BLANK)[:1] == b"[" else _one(body)


def _lines(body: bytes) -> Sequence[Any]:
    return _not_empty([_line(line) for line in body.split(b"\n") if line.strip()])


def _line(line: bytes) -> Any:
    try:
        return load_json(line)
    except Rejected as fault:
        return fault


def _not_empty(documents: Sequence[Any]) -> Sequence[Any]:
    if not documents:
        raise Rejected(
            message("event.none", "there is no event"),
            remedy=message("do.send-one", "Send at least one."),
        )
    return documents


# Only these: a form of another site cannot send any of them without asking first.
FORMATS = {
    "application/cloudevents+json": BodyFormat(limit=MAX_EVENT_BYTES, read=_one),
    "application/cloudevents-batch+json": BodyFormat(limit=MAX_BATCH_BYTES, read=_batch),
    "application/json": BodyFormat(limit=MAX_BATCH_BYTES, read=_one_or_batch),
    "application/x-ndjson": BodyFormat(limit=MAX_BATCH_BYTES, read=_lines),
}


async def read_documents(request: Request) -> Sequence[Any]:
    """Raises Refused (415 and 413); Rejected when the body as a whole is no JSON."""
    if is_binary(request.headers):
        body = _utf_8(request, await _read(request, MAX_EVENT_BYTES))
        return [from_http(request.headers, body)]
    media_type = request.headers.get("Content-Type", "").partition(";")[0].strip().casefold()
    body_format = FORMATS.get(media_type)
    if body_format is None:
        raise Refused(
            415,
            message(
                "api.content-type",
                'the content type "{name}" is none of an event',
                name=media_type[:100],
            )
            if media_type
            else message("api.no-content-type", "the content type is missing"),
            remedy=message(
                "do.send-content-type", "Send Content-Type: {names}.", names=tuple(FORMATS)
            ),
        )
    return body_format.read(_utf_8(request, await _read(request, body_format.limit)))


def _utf_8(request: Request, body: bytes) -> bytes:
    """The body in UTF-8, also where its type names another charset."""
    header = MimeHeader()
    header["Content-Type"] = request.headers.get("Content-Type", "")
    charset = header.get_content_charset("utf-8")
    if charset in ("utf-8", "us-ascii"):
        return body
    try:
        return body.decode(charset).encode()
    except (LookupError, UnicodeError) as error:
        raise Rejected(
            message("event.not-charset", "the event is not {charset}", charset=charset[:40]),
            remedy=message("do.encode-utf8", "Encode it as UTF-8."),
        ) from error


async def _read(request: Request, limit: int) -> bytes:
    declared = request.headers.get("Content-Length", "")
    if declared.isdigit() and int(declared) > limit:
        raise _too_long(limit)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise _too_long(limit)
    return bytes(body)


def _too_long(limit: int) -> Refused:
    return Refused(
        413,
        message(
            "api.request-too-long",
            "the request is too long, the limit is {limit} bytes",
            limit=limit,
        ),
        remedy=message("do.send-fewer-events", "Shorten the text, or send fewer events at once."),
    )


@router.post("/dead-letters/{letter_id}/replay", dependencies=[Depends(admit)])
async def replay_dead_letter(request: Request, letter_id: LetterId) -> dict[str, int]:
    """Put the original bytes back on their topic. 404 when there is no such letter."""
    parts = parts_of(request)
    await replay(parts.database, parts.log, letter_id, actor="api", now=parts.clock())
    return {"replayed": letter_id}
