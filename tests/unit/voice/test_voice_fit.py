"""Whether a draft fits is settled by bounds where that is the same as measuring it."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.x import X
from services.text.network_text import measure_text
from services.voice.writing.apply_profile import fits

LINKS = (
    "https://zwaan.example.org/r/abcdefgh",
    "http://127.0.0.1:8000/r/abcdefgh",
    "https://a.nl/b",
)
#: What counts for more or for less than its characters, or might be a link.
PIECES = (
    "woord ",
    "naam. ",
    "é",
    "e\u0301",
    "\u1112\u1161\u11ab",
    "👩‍🔧",
    "🌧",
    "…",
    "a.nl ",
    "t/m ",
    "字",
)


@given(
    st.lists(st.sampled_from(PIECES), max_size=12).map("".join),
    st.integers(180, 290),
    st.sampled_from(LINKS),
)
@settings(max_examples=400)
def test_it_fits_when_its_measure_does(start: str, length: int, link: str) -> None:
    """Around X's limit the answer is that of the exact rules, whatever the text holds."""
    text = f"{start}{'woord ' * 60}"[:length].rstrip() + f"\n\n{link}"
    assert fits(X.rules, text, link) is measure_text(X.rules, text).valid
