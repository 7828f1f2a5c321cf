"""Facts of a web address: whether its host is this machine, or opens to an organisation's own people
only, and of a post on LinkedIn its numbers and its moment.
"""

from __future__ import annotations

import ipaddress
import re
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit


def is_loopback(host: str) -> bool:
    """Whether an address or name, as a URL's ``hostname`` or a peer gives it, is this machine.

    No other name is, with any address: answers of a name server are not ours.
    """
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


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


# `…/feed/update/urn:li:activity:7406535690785632256` and `…/posts/name_title-share-7406535…-AbCd`.
_NUMBER = re.compile(r"(?<!\d)\d{15,19}(?!\d)")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SEQUENCE_BITS = 22


def numbers_in(address: str) -> frozenset[str]:
    """The numbers of posts in an address or URN; usually one."""
    return frozenset(_NUMBER.findall(address))


def moment_of_post(number: str) -> datetime:
    """When LinkedIn made the post of this number: milliseconds since 1970 in all but 22 bits.

    Source: observed, not documented; dates beside addresses in members' own exports agree. One
    post has several numbers (share, activity), made in the same second.
    """
    return _EPOCH + timedelta(milliseconds=int(number) >> _SEQUENCE_BITS)
