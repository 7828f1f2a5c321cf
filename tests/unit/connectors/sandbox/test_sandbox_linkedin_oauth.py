"""Connecting to LinkedIn."""

from __future__ import annotations

import html
import re

import pytest
import requests

from connectors.sandbox import SandboxApp
from tests.unit.connectors.sandbox.clients import CALLBACK, LinkedInClient
from tests.unit.connectors.sandbox.conftest import OpenSandbox

PATH = "/linkedin/oauth/v2/authorization"


@pytest.fixture
def stranger(url: str) -> LinkedInClient:
    """A client without a token."""
    return LinkedInClient(url)


def test_the_consent_page_is_a_form_that_works(stranger: LinkedInClient) -> None:
    """Submitting the page's own form, as a browser does, returns code and state."""
    page = requests.get(f"{stranger.url}{PATH}", params=stranger.query(state="a&b"), timeout=60)
    action = html.unescape(re.search(r'<form method="post" action="([^"]*)"', page.text)[1])
    answer = requests.post(
        f"{stranger.url}{action}",
        data={"decision": "allow", "member": "piet@example.org", "name": "Piet"},
        allow_redirects=False,
        timeout=60,
    )

    assert page.status_code == 200
    assert "This is the sandbox" in page.text
    assert answer.status_code == 302
    assert answer.headers["location"].startswith(f"{CALLBACK}?code=")
    assert answer.headers["location"].endswith("&state=a%26b")


def test_pages_follow_the_browser_language(stranger: LinkedInClient) -> None:
    """The browser's language decides, and English is for everyone else."""
    address = f"{stranger.url}{PATH}"
    for accepted, expected in [("nl-NL,en;q=0.5", "Toestaan"), ("de", "Allow")]:
        page = requests.get(
            address,
            params=stranger.query(),
            headers={"Accept-Language": accepted},
            timeout=60,
        )
        assert expected in page.text


def test_client_parameters_are_escaped_on_the_page(stranger: LinkedInClient) -> None:
    """Markup in a parameter is text on the page, and scripts have no permission to run."""
    query = stranger.query(state='"><script>alert(1)</script>')
    page = requests.get(f"{stranger.url}{PATH}", params=query, timeout=60)

    assert "<script" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]


def test_a_denied_consent_says_so(stranger: LinkedInClient) -> None:
    """LinkedIn's own error code comes back with the state, and no code."""
    back = stranger.consent(PATH, stranger.query(), decision="deny")

    assert back["error"] == "user_cancelled_authorize"
    assert back["state"] == "state-1"
    assert "code" not in back


@pytest.mark.parametrize(
    "target",
    [
        "http://evil.example/callback",
        "http://127.0.0.1.evil.example/",
        "http://127.0.0.1@evil.example/",
        "http://evil.example\\@127.0.0.1/",
        "http://127.0.0.1:80;script-src *;/",
        "javascript:alert(1)",
        "//evil.example",
        "http://127.0.0.1/#fragment",
        "",
    ],
)
def test_foreign_redirect_address_is_refused(stranger: LinkedInClient, target: str) -> None:
    """A redirect address off loopback is answered with a page, on GET and on POST."""
    query = stranger.query(redirect_uri=target)
    for method in ("GET", "POST"):
        answer = requests.request(
            method,
            f"{stranger.url}{PATH}",
            params=query,
            data={"decision": "allow", "member": "a@example.org"} if method == "POST" else None,
            allow_redirects=False,
            timeout=60,
        )
        assert answer.status_code == 400
        assert "location" not in answer.headers
        assert "script-src" not in answer.headers["content-security-policy"]


def test_configured_hosts_are_allowed_as_redirect(open_sandbox: OpenSandbox) -> None:
    """The host of a production-like set-up can be added."""
    sandbox = open_sandbox(redirect_hosts=frozenset({"zwaan.example"}))
    client = LinkedInClient(sandbox.networks.options.public_url)
    query = client.query(redirect_uri="https://zwaan.example/callback")

    assert requests.get(f"{client.url}{PATH}", params=query, timeout=60).status_code == 200


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"scope": "openid rw_everything"}, "unauthorized_scope_error"),
        ({"response_type": "token"}, "invalid_request"),
        ({"prompt": "none"}, "login_required"),
    ],
)
def test_a_wrong_request_comes_back_with_an_error(
    stranger: LinkedInClient, changes: dict[str, str], error: str
) -> None:
    """Unknown scopes, response types and silent consent are refused at the callback."""
    assert stranger.consent(PATH, stranger.query(**changes))["error"] == error


def test_an_unknown_client_gets_no_consent_page(stranger: LinkedInClient) -> None:
    """A client id that is not configured is refused."""
    query = stranger.query(client_id="somebody-else")

    assert requests.get(f"{stranger.url}{PATH}", params=query, timeout=60).status_code == 400


def test_token_answer_has_sixty_days_and_comma_scopes(stranger: LinkedInClient) -> None:
    """A self-serve app gets 5,184,000 seconds and no refresh token."""
    tokens = stranger.exchange(stranger.code(scope="openid w_member_social")).json()

    assert tokens["expires_in"] == 5_184_000
    assert tokens["scope"] == "openid,w_member_social"
    assert "refresh_token" not in tokens


