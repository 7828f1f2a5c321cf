"""Rules that hold for every page, found by going through all of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import RouteContext, iter_route_contexts

from services.errors import OutcomeUnknown
from services.message import said
from services.people.api_keys import SCOPES
from services.web import access
from services.web.access import refuse_forged_forms
from services.web.api.access import admit, needs
from services.web.app import create_pages
from tests.unit.web.organisation import ANNA, TEXT, Organisation, form_token, story, submit

PUBLIC = {
    "/",
    "/sign-in",
    "/offline",
    "/language",
    "/sign-in/{token}",
    "/stories/{campaign_id}",
}
OPERATIONS = {"/healthz", "/readyz", "/metrics"}


def routes(app: FastAPI) -> Iterator[RouteContext]:
    return (route for route in iter_route_contexts(app.routes) if hasattr(route, "dependant"))


def calls(dependant: Dependant) -> Iterator[object]:
    yield dependant.call
    for dependency in dependant.dependencies:
        yield from calls(dependency)


async def test_every_page_names_who_may_see_it(organisation: Organisation) -> None:
    """No route is without its role, but those meant for everybody."""
    checked = 0
    for route in routes(create_pages(organisation.parts)):
        names = {getattr(call, "__qualname__", "") for call in calls(route.dependant)}
        guarded = "_signed_in.<locals>.check" in names
        path = str(route.path)
        if path in OPERATIONS:
            continue
        checked += 1
        if path.startswith("/api/"):
            admissions = {admit, *map(needs, SCOPES)}
            assert admissions & set(calls(route.dependant)), route.path
        elif route.path in PUBLIC:
            assert access._anyone in set(calls(route.dependant)), route.path
        else:
            assert guarded, route.path
    assert checked > 25


async def test_every_form_is_guarded(organisation: Organisation) -> None:
    """Every route of a page that changes something asks for the session's token."""
    changing = [
        route
        for route in routes(create_pages(organisation.parts))
        if "POST" in (route.methods or ()) and not str(route.path).startswith("/api/")
    ]
    assert len(changing) > 8
    for route in changing:
        assert refuse_forged_forms in set(calls(route.dependant)), route.path


@pytest.mark.parametrize("path", ["/inbox", "/vacancies", "/vacancies/new", "/stories"])
@pytest.mark.parametrize("role", ["ambassador", "recruiter", "marketing", "administrator"])
async def test_roles_see_their_own_pages(organisation: Organisation, role: str, path: str) -> None:
    """A page is 200 for its role and 403 for every other."""
    own = {"ambassador": "/inbox", "recruiter": "/vacancies", "marketing": "/stories"}
    async with organisation.staff("someone@example.org", role) as browser:
        answer = await browser.get(path)
    expected = 200 if path.startswith(own.get(role, "none")) else 403
    assert answer.status_code == expected


async def test_a_role_taken_away_is_gone_at_once(organisation: Organisation) -> None:
    """The next request after losing a role is refused, although the session lives on."""
    async with organisation.staff("rik@example.org", "recruiter") as browser:
        assert (await browser.get("/vacancies")).status_code == 200
        async with organisation.staff("rik@example.org", "ambassador"):
            assert (await browser.get("/vacancies")).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9999"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
async def test_a_foreign_page_cannot_approve(
    organisation: Organisation, headers: dict[str, str]
) -> None:
    """A form sent by another origin is refused, even with the right token."""
    post = await organisation.post(await organisation.campaign(story()), ANNA)
    await organisation.connect(ANNA)
    async with organisation.signed_in("anna@example.org") as browser:
        token = form_token((await browser.get("/inbox")).text)
        path = f"/inbox/{post.id}/approve"
        data = {"csrf_token": token, "text": TEXT}
        assert (await browser.post(path, data=data, headers=headers)).status_code == 403
        own = {"Origin": "http://127.0.0.1:8000", "Sec-Fetch-Site": "same-origin"}
        assert (await browser.post(path, data=data, headers=own)).status_code == 303


@pytest.mark.parametrize("token", [None, "", "wrong", "é"])
async def test_a_form_without_the_token_is_refused(
    organisation: Organisation, token: str | None
) -> None:
    """A missing or wrong token is 403 with a page that says what to do."""
    post = await organisation.post(await organisation.campaign(story()), ANNA)
    async with organisation.signed_in("anna@example.org") as browser:
        await browser.get("/inbox")
        data = {"text": TEXT} | ({} if token is None else {"csrf_token": token})
        answer = await browser.post(f"/inbox/{post.id}/approve", data=data)
    assert answer.status_code == 403
    assert "Laad haar opnieuw" in answer.text or "Load it again" in answer.text


