"""`python -m tests.servers kafka|postgres start|stop|run [-- COMMAND…]`; the Makefile's hands."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.servers.kafka import Kafka
from tests.servers.postgres import Postgres
from tests.servers.process import CannotStart, free_port

_KINDS: dict[str, type[Kafka | Postgres]] = {"kafka": Kafka, "postgres": Postgres}
_DEPENDENCY_AWAY = 3


def _run(kind: type[Kafka | Postgres], command: list[str]) -> int:
    """Run ``command`` with the server's address in its environment; without one, start our own."""
    if os.environ.get(kind.variable):
        return subprocess.call(command)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with tempfile.TemporaryDirectory(prefix="zwaan-", ignore_cleanup_errors=True) as folder:
        server = kind(folder=Path(folder), port=free_port())
        try:
            address = server.start()
            return subprocess.call(command, env={**os.environ, kind.variable: address})
        finally:
            server.stop()


def _main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.servers", description=__doc__)
    parser.add_argument("server", choices=_KINDS)
    parser.add_argument("verb", choices=("start", "stop", "run"))
    parser.add_argument("--folder", type=Path, help="where its data lives")
    parser.add_argument("--port", type=int, help="0 for a free one")
    # What follows the first -- is a command line of its own, which may hold another one.
    ours, _, command = "\0".join(sys.argv[1:]).partition("\0--\0")
    asked = parser.parse_args(ours.split("\0"))
    kind = _KINDS[asked.server]
    if asked.verb == "run":
        return _run(kind, command.split("\0"))
    port = kind.default_port if asked.port is None else asked.port or free_port()
    folder = asked.folder or Path(".cache") / asked.server / "server"
    server = kind(folder=folder.absolute(), port=port)
    if asked.verb == "stop":
        server.stop()
    else:
        print(f"export {kind.variable}={server.start()}")  # noqa: T201 (this is its output)
    return 0


try:
    sys.exit(_main())
except CannotStart as error:
    sys.stderr.write(f"{error}\n")
    sys.exit(_DEPENDENCY_AWAY)
