"""What the networks that we ship take as a post; any other network's connector says it for its own.

Sources: LinkedIn, at most 3000 characters, before escaping, and MultiImage's 2 to 20 images; X,
twitter-text's configuration v3 (https://github.com/twitter/twitter-text, ``config/v3.json``) and
https://docs.x.com/x-api/media; Mastodon, ``status_length_validator.rb`` of
https://github.com/mastodon/mastodon.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from services.errors import Rejected
from services.message import NetworkName, message
from services.ports import PostRules

LINKEDIN = PostRules(limit=3000, images=20)
X = PostRules(limit=280, unit="weights", link_length=23, hashtags=2, brief=True, images=4)
MASTODON = PostRules(limit=500, link_length=23, images=4)

OURS: Mapping[str, PostRules] = MappingProxyType(
    {"linkedin": LINKEDIN, "x": X, "mastodon": MASTODON}
)

#: Of a network that was switched off: what was written for it can be read, and goes nowhere.
GONE = PostRules(limit=3000)


def rules_of(network: str, known: Mapping[str, PostRules]) -> PostRules:
    """Raises Rejected for a network that ``known`` does not hold: it is switched off, or its connector
    was taken away."""
    try:
        return known[network]
    except KeyError as error:
        raise Rejected(
            message("network.off", "{network} is switched off here", network=NetworkName(network)),
            remedy=message("do.share-yourself", "Share the text yourself, or decline the draft."),
        ) from error
