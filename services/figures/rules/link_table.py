"""Every short link in little memory: twelve bytes a link, and each campaign once.

Many links lead to one campaign and hardly anything of them ever changes, so a process knows them
all, and answers them without asking anybody.
"""

from __future__ import annotations

import hashlib
import json
import struct
import sys
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass, replace
from datetime import datetime
from typing import NamedTuple

from services.identity import link_number


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedCampaign:
    """What of a campaign decides where its links lead. ``url`` None: its story's page is ours."""

    id: str
    kind: str
    source_id: str
    url: str | None
    closed: bool


class Target(NamedTuple):
    """The target of a link, and the network of its post."""

    campaign: LinkedCampaign
    network: str


class LinkMark(NamedTuple):
    """A link's place in the order in which links are read."""

    created_at: datetime
    code: str


class NewLink(NamedTuple):
    code: str
    campaign_id: str
    network: str


class Damaged(Exception):
    """These bytes are not a table that `LinkTable.to_bytes` of this version wrote."""


_NUMBER, _PLACE = "Q", "I"
#: Arrays are kept as this machine has them; another kind of machine makes its own.
_HEAD = (
    f"zwaan links 1 {sys.byteorder} {array(_NUMBER).itemsize} {array(_PLACE).itemsize}\n".encode()
)
_DIGEST = 32
_LENGTHS = struct.Struct("<QQ")


class _Links:
    """Numbers of links in ascending order, and beside each its place. Never changes."""

    __slots__ = ("numbers", "places")

    def __init__(self, numbers: array[int], places: array[int]) -> None:
        self.numbers = numbers
        self.places = places

    def find(self, number: int) -> int | None:
        index = bisect_left(self.numbers, number)
        if index < len(self.numbers) and self.numbers[index] == number:
            return self.places[index]
        return None

    def with_more(self, more: Mapping[int, int]) -> _Links:
        """These, and those of ``more`` that are not here."""
        numbers, places, start = array(_NUMBER), array(_PLACE), 0
        for number in sorted(more):
            end = bisect_left(self.numbers, number, start)
            numbers.extend(self.numbers[start:end])
            places.extend(self.places[start:end])
            start = end
            if end == len(self.numbers) or self.numbers[end] != number:
                numbers.append(number)
                places.append(more[number])
        numbers.extend(self.numbers[start:])
        places.extend(self.places[start:])
        return _Links(numbers, places)


class LinkTable:
    """All links up to ``mark``, and where they lead.

    One task changes it. `settle` and `to_bytes` may run in a thread while others look up, and once
    more before they have ended.
    """

    def __init__(self) -> None:
        self.mark: LinkMark | None = None
        #: How often what is known of a link may have become something else.
        self.changes = 0
        self._links = _Links(array(_NUMBER), array(_PLACE))
        #: Those that came since the last `settle`.
        self._recent: dict[int, int] = {}
        self._campaigns: dict[str, LinkedCampaign] = {}
        self._places: list[tuple[str, str]] = []
        self._place_of: dict[tuple[str, str], int] = {}

    def __len__(self) -> int:
        return len(self._links.numbers) + len(self._recent)

    @property
    def unsettled(self) -> int:
        """How many links take more memory than they will."""
        return len(self._recent)

    def target(self, code: str) -> Target | None:
        number = link_number(code)
        place = None if number is None else self._find(number)
        if place is None:
            return None
        campaign_id, network = self._places[place]
        return Target(self._campaigns[campaign_id], network)

    def _find(self, number: int) -> int | None:
        place = self._recent.get(number)
        return self._links.find(number) if place is None else place

    def unknown(self, campaign_ids: Iterable[str]) -> list[str]:
        """Which of these campaigns are not known yet."""
        return sorted(set(campaign_ids) - self._campaigns.keys())

    @property
    def campaign_ids(self) -> list[str]:
        return list(self._campaigns)

    def know(self, campaigns: Iterable[LinkedCampaign]) -> bool:
        """Take in campaigns as they are now; False when they were so already."""
        changed = [each for each in campaigns if self._campaigns.get(each.id) != each]
        self.changes += any(each.id in self._campaigns for each in changed)
        self._campaigns.update((each.id, each) for each in changed)
        return bool(changed)

    def close(self, campaign_ids: Iterable[str]) -> bool:
        """Close those of these campaigns that are known; False when none of them was open."""
        known = [self._campaigns[each] for each in campaign_ids if each in self._campaigns]
        return self.know(replace(campaign, closed=True) for campaign in known)

    def add(self, links: Iterable[NewLink]) -> bool:
        """Take in links of known campaigns; False when all were here already."""
        before = len(self._recent)
        for link in links:
            number = link_number(link.code)
            if number is not None and self._find(number) is None:
                self._recent[number] = self._place(link.campaign_id, link.network)
        return len(self._recent) > before

    def _place(self, campaign_id: str, network: str) -> int:
        place = self._place_of.setdefault((campaign_id, network), len(self._places))
        if place == len(self._places):
            self._places.append((campaign_id, network))
        return place

    def settle(self) -> None:
        """Set all links in order."""
        self._links = self._links.with_more(self._recent)
        self._recent = {}

    def become(self, other: LinkTable) -> None:
        """Hold what ``other`` holds, and nothing else."""
        changes = self.changes + 1
        vars(self).update(vars(other))
        self.changes = changes

    def to_bytes(self) -> bytes:
        """Settled, with a checksum over all of it."""
        self.settle()
        links = self._links
        mark = self.mark and (self.mark.created_at.isoformat(), self.mark.code)
        campaigns = [astuple(campaign) for campaign in self._campaigns.values()]
        known = zlib.compress(json.dumps((mark, campaigns, self._places)).encode(), 1)
        body = b"".join(
            (
                _LENGTHS.pack(len(known), len(links.numbers)),
                known,
                links.numbers.tobytes(),
                links.places.tobytes(),
            )
        )
        return b"".join((_HEAD, _checksum(body), body))

    @classmethod
    def from_bytes(cls, stored: bytes) -> LinkTable:
        """Raises Damaged for anything but the whole of what `to_bytes` wrote."""
        head, digest, body = _cut(memoryview(stored), len(_HEAD), _DIGEST)
        if head != _HEAD:
            raise Damaged("it is not a table of links, or of another version of Zwaan")
        if digest != _checksum(body):
            raise Damaged("it is not as it was written")
        lengths, rest = _cut(body, _LENGTHS.size)
        known_bytes, links = _LENGTHS.unpack(lengths)
        known, numbers, places = _cut(rest, known_bytes, links * array(_NUMBER).itemsize)
        mark, campaigns, pairs = json.loads(zlib.decompress(known))
        table = cls()
        table.mark = mark and LinkMark(datetime.fromisoformat(mark[0]), mark[1])
        names = LinkedCampaign.__dataclass_fields__
        table.know(LinkedCampaign(**dict(zip(names, each, strict=True))) for each in campaigns)
        for campaign_id, network in pairs:
            table._place(campaign_id, network)
        table._links.numbers.frombytes(numbers)
        table._links.places.frombytes(places)
        return table


def _checksum(body: bytes | memoryview) -> bytes:
    return hashlib.blake2b(body, digest_size=_DIGEST).digest()


def _cut(whole: memoryview, *lengths: int) -> list[memoryview]:
    """``whole`` in pieces of these lengths, and what is left."""
    pieces = []
    for length in lengths:
        pieces.append(whole[:length])
        whole = whole[length:]
    return [*pieces, whole]
