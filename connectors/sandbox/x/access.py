"""Who may call X's API, how often, and at what price.

The authorisation-code flow has PKCE, and refresh tokens rotate. Source:
https://docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Literal, NoReturn
from urllib.parse import unquote

from connectors.sandbox.exchange import Answer, Call, Handler, HeaderPairs, Networks, Refusal
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
from connectors.sandbox.state.members import Grant, Member
from connectors.sandbox.x import refusals

_QUARTER_MS = 15 * 60 * 1000
_DAY_MS = 24 * 60 * 60 * 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A member's app: the client, the member, and what was granted."""

    member: Member
    client_id: str
    scopes: frozenset[str]


MemberHandler = Callable[[Networks, Call, Caller], Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """Calls allowed per user in 15 minutes, and per app in 24 hours where there is such a limit.

    Source: https://docs.x.com/x-api/fundamentals/rate-limits
    """

    per_user: int
    per_app_per_day: int | None = None


def member_call(
    handler: MemberHandler, *, name: str, scopes: frozenset[str], quota: Quota
) -> Handler:
    """Return a handler that first checks the token, the scopes and the quota, in this order."""

    def answer(networks: Networks, call: Call) -> Answer:
        caller = _identify(networks, call)
        user, app = _count(networks, caller, name, quota)
        headers = _headers(user, app)
        if (user is not None and user.exceeded) or (app is not None and app.exceeded):
            raise refusals.throttled(headers)
        try:
            if not scopes <= caller.scopes:
                raise refusals.missing_scope()
            result = handler(networks, call, caller)
        except Refusal as refusal:
            result = refusal.answer
        return replace(result, headers=(*result.headers, *headers))

    return answer


def _identify(networks: Networks, call: Call) -> Caller:
    bearer = call.bearer()
    token = networks.grants.find("x", "access", bearer) if bearer else None
    if token is None:
        raise refusals.unauthorized()
    member = networks.members.by_key(token.grant.member)
    call.trace.member = member.email
    if token.revoked or token.expires_ms <= networks.clock.now_ms():
        raise refusals.unauthorized()
    return Caller(member=member, client_id=token.grant.client_id, scopes=token.grant.scopes)


def _count(
    networks: Networks, caller: Caller, name: str, quota: Quota
) -> tuple[Usage | None, Usage | None]:
    prefix = f"x/{name}/{caller.client_id}"
    user = networks.limits.count_window(
        f"{prefix}/{caller.member.key}", limit=quota.per_user, length_ms=_QUARTER_MS
    )
    if quota.per_app_per_day is None:
        return user, None
    app = networks.limits.count_window(prefix, limit=quota.per_app_per_day, length_ms=_DAY_MS)
    return user, app


def _headers(user: Usage | None, app: Usage | None) -> HeaderPairs:
    headers: list[tuple[str, str]] = []
    for prefix, usage in (("x-rate-limit", user), ("x-app-limit-24hour", app)):
        if usage is not None:
            headers += [
                (f"{prefix}-limit", str(usage.limit)),
                (f"{prefix}-remaining", str(usage.remaining)),
                (f"{prefix}-reset", str(-(-usage.resets_ms // 1000))),
            ]
    return tuple(headers)


# What X charges an app, in units and their prices.
#
# Source: https://docs.x.com/x-api/getting-started/pricing (pay per use, since February 2026): what is
# read is charged by the thing returned, and a thing that is read twice on one day (UTC) once.

Unit = Literal["post", "post_with_url", "post_read", "user_read", "media_metadata", "post_delete"]

#: In millionths of a dollar.
_PRICES: dict[Unit, int] = {
    "post": 15_000,
    "post_with_url": 200_000,
    "post_read": 5_000,
    "user_read": 10_000,
    "media_metadata": 5_000,
    # "Interaction: Delete"; that a deleted post is one is not said.
    "post_delete": 10_000,
}


def charge(networks: Networks, unit: Unit) -> None:
    """Charge one unit. Raises Refusal when the credits do not pay for it."""
    price = _PRICES[unit]
    if not networks.limits.affords(price):
        raise refusals.credits_depleted()
    networks.bills.charge(unit, microdollars=price)


def charge_reads(networks: Networks, unit: Unit, resources: Collection[str]) -> None:
    """Charge each of these, by its id, once a day. Raises Refusal as `charge` does."""
    today_ms = networks.clock.now_ms() // _DAY_MS * _DAY_MS
    for resource in resources:
        if not networks.limits.affords(_PRICES[unit]):
            raise refusals.credits_depleted()
        read = networks.counters.count(
            f"x/{unit}/{resource}", limit=1, started_ms=today_ms, length_ms=_DAY_MS
        )
        if not read.exceeded:
            charge(networks, unit)


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
