"""Where a request meets its handler: one transaction for its effects and its journal line."""

from __future__ import annotations

from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from connectors.sandbox.exchange import Answer, Call, Operation, Refusal
from connectors.sandbox.networks import Networks
from connectors.sandbox.reading import read_call
from connectors.sandbox.sending import send_answer


class NetworkEndpoint:
    """An operation of a network as an ASGI application."""

    def __init__(self, networks: Networks, network: str, operation: Operation) -> None:
        self._networks = networks
        self._network = network
        self._operation = operation

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            call = await read_call(scope, receive)
        except Refusal as refusal:
            await send_answer(send, refusal.answer)
            return
        except ClientDisconnect:
            return
        # What was decided is committed before the first byte of the answer leaves.
        with self._networks.database.transaction():
            answer = self._answer(call)
        await send_answer(send, answer)

    def _answer(self, call: Call) -> Answer:
        answer = handle(self._networks, self._operation, call)
        self._networks.journal.append(
            at_ms=self._networks.clock.now_ms(),
            network=self._network,
            kind=self._operation.kind,
            method=call.method,
            path=call.path,
            status=answer.status,
            applied=True,
            fault=None,
            trace=call.trace,
        )
        return answer


class ControlEndpoint:
    """An operation on the sandbox itself: no faults, no journal."""

    def __init__(self, networks: Networks, operation: Operation) -> None:
        self._networks = networks
        self._operation = operation

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            call = await read_call(scope, receive)
        except Refusal as refusal:
            await send_answer(send, refusal.answer)
            return
        except ClientDisconnect:
            return
        with self._networks.database.transaction():
            answer = handle(self._networks, self._operation, call)
        await send_answer(send, answer)


def handle(networks: Networks, operation: Operation, call: Call) -> Answer:
    """Run a handler; a refusal is an answer like any other."""
    try:
        return operation.handler(networks, call)
    except Refusal as refusal:
        return refusal.answer
