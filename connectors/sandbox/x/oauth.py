"""X's authorisation-code flow with PKCE, and refresh tokens that rotate.

Source: https://docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from typing import NoReturn
from urllib.parse import unquote

from connectors.sandbox.exchange import Answer, Call, Refusal
from connectors.sandbox.networks import Networks
from connectors.sandbox.oauth import (
    ConsentRequest,
    ask_for_consent,
    client_known,
    decision,
    grant_of,
    redirect_allowed,
    redirect_back,
    send_code,
)
from connectors.sandbox.pages import page
from connectors.sandbox.state.members import Grant
from connectors.sandbox.x import refusals

NETWORK = "x"
_CODE_SECONDS = 30
_ACCESS_SECONDS = 7200
_REFRESH_SECONDS = 182 * 86_400
_SCOPES = frozenset(
    {
        "tweet.read",
        "tweet.write",
        "tweet.moderate.write",
        "users.read",
        "users.email",
        "media.write",
        "offline.access",
        "like.read",
        "like.write",
        "follows.read",
    }
)
_BAD_CODE = "Value passed for the authorization code was invalid."
_BAD_TOKEN = "Value passed for the token was invalid."  # noqa: S105 - a message


def ask(networks: Networks, call: Call) -> Answer:
    """Show the consent page."""
    return ask_for_consent(networks, call, _checked(networks, call))


def decide(networks: Networks, call: Call) -> Answer:
    """Send the browser back with a code, or with the refusal."""
    request = _checked(networks, call)
    choice = decision(call.form, request.scopes)
    if not choice.allow:
        return Answer.redirect(redirect_back(request, {"error": "access_denied"}))
    grant = grant_of(networks, call, request, choice)
    return send_code(networks, request, grant, seconds=_CODE_SECONDS)


def exchange(networks: Networks, call: Call) -> Answer:
    """Exchange a code or a refresh token for a new pair."""
    client_id = _authenticate(networks, call)
    match call.form.get("grant_type"):
        case "authorization_code":
            return _exchange_code(networks, call, client_id)
        case "refresh_token":
            return _exchange_refresh(networks, call, client_id)
        case _:
            raise refusals.oauth_error(
                400, "unsupported_grant_type", "Value passed for the grant type was invalid."
            )


def revoke(networks: Networks, call: Call) -> Answer:
    """Revoke an access or a refresh token."""
    _authenticate(networks, call)
    networks.grants.revoke(NETWORK, call.form.get("token", ""))
    return Answer.json(200, {"revoked": True})


def _checked(networks: Networks, call: Call) -> ConsentRequest:
    fields = {**call.form, **call.query}
    if fields.get("client_id", "") not in networks.options.clients:
        _wrong(call, "client_id")
    if not redirect_allowed(networks.options, fields.get("redirect_uri", "")):
        _wrong(call, "redirect_uri")
    scopes = frozenset(fields.get("scope", "").split())
    if fields.get("response_type") != "code":
        _wrong(call, "response_type")
    if not scopes or not scopes <= _SCOPES:
        _wrong(call, "scope")
    if not fields.get("state"):
        _wrong(call, "state")
    if not fields.get("code_challenge") or fields.get("code_challenge_method") != "S256":
        _wrong(call, "code_challenge")
    return ConsentRequest(
        network=NETWORK,
        client_id=fields["client_id"],
        redirect_uri=fields["redirect_uri"],
        state=fields["state"],
        scopes=scopes,
        challenge=fields["code_challenge"],
    )


def _wrong(call: Call, subject: str) -> NoReturn:
    # X shows "Something went wrong" and does not send the browser back.
    raise Refusal(page(call, "refused", {"subject": subject}, network=NETWORK, status=400))


def _authenticate(networks: Networks, call: Call) -> str:
    scheme, _, encoded = call.headers.get("authorization", "").partition(" ")
    try:
        pair = base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        pair = ""
    client_id, _, secret = (unquote(part) for part in pair.partition(":"))
    if scheme.lower() != "basic" or not client_known(networks.options, client_id, secret):
        raise refusals.oauth_error(401, "unauthorized_client", "Missing valid authorization header")
    return client_id


def _exchange_code(networks: Networks, call: Call, client_id: str) -> Answer:
    code = networks.grants.redeem_code(
        NETWORK, call.form.get("code", ""), now_ms=networks.clock.now_ms()
    )
    if code is None or code.grant.client_id != client_id:
        raise refusals.oauth_error(400, "invalid_request", _BAD_CODE)
    if code.redirect_uri != call.form.get("redirect_uri"):
        raise refusals.oauth_error(
            400, "invalid_request", "Value passed for the redirect uri did not match."
        )
    if not _verified(code.challenge or "", call.form.get("code_verifier", "")):
        raise refusals.oauth_error(
            400,
            "invalid_request",
            "Value passed for the code verifier did not match the code challenge.",
        )
    return _tokens(networks, call, code.grant)


def _exchange_refresh(networks: Networks, call: Call, client_id: str) -> Answer:
    old = call.form.get("refresh_token", "")
    token = networks.grants.find(NETWORK, "refresh", old)
    if (
        token is None
        or token.used
        or token.revoked
        or token.grant.client_id != client_id
        or token.expires_ms <= networks.clock.now_ms()
    ):
        raise refusals.oauth_error(400, "invalid_request", _BAD_TOKEN)
    networks.grants.use_up(old)
    return _tokens(networks, call, token.grant)


def _verified(challenge: str, verifier: str) -> bool:
    # RFC 7636, section 4.6.
    digest = hashlib.sha256(verifier.encode()).digest()
    expected = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    return hmac.compare_digest(expected.encode(), challenge.encode())


def _tokens(networks: Networks, call: Call, grant: Grant) -> Answer:
    call.trace.member = networks.members.by_key(grant.member).email
    now_ms = networks.clock.now_ms()
    body: dict[str, str | int] = {
        "token_type": "bearer",
        "expires_in": _ACCESS_SECONDS,
        "access_token": networks.grants.issue_token(
            "access", grant, expires_ms=now_ms + _ACCESS_SECONDS * 1000
        ),
        "scope": " ".join(sorted(grant.scopes)),
    }
    if "offline.access" in grant.scopes:
        body["refresh_token"] = networks.grants.issue_token(
            "refresh", grant, expires_ms=now_ms + _REFRESH_SECONDS * 1000
        )
    return Answer.json(200, body, (("cache-control", "no-store"),))