def test_granted_scopes_can_be_fewer_than_asked(stranger: LinkedInClient) -> None:
    """A member may leave a scope out, and the answer says which were granted."""
    back = stranger.consent(PATH, stranger.query(), granted="openid profile")

    assert stranger.exchange(back["code"]).json()["scope"] == "openid,profile"


def test_a_code_works_once(stranger: LinkedInClient) -> None:
    """The second exchange of the same code is refused."""
    code = stranger.code()

    assert stranger.exchange(code).status_code == 200
    again = stranger.exchange(code)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"client_secret": "guess"}, 401),
        ({"client_id": "somebody-else"}, 401),
        ({"redirect_uri": "http://127.0.0.1:9/other"}, 400),
        ({"code": "made-up"}, 400),
        ({"grant_type": "refresh_token"}, 400),
        ({"grant_type": "password"}, 400),
    ],
)
def test_token_endpoint_checks_every_parameter(
    stranger: LinkedInClient, changes: dict[str, str], status: int
) -> None:
    """Secret, client, redirect address, code and grant type are all checked."""
    code = changes.pop("code", None) or stranger.code()

    assert stranger.exchange(code, **changes).status_code == status


def test_a_code_expires(sandbox: SandboxApp, stranger: LinkedInClient) -> None:
    """After half an hour a code is worth nothing."""
    code = stranger.code()
    _advance(sandbox, 1801)

    assert stranger.exchange(code).status_code == 400


def test_userinfo_names_the_member(linkedin: LinkedInClient) -> None:
    """The subject is stable, and name and address come with their scopes."""
    claims = linkedin.call("GET", "/linkedin/v2/userinfo").json()

    assert (claims["name"], claims["email"]) == ("Anna Jansen", "anna@example.org")
    assert (claims["given_name"], claims["family_name"]) == ("Anna", "Jansen")
    assert linkedin.urn == f"urn:li:person:{claims['sub']}"
    again = LinkedInClient(linkedin.url)
    again.connect(email="Anna@Example.org")
    assert again.urn == linkedin.urn


@pytest.mark.parametrize(
    ("token", "code"), [("made-up", 65600), (None, 65604)], ids=["unknown", "missing"]
)
def test_a_call_without_a_good_token_is_refused(
    linkedin: LinkedInClient, token: str | None, code: int
) -> None:
    """An unknown and a missing token have codes of their own."""
    headers = {"Authorization": None if token is None else f"Bearer {token}"}
    answer = linkedin.call("GET", "/linkedin/v2/userinfo", headers=headers)

    assert (answer.status_code, answer.json()["serviceErrorCode"]) == (401, code)


def test_expired_and_revoked_tokens_have_their_codes(
    sandbox: SandboxApp, linkedin: LinkedInClient
) -> None:
    """After 60 days it is 65602, after a revocation 65601."""
    other = LinkedInClient(linkedin.url)
    other.connect(email="piet@example.org")
    _advance(sandbox, 5_184_000 + 1)
    expired = linkedin.post("Te laat")
    other.connect(email="piet@example.org")
    secret = {"client_id": "zwaan-sandbox", "client_secret": "zwaan-sandbox-secret"}
    revoked = requests.post(
        f"{other.url}/linkedin/oauth/v2/revoke", data={**secret, "token": other.token}, timeout=60
    )

    assert (expired.status_code, expired.json()["serviceErrorCode"]) == (401, 65602)
    assert revoked.status_code == 200
    assert other.post("Ingetrokken").json()["serviceErrorCode"] == 65601


def test_another_set_of_scopes_ends_earlier_tokens(linkedin: LinkedInClient) -> None:
    """Asking for other scopes invalidates the old token; asking for the same ones does not."""
    same = LinkedInClient(linkedin.url)
    same.connect()
    assert linkedin.post("Nog geldig").status_code == 201

    linkedin.exchange(linkedin.code(scope="openid profile w_member_social"))
    assert linkedin.post("Niet meer geldig").json()["serviceErrorCode"] == 65601


def test_grants_address_revokes_the_tokens_of_a_member(linkedin: LinkedInClient) -> None:
    """The control address plays the member who removes the app on LinkedIn."""
    query = {"network": "linkedin", "member": "anna@example.org"}
    answer = requests.delete(f"{linkedin.url}/_sandbox/grants", params=query, timeout=60)

    assert answer.json() == {"revoked": 1}
    assert linkedin.post("Ingetrokken").json()["serviceErrorCode"] == 65601


def test_partners_get_refresh_tokens_that_are_not_extended(open_sandbox: OpenSandbox) -> None:
    """A refresh gives a new access token, within the 365 days of the first consent."""
    sandbox = open_sandbox(linkedin_refresh_tokens=True)
    client = LinkedInClient(sandbox.networks.options.public_url)
    first = client.exchange(client.code()).json()
    _advance(sandbox, 100 * 86_400)
    second = client.exchange(
        "", grant_type="refresh_token", refresh_token=first["refresh_token"]
    ).json()

    assert first["refresh_token_expires_in"] == 365 * 86_400
    assert second["refresh_token_expires_in"] == 265 * 86_400
    assert second["access_token"] != first["access_token"]


def _advance(sandbox: SandboxApp, seconds: int) -> None:
    url = sandbox.networks.options.public_url
    answer = requests.post(f"{url}/_sandbox/clock", json={"advance": seconds}, timeout=60)
    assert answer.status_code == 200
