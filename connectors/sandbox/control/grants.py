"""``/_sandbox/grants``: what members take back in a network's own settings."""

from __future__ import annotations

from connectors.sandbox.control.parameters import refused
from connectors.sandbox.exchange import Answer, Call
from connectors.sandbox.networks import Networks

_NETWORKS = frozenset({"linkedin", "x", "mastodon"})


def revoke(networks: Networks, call: Call) -> Answer:
    """Revoke every token of ``member`` (an e-mail address) on ``network``."""
    network = call.query.get("network")
    member = networks.members.by_email(call.query.get("member", ""))
    if network not in _NETWORKS or member is None:
        raise refused(
            "network must be linkedin, x or mastodon, and member the address of a known member."
        )
    return Answer.json(200, {"revoked": networks.grants.revoke_all(network, member.key)})
