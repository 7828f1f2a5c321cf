"""Where a request meets its handler: one transaction for its effects and its journal line."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from connectors.sandbox.exchange import Answer, Call, Operation, Refusal
from connectors.sandbox.faults.connection import cut, drip, stay_silent
from connectors.sandbox.faults.hit import Hit
from connectors.sandbox.faults.replies import spoiled
from connectors.sandbox.faults.rules import FaultRule
from connectors.sandbox.networks import Networks
from connectors.sandbox.reading import read_call
from connectors.sandbox.sending import send_answer

#: Faults after which the client has no answer at all.
_WITHOUT_ANSWER = frozenset({"timeout", "drop", "apply_then_drop"})


def network_endpoint(networks: Networks, network: str, operation: Operation) -> Endpoint:
    """Return an operation of a network as an ASGI application, with faults and journal."""

    async def respond(call: Call, receive: Receive, send: Send) -> None:
        # What was decided is committed before the first byte of the answer leaves.
        with networks.database.transaction():
            fault, answer = _decide(networks, network, operation, call)
        await _deliver(fault, answer, receive, send)

    return Endpoint(respond)


def control_endpoint(networks: Networks, operation: Operation) -> Endpoint:
    """Return an operation on the sandbox itself: no faults, no journal."""

    async def respond(call: Call, _receive: Receive, send: Send) -> None:
        with networks.database.transaction():
            answer = _handle(networks, operation, call)
        await send_answer(send, answer)

    return Endpoint(respond)


class Endpoint:
    """Reads the request and hands it on; Starlette takes only an object for an ASGI application."""

    def __init__(self, respond: Callable[[Call, Receive, Send], Awaitable[None]]) -> None:
        self._respond = respond

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            call = await read_call(scope, receive)
        except Refusal as refusal:
            await send_answer(send, refusal.answer)
        except ClientDisconnect:
            return
        else:
            await self._respond(call, receive, send)


def _decide(
    networks: Networks, network: str, operation: Operation, call: Call
) -> tuple[FaultRule | None, Answer | None]:
    """Carry the request out, unless a fault prevents it, and write its line in the journal.

    Returns the fault, and the answer that the client will receive, or None when it gets none.
    """
    fault = networks.faults.draw(network, operation.kind, page=operation.page)
    honest = _handle(networks, operation, call) if fault is None or fault.applied else None
    answer = honest
    if fault is not None:
        hit = Hit(
            rule=fault,
            network=network,
            operation=operation.kind,
            honest=honest,
            post_id=call.trace.post_id,
            now=networks.clock.now(),
        )
        answer = _answer_to(hit)
    networks.journal.append(
        at_ms=networks.clock.now_ms(),
        network=network,
        kind=operation.kind,
        method=call.method,
        path=call.path,
        status=None if answer is None else answer.status,
        applied=honest is not None and honest.status < 400,
        fault=None if fault is None else fault.kind,
        trace=call.trace,
    )
    return fault, answer


def _answer_to(hit: Hit) -> Answer | None:
    if hit.rule.kind in _WITHOUT_ANSWER:
        return None
    if hit.rule.kind == "slow_bytes" and hit.honest is not None:
        return hit.honest
    return spoiled(hit)


async def _deliver(
    fault: FaultRule | None, answer: Answer | None, receive: Receive, send: Send
) -> None:
    if answer is None:
        if fault is not None and fault.kind == "timeout":
            await stay_silent(receive, send, seconds=fault.seconds)
        else:
            await cut(receive, send)
    elif fault is not None and fault.kind == "slow_bytes":
        await drip(receive, send, answer, seconds=fault.seconds)
    else:
        await send_answer(send, answer)


def _handle(networks: Networks, operation: Operation, call: Call) -> Answer:
    """Run a handler; a refusal is an answer like any other."""
    try:
        return operation.handler(networks, call)
    except Refusal as refusal:
        return refusal.answer
