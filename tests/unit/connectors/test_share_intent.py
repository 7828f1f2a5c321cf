"""Addresses of a network's own composer, for people without a connection."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.share_intent import LONGEST, share_intents

LINK = "https://go.example.com/r/abc"
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=400)


@given(text=TEXTS, network=st.sampled_from(["linkedin", "x"]))
def test_composer_address_carries_the_exact_text(text: str, network: str) -> None:
    """Whatever a text holds, the network reads it from the address as it was written."""
    for intent in share_intents(network, text=text, link=LINK):
        parts = urlsplit(intent.address)
        query = parse_qs(parts.query, keep_blank_values=True, strict_parsing=True)
        assert parts.scheme == "https"
        assert parts.hostname in ("x.com", "www.linkedin.com")
        assert query.get("text", [text]) == [text]
        assert intent.carries_text == ("text" in query)


def test_linkedin_share_has_a_documented_address_too() -> None:
    """LinkedIn's way with the text may end any day; the one with the link alone stays."""
    with_text, link_only = share_intents("linkedin", text=f"Hoi {LINK}", link=LINK)
    assert with_text.carries_text
    assert not link_only.carries_text
    assert link_only.address.endswith(
        "/sharing/share-offsite/?url=https%3A%2F%2Fgo.example.com%2Fr%2Fabc"
    )


def test_too_long_share_address_is_not_offered() -> None:
    """A text whose address is too long is copied instead; the link alone is still offered."""
    (intent,) = share_intents("linkedin", text="é" * LONGEST, link=LINK)
    assert not intent.carries_text


@pytest.mark.parametrize("network", ["mastodon", "", "myspace"])
def test_unknown_network_has_no_share_address(network: str) -> None:
    """A network whose composer we do not know gets no address that might lead nowhere."""
    assert share_intents(network, text="Hoi", link=LINK) == ()
