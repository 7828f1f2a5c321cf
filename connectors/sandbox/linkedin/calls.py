"""Who calls LinkedIn's API, and with which version."""

from __future__ import annotations

import re
from dataclasses import dataclass

from connectors.sandbox.exchange import Answer, Call
from connectors.sandbox.linkedin import refusals
from connectors.sandbox.networks import Networks
from connectors.sandbox.state.members import Member

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
            "locale": {"country": "NL", "language": "nl"},
        }
    if "email" in caller.scopes:
        claims |= {"email": member.email, "email_verified": True}
    return Answer.json(200, claims)
