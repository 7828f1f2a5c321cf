"""From an `Answer` to ASGI messages."""

from __future__ import annotations

from starlette.types import Message, Send

from connectors.sandbox.exchange import Answer


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
