"""A load of so many requests a second, however long the answers take: what `wrk` cannot do.

``python -m benchmarks.steady_load PORT RATE SECONDS CONNECTIONS CODES``. A request's time counts from
the moment at which it was due, also when no connection was free then. Prints JSON.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import time
from collections import deque
from pathlib import Path

import uvloop

_ANSWER_ENDS = b"\r\n\r\n"
_TICK = 0.001


class _Connection(asyncio.Protocol):
    """One of those that take turns; an answer has no body."""

    def __init__(self, load: _Load) -> None:
        self._load = load
        self._due = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._load.free.append(self)

    def ask(self, request: bytes, due: float) -> None:
        self._due = due
        self._transport.write(request)  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        assert data.startswith(b"HTTP/1.1 302")
        assert data.endswith(_ANSWER_ENDS)
        self._load.took.append(time.perf_counter() - self._due)
        self._load.free.append(self)


class _Load:
    def __init__(self, codes: list[str]) -> None:
        self.free: deque[_Connection] = deque()
        self.took: list[float] = []
        self.requests = [
            f"GET /r/{code} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: {agent(number)}\r\n\r\n".encode()
            for number, code in enumerate(codes)
        ]

    async def run(self, port: int, rate: float, seconds: float, connections: int) -> None:
        loop = asyncio.get_running_loop()
        for _ in range(connections):
            await loop.create_connection(lambda: _Connection(self), "127.0.0.1", port)
        began, sent, total = time.perf_counter(), 0, int(rate * seconds)
        while len(self.took) < total:
            due = min(total, int((time.perf_counter() - began) * rate))
            while sent < due and self.free:
                self.free.popleft().ask(
                    self.requests[sent % len(self.requests)], began + sent / rate
                )
                sent += 1
            await asyncio.sleep(_TICK)
            assert time.perf_counter() - began < seconds * 10 + 10, "it does not keep up"


def agent(number: int) -> str:
    """What a visitor's browser says of itself, each of them something else."""
    return (
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
        f"Chrome/130.0.0.{number} Safari/537.36"
    )


def main() -> None:
    port, rate, seconds, connections, codes = sys.argv[1:]
    load = _Load(Path(codes).read_text(encoding="ascii").split())
    uvloop.run(load.run(int(port), float(rate), float(seconds), int(connections)))
    percentiles = statistics.quantiles(load.took, n=1000)
    print(
        json.dumps(
            {
                "answered": len(load.took),
                "p50": percentiles[499] * 1000,
                "p99": percentiles[989] * 1000,
                "p999": percentiles[998] * 1000,
            }
        )
    )


if __name__ == "__main__":
    main()
