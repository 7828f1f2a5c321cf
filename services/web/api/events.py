"""``POST /api/v1/events``: what other systems state, one event or many."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response

from services.campaigns.accept_events import Acceptance, Refusal, accept
from services.errors import Rejected
from services.web.api.access import admit
from services.web.api.event_documents import read_documents
from services.web.api.refusal import refusal
from services.web.view import parts_of

router = APIRouter(prefix="/api/v1", dependencies=[Depends(admit)])


@router.post("/events")
async def receive_events(request: Request) -> Response:
    """202: all are durable. 422: some were refused and the others are durable. 400: no JSON.

    ``place`` counts from 0; a note tells something of an event that was accepted.
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
