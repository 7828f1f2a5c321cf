"""LinkedIn's little text format: what readers see is what was written.

``ZWAAN_TEST_TEXTS`` is how many texts are generated; `make test-texts` takes a hundred thousand.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.linkedin import escape_little_text
from connectors.sandbox.linkedin.posts import read_little_text

TEXTS = st.lists(
    st.one_of(
        st.text(),
        st.text(st.sampled_from("\\|{}@[]()<>#*_~ aé1\n🌊'\"&/:.")),
        st.sampled_from(["#Tag", "#a_b", "#1", "#1e", "C#", "{hashtag|\\#|Tag}", "\\", "@[", "]("]),
    ),
    max_size=8,
).map("".join)


@settings(max_examples=int(os.environ.get("ZWAAN_TEST_TEXTS", "1000")))
@given(TEXTS)
def test_any_text_is_displayed_uncut(text: str) -> None:
    """LinkedIn's rules, written down independently for the sandbox, read back the same text."""
    shown = read_little_text(escape_little_text(text))
    assert shown.cut_at is None
    assert shown.displayed == text
    assert shown.length == len(text)


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("Kom bouwen #dijken", "Kom bouwen #dijken"),
        ("(#dijken)", r"\(#dijken\)"),
        ("#werk_bij", r"#werk\_bij"),
        ("#3daagse", "#3daagse"),
        ("C# en #1", r"C\# en \#1"),
        ("https://a.nl/b#c_d", r"https://a.nl/b\#c\_d"),
        ("a\\b", r"a\\b"),
        ("Met @[Deltaplan](urn:li:organization:12)!", "Met @[Deltaplan](urn:li:organization:12)!"),
        ("Met @[Delta_plan](urn:li:person:a-B)", r"Met @[Delta\_plan](urn:li:person:a-B)"),
        ("@[x](urn:li:share:1)", r"\@\[x\]\(urn:li:share:1\)"),
        ("iemand@example.org", r"iemand\@example.org"),
        ("\\|{}@[]()<>#*_~", r"\\\|\{\}\@\[\]\(\)\<\>\#\*\_\~"),
        ("- 'mooi' “zo” & 100% €5 :-", "- 'mooi' “zo” & 100% €5 :-"),
    ],
)
def test_hashtags_and_mentions_survive_escaping(text: str, escaped: str) -> None:
    """Hashtags and mentions remain elements; exactly the reserved characters get a backslash."""
    assert escape_little_text(text) == escaped


def test_a_mention_shows_its_name() -> None:
    """A mention is displayed as the name, which is what the preview of the sandbox shows too."""
    assert read_little_text(
        escape_little_text("Dank @[Deltaplan](urn:li:organization:12).")
    ).displayed == ("Dank Deltaplan.")
