"""The pages and the sandbox networks behind one real server, and Chromium before it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import uvicorn
from playwright.async_api import Locator, Page
from starlette.types import ASGIApp, Receive, Scope, Send

from connectors.sandbox import PREFIXES, create_sandbox
from services.figures.follow_link import Links
from services.figures.rules.link_table import LinkTable
from services.posts.claim_posts import PublishingRules
from services.posts.delete_posts import PostDeleter
from services.posts.publish import Publisher
from services.web.app import create_web
from tests.unit.web.organisation import Organisation, open_organisation


@dataclass(slots=True, kw_only=True)
class Stage:
    """``address`` is where the browser goes. `publish` does what the worker does."""

    address: str
    organisation: Organisation

    async def publish(self) -> None:
        """Publish what is due on the sandbox networks."""
        parts = self.organisation.parts
        publisher = Publisher(
            PublishingRules(concurrency=4, first_measure=timedelta(hours=1)),
            database=parts.database,
            accounts=parts.accounts,
            clock=parts.clock,
            worker="test",
            short_link=lambda code: f"{self.address}/r/{code}",
        )
        await publisher.claim()
        await publisher.drain()

    async def delete(self) -> None:
        """Take off what its ambassadors do not want there any more."""
        parts = self.organisation.parts
        deleter = PostDeleter(database=parts.database, accounts=parts.accounts, clock=parts.clock)
        await deleter.delete_due()

    async def change(self, page: Page) -> Locator:
        """Open the text of the post in front for changes."""
        await page.get_by_text("Verander", exact=True).click()
        return page.get_by_label("Jouw tekst")

    async def sign_in(self, page: Page, email: str) -> None:
        await page.goto(self.address + await self.organisation.link_for(email))


@asynccontextmanager
async def open_stage(database: Path, **changes: Any) -> AsyncIterator[Stage]:
    """``changes`` are of `WebParts`."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        sandbox = create_sandbox(None, public_url=address)
        async with open_organisation(
            database, networks_at=address, base_url=address, **changes
        ) as organisation:
            parts = organisation.parts
            organisation.parts = replace(
                parts,
                links=Links(
                    table=LinkTable(),
                    database=parts.database,
                    sink=organisation.clicks,
                    clock=parts.clock,
                    home=address,
                    careers=f"{address}/jobs",
                ),
            )
            server = uvicorn.Server(
                uvicorn.Config(
                    _together(create_web(organisation.parts), sandbox),
                    log_level="error",
                    lifespan="off",
                )
            )
            serving = asyncio.create_task(server.serve(sockets=[listener]))
            try:
                yield Stage(address=address, organisation=organisation)
            finally:
                server.should_exit = True
                await serving
                sandbox.close()


def _together(web: ASGIApp, sandbox: ASGIApp) -> ASGIApp:
    async def both(scope: Scope, receive: Receive, send: Send) -> None:
        is_network = scope["path"].startswith(tuple(f"{prefix}/" for prefix in PREFIXES))
        await (sandbox if is_network else web)(scope, receive, send)

    return both
