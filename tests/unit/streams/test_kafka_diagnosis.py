"""Why a broker cannot be used is asked by one, not by everything that failed."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from services.errors import RetryLater
from streams.logs.kafka.connection import Broker, error_from


@pytest.fixture
def rude() -> Iterator[tuple[Broker, list[int]]]:
    """A server that ends every connection, and who connected."""
    visitors: list[int] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, (_, port) = listener.accept()
            except OSError:
                return
            visitors.append(port)
            connection.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield Broker(servers=(f"127.0.0.1:{listener.getsockname()[1]}",)), visitors
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join(10)


def test_concurrent_failures_ask_the_broker_once(rude: tuple[Broker, list[int]]) -> None:
    """All read the same reason; the broker sees a single connection."""
    broker, visitors = rude
    with ThreadPoolExecutor(20) as threads:
        found = list(threads.map(lambda _: error_from(TimeoutError(), broker), range(20)))
    assert {type(error) for error in found} == {RetryLater}
    assert all("hangs up on a connection by PLAINTEXT" in str(error) for error in found)
    assert len(visitors) == 1
