"""Whether this process lives (``/healthz``), makes progress (``/readyz``), and its metrics."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST

from services.accounts.store import charges, network_calls
from services.database import dead_letters, outbox
from services.errors import RetryLater
from services.figures.store import applications, click_cells
from services.post import PostState
from services.posts.store import posts
from services.price import MICROS
from services.web.api.access import is_admitted, is_this_machine
from services.web.messages import Unknown
from services.web.parts import WebParts
from services.web.view import parts_of

router = APIRouter()


@router.get("/healthz")
async def health() -> dict[str, str]:
    """The process answers; nothing else is asked."""
    return {"status": "alive"}


@router.get("/readyz")
async def readiness(request: Request) -> Response:
    """200 or 503. Strangers see only which; ``seconds`` is how long the oldest record waits."""
    parts = parts_of(request)
    found = await parts.readiness()
    content: dict[str, object] = {"ready": found.ready}
    if is_this_machine(request) or is_admitted(request):
        content = asdict(found) | {
            "reason": str(found.reason),
            "networks_away": await _networks_away(parts),
        }
    return JSONResponse(content, status_code=200 if found.ready else 503)


async def _networks_away(parts: WebParts) -> list[str]:
    """Networks whose circuit is open. They do not affect readiness: a restart does not help them."""
    with suppress(RetryLater):  # without its database the process is unready by itself
        async with parts.database.read() as transaction:
            return [
                each.network
                for each in await network_calls.all_circuits(transaction)
                if each.open_until
            ]
    return []


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    """Prometheus's text format, for this machine or with the API token."""
    if not is_this_machine(request) and not is_admitted(request):
        raise HTTPException(404)
    parts = parts_of(request)
    await _look(parts)
    return Response(parts.metrics.exposition(), media_type=CONTENT_TYPE_LATEST)


async def _look(parts: WebParts) -> None:
    """Set what is read when asked."""
    known = parts.metrics
    known.unknown_messages.set(Unknown.count)
    async with parts.database.read() as transaction:
        by_state = await posts.counts_by_state(transaction)
        by_class = await click_cells.by_class(transaction)
        for (stage, led_by), people in (await applications.by_stage(transaction)).items():
            known.applicants.labels(stage, led_by).set(people)
        known.dead_letters.set(await dead_letters.count(transaction))
        known.outbox.set(await outbox.size(transaction))
        for circuit in await network_calls.all_circuits(transaction):
            known.network_away.labels(circuit.network).set(circuit.open_until is not None)
        for network, unit, micros in await charges.totals(transaction):
            known.charged.labels(network, unit).set(micros / MICROS)
    for state in PostState:
        known.posts.labels(state.value).set(by_state.get(state.value, 0))
    for click_class in ("human", "bot", "duplicate"):
        known.clicks.labels(click_class).set(by_class.get(click_class, 0))
    ready = await parts.readiness()
    known.lag.set(ready.lag)
    known.oldest.clear()
    for each in ready.waiting:
        known.oldest.labels(each.topic, each.partition).set(each.seconds)
