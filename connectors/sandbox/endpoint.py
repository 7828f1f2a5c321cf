"""Where a request meets its handler: one transaction for its effects and its journal line."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException
from starlette.requests import ClientDisconnect, Request
from starlette.types import Message, Receive, Scope, Send

from connectors.sandbox.exchange import Answer, Call, Networks, Operation, Refusal, Upload
from connectors.sandbox.fault_replies import Hit, spoiled
from connectors.sandbox.faults import FaultRule

#: More than the largest image that either network takes.
MAX_BODY_BYTES = 40_000_000


async def read_call(scope: Scope, receive: Receive) -> Call:
    """Return the request once its body is complete.

    Raises Refusal for a body that is too large or a form that cannot be read, and
    ClientDisconnect when the client went away.
    """
    headers = {
        name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]
    }
    body = await _body(scope, receive)
    form, uploads = await _form(scope, headers.get("content-type", ""), body)
    raw_query = scope["query_string"].decode("latin-1")
    return Call(
        method=scope["method"],
        path=scope["path"],
        parameters=scope.get("path_params", {}),
        query=dict(parse_qsl(raw_query, keep_blank_values=True)),
        raw_query=raw_query,
        headers=headers,
        body=body,
        form=form,
        uploads=uploads,
    )


async def _body(scope: Scope, receive: Receive) -> bytes:
    chunks: list[bytes] = []
    size = 0
    async for chunk in Request(scope, receive).stream():
        size += len(chunk)
        if size > MAX_BODY_BYTES:
            raise Refusal(Answer(status=413))
        chunks.append(chunk)
    return b"".join(chunks)


async def _form(
    scope: Scope, content_type: str, body: bytes
) -> tuple[dict[str, str], dict[str, Upload]]:
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/x-www-form-urlencoded":
        text = body.decode("utf-8", "replace")
        return dict(parse_qsl(text, keep_blank_values=True)), {}
    if kind != "multipart/form-data":
        return {}, {}

    async def replay() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    form: dict[str, str] = {}
    uploads: dict[str, Upload] = {}
    try:
        async with Request(scope, replay).form() as fields:
            for name, value in fields.multi_items():
                if isinstance(value, UploadFile):
                    uploads[name] = Upload(name=value.filename or "", data=await value.read())
                else:
                    form[name] = value
    except MultiPartException as error:
        raise Refusal(Answer(status=400)) from error
    return form, uploads


async def send_answer(send: Send, answer: Answer) -> None:
    """Send a complete answer."""
    await send(start_message(answer, length=len(answer.body)))
    await send({"type": "http.response.body", "body": answer.body})


def start_message(answer: Answer, *, length: int | None) -> Message:
    """Return the message that begins an answer; without ``length`` it is sent in chunks."""
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers]
    if length is not None and answer.status != 204:
        headers.append((b"content-length", str(length).encode()))
    return {"type": "http.response.start", "status": answer.status, "headers": headers}


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


_DRIP_SECONDS = 0.05
_CUT_SECONDS = 5.0


async def cut(receive: Receive, send: Send) -> None:
    """Close the connection without an answer.

    ASGI has no message for that. Under uvicorn ``receive`` is a method of the object that holds
    the transport; aborting that is what a dying server looks like. Where the transport cannot be
    reached, an answer is begun and not finished, so that a client sees an incomplete message.
    """
    transport = getattr(getattr(receive, "__self__", None), "transport", None)
    if transport is not None:
        transport.abort()
        # Until the server knows of it, returning without an answer would make it send a 500.
        await _gone_within(receive, _CUT_SECONDS)
        return
    await send(start_message(Answer(status=500), length=1))


async def stay_silent(receive: Receive, send: Send, *, seconds: float) -> None:
    """Answer nothing for so long, or until the client gives up, and then cut."""
    if not await _gone_within(receive, seconds):
        await cut(receive, send)


async def drip(receive: Receive, send: Send, answer: Answer, *, seconds: float) -> None:
    """Send a space at a time for so long, then the body.

    JSON may begin with white space: a patient client gets a good answer, and no pause is
    long enough for a timeout between two reads.
    """
    status = 200 if answer.status == 204 else answer.status
    opened = Answer(status=status, headers=answer.headers)
    await send(start_message(opened, length=None))
    loop = asyncio.get_running_loop()
    ends = loop.time() + seconds
    gone = asyncio.ensure_future(_gone(receive))
    try:
        while loop.time() < ends:
            await send({"type": "http.response.body", "body": b" ", "more_body": True})
            done, _ = await asyncio.wait({gone}, timeout=_DRIP_SECONDS)
            if done:
                return
    finally:
        gone.cancel()
    await send({"type": "http.response.body", "body": answer.body})


async def _gone_within(receive: Receive, seconds: float) -> bool:
    try:
        await asyncio.wait_for(_gone(receive), seconds)
    except TimeoutError:
        return False
    return True


async def _gone(receive: Receive) -> None:
    message: Any = {}
    while message.get("type") != "http.disconnect":
        message = await receive()
