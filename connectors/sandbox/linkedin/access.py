"""Who may call LinkedIn's API: its authorisation-code flow, tokens, scopes and versions.

The flow has a state and a client secret, no PKCE. Source:
https://learn.microsoft.com/en-us/linkedin/shared/authentication/authorization-code-flow
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NoReturn

from connectors.sandbox.exchange import Answer, Call, Networks, Refusal
from connectors.sandbox.linkedin import refusals
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
from connectors.sandbox.state.members import Grant, Member
from services.language import FIRST

_VERSION = re.compile(r"[0-9]{4}(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A member's app: the client, the member, and what was granted."""

    member: Member
    client_id: str
    scopes: frozenset[str]


def identify(networks: Networks, call: Call) -> Caller:
    """Return whose token the call carries. Raises Refusal with 401."""
    bearer = call.bearer()
    if bearer is None:
        raise refusals.missing_token()
    token = networks.grants.find("linkedin", "access", bearer)
    if token is None:
        raise refusals.invalid_token()
    member = networks.members.by_key(token.grant.member)
    call.trace.member = member.email
    if token.revoked:
        raise refusals.revoked_token()
    if token.expires_ms <= networks.clock.now_ms():
        raise refusals.expired_token()
    return Caller(member=member, client_id=token.grant.client_id, scopes=token.grant.scopes)


def require_version(networks: Networks, call: Call) -> str:
    """Return the Marketing API version of the call. Raises Refusal with 400 or 426.

    Source: https://learn.microsoft.com/en-us/linkedin/marketing/versioning
    """
    version = call.headers.get("linkedin-version", "").strip()
    if not version:
        raise refusals.version_missing()
    newest = max(networks.options.linkedin_newest_version, f"{networks.clock.now():%Y%m}")
    active = networks.options.linkedin_oldest_version <= version <= newest
    if not _VERSION.fullmatch(version) or not active:
        raise refusals.version_sunset(version)
    if call.headers.get("x-restli-protocol-version") != "2.0.0":
        raise refusals.invalid("X-Restli-Protocol-Version must be 2.0.0")
    return version


def require_scope(caller: Caller, scope: str, resource: str) -> None:
    """Raise Refusal with 403 unless the member granted ``scope``."""
    if scope not in caller.scopes:
        raise refusals.access_denied(resource)


def userinfo(networks: Networks, call: Call) -> Answer:
    """Return who the token belongs to."""
    caller = identify(networks, call)
    require_scope(caller, "openid", "userinfo.GET")
    member = caller.member
    given, _, family = member.name.partition(" ")
    claims: dict[str, object] = {"sub": member.linkedin_id}
    if "profile" in caller.scopes:
        claims |= {
            "name": member.name,
            "given_name": given,
            "family_name": family,
            "locale": {"country": "NL", "language": FIRST},
        }
    if "email" in caller.scopes:
        claims |= {"email": member.email, "email_verified": True}
    return Answer.json(200, claims)


NETWORK = "linkedin"
_CODE_SECONDS = 30 * 60
_ACCESS_SECONDS = 5_184_000
_REFRESH_SECONDS = 365 * 86_400
_BAD_CODE = (
    "Unable to retrieve access token: appid/redirect uri/code verifier does not match"
    " authorization code. Or authorization code expired. Or external member binding exists"
)


def ask(networks: Networks, call: Call) -> Answer:
    """Show the consent page."""
    return ask_for_consent(networks, call, _checked(networks, call))


def decide(networks: Networks, call: Call) -> Answer:
    """Send the browser back with a code, or with the refusal."""
    request = _checked(networks, call)
    choice = decision(call.form, request.scopes)
    if not choice.allow:
        denied = {
            "error": "user_cancelled_authorize",
            "error_description": "The user cancelled the authorization request",
        }
        return Answer.redirect(redirect_back(request, denied))
    grant = grant_of(networks, call, request, choice)
    networks.grants.revoke_other_scopes(grant)
    return send_code(networks, request, grant, seconds=_CODE_SECONDS)


def exchange(networks: Networks, call: Call) -> Answer:
    """Exchange a code (or a partner's refresh token) for tokens; the secret is in the form."""
    _authenticate(networks, call)
    match call.form.get("grant_type"):
        case "authorization_code":
            return _exchange_code(networks, call)
        case "refresh_token" if networks.options.linkedin_refresh_tokens:
            return _exchange_refresh(networks, call)
        case _:
            raise refusals.oauth_error(
                400, "unsupported_grant_type", "The grant type is not supported"
            )


