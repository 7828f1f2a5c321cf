"""The web application: short links first, then pages and the HTTP API."""

from __future__ import annotations

from collections.abc import Awaitable
from functools import cache
from importlib import resources

from fastapi import APIRouter, Depends, FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from services.people.sign_in import SESSION
from services.web.access import refuse_forged_forms
from services.web.api import events, operations, statistics
from services.web.api import figures as figures_api
from services.web.faults import API, answer_faults
from services.web.middleware import (
    MAX_FORM_BYTES,
    Assets,
    BodyLimit,
    RequestMetrics,
    SecurityHeaders,
    refuse_impossible_ids,
)
from services.web.pages.campaigns import audience, pace, passages, stories, vacancies
from services.web.pages.figures import figures, figures_export
from services.web.pages.operations import administration, audit_page
from services.web.pages.people import own_data, people, profile, sign_in
from services.web.pages.posts import draft, inbox, own_reach, published
from services.web.pages.voice import blocked_words, post_templates, voice
from services.web.parts import WebParts
from services.web.short_links import PREFIXES, LinkCards, ShortLinks

# In this order: `/stories/new` is marketing's, `/stories/{campaign_id}` everybody's.
_PAGES = (
    sign_in,
    inbox,
    published,
    draft,
    pace,
    own_reach,
    profile,
    own_data,
    voice,
    vacancies,
    stories,
    audience,
    passages,
    blocked_words,
    post_templates,
    figures,
    figures_export,
    administration,
    people,
    audit_page,
)
_API = (events, statistics, figures_api, operations)


class Web:
    """One ASGI application, with the short links before the framework: they are asked for a thousand
    times more often than all others."""

    def __init__(self, parts: WebParts, others: ASGIApp) -> None:
        cards = LinkCards(parts.database, organisation=parts.organisation, base_url=parts.base_url)
        self.short_links = ShortLinks(
            parts.links, parts.metrics, cards, organisation=parts.organisation
        )
        self._others = others

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] == "http" and scope["path"].startswith(PREFIXES):
            return self.short_links(scope, receive, send)
        return self._others(scope, receive, send)


def create_web(parts: WebParts) -> Web:
    """The whole of it."""
    return Web(parts, SecurityHeaders(create_pages(parts), https=_is_https(parts)))


def create_redirect(parts: WebParts) -> Web:
    """The short links without pages; beside them health and metrics."""
    return Web(parts, create_operations(parts))


def create_operations(parts: WebParts) -> ASGIApp:
    """Health and metrics alone, for a process that serves no pages."""
    app = FastAPI(title="Zwaan", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.parts = parts
    app.include_router(operations.router)
    return app


def create_pages(parts: WebParts) -> FastAPI:
    """Pages and API as a FastAPI application; `create_web` puts the short links before it."""
    app = FastAPI(title="Zwaan", docs_url=None, redoc_url=None, openapi_url=None, routes=_routes())
    app.state.parts = parts
    answer_faults(app)
    static = resources.files("templates") / "web" / "static"
    app.mount("/static", Assets(directory=str(static)), name="static")

    app.add_middleware(BodyLimit, limit=MAX_FORM_BYTES, except_below=API)
    app.add_middleware(
        SessionMiddleware,
        secret_key=parts.secret_key,
        session_cookie="zwaan_session",
        max_age=int(SESSION.total_seconds()),
        same_site="lax",
        https_only=_is_https(parts),
    )
    # The length of a compressed page reveals what it repeats, so its token differs each time
    # (`view.csrf_token`; breachattack.com).
    app.add_middleware(GZipMiddleware, minimum_size=_WORTH_COMPRESSING)
    app.add_middleware(RequestMetrics, metrics=parts.metrics)
    return app


#: Bytes; less fits one packet anyway.
_WORTH_COMPRESSING = 1_200


@cache
def _routes() -> list[BaseRoute]:
    """Every application has the same ones, and FastAPI takes its time to work them out."""
    possible = Depends(refuse_impossible_ids)
    everything = APIRouter()
    pages = APIRouter(dependencies=[possible, Depends(refuse_forged_forms)])
    for api in _API:
        everything.include_router(api.router, dependencies=[possible])
    for page in _PAGES:
        pages.include_router(page.router)
    everything.include_router(pages)
    return everything.routes


def _is_https(parts: WebParts) -> bool:
    return parts.base_url.startswith("https://")