async def test_the_token_of_another_session_is_worth_nothing(organisation: Organisation) -> None:
    """A token is bound to its session."""
    async with organisation.signed_in("ben@example.org") as other:
        stolen = form_token((await other.get("/profile")).text)
    async with organisation.signed_in("anna@example.org") as browser:
        await browser.get("/inbox")
        answer = await browser.post("/sign-out", data={"csrf_token": stolen})
    assert answer.status_code == 403


async def test_htmx_sends_the_token_by_header(organisation: Organisation) -> None:
    """The token is accepted from the header that the page gives to htmx."""
    async with organisation.signed_in("anna@example.org") as browser:
        page = (await browser.get("/inbox")).text
        found = re.search(r"hx-headers='\{\"X-CSRF-Token\": \"([^\"]+)\"\}'", page)
        assert found is not None
        answer = await browser.post("/sign-out", headers={"X-CSRF-Token": found.group(1)})
    assert answer.status_code == 303


@pytest.mark.parametrize("path", ["/sign-in", "/inbox", "/no/such/page", "/static/zwaan.css"])
async def test_every_answer_forbids_foreign_code(organisation: Organisation, path: str) -> None:
    """Every answer forbids inline and foreign scripts, framing, and sniffing."""
    async with organisation.signed_in("anna@example.org") as browser:
        headers = (await browser.get(path)).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("path", ["/inbox", "/profile", "/figures", "/administration", "/sign-in"])
async def test_no_page_needs_inline_code(organisation: Organisation, path: str) -> None:
    """No page has an inline script, style or handler, which the policy would block."""
    await organisation.post(await organisation.campaign(story()), ANNA)
    async with organisation.staff(
        "anna@example.org", "ambassador", "marketing", "administrator"
    ) as browser:
        page = (await browser.get(path)).text
    assert "<style" not in page
    assert not re.search(r"<script(?![^>]*\bsrc=)", page)
    assert not re.search(r"\s(style|on[a-z]+)=", page)


async def test_assets_are_kept_by_digest(organisation: Organisation) -> None:
    """An asset asked for by its digest may be kept for ever; pages are never kept."""
    async with organisation.client() as browser:
        page = await browser.get("/sign-in")
        found = re.search(r'href="(/static/zwaan\.css\?v=[0-9a-f]{12})"', page.text)
        assert found is not None
        assert "immutable" in (await browser.get(found.group(1))).headers["Cache-Control"]
    assert page.headers["Cache-Control"] == "no-store"


async def test_a_first_visit_is_light(organisation: Organisation) -> None:
    """The inbox with everything that it needs is at most 60 kB on the line, and its form's token is
    never written twice the same."""
    await organisation.post(await organisation.campaign(story()), ANNA)
    async with organisation.signed_in(ANNA.email) as browser:
        page = await browser.get("/inbox")
        needed = re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text)
        answers = [page, *[await browser.get(each) for each in sorted(set(needed))]]
        again = await browser.get("/inbox")
    assert len(answers) >= 4
    assert page.headers["Content-Encoding"] == "gzip"
    assert sum(each.num_bytes_downloaded for each in answers) <= 60_000
    assert form_token(page.text) != form_token(again.text)


async def test_a_form_is_not_read_without_end(organisation: Organisation) -> None:
    """A form of more than four megabytes is 413."""
    async with organisation.signed_in("anna@example.org") as browser:
        answer = await browser.post("/sign-out", data={"csrf_token": "x" * 4_000_001})
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "error", [ValueError("planted secret"), OutcomeUnknown(said("planted secret"))]
)
async def test_a_defect_is_a_calm_page(organisation: Organisation, error: Exception) -> None:
    """An unexpected error shows no internals, and carries the security headers."""

    async def broken() -> None:
        raise error

    organisation.with_parts(readiness=broken)
    async with organisation.staff("ad@example.org", "administrator") as browser:
        browser._transport.raise_app_exceptions = False  # type: ignore[attr-defined]
        answer = await browser.get("/administration")
    assert answer.status_code == 500
    assert "Something went wrong on our side" in answer.text
    assert "planted secret" not in answer.text
    assert "Content-Security-Policy" in answer.headers


async def test_htmx_is_led_to_sign_in(organisation: Organisation) -> None:
    """A piece of a page asked for after the session ended leads the whole page to sign-in."""
    async with organisation.client() as browser:
        answer = await browser.get("/inbox", headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"] == "/sign-in"


async def test_a_colleague_cannot_be_disconnected(organisation: Organisation) -> None:
    """Disconnecting removes one's own tokens and no one else's."""
    await organisation.connect(ANNA)
    async with organisation.signed_in("ben@example.org") as browser:
        await submit(browser, "/profile", "/profile/disconnect/linkedin")
    async with organisation.signed_in("anna@example.org") as browser:
        page = (await browser.get("/profile")).text
        assert "/profile/disconnect/linkedin" in page
        assert "planted-access-token" not in page
        await submit(browser, "/profile", "/profile/disconnect/linkedin")
        assert "/profile/disconnect/linkedin" not in (await browser.get("/profile")).text
