"""LinkedIn, X and Mastodon as our connectors meet them, in one ASGI application.

`create_sandbox` builds it. A network is a folder whose ``__init__.py`` is the table of what it
answers; `endpoint` carries a request to its handler and back, `state` is what the networks
remember. A test or a demo steers clock, faults, limits and audience through the addresses in
`control`. Facts about the networks come from their public documentation as of November 2026 and
are cited where they are used.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from starlette.routing import Route, Router
from starlette.types import Receive, Scope, Send

from connectors.sandbox import control, linkedin, mastodon, x
from connectors.sandbox.clock import SandboxClock
from connectors.sandbox.endpoint import control_endpoint, network_endpoint
from connectors.sandbox.exchange import Networks, Operation, SandboxOptions, open_networks

#: Everything the sandbox answers is below these paths; a larger application mounts it at them.
PREFIXES = ("/linkedin", "/x", "/mastodon", "/_sandbox")

#: Files of the networks' pages, open to all.
_SHOWN = ("/_sandbox/sandbox.css", "/_sandbox/media/")

_NETWORKS = {
    "linkedin": linkedin.OPERATIONS,
    "x": x.OPERATIONS,
    "mastodon": mastodon.OPERATIONS,
}
_ANY_METHOD = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


class SandboxApp:
    """An ASGI application; ``networks`` is its state, for a caller in the same process."""

    def __init__(self, networks: Networks) -> None:
        self.networks = networks
        routes = [
            _route(f"/{network}", operation, network_endpoint(networks, network, operation))
            for network, operations in _NETWORKS.items()
            for operation in operations
        ]
        routes += [
            _route("/_sandbox", operation, control_endpoint(networks, operation))
            for operation in control.OPERATIONS
        ]
        self._router = Router(routes, redirect_slashes=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # Paths are matched in full, so it makes no difference under which of its prefixes, or at
        # the root, the application was mounted.
        await self._router({**scope, "root_path": ""}, receive, send)

    def close(self) -> None:
        """Close the file of the sandbox."""
        self.networks.database.close()


def is_control(path: str) -> bool:
    """Return whether a path steers the sandbox or shows its journal; none asks for a password."""
    return path.startswith("/_sandbox") and not path.startswith(_SHOWN)


def create_sandbox(
    path: Path | None,
    *,
    public_url: str,
    clock: SandboxClock | None = None,
    **options: Any,
) -> SandboxApp:
    """Return the sandbox networks with their memory in ``path`` (in memory only when None).

    ``public_url`` is the address at which it is reached, without a path; connectors use
    ``{public_url}/linkedin`` (``/x``, ``/mastodon``) as base. Other keywords are fields of
    `SandboxOptions`.
    """
    chosen = replace(SandboxOptions(public_url=public_url), **options)
    return SandboxApp(open_networks(path, chosen, clock or SandboxClock()))


def _route(prefix: str, operation: Operation, endpoint: Callable[..., Any]) -> Route:
    methods = _ANY_METHOD if operation.method == "*" else (operation.method,)
    return Route(prefix + operation.path, endpoint, methods=methods)
