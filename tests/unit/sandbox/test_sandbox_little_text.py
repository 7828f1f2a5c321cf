"""What LinkedIn's readers see of a commentary."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.sandbox.linkedin.little_text import RESERVED, read

_PLAIN = st.text(st.characters(exclude_characters="".join(RESERVED), codec="utf-8"))


def _escaped(text: str) -> str:
    return re.sub(r"([\\|{}@\[\]()<>#*_~])", r"\\\1", text)


@given(st.text(st.characters(codec="utf-8")))
def test_escaped_text_arrives_whole(text: str) -> None:
    """Any text with every reserved character escaped is displayed exactly, none of it cut."""
    seen = read(_escaped(text))

    assert (seen.displayed, seen.length, seen.cut_at) == (text, len(text), None)


@given(before=_PLAIN, character=st.sampled_from(sorted(RESERVED)), after=_PLAIN)
def test_text_ends_at_a_stray_reserved_character(before: str, character: str, after: str) -> None:
    """The first reserved character that means nothing ends what readers see, silently."""
    # A space makes certain that no hashtag or escape begins here.
    seen = read(f"{before}{character} {after}")

    assert seen.displayed == before
    assert seen.cut_at == len(before)
    assert seen.length == len(before) + len(after) + 2


@pytest.mark.parametrize(
    ("raw", "displayed"),
    [
        ("Kom bij #TeamWater", "Kom bij #TeamWater"),
        ("#1st dag", "#1st dag"),
        (r"Kom bij #Team\_Water", "Kom bij #Team_Water"),
        (r"Kom bij {hashtag|\#|TeamWater}!", "Kom bij #TeamWater!"),
        (r"{hashtag|\#|Team\_Water}", "#Team_Water"),
        ("Met @[De Vries Techniek](urn:li:organization:42).", "Met De Vries Techniek."),
        (r"Met @[De Vries \(NL\)](urn:li:organization:42)", "Met De Vries (NL)"),
        ("@[Anna](urn:li:person:a_B-1)", "Anna"),
        ("", ""),
    ],
)
def test_tags_and_mentions_are_legal_without_escapes(raw: str, displayed: str) -> None:
    """Hashtags, hashtag templates and mentions are shown as readers know them."""
    seen = read(raw)

    assert (seen.displayed, seen.cut_at) == (displayed, None)


@pytest.mark.parametrize(
    ("raw", "displayed"),
    [
        ("We zoeken iemand (m/v) met C#", "We zoeken iemand "),
        ("C# en meer", "C"),
        ("a#b", "a"),
        ("nummer #12", "nummer "),
        ("#Team_Water", "#Team"),
        ("mail anna@example.org", "mail anna"),
        ("@[Anna](urn:li:share:1)", ""),
        ("@[An*na](urn:li:person:1)", ""),
        (r"{hashtag|\#|Team Water|x}", ""),
        ("een \\a", "een "),
        ("slot \\", "slot "),
    ],
)
def test_half_markup_cuts_the_text(raw: str, displayed: str) -> None:
    """What only looks like markup ends the text where it begins."""
    assert read(raw).displayed == displayed
