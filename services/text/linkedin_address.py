"""What the address of a post on LinkedIn tells: its numbers, and the moment inside them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

# `…/feed/update/urn:li:activity:7406535690785632256` and `…/posts/name_title-share-7406535…-AbCd`.
_NUMBER = re.compile(r"(?<!\d)\d{15,19}(?!\d)")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SEQUENCE_BITS = 22


def numbers_in(address: str) -> frozenset[str]:
    """The numbers of posts in an address or URN; usually one."""
    return frozenset(_NUMBER.findall(address))


def moment_of(number: str) -> datetime:
    """When LinkedIn made the post of this number: milliseconds since 1970 in all but 22 bits.

    Source: observed, not documented; dates beside addresses in members' own exports agree. One
    post has several numbers (share, activity), made in the same second.
    """
    return _EPOCH + timedelta(milliseconds=int(number) >> _SEQUENCE_BITS)
