"""Mastodon's authorisation-code flow: PKCE is optional, tokens last until they are revoked.

Source: https://docs.joinmastodon.org/methods/oauth/ and .../spec/oauth/
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import NoReturn

from connectors.sandbox.exchange import Answer, Call, Refusal
from connectors.sandbox.mastodon import refusals
from connectors.sandbox.mastodon.calls import NETWORK
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

_CODE_SECONDS = 600
_FOR_EVER_MS = 2**62
_SCOPES = frozenset(
    {
        *("profile", "read", "read:accounts", "read:statuses"),
        *("write", "write:statuses", "write:media"),
    }
)


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
    """Exchange a code for a token. There are no refresh tokens."""
    client_id = _authenticate(networks, call)
    if call.form.get("grant_type") != "authorization_code":
        raise refusals.oauth_error(
            400,
            "unsupported_grant_type",
            "The authorization grant type is not supported by the authorization server.",
        )
    now_ms = networks.clock.now_ms()
    code = networks.grants.redeem_code(NETWORK, call.form.get("code", ""), now_ms=now_ms)
    if (
        code is None
        or code.grant.client_id != client_id
        or code.redirect_uri != call.form.get("redirect_uri")
        or not _verified(code.challenge, call.form.get("code_verifier", ""))
    ):
        raise refusals.oauth_error(
            400,
            "invalid_grant",
            "The provided authorization grant is invalid, expired, revoked, does not match the"
            " redirection URI used in the authorization request, or was issued to another client.",
        )
    call.trace.member = networks.members.by_key(code.grant.member).email
    body = {
        "access_token": networks.grants.issue_token("access", code.grant, expires_ms=_FOR_EVER_MS),
        "token_type": "Bearer",
        "scope": " ".join(sorted(code.grant.scopes)),
        "created_at": now_ms // 1000,
    }
    return Answer.json(200, body, (("cache-control", "no-store"),))


def revoke(networks: Networks, call: Call) -> Answer:
    """Revoke a token."""
    _authenticate(networks, call)
    networks.grants.revoke(NETWORK, call.form.get("token", ""))
    return Answer.json(200, {})


def _checked(networks: Networks, call: Call) -> ConsentRequest:
    fields = {**call.form, **call.query}
    if fields.get("client_id", "") not in networks.options.clients:
        _wrong(call, "client_id")
    if not redirect_allowed(networks.options, fields.get("redirect_uri", "")):
        _wrong(call, "redirect_uri")
    if fields.get("response_type") != "code":
        _wrong(call, "response_type")
    scopes = frozenset(fields.get("scope", "read").split())
    if not scopes or not scopes <= _SCOPES:
        _wrong(call, "scope")
    if fields.get("code_challenge") and fields.get("code_challenge_method") != "S256":
        _wrong(call, "code_challenge")
    return ConsentRequest(
        network=NETWORK,
        client_id=fields["client_id"],
        redirect_uri=fields["redirect_uri"],
        state=fields.get("state", ""),
        scopes=scopes,
        challenge=fields.get("code_challenge") or None,
    )


def _wrong(call: Call, subject: str) -> NoReturn:
    raise Refusal(page(call, "refused", {"subject": subject}, network=NETWORK, status=400))


def _authenticate(networks: Networks, call: Call) -> str:
    client_id, secret = call.form.get("client_id", ""), call.form.get("client_secret", "")
    if not client_known(networks.options, client_id, secret):
        raise refusals.oauth_error(
            401,
            "invalid_client",
            "Client authentication failed due to unknown client, no client authentication"
            " included, or unsupported authentication method.",
        )
    return client_id


def _verified(challenge: str | None, verifier: str) -> bool:
    if challenge is None:
        return True
    digest = hashlib.sha256(verifier.encode()).digest()
    expected = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    return hmac.compare_digest(expected.encode(), challenge.encode())