def revoke(networks: Networks, call: Call) -> Answer:
    """Revoke a token; later calls with it are answered with 401 and code 65601."""
    _authenticate(networks, call)
    networks.grants.revoke(NETWORK, call.form.get("token", ""))
    return Answer(status=200)


def _checked(networks: Networks, call: Call) -> ConsentRequest:
    fields = {**call.form, **call.query}
    options = networks.options
    if fields.get("client_id", "") not in options.clients:
        _wrong(call, "client_id")
    if not redirect_allowed(options, fields.get("redirect_uri", "")):
        _wrong(call, "redirect_uri")
    request = ConsentRequest(
        network=NETWORK,
        client_id=fields["client_id"],
        redirect_uri=fields["redirect_uri"],
        state=fields.get("state", ""),
        scopes=frozenset(fields.get("scope", "").split()),
        challenge=None,
    )
    if fields.get("response_type") != "code":
        _back(request, "invalid_request", "The passed in response_type is invalid")
    if fields.get("prompt") == "none":
        # Reported to make every login fail: LinkedIn has no silent consent.
        _back(request, "login_required", "The member must sign in")
    unknown = request.scopes - options.linkedin_scopes
    if unknown or not request.scopes:
        named = ", ".join(sorted(unknown)) or "none"
        _back(
            request,
            "unauthorized_scope_error",
            f"Scope not authorized for your application: {named}",
        )
    return request


def _wrong(call: Call, subject: str) -> NoReturn:
    raise Refusal(page(call, "refused", {"subject": subject}, network=NETWORK, status=400))


def _back(request: ConsentRequest, error: str, description: str) -> NoReturn:
    target = redirect_back(request, {"error": error, "error_description": description})
    raise Refusal(Answer.redirect(target))


def _authenticate(networks: Networks, call: Call) -> None:
    client_id, secret = call.form.get("client_id", ""), call.form.get("client_secret", "")
    if not client_known(networks.options, client_id, secret):
        raise refusals.oauth_error(401, "invalid_client", "Client authentication failed")


def _exchange_code(networks: Networks, call: Call) -> Answer:
    code = networks.grants.redeem_code(
        NETWORK, call.form.get("code", ""), now_ms=networks.clock.now_ms()
    )
    if (
        code is None
        or code.redirect_uri != call.form.get("redirect_uri")
        or code.grant.client_id != call.form["client_id"]
    ):
        raise refusals.oauth_error(400, "invalid_request", _BAD_CODE)
    return _tokens(networks, call, code.grant, refresh_expires_ms=None)


def _exchange_refresh(networks: Networks, call: Call) -> Answer:
    old = call.form.get("refresh_token", "")
    token = networks.grants.find(NETWORK, "refresh", old)
    if token is None or token.revoked or token.expires_ms <= networks.clock.now_ms():
        raise refusals.oauth_error(
            400, "invalid_request", "The provided authorization grant or refresh token is invalid"
        )
    networks.grants.use_up(old)
    return _tokens(networks, call, token.grant, refresh_expires_ms=token.expires_ms)


def _tokens(
    networks: Networks, call: Call, grant: Grant, *, refresh_expires_ms: int | None
) -> Answer:
    call.trace.member = networks.members.by_key(grant.member).email
    now_ms = networks.clock.now_ms()
    body: dict[str, str | int] = {
        "access_token": networks.grants.issue_token(
            "access", grant, expires_ms=now_ms + _ACCESS_SECONDS * 1000
        ),
        "expires_in": _ACCESS_SECONDS,
        "scope": ",".join(sorted(grant.scopes)),
        "token_type": "Bearer",
    }
    if networks.options.linkedin_refresh_tokens:
        # 365 days from the first consent: a refresh does not extend them.
        expires_ms = refresh_expires_ms or now_ms + _REFRESH_SECONDS * 1000
        body["refresh_token"] = networks.grants.issue_token("refresh", grant, expires_ms=expires_ms)
        body["refresh_token_expires_in"] = (expires_ms - now_ms) // 1000
    return Answer.json(200, body, (("cache-control", "no-store"),))
