"""A reverse proxy in its smallest form: one request a connection, its head changed as asked for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

#: The lines of a request's head, the request line first; the result goes on to the server.
Change = Callable[[list[str]], list[str]]


@asynccontextmanager
async def forwarding(port: int, change: Change) -> AsyncIterator[str]:
    """The address of a proxy on this machine before ``port`` on this machine."""

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *fields = change(head.rstrip("\r\n").split("\r\n"))
        kept = [each for each in fields if not each.lower().startswith("connection:")]
        length = next((each for each in kept if each.lower().startswith("content-length:")), ":0")
        body = await reader.readexactly(int(length.partition(":")[2]))
        from_server, to_server = await asyncio.open_connection("127.0.0.1", port)
        changed = "\r\n".join([first, *kept, "Connection: close", "", ""])
        to_server.write(changed.encode("latin-1") + body)
        writer.write(await from_server.read())
        await writer.drain()
        to_server.close()
        writer.close()

    server = await asyncio.start_server(pass_on, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


def host(name: str) -> Change:
    """Give another name for the server than the visitor did."""
    return lambda head: [
        f"Host: {name}" if line.lower().startswith("host:") else line for line in head
    ]


def saying(*fields: str) -> Change:
    """Add fields."""
    return lambda head: [*head, *fields]


def old(head: list[str]) -> list[str]:
    """HTTP/1.0 to the server, as nginx does by default."""
    return [head[0].replace("HTTP/1.1", "HTTP/1.0"), *head[1:]]


def both(*changes: Change) -> Change:
    """One after the other."""

    def change(head: list[str]) -> list[str]:
        for each in changes:
            head = each(head)
        return head

    return change
