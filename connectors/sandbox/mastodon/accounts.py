"""The member behind a token, and the member's recent statuses.

Source: https://docs.joinmastodon.org/methods/accounts/
"""

from __future__ import annotations

from connectors.sandbox.exchange import Answer, Call
from connectors.sandbox.mastodon import refusals
from connectors.sandbox.mastodon.access import NETWORK
from connectors.sandbox.mastodon.rendering import account_id, described
from connectors.sandbox.networks import Networks
from connectors.sandbox.state.members import Member
from connectors.sandbox.state.posts import Period

_MOST = 40
_ANY_ID = 2**63 - 1


def verify_credentials(_networks: Networks, _call: Call, member: Member) -> Answer:
    """Return the member that the token belongs to."""
    body = {
        "id": account_id(member),
        "username": member.handle,
        "acct": member.handle,
        "display_name": member.name,
    }
    return Answer.json(200, body)


def statuses(networks: Networks, call: Call, member: Member) -> Answer:
    """Return the member's statuses, the newest first, a page at a time."""
    if call.parameters["id"] != account_id(member):
        raise refusals.not_found()
    period = Period(
        start_ms=0,
        end_ms=_ANY_ID,
        since_id=_number(call, "since_id", 0),
        until_id=_number(call, "max_id", _ANY_ID),
        limit=min(_number(call, "limit", 20), _MOST),
        offset=0,
    )
    found = networks.posts.timeline(period, network=NETWORK, member=member.key)
    return Answer.json(200, [described(networks, post) for post in found])


def _number(call: Call, name: str, default: int) -> int:
    text = call.query.get(name, "")
    return min(int(text), _ANY_ID) if text.isdecimal() else default
