"""GET /v2/userinfo, of "Sign In with LinkedIn using OpenID Connect"."""

from __future__ import annotations

from connectors.sandbox.exchange import Answer, Call
from connectors.sandbox.linkedin.access import identify, require_scope
from connectors.sandbox.networks import Networks


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
