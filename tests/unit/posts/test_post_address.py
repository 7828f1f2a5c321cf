"""A pasted address leads to the network that the post is said to be on, and nowhere else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.errors import Rejected
from services.posts.rules.post_address import check_post_address


@pytest.mark.parametrize(
    ("network", "address"),
    [
        ("linkedin", "https://www.linkedin.com/feed/update/urn:li:share:7/"),
        ("linkedin", " https://nl.linkedin.com/posts/anna_x?utm_source=share \n"),
        ("x", "https://x.com/anna/status/1"),
        ("x", "https://mobile.twitter.com/anna/status/1"),
        ("mastodon", "https://any.example/@anna/1"),
        ("x", ""),
        ("x", "  "),
    ],
)
def test_an_address_on_the_network_is_kept(network: str, address: str) -> None:
    """Blanks around it go; nothing at all is fine."""
    assert check_post_address(network, address) == address.strip()


@pytest.mark.parametrize(
    "address",
    [
        *("http://x.com/a/status/1", "javascript:alert(1)", "x.com/a/status/1", "https://x.com"),
        *("https://x.com.evil.example/a", "https://evilx.com/a", "https://x.com@evil.example/a"),
        *("https://x.com:8443/a", "https://x.com:99999/a", "https://[x.com/a", "https://x.com/a b"),
        *(
            "https://x.com\\@evil.example/a",
            "https://www.linkedin.com/feed",
            f"https://x.com/{'a' * 500}",
        ),
    ],
)
def test_any_other_address_is_refused(address: str) -> None:
    """Another host, scheme or port, tricks with names, blanks, and pages that are no post."""
    with pytest.raises(Rejected) as caught:
        check_post_address("x", address)
    assert "leave it empty" in str(caught.value.remedy)


@given(st.text(max_size=100), st.sampled_from(["linkedin", "x", "other"]))
def test_nothing_a_person_pastes_breaks_it(address: str, network: str) -> None:
    """Any text is kept as an https address, or refused with a sentence."""
    try:
        kept = check_post_address(network, address)
    except Rejected:
        return
    assert kept == "" or kept.startswith("https://") or kept.lower().startswith("https://")
