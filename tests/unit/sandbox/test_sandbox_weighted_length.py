"""The sandbox's own count of what X allows."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.sandbox.x.rendering import stored_text, url_entities
from connectors.sandbox.x.weighted_length import addresses, weigh


@pytest.mark.parametrize(
    ("text", "weight"),
    [
        ("This is a test.", 15),
        ("http://test.com", 23),
        ("HTTPS://Example.ORG/Path?a=b", 23),
        ("test.com", 23),
        ("Test https://test.com test https://test.com test.com test", 86),
        ("zie example.nl.", 4 + 23 + 1),
        ("(https://example.org/a_(b))", 1 + 23 + 1),
        ("anna@example.org", 16),
        ("https://example.org/" + "a" * 400, 23),
        ("één café", 8),
        ("e\u0301e\u0301n", 3),
        ("저찀쯿쿿", 8),
        ("“ja” – nee…", 10 + 2),
        ("€ 5", 2 + 2),
        ("☺", 2),
        ("👩‍🚒", 2),
        ("👩🏽‍🚒 en 👩🏽‍🚒", 2 + 4 + 2),
        ("🇳🇱", 2),
        ("🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", 2),
        ("1️⃣", 2),
        ("❤️", 2),
        ("http://☃.net/", 23),
        ("漢example.org", 2 + 23),
        ("éexample.org", 23),
        ("漢https://example.org", 2 + 23),
        ("xhttps://example.org", 20),
        ("-–t.co", 6),
        ("example.organic", 15),
        ("©", 1),
        ("©️", 2),
        ("a.b", 3),
        ("versie 1.2.3", 12),
    ],
)
def test_known_weights(text: str, weight: int) -> None:
    """Letters weigh 1, other scripts and emoji 2, and an address 23 however long it is."""
    assert weigh(text) == weight


@given(st.text(st.characters(max_codepoint=0x10FF, exclude_characters=".", codec="utf-8")))
def test_without_addresses_and_emoji_the_weight_is_the_nfc_length(text: str) -> None:
    """Text in light scripts weighs its composed length."""
    plain = "".join(char for char in text if char not in "\u00a9\u00ae")
    composed = unicodedata.normalize("NFC", plain)
    light = [char for char in composed if ord(char) <= 0x10FF]

    assert weigh(plain) == len(light) + 2 * (len(composed) - len(light))


def test_addresses_are_wrapped_and_the_original_is_in_the_entities() -> None:
    """The text that X gives back has t.co links and HTML entities; expanded_url is the original."""
    text = "R&D <zoekt> https://example.org/r/abc?x=1&y=2, echt"
    stored = stored_text(text)
    (entity,) = url_entities(text)

    assert stored.startswith("R&amp;D &lt;zoekt&gt; https://t.co/")
    assert stored.endswith(", echt")
    assert entity["expanded_url"] == "https://example.org/r/abc?x=1&y=2"
    assert stored[entity["start"] : entity["end"]] == entity["url"]


def test_an_address_ends_before_the_punctuation_of_the_sentence() -> None:
    """Full stops, quotes and closing brackets behind an address are not part of it."""
    text = "Zie https://example.org/a, (www.example.nl) en https://example.org/b?c=d!"

    assert [address.target for address in addresses(text)] == [
        "https://example.org/a",
        "http://www.example.nl",
        "https://example.org/b?c=d",
    ]


@pytest.mark.parametrize("piece", ["a.", "漢", "漢.", "a-", "https://", "a.nl", "(", "😀\u200d"])
def test_weighing_is_linear_in_the_text(piece: str) -> None:
    """Ten times the text takes about ten times as long, whatever it repeats."""

    def seconds(repeats: int) -> float:
        best = 1.0
        for _ in range(3):
            started = time.perf_counter()
            weigh(piece * repeats)
            best = min(best, time.perf_counter() - started)
        return best

    assert seconds(5_000) < 40 * seconds(500) + 0.01
