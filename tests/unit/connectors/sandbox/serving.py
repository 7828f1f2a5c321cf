"""uvicorn in a thread, on a port of loopback that the system chose."""

from __future__ import annotations

import socket
import threading

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send


class Server:
    """Serves the ``application`` of the moment of a request.

    Its address is known before the application that it is going to serve, and one server lasts
    for many tests, because stopping uvicorn takes a fifth of a second.
    """

    def __init__(self) -> None:
        self.application: ASGIApp | None = None
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        # Listening at once lets a client connect before uvicorn is ready to accept.
        self._socket.listen(128)
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        config = uvicorn.Config(self, log_level="error", lifespan="off")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self.application is not None
        await self.application(scope, receive, send)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(10)
        self._socket.close()
