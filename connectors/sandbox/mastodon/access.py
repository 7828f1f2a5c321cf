"""Who may call the API, and how often: every answer has what is left of the window.

In the authorisation-code flow PKCE is optional, and tokens last until they are revoked.

Sources: https://docs.joinmastodon.org/api/rate-limits/, .../methods/oauth/ and .../spec/oauth/
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NoReturn

from connectors.sandbox.clock import from_milliseconds
from connectors.sandbox.exchange import Answer, Call, Handler, HeaderPairs, Networks, Refusal
from connectors.sandbox.mastodon import refusals
from connectors.sandbox.pages import (
    ConsentRequest,
    ask_for_consent,
    client_known,
    decision,
    grant_of,
    page,
    redirect_allowed,
    redirect_back,
    send_code,
)
from connectors.sandbox.state.calls import Usage
from connectors.sandbox.state.members import Member

NETWORK = "mastodon"
_MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """Calls that an account may make within so many minutes."""

    name: str
    calls: int
    minutes: int


#: All calls together; uploads and deletions have windows of their own besides.
ALL = Quota(name="all", calls=300, minutes=5)
MEDIA = Quota(name="media", calls=30, minutes=30)
DELETIONS = Quota(name="deletions", calls=30, minutes=30)

MemberHandler = Callable[[Networks, Call, Member], Answer]


def member_call(handler: MemberHandler, *, scope: str, quota: Quota = ALL) -> Handler:
    """Return a handler that first checks the token, the quota and the scope, in this order."""

    def answer(networks: Networks, call: Call) -> Answer:
        member, scopes = _identify(networks, call)
        usages = [_count(networks, member, each) for each in dict.fromkeys((ALL, quota))]
        headers = _headers(usages)
        if any(usage is not None and usage.exceeded for usage in usages):
            raise refusals.throttled(headers)
        try:
            # A broad scope contains the narrow ones: read contains read:statuses.
            if scopes.isdisjoint({scope, scope.partition(":")[0]}):
                raise refusals.missing_scope()
            result = handler(networks, call, member)
        except Refusal as refusal:
            result = refusal.answer
        return replace(result, headers=(*result.headers, *headers))

    return answer


def _identify(networks: Networks, call: Call) -> tuple[Member, frozenset[str]]:
    bearer = call.bearer()
    token = networks.grants.find(NETWORK, "access", bearer) if bearer else None
    if token is None:
        raise refusals.unauthorized()
    member = networks.members.by_key(token.grant.member)
    call.trace.member = member.email
    if token.revoked:
        raise refusals.unauthorized("The access token was revoked")
    return member, token.grant.scopes


def _count(networks: Networks, member: Member, quota: Quota) -> Usage | None:
    return networks.limits.count_window(
        f"{NETWORK}/{quota.name}/{member.key}",
        limit=quota.calls,
        length_ms=quota.minutes * _MINUTE_MS,
    )


def _headers(usages: list[Usage | None]) -> HeaderPairs:
    """The window that is closest to its end, as Mastodon's middleware reports it."""
    counted = [usage for usage in usages if usage is not None]
    if not counted:
        return ()
    tightest = min(counted, key=lambda usage: usage.remaining)
    return (
        ("x-ratelimit-limit", str(tightest.limit)),
        ("x-ratelimit-remaining", str(tightest.remaining)),
        ("x-ratelimit-reset", from_milliseconds(tightest.resets_ms).isoformat()),
    )


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
