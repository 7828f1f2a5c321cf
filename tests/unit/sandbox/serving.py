"""uvicorn in a thread, on a port of loopback that the system chose."""

from __future__ import annotations

import socket
import threading
from typing import Any

import uvicorn


class Server:
    """Its address is known before the application that it is going to serve."""

    def __init__(self) -> None:
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        # Listening at once lets a client connect before uvicorn is ready to accept.
        self._socket.listen(128)
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    def start(self, application: Any) -> None:
        config = uvicorn.Config(application, log_level="error", lifespan="off")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],))
        self._thread.start()

    def stop(self) -> None:
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join(10)
        self._socket.close()
