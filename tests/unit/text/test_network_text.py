"""How long a text is on each network."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from services.accounts.rules import OURS, rules_of
from services.errors import Rejected
from services.text.links_in_text import has_link, link_spans
from services.text.network_text import measure_text, weighted_length

CASES = yaml.safe_load(Path(__file__).with_name("twitter_text_cases.yml").read_text("utf-8"))

# Pieces from which links and near-links are made, so that random texts meet the rules' edges.
PIECES = st.sampled_from(
    ["http://", "https://", "a", "zwaan", ".", ".nl", ".com", "-", "_", "/", "?q=1", "#", "@", "$"]
) | st.sampled_from(["é", "中", ":80", "(", ")", " ", "\n", "t.co/", "🌊", "xn--p1ai", "…"])


def written_out(case: dict[str, Any]) -> str:
    text: str = case["text"] * case.get("times", 1)
    return text + case.get("then", "") * case.get("then_times", 1)


@pytest.mark.parametrize("case", CASES["weights"], ids=lambda case: case["text"][:40])
def test_weights_are_those_of_the_published_suite(case: dict[str, Any]) -> None:
    """Every published weighted length and validity is ours as well."""
    measure = measure_text(OURS["x"], written_out(case))
    assert (measure.length, measure.limit, measure.valid) == (case["length"], 280, case["valid"])


@pytest.mark.parametrize("case", CASES["links"], ids=lambda case: case["text"][:40])
def test_links_are_those_of_the_published_suite(case: dict[str, Any]) -> None:
    """Every link that X's rules see is seen, and no other."""
    text = case["text"]
    assert [text[start:end] for start, end in link_spans(text)] == case["links"]


def test_linkedin_counts_plain_characters() -> None:
    """LinkedIn's limit counts what the reader sees: escaping costs nothing."""
    measure = measure_text(OURS["linkedin"], "(#vacature) @ Deltaplan_")
    assert (measure.length, measure.limit, measure.valid) == (24, 3000, True)
    assert measure_text(OURS["linkedin"], "a" * 3000).valid
    assert not measure_text(OURS["linkedin"], "a" * 3001).valid


def test_mastodon_takes_any_link_for_23_characters() -> None:
    """A link with a scheme is 23 at any length; a bare domain and all else are characters."""
    long = f"https://go.example.com/{'a' * 200}"
    assert measure_text(OURS["mastodon"], f"{long} 🌊").length == 25
    assert measure_text(OURS["mastodon"], "deltaplan.nl").length == 12
    assert measure_text(OURS["mastodon"], "a" * 500).valid
    assert not measure_text(OURS["mastodon"], "a" * 501).valid


@pytest.mark.parametrize("network", ["linkedin", "x", "mastodon"])
@pytest.mark.parametrize("text", ["", " \n", "half \ud83d emoji", "\ufeffmerk", "nul\x00"])
def test_a_text_that_cannot_be_posted_is_not_valid(network: str, text: str) -> None:
    """Empty texts, halves of characters and byte-order marks are measured, and marked."""
    assert not measure_text(OURS[network], text).valid


def test_an_unknown_network_is_rejected() -> None:
    """A network without known rules is refused by name, with what can be done instead."""
    with pytest.raises(Rejected, match="myspace") as caught:
        rules_of("myspace", OURS)
    assert str(caught.value.remedy) == "Share the text yourself, or decline the draft."


def test_local_addresses_are_no_links_for_x() -> None:
    """A laptop's own short links have no public domain, so X counts their characters."""
    assert not has_link("http://127.0.0.1:8000/r/abc http://localhost:8000/r/abc")


@given(st.text())
def test_weight_is_bounded_by_characters(text: str) -> None:
    """No text weighs more than two a character and 23 a link."""
    spans = link_spans(text)
    assert 0 <= weighted_length(text, 23) <= 2 * len(text) * 3 + 23 * len(spans)


@given(st.lists(PIECES, max_size=12).map("".join))
def test_links_lie_in_order_inside_the_text(text: str) -> None:
    """Links never overlap, contain a dot and no blank, and cost 23 each."""
    position = 0
    for start, end in link_spans(text):
        assert position <= start < end <= len(text)
        assert "." in text[start:end]
        assert not any(character.isspace() for character in text[start:end])
        position = end


@given(st.lists(PIECES, max_size=6).map("".join))
def test_a_short_link_after_a_blank_always_counts_23(text: str) -> None:
    """Behind any text our short link on a line of its own adds 23 and the line break."""
    assert weighted_length(f"{text}\n\nhttps://go.zwaan.nl/r/abc", 23) == (
        weighted_length(f"{text}\n\n", 23) + 23
    )


@pytest.mark.parametrize(
    "text",
    [
        "a" * 100_000,
        "a." * 50_000,
        "a中." * 30_000,
        "http://" * 20_000,
        "http://a.nl/" + "(" * 50_000,
        "http://a.nl/" + "(a" * 30_000,
        "http://a.nl/" + "a.," * 30_000,
        "http://a.nl/" + "@a/" * 30_000 + ".",
        "a.com" * 20_000,
    ],
    ids=lambda text: text[:16],
)
def test_hostile_texts_take_no_time(text: str) -> None:
    """Measuring stays near linear: 100 kB made to confuse the rules takes less than 2 s
    of the processor."""
    started = time.process_time()
    weighted_length(text, 23)
    assert time.process_time() - started < 2
