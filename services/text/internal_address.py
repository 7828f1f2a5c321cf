"""Web addresses that only an organisation's own people can open."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

_NAMES = frozenset({"intranet", "intra", "inside", "insite", "internal", "intern"})
_ENDS = frozenset(
    {"local", "intranet", "internal", "intra", "lan", "corp", "private", "localdomain"}
)


def internal_host(url: str) -> str:
    """The host of ``url`` where outsiders do not get; empty: as far as can be seen they do."""
    host = (urlsplit(url).hostname or "").rstrip(".")
    try:
        return "" if ipaddress.ip_address(host).is_global else host
    except ValueError:
        labels = host.split(".")
    inside = len(labels) == 1 or labels[0] in _NAMES or labels[-1] in _ENDS
    return host if inside else ""
