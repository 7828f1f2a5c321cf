"""All short links in memory and as bytes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.figures.rules.link_table import (
    Damaged,
    LinkedCampaign,
    LinkMark,
    LinkTable,
    NewLink,
    Target,
)
from services.identity import link_code, link_number
from tests.builders import NOW


def about(number: int, **changes: object) -> LinkedCampaign:
    fields = {
        "id": f"c-{number}",
        "kind": "story",
        "source_id": f"verhaal-{number}-é",
        "url": f"https://example.org/{number}" if number % 3 else None,
        "closed": number % 2 == 0,
    }
    return LinkedCampaign(**fields | changes)  # type: ignore[arg-type]


def table_of(links: dict[str, Target]) -> LinkTable:
    table = LinkTable()
    table.know(target.campaign for target in links.values())
    table.add(NewLink(code, target.campaign.id, target.network) for code, target in links.items())
    table.mark = LinkMark(NOW + timedelta(microseconds=7), "code")
    return table


codes = st.integers(0, 2**64).map(str).map(link_code)
targets = st.builds(Target, st.integers(0, 9).map(about), st.sampled_from(["linkedin", "x"]))
tables = st.dictionaries(codes, targets)


@given(first=tables, then=tables, absent=codes)
def test_a_table_knows_exactly_its_links(
    first: dict[str, Target], then: dict[str, Target], absent: str
) -> None:
    """Every link leads where it was said first, in order or not yet; another leads nowhere."""
    everything = then | first
    table = table_of(first)
    table.settle()
    table.know(target.campaign for target in then.values())
    added = table.add(NewLink(code, t.campaign.id, t.network) for code, t in then.items())
    assert added is bool(then.keys() - first.keys())
    for _ in range(2):
        assert len(table) == len(everything)
        assert {code: table.target(code) for code in everything} == everything
        assert absent in everything or table.target(absent) is None
        table.settle()
    assert table.unsettled == 0


@given(links=tables)
def test_a_table_comes_back_from_its_bytes(links: dict[str, Target]) -> None:
    """What was written is read: links, campaigns and how far it was read."""
    back = LinkTable.from_bytes(table_of(links).to_bytes())
    assert {code: back.target(code) for code in links} == links
    assert (len(back), back.mark) == (len(links), LinkMark(NOW + timedelta(microseconds=7), "code"))
    more = {link_code("more"): Target(about(7), "mastodon")}
    back.know([about(7)])
    back.add(NewLink(code, t.campaign.id, t.network) for code, t in more.items())
    again = LinkTable.from_bytes(back.to_bytes())
    assert {code: again.target(code) for code in links | more} == links | more


def test_settling_twice_at_once_doubles_nothing() -> None:
    """A thread that was left behind may settle what another settles too."""
    table = table_of({link_code("a"): Target(about(1), "x")})
    left = dict(table._recent)
    table.settle()
    table._recent = left
    table.settle()
    assert len(table) == 1


def test_an_empty_table_comes_back() -> None:
    """Before the first campaign there is a table as well."""
    back = LinkTable.from_bytes(LinkTable().to_bytes())
    assert (len(back), back.mark) == (0, None)


STORED = table_of({link_code(str(n)): Target(about(n % 4), "x") for n in range(20)}).to_bytes()


def test_every_truncation_is_refused() -> None:
    """A file that is not all there is no table, wherever it ends."""
    for length in range(len(STORED)):
        with pytest.raises(Damaged):
            LinkTable.from_bytes(STORED[:length])


def test_every_flipped_byte_is_refused() -> None:
    """A file in which anything changed is no table."""
    for place in range(len(STORED)):
        damaged = bytearray(STORED)
        damaged[place] ^= 0xFF
        with pytest.raises(Damaged):
            LinkTable.from_bytes(bytes(damaged))


@given(foreign=st.binary(max_size=400))
def test_anything_else_is_refused(foreign: bytes) -> None:
    """Other files, and more after the end of ours, are no table."""
    for content in (foreign, STORED + foreign if foreign else b"x"):
        with pytest.raises(Damaged):
            LinkTable.from_bytes(content)


def test_a_closed_campaign_closes_all_its_links() -> None:
    """Also those that came before; closing it again, or an unknown one, changes nothing."""
    code = link_code("one")
    table = table_of({code: Target(about(1), "x")})
    assert table.close(["c-1", "another"])
    assert table.target(code) == Target(about(1, closed=True), "x")
    assert not table.close(["c-1", "another"])


@given(code=codes)
def test_a_code_is_its_number(code: str) -> None:
    """Fifty bits, and different ones for every code."""
    number = link_number(code)
    assert number is not None
    assert 0 <= number < 2**50
    assert link_number(code[:-1] + ("a" if code[-1] != "a" else "b")) != number


@pytest.mark.parametrize(
    "text",
    ["", "abc", "a" * 9, "a" * 11, "A" * 10, "l" * 10, "1aaaaaaaaa", "aaaaa_aaaa", "aaaaaaaaa\n"],
)
def test_what_cannot_be_a_code_has_no_number(text: str) -> None:
    """No one is asked about it, and no outage makes it possible."""
    assert link_number(text) is None
    assert LinkTable().target(text) is None


def test_a_link_takes_little_memory_and_little_disk() -> None:
    """Of a hundred thousand links each takes at most 16 bytes in memory and 14 in the file."""
    many = 100_000
    table = LinkTable()
    table.know(about(n) for n in range(100))
    table.add(NewLink(link_code(str(n)), f"c-{n % 100}", "x") for n in range(many))
    stored = table.to_bytes()
    assert len(table) == many
    assert len(stored) < 14 * many
    links = table._links
    assert sum(a.buffer_info()[1] * a.itemsize for a in (links.numbers, links.places)) <= 16 * many
