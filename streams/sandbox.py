"""The sandbox networks as a process serves them: beside the pages, or alone."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from connectors.sandbox import PREFIXES, SandboxApp, create_sandbox, is_control
from services.settings import Settings
from services.web.access import comes_from
from services.web.api.access import bears, is_direct


def open_sandbox(settings: Settings) -> SandboxApp:
    """The sandbox networks, remembered in the data folder."""
    settings.data.mkdir(parents=True, exist_ok=True)
    return create_sandbox(settings.data / "sandbox.db", public_url=settings.base_url)


class WithSandbox:
    """The pages, with the sandbox networks on their own paths beside them.

    ``may_steer`` says who gets past `is_control`; see `steering`.
    """

    def __init__(
        self, pages: ASGIApp, sandbox: ASGIApp, may_steer: Callable[[Request], bool]
    ) -> None:
        self._pages = pages
        self._sandbox = sandbox
        self._may_steer = may_steer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "") if scope["type"] == "http" else ""
        first = "/" + path.split("/", 2)[1] if path else ""
        if first not in PREFIXES or (is_control(path) and not self._may_steer(Request(scope))):
            await self._pages(scope, receive, send)
        else:
            await self._sandbox(scope, receive, send)


def alone(sandbox: ASGIApp, may_steer: Callable[[Request], bool]) -> WithSandbox:
    """The sandbox networks without pages, as well guarded as beside them."""
    return WithSandbox(
        PlainTextResponse(
            "There is nothing here for you. /_sandbox answers programs on this machine alone, "
            "who ask for it as localhost or 127.0.0.1, or with ZWAAN_API_TOKEN.\n",
            status_code=404,
        ),
        sandbox,
        may_steer,
    )


def steering(settings: Settings) -> Callable[[Request], bool]:
    """Whether a request may set faults and clock and read the journal.

    With the API token. On a laptop without it too: for this machine alone, and no foreign page
    in its browser.
    """
    token = settings.api_token.get_secret_value() if settings.api_token else None

    def may_steer(request: Request) -> bool:
        if bears(request, token):
            return True
        return settings.is_laptop and is_direct(request) and comes_from(request)

    return may_steer
